"""What the idle agent costs, beside a bare PySide6 tray program in the same session and run.

The agent runs with the bytecode of its packages, the bare program with the system's. The tray is
measured twice, once enrolled at an endpoint of the benchmark's own. Memory (RSS, PSS,
private) after settling, CPU seconds and wake-ups of all threads while nobody does
anything, and the time from start to the first tray icon, seen from outside by a tray host. The
scan child is counted by itself; it must be gone while nothing is read. Exit code 1 when a bar is
missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from _endpoint import Endpoint, endpoint  # noqa: E402 - found beside this file
from _packed import started  # noqa: E402 - as above
from _tray_host import TrayHost  # noqa: E402 - as above

from tests.desktop.harness import Desktop  # noqa: E402 - found from the tree's root

BARE = """
import signal, sys
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon
signal.signal(signal.SIGTERM, signal.SIG_DFL)
app = QApplication(["bare"])
app.setQuitOnLastWindowClosed(False)
picture = QPixmap(64, 64)
picture.fill("green")
menu = QMenu()
menu.addAction("Quit", app.quit)
icon = QSystemTrayIcon(QIcon(picture))
icon.setToolTip("bare")
icon.setContextMenu(menu)
icon.show()
sys.exit(app.exec())
"""
IN_ORDER = """
policy: footprint
version: 1
description: A desk in order. What this machine lacks is recorded, and no card waits in a corner.
controls:
  antivirus: {respond: []}
  backup: {respond: []}
  disk-encryption: {respond: []}
  firewall: {respond: []}
  folder-access: {respond: []}
  remote-tools: {respond: []}
  software: {respond: []}
  training: {respond: []}
"""
MOST_THREADS = 15
MOST_RSS = 2.0  # times the bare program's
MOST_CPU = 0.005  # of one core
MOST_WAKES = 15.0  # of all threads together, a second: each costs a sleeping processor
MOST_START = 2.0  # times the bare program's
STARTS = 7  # the first warms the caches and does not count
PATIENCE = 60.0
RUN = ("bare", "tray", "enrolled", "run")
FILES = 200  # that the agent finds in its user's documents
MIB = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one program costs."""

    rss: int
    pss: int
    private: int
    cpu: float
    wakes: int
    threads: int
    names: Mapping[str, int]
    scanning: int
    helper_rss: int


class Bench:
    """Starts the programs, each agent with a data folder of its own; one is enrolled."""

    def __init__(self, desktop: Desktop, endpoint: Endpoint) -> None:
        self._desktop = desktop
        self._endpoint = endpoint
        agent = (*started(desktop.home / "bytecode"), "-m", "agentguard")
        self._commands = {
            "bare": (sys.executable, "-c", BARE),
            "tray": (*agent, "tray"),
            "enrolled": (*agent, "tray"),
            "run": (*agent, "run"),
        }

    def start(self, name: str) -> subprocess.Popen[str]:
        """Start one."""
        data = self._desktop.home / f"data-{name}"
        data.mkdir(exist_ok=True)
        (data / "policy.yaml").write_text(IN_ORDER)
        (data / "settings.toml").write_text(f'policy = "{data / "policy.yaml"}"\n')
        more = {"AGENTGUARD_HOME": str(data), "PYTHONPATH": str(ROOT)}
        if name == "enrolled" and not (data / "enrolment.json").exists():
            self._endpoint.enrol(self._desktop, more)
        return self._desktop.start(*self._commands[name], env=more)

    @contextmanager
    def running(self, name: str) -> Iterator[psutil.Process]:
        """Have one for a while."""
        child = self.start(name)
        try:
            yield psutil.Process(child.pid)
        finally:
            self._desktop.end(child)

    def seconds_to_icon(self, host: TrayHost, name: str) -> float:
        """Start one, wait for its icon, end it."""
        begun = time.monotonic()
        with self.running(name) as process:
            return host.docked(process.pid, PATIENCE) - begun


def cpu_of(process: psutil.Process) -> float:
    """Give the CPU seconds of a process and of what it started, the ended ones included."""
    times = process.cpu_times()
    spent = times.user + times.system + times.children_user + times.children_system
    for child in process.children(recursive=True):
        inner = child.cpu_times()
        spent += inner.user + inner.system
    return float(spent)


def wakes_of(process: psutil.Process) -> int:
    """Count how often any thread has waited and was woken, as the kernel does (proc(5), status)."""
    found = 0
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        with suppress(OSError):  # it ended meanwhile
            told = dict(line.split(":", 1) for line in (task / "status").read_text().splitlines())
            found += int(told["voluntary_ctxt_switches"])
    return found


def thread_names(process: psutil.Process) -> Counter[str]:
    """Count the threads of each name, as the system shows them."""
    found: Counter[str] = Counter()
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        with suppress(OSError):  # it ended meanwhile
            found[(task / "comm").read_text().strip()] += 1
    return found


def scan_children(process: psutil.Process) -> list[psutil.Process]:
    """Give the children that read files; Python's resource tracker beside them reads none."""
    found = []
    for child in process.children(recursive=True):
        with suppress(psutil.Error):  # it ended meanwhile
            if "agentguard-scan" in child.cmdline():
                found.append(child)
    return found


