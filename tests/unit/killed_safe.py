"""Kills a move of a secret at every call it makes, and looks whether the secret was ever lost.

Run as a program: `killed_safe.py FOLDER`. For each call into C (each system call is one) a forked
child is killed there with SIGKILL. It prints how many kills there were; what is wrong ends it with
a traceback.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from agentguard.ports.secrets import Slot
from agentguard.safe import Kept, Safe

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


def run_until_killed(folder: Path, calls: int) -> bool:
    """Move in a child that is killed at its `calls`-th call; tell whether it was."""
    child = os.fork()
    if child:
        _pid, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, f"call {calls}: {status}"
        return os.WIFSIGNALED(status)
    left = calls

    def count(_frame: FrameType, event: str, _what: object) -> None:
        nonlocal left
        if event == "c_call":
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    moving = safe(folder)
    sys.setprofile(count)
    moving.load()
    sys.setprofile(None)
    os._exit(0)


def main() -> None:
    for kills in itertools.count():
        folder = Path(sys.argv[1]) / str(kills)
        (folder / "place").mkdir(parents=True)
        (folder / "device.key").write_bytes(SECRET)
        if not run_until_killed(folder, kills):
            break
        assert safe(folder).load() == Kept(secret=SECRET, place="on-disk"), f"call {kills}"
        assert not (folder / "device.key").exists(), f"call {kills}"
    print(kills)


if __name__ == "__main__":
    main()
