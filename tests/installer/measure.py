"""How long the frozen agent takes to start, and how much memory, beside the same from source.

Figures for people: a busy machine makes them large, so that its load stands beside them.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import psutil

from tests.installer.journey import PROGRAM, eventually
from tests.installer.wine import Windows, seen

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 3
CHILD = "--multiprocessing-fork"
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
        tray, children = _standing(windows, words, {**env, "AGENTGUARD_HOME": r"C:\home-source"})
        with_children = f"{tray:.0f} MB resident, with its scan child {tray + children:.0f}"
        print(f"        tray that has settled, {name}: {with_children}")
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"        load of this machine: {load}", flush=True)


def _standing(windows: Windows, words: tuple[str, ...], env: dict[str, str]) -> tuple[float, float]:
    """Give the resident memory of a tray that has settled, and of its children; Wine has a part."""
    name = words[0].rsplit("\\", 1)[-1]
    started = windows.begin(*words, env=env)
    came = eventually(
        lambda: any(CHILD in one.cmdline() for one in _processes(windows, name)), LONGEST
    )
    if not came:
        print(f"        {name}: no scan child came within {LONGEST:.0f} s", flush=True)
    time.sleep(STANDING)
    try:
        found = _processes(windows, name)
        sizes = {True: 0.0, False: 0.0}
        for process in found:
            sizes[CHILD in process.cmdline()] += process.memory_info().rss / 2**20
        return sizes[False], sizes[True]
    finally:
        for process in _processes(windows, name):
            process.kill()
        started.wait(30)


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
