"""What happens to documents by itself."""

import os

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from procrastinate.contrib.django import app

from recert.transcript.jobs import sweep_files
from tests.making import make_activity, make_document, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files_are_apart(settings, tmp_path):
    default = settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = settings.STORAGES | {"default": default}


def test_without_any_file_there_is_nothing_to_sweep():
    assert sweep_files(0) == 0


def test_a_file_without_its_row_goes_after_a_day_and_no_other():
    document = make_document(make_activity(make_person()), state="removed")
    old = default_storage.save("documents/AB/DO-ABAB-0000-0000", ContentFile(b"left"))
    new = default_storage.save("documents/AB/DO-ABAB-0000-0001", ContentFile(b"on its way"))
    for name in (old, document.file.name):
        os.utime(default_storage.path(name), (0, 0))
    assert sweep_files(0) == 1
    assert not default_storage.exists(old)
    assert default_storage.exists(new)
    assert default_storage.exists(document.file.name)


def test_the_worker_knows_what_happens_by_itself():
    periodic = {one.task.name for one in app.periodic_registry.periodic_tasks.values()}
    assert {"recert.transcript.jobs.sweep_files", "recert.people.jobs.clear_sessions"} <= periodic
