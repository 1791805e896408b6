"""The bars of the detection benchmark: ratios of one run, and what a small desk can bear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

OWN = "AgentGuard"
# `rg ten` looks for ten patterns, as ripgrep did where the bars were set; `rg same` for the shapes
# and labels of all kinds, as AgentGuard does. Logs are told beside both; for code ten are too few.
_FINDERS = frozenset({"panhunt", "hawk-eye", "presidio", "clamav"})
"""The peers that judge what they find; ripgrep and wc do not."""


@dataclass(slots=True)
class Figures:
    """Best of all rounds: speed by tool and data, start in CPU seconds, peak in megabytes."""

    speed: dict[tuple[str, str], float] = field(default_factory=dict)
    start: dict[str, float] = field(default_factory=dict)
    peak: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: what is measured, its value, and the least or the most of it."""

    what: str
    value: float
    bound: float
    unit: str
    least: bool = True

    def say(self) -> bool:
        """Print it and tell whether it is held."""
        held = self.value >= self.bound if self.least else self.value <= self.bound
        side = "at least" if self.least else "at most"
        mark = "held" if held else "MISSED"
        print(f"{self.what:<44}{self.value:>9.2f}  of {side} {self.bound:g} {self.unit}: {mark}")
        return held


def bars(figures: Figures) -> Iterator[Bar]:
    """Give the bars for which there are figures."""

    def ours(kind: str) -> float:
        return figures.speed.get((OWN, kind), 0.0)

    ratios = (
        ("text", "clamav", 1.5),
        ("text", "rg same", 0.4),
        ("text", "rg ten", 0.4),
        ("code", "rg same", 0.6),
    )
    for kind, peer, bound in ratios:
        theirs = figures.speed.get((peer, kind), 0.0)
        if theirs:
            ratio = ours(kind) / theirs
            yield Bar(what=f"{kind} beside {peer}", value=ratio, bound=bound, unit="x")
    for kind in ("text", "code"):
        peers = [s for (name, k), s in figures.speed.items() if k == kind and name in _FINDERS]
        ratio = ours(kind) / max(peers) if any(peers) else 0.0
        if any(peers):
            yield Bar(what=f"{kind} beside the fastest finder", value=ratio, bound=1.0, unit="x")
    least = (("dense exports", "dense", 10, "MB/s"), ("mixed files", "mixed", 50, "files/s"))
    for what, kind, bound, unit in least:
        yield Bar(what=what, value=ours(kind), bound=bound, unit=unit)
    peak, start = figures.peak[OWN], figures.start[OWN]
    yield Bar(what="peak memory on text and code", value=peak, bound=64, unit="MB", least=False)
    yield Bar(what="start to first finding", value=start, bound=0.3, unit="s", least=False)
