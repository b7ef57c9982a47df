"""The card processor of the sandbox: localstripe, on loopback, with its memory in a data folder.

python -m recert.running.sandbox_processor PORT FILE
"""

from __future__ import annotations

import builtins
import sys
from typing import IO, Any

ITS_OWN = "/tmp/localstripe.pickle"  # noqa: S108  # what is put right below


def main(port: int, memory: str) -> None:
    """Play the processor until told to stop."""
    # Inside, because they warn of each other as soon as they are loaded.
    from aiohttp import web  # noqa: PLC0415  # as said
    from localstripe import resources, server  # noqa: PLC0415  # as said

    def open_ours(path: str, mode: str = "r") -> IO[Any]:
        return builtins.open(memory if path == ITS_OWN else path, mode)  # noqa: PTH123  # the caller closes it

    # It keeps its memory in one file for all users of a machine, and listens to everybody.
    resources.open = open_ours
    resources.store.try_load_from_disk()
    web.run_app(server.app, host="127.0.0.1", port=port, print=None)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
