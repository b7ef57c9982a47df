"""A bug of ours is not taken for an answer."""

import pytest

from recert import cli


def test_a_bug_ends_with_a_status_of_its_own(monkeypatch, capfd):
    def broken():
        raise RuntimeError("planted")

    monkeypatch.setattr(cli, "app", broken)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 70
    assert "RuntimeError: planted" in capfd.readouterr().err
