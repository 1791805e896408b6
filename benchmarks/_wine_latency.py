"""The way from a copy to a cleared clipboard in a Windows Python: `_wine_latency.py OUT COUNT`.

The owner of the clipboard is told by Windows that it lost it (WM_DESTROYCLIPBOARD). The floor is a
plain listener that empties the clipboard without looking. Writes JSON: seconds by name.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from ctypes import wintypes
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from _agent_latency import CARD, PATIENCE, PEACE, POLICY, REST, rounds, watching  # noqa: E402

from tests.windows.person import Person, user  # noqa: E402

DESTROYED, UPDATED, TAKE, NOW = 0x0307, 0x031D, 1, 0
ANY_INPUT = 0x04FF
SLICE = 50  # milliseconds


class Owner(Person):
    """Copies a card number and notes when the clipboard is taken away."""

    def __init__(self) -> None:
        self.holds = False
        self.lost = 0.0
        self.rest = REST
        super().__init__()

    def heard(self, window: int, message: int, word: int, long: int) -> int:
        """Hear of the loss."""
        if message == DESTROYED and self.holds:
            self.lost = time.perf_counter()
        return super().heard(window, message, word, long)

    def once(self, number: int) -> float:
        """Own the clipboard until it is taken; give the seconds."""
        rested = time.perf_counter() + self.rest
        pump(lambda: time.perf_counter() >= rested)
        self.holds, self.lost = False, 0.0
        self.copy(f"card {CARD} {number}")
        begun, self.holds = time.perf_counter(), True
        pump(lambda: self.lost or time.perf_counter() - begun > PATIENCE)
        if not self.lost:
            raise SystemExit("the clipboard was not cleared")
        return self.lost - begun


class Taker(Person):
    """Empties the clipboard as soon as Windows tells of a change."""

    def window(self, name: str, *, shown: bool = True) -> int:
        """Have a class of its own beside the owner's."""
        self.windows[name] = super().window(f"{name} of the taker", shown=shown)
        return self.windows[name]

    def heard(self, window: int, message: int, word: int, long: int) -> int:
        """Hear of a change."""
        if message == UPDATED and user.CountClipboardFormats():
            self.opened()
            user.EmptyClipboard()
            user.CloseClipboard()
        return super().heard(window, message, word, long)


def pump(until: Callable[[], object]) -> None:
    """Deal with messages until something holds."""
    message = wintypes.MSG()
    while not until():
        while user.PeekMessageW(ctypes.byref(message), None, 0, 0, TAKE):
            user.DispatchMessageW(ctypes.byref(message))
        if not until():
            user.MsgWaitForMultipleObjects(0, None, False, SLICE, ANY_INPUT)


def take(ready: threading.Event, ended: threading.Event) -> None:
    """Be the plain listener."""
    taker = Taker()
    user.AddClipboardFormatListener(taker.windows["Clipboard"])
    ready.set()
    pump(ended.is_set)
    user.RemoveClipboardFormatListener(taker.windows["Clipboard"])


def alone(owner: Owner, count: int) -> list[float]:
    """Measure the floor."""
    ready, ended = threading.Event(), threading.Event()
    thread = threading.Thread(target=take, args=(ready, ended))
    thread.start()
    ready.wait(PATIENCE)
    try:
        return rounds(owner.once, count)
    finally:
        ended.set()
        thread.join(PATIENCE)


def beside_the_agent(owner: Owner, home: Path, count: int) -> list[float]:
    """Measure the real program."""
    data = home / "agent"
    data.mkdir()
    policy = data / "policy.yaml"
    policy.write_text(POLICY.format(folder=home.as_posix()))
    (data / "settings.toml").write_text(f"policy = '{policy}'\n")
    env = {**os.environ, "AGENTGUARD_HOME": str(data), "PYTHONPATH": str(ROOT)}
    agent = subprocess.Popen((sys.executable, "-m", "agentguard", "run"), env=env)
    try:
        end = time.monotonic() + 120
        while not watching(data):
            if time.monotonic() > end:
                raise SystemExit("the agent does not watch")
            time.sleep(0.5)
        owner.rest = PEACE
        return rounds(owner.once, count)
    finally:
        agent.terminate()
        agent.wait(60)


def main() -> int:
    """Measure both."""
    out, count = Path(sys.argv[1]), int(sys.argv[2])
    owner = Owner()
    with tempfile.TemporaryDirectory() as name:
        took = {
            "plain listener alone": alone(owner, count),
            "copy to cleared clipboard": beside_the_agent(owner, Path(name), count),
        }
    out.write_text(json.dumps(took), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
