"""What tests of pages share."""

import pytest


@pytest.fixture(autouse=True)
def passwords_are_quick(settings):
    """Hash passwords so that they are checked at once; nobody attacks these."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
