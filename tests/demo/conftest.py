"""The personas on a day, made once for the tests of a module."""

from datetime import date

import pytest
from django.db import transaction

from recert.demo.personas import make_personas

DAY = date(2026, 8, 20)


@pytest.fixture(scope="module")
def personas(django_db_setup, django_db_blocker):
    del django_db_setup
    with django_db_blocker.unblock(), transaction.atomic():
        assert make_personas(as_of=DAY)
        yield DAY
        transaction.set_rollback(True)
