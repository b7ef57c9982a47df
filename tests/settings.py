"""The settings of the tests: those that run, but quick, and apart from what runs."""

import tempfile
from pathlib import Path

from recert.settings import *  # noqa: F403  # all of them, then a few others

FOLDER = Path(tempfile.mkdtemp(prefix="recert-tests-"))
DATA = FOLDER
EMAIL_FILE_PATH = FOLDER / "outbox"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": FOLDER / "files"},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SECRET_KEY = "known to every test"  # and to nothing else
