"""A verifier that this project did not write, as a function."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

SCRIPT = Path(__file__).with_name("verify.mjs")


class Found(NamedTuple):
    """What the verifier said. It calls a revoked badge verified: the statuses tell."""

    verified: bool
    statuses: list
    why: list

    @property
    def holds(self):
        return self.verified and self.statuses == [False]


def verified_elsewhere(folder, *, badge, keys, lists):
    """Answer what an independent verifier says of a badge, from these documents alone."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    node = shutil.which("node", path=path)
    assert node, "`make setup` brings node where the machine has none"
    given = folder / "given.json"
    given.write_text(json.dumps({"badge": badge, "keys": keys, "lists": lists}), "utf-8")
    done = subprocess.run(
        [node, "--input-type=module", "-", str(given)],
        input=SCRIPT.read_text("utf-8"),
        cwd=settings.ASSETS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Found(**json.loads(done.stdout))