def settle(processes: dict[str, psutil.Process], seconds: float) -> None:
    """Let them start, sweep and read the machine, until no child is left or time is up."""
    end = time.monotonic() + seconds
    least = time.monotonic() + min(seconds, 60.0)  # a busy machine begins its sweep late
    while time.monotonic() < end:
        time.sleep(1.0)
        alone = not any(scan_children(p) for p in processes.values())
        if alone and time.monotonic() > least:
            return


def measure(bench: Bench, seconds: float, settling: float) -> dict[str, Cost]:
    """Run all of them side by side and leave them alone."""
    with ExitStack() as stack:
        processes = {name: stack.enter_context(bench.running(name)) for name in RUN}
        settle(processes, settling)
        before = {name: (cpu_of(one), wakes_of(one)) for name, one in processes.items()}
        time.sleep(seconds)
        return {name: cost(one, *before[name]) for name, one in processes.items()}


def cost(process: psutil.Process, cpu: float, wakes: int) -> Cost:
    """Give what it costs, since it had spent that much and had been woken so often."""
    spent, woken = cpu_of(process) - cpu, wakes_of(process) - wakes
    memory = process.memory_full_info()
    children = process.children(recursive=True)
    return Cost(
        rss=memory.rss,
        pss=memory.pss,
        private=memory.uss,
        cpu=spent,
        wakes=woken,
        threads=process.num_threads(),
        names=thread_names(process),
        scanning=len(scan_children(process)),
        helper_rss=sum(child.memory_info().rss for child in children),
    )


def starts(bench: Bench, host: TrayHost, count: int) -> dict[str, list[float]]:
    """Measure starts in turns, so that both meet the same machine."""
    took: dict[str, list[float]] = {"bare": [], "tray": []}
    for _ in range(count):
        for name, found in took.items():
            found.append(bench.seconds_to_icon(host, name))
    return {name: found[1:] for name, found in took.items()}


def show(costs: dict[str, Cost], took: dict[str, list[float]], seconds: float) -> bool:
    """Print the tables; tell whether every bar is held."""
    bare = costs["bare"]
    head = (
        "RSS MiB",
        "x bare",
        "PSS MiB",
        "private",
        "CPU s",
        "% core",
        "wakes/s",
        "threads",
        "scanning",
        "other MiB",
    )
    print(f"{'idle for ' + format(seconds, '.0f') + ' s':<22}" + "".join(f"{h:>10}" for h in head))
    for name, one in costs.items():
        print(
            f"{name:<22}{one.rss / MIB:>10.1f}{one.rss / bare.rss:>10.2f}{one.pss / MIB:>10.1f}"
            f"{one.private / MIB:>10.1f}{one.cpu:>10.2f}{one.cpu / seconds * 100:>10.2f}"
            f"{one.wakes / seconds:>10.1f}{one.threads:>10}{one.scanning:>10}"
            f"{one.helper_rss / MIB:>10.1f}"
        )
    print("\nthreads, enrolled: " + ", ".join(named(costs["enrolled"].names)))
    print(
        f"\n{'start to tray icon':<22}{'starts':>10}{'median s':>10}{'worst s':>10}{'x bare':>10}"
    )
    medians = {name: statistics.median(found) for name, found in took.items()}
    for name, found in took.items():
        ratio = medians[name] / medians["bare"]
        print(f"{name:<22}{len(found):>10}{medians[name]:>10.2f}{max(found):>10.2f}{ratio:>10.2f}")
    print()
    return verdict(costs, medians["tray"] / medians["bare"], seconds)


def named(names: Mapping[str, int]) -> list[str]:
    """Write out the names of threads, with their number where it is not one."""
    return [name if n == 1 else f"{n} x {name}" for name, n in sorted(names.items())]


def verdict(costs: dict[str, Cost], start: float, seconds: float) -> bool:
    bare = costs["bare"]
    lines = [("start to icon, tray", start, MOST_START, "x bare")]
    for name in RUN[1:]:
        one = costs[name]
        lines += [
            (f"RSS, {name}", one.rss / bare.rss, MOST_RSS, "x bare"),
            (f"CPU, {name}", one.cpu / seconds * 100, MOST_CPU * 100, "% of a core"),
            (f"wake-ups, {name}", one.wakes / seconds, MOST_WAKES, "a second"),
            (f"threads, {name}", one.threads, MOST_THREADS, "threads"),
            (f"scan children, {name}", one.scanning, 0, "processes"),
        ]
    for what, value, most, unit in lines:
        held = "held" if value <= most else "MISSED"
        print(f"{what:<22}{value:>10.2f}  of at most {most:g} {unit}: {held}")
    return all(value <= most for _, value, most, _ in lines)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="idle seconds to measure")
    parser.add_argument("--settle", type=float, default=150.0, help="at most, before measuring")
    parser.add_argument("--starts", type=int, default=STARTS, help="starts; the first is not kept")
    chosen = parser.parse_args()
    with Desktop() as desktop, TrayHost(desktop.display) as host, endpoint() as centre:
        documents = desktop.home / "Documents"
        documents.mkdir()
        for number in range(FILES):
            (documents / f"note-{number}.txt").write_text(f"Call {number} went well.\n")
        bench = Bench(desktop, centre)
        took = starts(bench, host, chosen.starts)
        costs = measure(bench, chosen.seconds, chosen.settle)
    print(f"load of this machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    return 0 if show(costs, took, chosen.seconds) else 1


if __name__ == "__main__":
    raise SystemExit(main())
