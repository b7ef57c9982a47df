"""Run `recert` as people do, as the tests of the command line do."""

import pytest

from tests.cli.conftest import recert

__all__ = ["recert"]


@pytest.fixture(autouse=True)
def data_is_named_for_a_test_only(monkeypatch):
    """Undo that a command names its data folder, as a process of its own would."""
    monkeypatch.setenv("RECERT_DATA", "")
    monkeypatch.delenv("RECERT_DATA")
