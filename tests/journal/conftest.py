"""A mail server that runs, and what sending needs."""

import pytest
from aiosmtpd.controller import Controller

from recert.journal.posting import hang_up
from recert.running.up import free_port
from tests.journal.mail_server import MailServer


@pytest.fixture
def mail(settings):
    hang_up()
    server = MailServer()
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = controller.hostname, controller.port
    settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = False, 5
    yield server
    hang_up()
    controller.stop()
