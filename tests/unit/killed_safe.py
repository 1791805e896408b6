"""Kills a move of a secret at every call it makes, and looks whether the secret was ever lost.

Run as a program: `killed_safe.py FOLDER`. For each call that may change the disk a forked
child is killed there with SIGKILL. It prints how many kills there were; what is wrong ends it with
a traceback.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from agentguard.ports.secrets import Slot
from agentguard.trust.secret_store import Kept, Safe
from tests.unit.killing import killed_at, passed_over

SECRET = b"s" * 32


class OnDisk:
    """A place whose secrets survive the process, as a keyring's do."""

    name = "on-disk"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, slot: Slot, *, sure: bool = False) -> bytes | None:
        file = self._folder / slot.id
        return file.read_bytes() if file.exists() else None

    def save(self, slot: Slot, secret: bytes) -> None:
        beside = self._folder / "new"
        beside.write_bytes(secret)
        beside.replace(self._folder / slot.id)

    def forget(self, slot: Slot) -> None:
        (self._folder / slot.id).unlink(missing_ok=True)


def safe(folder: Path) -> Safe:
    return Safe(folder / "device.key", (OnDisk(folder / "place"),), whole=SECRET.__eq__)


def laid(folder: Path) -> Path:
    """Return the folder with a secret in a file, and a place for it that is empty."""
    (folder / "place").mkdir(parents=True)
    (folder / "device.key").write_bytes(SECRET)
    return folder


def main() -> None:
    first = laid(Path(sys.argv[1]) / "first")
    assert passed_over(safe(first).load, first) == []
    for kills in itertools.count():
        folder = laid(Path(sys.argv[1]) / str(kills))
        if not killed_at(kills, safe(folder).load):
            break
        assert safe(folder).load() == Kept(secret=SECRET, place="on-disk"), f"call {kills}"
        assert not (folder / "device.key").exists(), f"call {kills}"
    print(kills)


if __name__ == "__main__":
    main()
