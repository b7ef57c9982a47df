"""The card processor of the sandbox: localstripe, on loopback, with its memory in a data folder.

python -m recert.running.sandbox_processor PORT FILE [WEBHOOK]

It tells the address WEBHOOK what happens, signed with RECERT_STRIPE_WEBHOOK_SECRET.
"""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path
from typing import Any

GRACE = 2.0
"""Seconds for what is being answered when it is told to stop."""


def main(port: int, memory: Path, webhook: str) -> None:
    """Play the processor until told to stop."""
    # Inside, because they warn of each other as soon as they are loaded.
    from aiohttp import web  # noqa: PLC0415  # as said
    from localstripe import resources, server, webhooks  # noqa: PLC0415  # as said

    # By itself it writes its memory, one file for all users of a machine, at each change, in
    # place. Here it is written once, before a request is answered, and is whole after a kill.
    resources.Store.__setitem__ = dict.__setitem__
    resources.Store.__delitem__ = dict.__delitem__
    resources.store.update(recalled(memory))
    resources.Store.dump_to_disk = lambda store: keep(memory, dict(store))
    if webhook:  # each time: it does not remember whom to tell
        secret = os.environ["RECERT_STRIPE_WEBHOOK_SECRET"]
        webhooks.register_webhook("recert", webhook, secret, None)
    # By itself it listens to everybody.
    web.run_app(server.app, host="127.0.0.1", port=port, print=None, shutdown_timeout=GRACE)


def keep(memory: Path, things: dict[str, Any]) -> None:
    """Write a memory, of which there is always one that is whole."""
    fresh = memory.with_name(f"{memory.name}.new")
    with fresh.open("wb") as file:
        pickle.dump(things, file)
    fresh.replace(memory)


def recalled(memory: Path) -> dict[str, Any]:
    """Read a memory; what cannot be read is put aside, and it starts with nothing."""
    try:
        with memory.open("rb") as file:
            things = pickle.load(file)  # noqa: S301  # our own file, in our own folder
            return dict(things)
    except FileNotFoundError:
        return {}
    except Exception as error:  # noqa: BLE001  # half a pickle may raise whatever it likes
        aside = memory.with_name(f"{memory.name}.unreadable")
        memory.replace(aside)
        sys.stderr.write(
            f"The sandbox's memory could not be read ({error!r}). It is kept as {aside};"
            " payments made in the sandbox until now are forgotten.\n"
        )
        return {}


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), "".join(sys.argv[3:4]))
