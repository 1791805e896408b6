"""Runs the tools of the detection benchmark and keeps their figures, round by round."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path

from _peers import AGENTGUARD, PEERS, Tool

from tests.corpus import bulk

VARIANT = "first"
DATA = {
    "text": bulk.logs,
    "code": bulk.code,
    "dense": bulk.exports,
    "strangers": bulk.strangers,
}
_TABLES = frozenset(("dense", "strangers"))

_LINE = "card number 4539 1488 0343 6467 was read out\n"
_PATIENCE = 240
_TRIES = 4
_FINE = (0, 1)
_STARTS = 3
_TOLD_APART = 0.2
"""The part of a start by which a run must be longer: starts of one minute differ by as much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """CPU seconds and peak memory of a run in bytes, and whether it was stopped for its time."""

    cpu: float
    peak: int
    stopped: bool
    code: int


@dataclass(slots=True)
class Bench:
    """Runs tools on data in a scratch folder."""

    home: Path
    missing: dict[str, str]
    costs: dict[tuple[str, str], list[Cost]] = field(default_factory=lambda: defaultdict(list))
    amounts: dict[tuple[str, str], float] = field(default_factory=dict)
    peaks: dict[tuple[str, str], int] = field(default_factory=Counter)
    starts: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def tools(self) -> list[Tool]:
        """Give the tools that are there."""
        gone = {"rg": ("rg same", "rg ten"), "clamscan": ("clamav",)}
        names = {n for name in self.missing for n in gone.get(name, (name,))}
        return [tool for tool in (AGENTGUARD, *PEERS) if tool.name not in names]

    def run(self, tool: Tool, folder: Path, scratch: Path) -> Cost:
        """Run a tool to the end of its data; a busy machine may let its deadlines pass."""
        for _ in range(_TRIES):
            cost = self._once(tool, folder, scratch)
            told = (scratch / "output").read_bytes() if tool.unfinished else b""
            if not any(mark in told for mark in tool.unfinished):
                return cost
        return replace(cost, stopped=True)

    def _once(self, tool: Tool, folder: Path, scratch: Path) -> Cost:
        scratch.mkdir(parents=True, exist_ok=True)
        launcher = Path(__file__).with_name("_measured.py")
        words = [sys.executable, "-I", "-S", str(launcher), str(_PATIENCE), str(scratch / "output")]
        words += tool.command(folder, scratch)
        ended = subprocess.run(words, capture_output=True, text=True, check=True, cwd=scratch)
        cost = Cost(**json.loads(ended.stdout))
        if not cost.stopped and cost.code not in _FINE:
            raise RuntimeError(f"{tool.name} ended with {cost.code} on {folder}")
        return cost

    def share(self, tool: Tool, kind: str) -> tuple[Path, int]:
        """Give a tool's share of the data and its size."""
        size = tool.bytes_of_tables if kind in _TABLES else tool.bytes_of_text
        folder = self.home / f"{kind}-{size}"
        if not folder.exists():
            DATA[kind](VARIANT, folder, size)
        return folder, sum(file.stat().st_size for file in folder.iterdir())

    def start(self, tool: Tool) -> None:
        """Measure starts to the first finding and the end."""
        folder = self.home / "one"
        folder.mkdir(exist_ok=True)
        (folder / "one.txt").write_text(_LINE, encoding="utf-8")
        for _ in range(_STARTS):
            cost = self.run(tool, folder, self.home / "scratch" / tool.name / "one")
            self.starts[tool.name].append(cost.cpu)

    def read(self, tool: Tool, kind: str) -> None:
        """Measure one run on a kind of data."""
        folder, size = self.share(tool, kind)
        self._measure(tool, kind, folder, size / 1e6)

    def files(self, tool: Tool, folder: Path, count: int) -> None:
        """Measure one run on mixed files."""
        self._measure(tool, "mixed", folder, count)

    def speed(self, tool: Tool, kind: str) -> float | None:
        """Give what was read for each CPU second after the start, by the least of all runs.

        What else a computer does can only add to them. 0 when no run came to an end; None when
        there was none, or what it took after the start cannot be told from how much starts differ.
        """
        costs = self.costs[tool.name, kind]
        if all(cost.stopped for cost in costs):
            return 0.0 if costs else None
        start = min(self.starts[tool.name])
        after = min(cost.cpu for cost in costs if not cost.stopped) - start
        return self.amounts[tool.name, kind] / after if after > _TOLD_APART * start else None

    def _measure(self, tool: Tool, kind: str, folder: Path, amount: float) -> None:
        cost = self.run(tool, folder, self.home / "scratch" / tool.name / kind)
        self.costs[tool.name, kind].append(cost)
        self.amounts[tool.name, kind] = amount
        self.peaks[tool.name, kind] = max(self.peaks[tool.name, kind], cost.peak)


def measure(bench: Bench, rounds: int, copies: int) -> None:
    """Take rounds; in each every tool meets the same minutes of the machine."""
    mixed = bench.home / "mixed"
    count = bulk.mixed(VARIANT, mixed, copies)
    for number in range(rounds):
        for tool in bench.tools():
            slow = tool.bytes_of_text < 1_000_000
            if slow and number:
                continue
            bench.start(tool)
            for kind in DATA:
                bench.read(tool, kind)
            if not slow and tool.name != "wc":
                bench.files(tool, mixed, count)
