"""A desk that takes signed policies as fast as it can, until it is killed.

Arguments: data folder, the first version. It prints each version that was taken.
"""

from __future__ import annotations

import sys
from pathlib import Path

from agentguard.platforms import system_clock
from agentguard.policy.keeper import Keeper
from tests.unit.policy.signing import NONE, Said, chain


def main() -> None:
    folder, version = Path(sys.argv[1]), int(sys.argv[2])
    keeper = Keeper(folder, (), system_clock())
    keeper.pin(chain())
    while True:
        keeper.deliver(Said(version=version).signed(), "endpoint")
        sys.stdout.write(f"{version}\n")
        sys.stdout.flush()
        for _ in range(version % 4):
            keeper.beat(NONE, answers=True)
        version += 1


if __name__ == "__main__":
    main()
