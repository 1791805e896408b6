"""How long a control was wrong at a stretch, and how fast it was mended.

Lengths are wall seconds from when it began to when it was over, nights and silence included: an
auditor asks from when to when. Time under an exception is none of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agentguard.model.held import Control, Period, Presence, Span, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A control failed from `since` until `until`; `mended` says that it passed right after."""

    since: int
    until: int
    mended: bool

    @property
    def seconds(self) -> int:
        """How long it was."""
        return self.until - self.since


def failures(control: Control, period: Period, hidden: Iterable[Span] = ()) -> Iterator[Failure]:
    """Yield the failures that reach into a period, from their true beginning on.

    One that goes on at the period's end ends there and is not mended; nor is one whose desk is not
    enrolled any more, as `hidden` tells. What is over at the period's first second belongs to it.
    """
    begun = [one.since for one in control.spans if one.state is State.FAIL]
    if not begun or period.until <= period.since:
        return
    whole = Period(since=min(period.since, *begun), until=period.until)
    gone = [one for one in hidden if one.state is State.NOT_ENROLLED]
    parts = Presence(whole, gone).partition(control)
    for place, one in enumerate(parts):
        after = parts[place + 1].state if place + 1 < len(parts) else None
        mended = after in {State.PASS, State.EXPIRED}
        if one.state is State.FAIL and (one.until, mended) > (period.since, False):
            yield Failure(since=one.since, until=one.until, mended=mended)


def median(lengths: Iterable[int]) -> int | None:
    """Return the length within which at least half of them lie; None where there are none."""
    every: Sequence[int] = sorted(lengths)
    return every[(len(every) - 1) // 2] if every else None
