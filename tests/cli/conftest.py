"""Run `recert` as people do: as a process, in a folder of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

RECERT = Path(sys.executable).with_name("recert")


@pytest.fixture
def recert(tmp_path):
    """Run a command in a folder of its own; `environment` adds to a bare one."""

    def run(*arguments, stdin=b"", environment=None):
        done = subprocess.run(  # our own command
            [RECERT, *map(str, arguments)],
            input=stdin,
            capture_output=True,
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", "COLUMNS": "100", **(environment or {})},
            check=False,
        )
        out, err = done.stdout.decode(), done.stderr.decode()
        assert "Traceback" not in out + err, err
        return done.returncode, out, err

    return run
