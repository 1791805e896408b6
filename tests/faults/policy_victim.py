"""A desk that takes signed policies as fast as it can, until it is killed."""

from __future__ import annotations

import tempfile
from pathlib import Path

from agentguard.platforms import system_clock
from agentguard.policy.last_good import Keeper
from tests.faults.forking import Tell
from tests.unit.policy.signing import NONE, Said, chain


def warm() -> None:
    """Take one policy elsewhere: what that loads is loaded."""
    with tempfile.TemporaryDirectory() as folder:
        keeper = Keeper(Path(folder), (), system_clock())
        keeper.pin(chain())
        keeper.deliver(Said(version=1).signed(), "endpoint")
        keeper.beat(NONE, answers=True)


def live(tell: Tell, folder: str, first: str) -> None:
    """Begin at a version; each that was taken is told."""
    version = int(first)
    keeper = Keeper(Path(folder), (), system_clock())
    keeper.pin(chain())
    while True:
        keeper.deliver(Said(version=version).signed(), "endpoint")
        tell(str(version))
        for _ in range(version % 4):
            keeper.beat(NONE, answers=True)
        version += 1
