"""`recert staff grant`: how the first administrator comes to be."""

import os
import subprocess
import sys

import pytest

from recert.journal.models import Event
from recert.people.models import StaffRole
from tests.making import make_account

pytestmark = pytest.mark.django_db(transaction=True)


def grant(email, role, *, settings, tmp_path, url=True):
    name = settings.DATABASES["default"]["NAME"]
    given = os.environ["DATABASE_URL"].replace("/postgres?", f"/{name}?") if url else ""
    command = [sys.executable, "-m", "recert", "staff", "grant", email, role]
    return subprocess.run(
        [*command, "--data", str(tmp_path)],
        env=os.environ | {"DATABASE_URL": given, "DJANGO_SETTINGS_MODULE": "recert.settings"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_account_becomes_an_administrator(settings, tmp_path):
    account = make_account("ada@example.org")
    done = grant("Ada@example.org", "administrator", settings=settings, tmp_path=tmp_path)
    assert (done.returncode, done.stdout) == (0, "ada@example.org is administrator.\n")
    assert StaffRole.objects.get().account == account
    assert Event.objects.get().by == "the operator, by command"
    again = grant("ada@example.org", "administrator", settings=settings, tmp_path=tmp_path)
    assert (again.returncode, again.stderr) == (2, "They have this role already.\n")


@pytest.mark.parametrize(
    ("email", "role", "says"),
    [
        ("nobody@example.org", "auditor", "nobody has an account"),
        ("nobody@example.org", "king", "unknown role 'king'; expected one of: administrator"),
    ],
)
def test_what_cannot_be_done_is_told(settings, tmp_path, email, role, says):
    done = grant(email, role, settings=settings, tmp_path=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr


def test_nothing_runs_on_the_folder(settings, tmp_path):
    done = grant("a@example.org", "auditor", settings=settings, tmp_path=tmp_path, url=False)
    assert done.returncode == 2
    assert "nothing runs on this folder" in done.stderr
