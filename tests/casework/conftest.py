"""What tests of requests and appeals share."""

import pytest


@pytest.fixture(autouse=True)
def files_are_apart(settings, tmp_path):
    """Keep the files of each test in a folder of its own."""
    storages = settings.STORAGES["default"]
    default = storages | {"OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = settings.STORAGES | {"default": default}
