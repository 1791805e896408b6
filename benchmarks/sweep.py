"""What a sweep of many small files costs, beside a bare walk with a stat and beside reading alone.

A whole agent over a simulated desktop sweeps a folder: for the first time, killed in the middle and
started again; then a second time, when nothing has changed; then for a while within the share of
time of the policy as it ships. Then a burst of files is made under a watching agent. Memory is that
of the agent and of the scan child together, seen from outside. Exit code 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

ROOT = Path(__file__).resolve().parent.parent
AGENT = """
import json, sys, threading
from pathlib import Path
from agentguard.runtime.known_checks import shapes
from agentguard.model.events import SweepFinished
from agentguard.platforms import system_clock
from agentguard.platforms.simulated import SimulatedDesktop
from agentguard.policy.last_good import Keeper
from agentguard.runtime.bootstrap import Place, opened

home, clock, stop = Path(sys.argv[1]), system_clock(), threading.Event()
place = Place(folder=home, backend=SimulatedDesktop(clock).backend, clock=clock)
Keeper(home, shapes(), clock).offer((home / "policy.yaml").read_bytes(), "policy.yaml")
with opened(place) as agent:
    agent.start()
    while (swept := agent.engine.state.facts.get(SweepFinished)) is None:
        stop.wait(0.1)

    def found():
        return sum(f.check == "pii-files" for f in list(agent.engine.state.findings.values()))

    print(json.dumps([swept.files, swept.unread, found()]), flush=True)
    while found() < int(sys.argv[2]):
        stop.wait(0.1)
"""
POLICY = """
policy: sweep
version: 1
watch: {{folders: ["{folder}"], exclude: [], cpu_percent: {percent}}}
controls: {{pii-files: {{respond: []}}}}
"""
IN_A_FOLDER = 100
ONE_IN = 1000  # files hold a card number
LETTER = "Dear customer, thank you for your call about order {n}. Your card {card} was charged.\n"
NOTE = "Call {n} about an invoice went well; the customer will write to us on Monday.\n"
CARD = "4556 7375 8689 9855"
MIB = 1 << 20
LOOK = 0.1  # seconds between two looks at the memory

BURST = 100_000  # files, at most, that are made under a watching agent
MOST_BURST = 300.0  # seconds from the last of them to the last finding
MOST_MIB = 200.0  # agent and scan child together
MOST_CPU = 0.15  # of one core, at the 10 percent of the shipped policy
MOST_SECOND = 12.0  # times the CPU of a bare walk with a stat, the agent's start included


@dataclass(kw_only=True)
class Cost:
    """What one run took: seconds, CPU seconds of all processes, and their greatest memory."""

    seconds: float = 0.0
    cpu: float = 0.0
    rss: int = 0
    agent: int = 0
    said: str = ""


def make(folder: Path, count: int) -> int:
    """Make the files; give the number of those with a card number."""
    found = 0
    for number in range(count):
        if number % IN_A_FOLDER == 0:
            inner = folder / f"{number // IN_A_FOLDER // 100:04}" / f"{number // IN_A_FOLDER:06}"
            inner.mkdir(parents=True)
        holds = number % ONE_IN == ONE_IN // 2
        found += holds
        text = (LETTER if holds else NOTE).format(n=number, card=CARD)
        (inner / f"note-{number}.txt").write_text(text)
    return found


def start(home: Path, folder: Path, percent: int, findings: int = 0) -> psutil.Popen:
    """Start the agent; it ends when it has swept and has so many findings."""
    (home / "policy.yaml").write_text(POLICY.format(folder=folder, percent=percent))
    program = home.parent / "program"
    environment = {**os.environ, "AGENTGUARD_HOME": str(home), "PYTHONPATH": str(program)}
    command = [sys.executable, "-c", AGENT, str(home), str(findings)]
    return psutil.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=home)


def burst(home: Path, folder: Path, count: int, seconds: float) -> Cost:
    """Make many files under a watching agent; give what it takes from the last to find the data."""
    agent = start(home, folder, 10, len(range(ONE_IN // 2, count, ONE_IN)))
    agent.stdout.readline()
    make(folder, count)
    return followed(agent, seconds)


def run(home: Path, folder: Path, percent: int, seconds: float) -> Cost:
    """Start the agent and watch it from outside until its sweep is finished or time is up."""
    return followed(start(home, folder, percent), seconds)


def followed(agent: psutil.Popen, seconds: float) -> Cost:
    """Watch an agent from outside until it ends, or end it when time is up."""
    cost, begun = Cost(), time.monotonic()
    spent: dict[int, float] = {}
    while agent.poll() is None and time.monotonic() - begun < seconds:
        look(agent, cost, spent)
        time.sleep(LOOK)
    ended = agent.poll() is not None
    for process in reversed(family(agent)):
        process.kill()  # with its children, as a power cut would
    cost.said = agent.communicate()[0] if ended else ""
    cost.seconds, cost.cpu = time.monotonic() - begun, sum(spent.values())
    return cost


def family(agent: psutil.Popen) -> list[psutil.Process]:
    """Give the agent's processes that live."""
    try:
        return [agent, *agent.children(recursive=True)]
    except psutil.Error:
        return []


