"""What the tests of files share."""

from pathlib import Path

import pytest

from recert.casefile import UnreadableFile


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a file in an empty folder, where its name is all of its path."""
    monkeypatch.chdir(tmp_path)

    def write(name, content):
        Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    return write


@pytest.fixture
def refused(write):
    """Write a file, read it, and answer the sentence with which it is refused."""

    def refused(read, name, content):
        with pytest.raises(UnreadableFile) as refusal:
            read(write(name, content))
        return str(refusal.value)

    return refused
