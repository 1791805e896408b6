"""What the tests of the installer, or those under Wine, may take, and whether the clock can tell.

A machine is quiet while no more wants its cores than there are, beside what the run itself has at
work: of the installer's two journeys, and a package that is written again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

BUDGET = 12 * 60.0  # seconds of the whole, with what is frozen from before or in that time
OWN = 3.0
"""The processes that a run has at work itself, of those that the load of a machine counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Runs from when it is made; `beside` another run, which `dev.py` tells it of, none is late."""

    now: Callable[[], float] = time.monotonic
    load: Callable[[], float] = lambda: os.getloadavg()[2]  # of the last fifteen minutes
    cores: int = field(default_factory=lambda: os.cpu_count() or 1)
    own: float = OWN
    beside: bool = field(default_factory=lambda: "TESTED_SIDE_BY_SIDE" in os.environ)
    begun: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin."""
        object.__setattr__(self, "begun", self.now())

    @property
    def took(self) -> float:
        """The seconds since then."""
        return self.now() - self.begun

    def judged(self) -> tuple[str, bool]:
        """Give what is to be said of the time, and whether it is a failure."""
        if self.took <= BUDGET:
            return "", False
        late = f", longer than the {BUDGET:.0f} s that it may take"
        if self.beside:
            return f"{late}: another run stood beside it, it proves nothing", False
        if (load := self.load()) > self.cores + self.own:
            return (
                f"{late}: the load is {load:.1f} for {self.cores} cores, it proves nothing",
                False,
            )
        return f"{late} on a machine as quiet as this", True

    def ended(self, code: int) -> int:
        """Say what a run took, and give what it ends with: its own failure, or that it is late."""
        said, late = self.judged()
        print(f"{self.took:7.1f} s{said}", flush=True)
        return code or int(late)