def look(agent: psutil.Popen, cost: Cost, spent: dict[int, float]) -> None:
    """Note memory and CPU of all processes now; one may end meanwhile."""
    rss = 0
    for process in family(agent):
        try:
            with process.oneshot():
                mine, times = process.memory_info().rss, process.cpu_times()
        except psutil.Error:
            continue
        rss += mine
        spent[process.pid] = times.user + times.system
        if process.pid == agent.pid:
            cost.agent = max(cost.agent, mine)
    cost.rss = max(cost.rss, rss)


def walk(folder: Path) -> Iterator[str]:
    for top, _folders, files in os.walk(folder):
        for file in files:
            yield os.path.join(top, file)  # noqa: PTH118 - what is measured


def stat_all(folder: Path) -> None:
    for path in walk(folder):
        os.lstat(path)


def read_all(folder: Path) -> None:
    for path in walk(folder):
        with open(path, "rb") as file:  # noqa: PTH123 - what is measured
            file.read()


def measured(work: Callable[[Path], None], folder: Path) -> Cost:
    """Give what a bare piece of work costs in this process."""
    begun, before = time.monotonic(), time.process_time()
    work(folder)
    return Cost(seconds=time.monotonic() - begun, cpu=time.process_time() - before)


def show(costs: dict[str, Cost], files: int) -> None:
    plain = costs["os.walk + lstat"].cpu
    print(
        f"{f'{files:,} files':<26}{'s':>9}{'files/s':>10}{'CPU s':>9}{'x stat':>8}"
        f"{'us/file':>9}{'peak MiB':>10}{'agent MiB':>11}"
    )
    for name, one in costs.items():
        memory = f"{one.rss / MIB:>10.1f}{one.agent / MIB:>11.1f}" if one.rss else ""
        print(
            f"{name:<26}{one.seconds:>9.1f}{files / one.seconds:>10.0f}{one.cpu:>9.1f}"
            f"{one.cpu / plain:>8.1f}{one.cpu / files * 1e6:>9.1f}{memory}"
        )


def held(what: str, value: float, most: float, unit: str) -> bool:
    """Print a bar; tell whether it is held."""
    print(f"{what:<34}{value:>9.2f}  of at most {most:g} {unit}: "
          f"{'held' if value <= most else 'MISSED'}")  # fmt: skip
    return value <= most


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000, help="files to sweep")
    parser.add_argument("--share", type=float, default=20.0, help="seconds at the shipped share")
    parser.add_argument(
        "--limit", type=float, default=7200.0, help="seconds for one sweep, at most"
    )
    chosen = parser.parse_args()
    with TemporaryDirectory(prefix="sweep-") as temporary:
        names = ("files", "agent", "calm", "fresh", "empty")
        folder, home, calm, fresh, empty = places = [Path(temporary) / name for name in names]
        for place in places:
            place.mkdir(mode=0o700)
        for room in ("agentguard", "resources", "policies"):  # an edit would change the rules
            shutil.copytree(ROOT / room, folder.parent / "program" / room)
        planted = make(folder, chosen.files)
        costs = {"os.walk + lstat": measured(stat_all, folder)}
        costs["reading all bytes"] = measured(read_all, folder)
        half = run(home, folder, 100, chosen.files / 4000)
        costs["first sweep, from the kill"] = first = run(home, folder, 100, chosen.limit)
        costs["second sweep"] = second = run(home, folder, 100, chosen.limit)
        share = run(calm, folder, 10, chosen.share)
        sudden = burst(empty, fresh, min(chosen.files, BURST), 2 * MOST_BURST)
        show(costs, chosen.files)  # before the files are removed, which takes a while
        sys.stdout.flush()
    print(f"\nkilled after {half.seconds:.0f} s; load {os.getloadavg()[0]:.1f}")
    whole = json.dumps([chosen.files, 0, planted])
    right = all(cost.said.strip() == whole for cost in (first, second))
    print(f"files, unread, findings: {first.said.strip()} {second.said.strip()}, planted {planted}")
    stat = costs["os.walk + lstat"].cpu
    bars = (
        held("memory, first sweep", max(half.rss, first.rss) / MIB, MOST_MIB, "MiB"),
        held("memory, burst", sudden.rss / MIB, MOST_MIB, "MiB"),
        held("burst to last finding", sudden.seconds, MOST_BURST, "s"),
        held("memory, second sweep", second.rss / MIB, MOST_MIB, "MiB"),
        held("CPU at the shipped share", share.cpu / share.seconds, MOST_CPU, "of a core"),
        held("second sweep", second.cpu / stat, MOST_SECOND, "x a bare stat"),
    )
    return 0 if right and all(bars) else 1


if __name__ == "__main__":
    raise SystemExit(main())
