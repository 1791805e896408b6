"""How long the frozen agent takes to start, its memory and its threads, beside it from source.

Figures for people: a busy machine makes them large, so that its load stands beside them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.installer.journey import PROGRAM, eventually
from tests.installer.wine import Windows, seen

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 3
TRAY = "tray"  # the word that a tray is started with, and no child of it
STANDING, LONGEST = 10.0, 120.0
"""Seconds that a tray stands once its scan child is there, and until that must have come."""
LETTER = r"C:\users\root\Documents\letter.txt"


def compared(windows: Windows, tools: Path) -> None:
    """Print both in turns, so that what else runs is the same for both."""
    python = seen(tools / "python" / "python.exe")
    frozen, source = (rf"{PROGRAM}\agentguard-ctl.exe",), (python, "-m", "agentguard")
    env = {"PYTHONPATH": seen(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    times: dict[str, list[float]] = {"frozen": [], "source": []}
    for _ in range(ROUNDS):
        times["frozen"].append(windows.run(*frozen, "catalogue").seconds)
        times["source"].append(windows.run(*source, "catalogue", env=env).seconds)
    for name, taken in times.items():
        shown = ", ".join(f"{one:.1f}" for one in sorted(taken))
        print(f"        catalogue, {name}: {shown} s")
    windows.path(LETTER).parent.mkdir(parents=True, exist_ok=True)
    windows.path(LETTER).write_text("a scan child begins with the first file", encoding="ascii")
    trays = {
        "frozen": (rf"{PROGRAM}\agentguard.exe", "tray"),
        "source": (*source, "tray"),
    }
    for name, words in trays.items():  # the frozen one keeps to its user's own folder
        found = _standing(windows, words, {**env, "AGENTGUARD_HOME": r"C:\home-source"})
        print(f"        tray that has settled, {name}: {told(found)}")
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"        load of this machine: {load}", flush=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A process of the agent: its words, what of memory it holds, alone and with others, threads.

    Memory in MB of 2^20 bytes; Wine has a part in all of it.
    """

    words: tuple[str, ...]
    resident: float
    own: float
    threads: int

    @property
    def tray(self) -> bool:
        """Whether it is the tray, and no child of it."""
        return TRAY in self.words


def told(found: Sequence[Seen]) -> str:
    """Say what the processes of an agent hold; a child that is not there is said to be missing."""
    trays = [one for one in found if one.tray]
    children = [one for one in found if not one.tray]
    if len(trays) != 1:
        return f"{len(trays)} trays, which cannot be told"
    text = _said(trays[0])
    if not children:
        return f"{text}; no scan child was there"
    return "; ".join((text, *(f"its child {_said(one)}" for one in children)))


def _said(one: Seen) -> str:
    return f"{one.resident:.0f} MB resident, {one.own:.0f} of its own, {one.threads} threads"


def _standing(windows: Windows, words: tuple[str, ...], env: dict[str, str]) -> list[Seen]:
    """Give the processes of an agent whose tray has settled and whose scan child has come."""
    name = words[0].rsplit("\\", 1)[-1]
    started = windows.begin(*words, env=env)
    eventually(lambda: any(not one.tray for one in _seen(windows, name)), LONGEST)
    time.sleep(STANDING)
    try:
        return _seen(windows, name)
    finally:
        for process in _processes(windows, name):
            process.kill()
        started.wait(30)


def _seen(windows: Windows, name: str) -> list[Seen]:
    found = []
    for process in _processes(windows, name):
        with suppress(psutil.Error):
            memory = process.memory_full_info()
            found.append(
                Seen(
                    words=tuple(process.cmdline()),
                    resident=memory.rss / 2**20,
                    own=memory.uss / 2**20,
                    threads=process.num_threads(),
                )
            )
    return found


def _processes(windows: Windows, name: str) -> list[psutil.Process]:
    """Give the programs of one name in this Windows; other tests have theirs."""
    found = []
    for process in psutil.process_iter():
        try:
            words, prefix = process.cmdline(), process.environ().get("WINEPREFIX")
        except psutil.Error:
            continue
        if words and words[0].endswith(name) and prefix == windows.env["WINEPREFIX"]:
            found.append(process)
    return found
