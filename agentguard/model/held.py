"""How long a control held at a desk: the parts of a period, which add up to it to the second.

A period, and every span in it, are whole wall seconds since 1970, the end not included. Nothing in
here reads a clock or a database, so that whoever has the spans can compute all of it again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate


class State(StrEnum):
    """What a control is at a moment: the first of these, in this order, that applies.

    Only `PASS` is time in which it held. `PARTIAL` is time in which nothing was wrong with what was
    checked, but not all could be; `BLIND` is not known because its sensor had failed. `EXPIRED` is
    time that would have passed, under a policy whose last day was over: what is known to be wrong
    is not hidden by that.
    """

    NOT_ENROLLED = "not-enrolled"
    OFFLINE = "offline"
    NOT_IN_POLICY = "not-in-policy"
    PAUSED = "paused"
    EXCEPTED = "excepted"
    BLIND = "sensor-failed"
    UNKNOWN = "unknown"
    PARTIAL = "partial"
    NOT_APPLICABLE = "not-applicable"
    FAIL = "fail"
    EXPIRED = "policy-expired"
    PASS = "pass"  # noqa: S105 - a state


ORDER = tuple(State)
UNWATCHED = frozenset({State.NOT_ENROLLED, State.OFFLINE})
"""States of a desk of which nobody hears; of all others it is heard."""
BEFORE_EXCEPTED = frozenset(ORDER[: ORDER.index(State.EXCEPTED)])
HIDES = frozenset({*UNWATCHED, State.UNKNOWN})
"""States in which a whole desk can be, with all its controls: unknown is what was not recorded."""
_PASSING = frozenset({State.PASS})
_RANK = {state: place for place, state in enumerate(ORDER)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `since` until `until`, which it does not include, in one state."""

    since: int
    until: int
    state: State

    @property
    def seconds(self) -> int:
        """How long it is."""
        return self.until - self.since


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What is asked about, in whole wall seconds since 1970; the end is not included."""

    since: int
    until: int

    @property
    def seconds(self) -> int:
        """How long it is; never less than nothing."""
        return max(0, self.until - self.since)

    def of(self, since: int, until: int) -> tuple[int, int]:
        """Return the part of a span that lies in it; one of no length where none does."""
        begin = min(max(since, self.since), self.until)
        return begin, max(begin, min(until, self.until))


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What is known of one control at one desk: where it was another state than `pass`.

    `judged` is since when it was judged at all, None for never. `excepted` are the spans of
    exceptions, `expired` those in which the desk's policy was out of date; both may lie across each
    other.
    """

    judged: int | None
    spans: tuple[Span, ...] = ()
    excepted: tuple[tuple[int, int], ...] = ()
    expired: tuple[tuple[int, int], ...] = ()


Sums = Mapping[State, int]
"""Seconds of each state; every state is named, and they add up to the period."""


class Presence:
    """Where a desk was watched within a period, and what it was elsewhere.

    `spans` are those in which it was not (`HIDES`); what they leave is watched. `enrolled` is when
    it came, before which it was not there.
    """

    def __init__(self, period: Period, spans: Iterable[Span]) -> None:
        self.period = period
        self.spans = tidied(period, (one for one in spans if one.state in HIDES))
        self._begins = [one.since for one in self.spans]
        self._lost = [0, *accumulate(one.seconds for one in self.spans)]
        self._hidden = summed(self.spans)

    @property
    def watched(self) -> int:
        """Seconds of the period in which it was."""
        return self.period.seconds - self._lost[-1]

    def within(self, spans: Iterable[tuple[int, int]]) -> Presence:
        """Return the same in some spans alone, such as those of use: all else is not there.

        So its sums have all that lies outside under `NOT_ENROLLED`, and still add up.
        """
        outside, at = [], self.period.since
        inside = merged(_span(*self.period.of(*one), State.PASS) for one in spans)
        for one in inside:
            outside.append(_span(at, one.since, State.NOT_ENROLLED))
            at = one.until
        outside.append(_span(at, max(at, self.period.until), State.NOT_ENROLLED))
        every = self.partition(Control(judged=None))
        return Presence(self.period, painted(every, merged(outside), over=frozenset(ORDER)))

    def before(self, at: int) -> int:
        """Return how many seconds of the period were watched before a moment."""
        at = min(max(at, self.period.since), max(self.period.since, self.period.until))
        place = bisect_right(self._begins, at)
        lost = self._lost[place]
        if place:  # the last of them may reach beyond the moment
            last = self.spans[place - 1]
            lost -= max(0, last.until - max(at, last.since))
        return at - self.period.since - lost

    def sums(self, control: Control) -> dict[State, int]:
        """Return the seconds of each state of a control."""
        if control.excepted or control.expired:
            return summed(self.partition(control))
        sums = dict(self._hidden)
        if control.judged is None:
            sums[State.NOT_IN_POLICY] += self.watched
            return sums
        first = self.before(control.judged)
        sums[State.UNKNOWN] += first
        rest = self.watched - first
        for one in tidied(self.period, control.spans):
            begin = max(one.since, control.judged)
            if one.until > begin:
                seconds = self.before(one.until) - self.before(begin)
                sums[one.state] += seconds
                rest -= seconds
        sums[State.PASS] += rest
        return sums

    def partition(self, control: Control) -> list[Span]:
        """Return the period cut by the state of a control, in order and without a gap."""
        whole = Period(since=self.period.since, until=max(self.period.since, self.period.until))
        if not whole.seconds:
            return []
        if control.judged is None:
            own = [_span(whole.since, whole.until, State.NOT_IN_POLICY)]
        else:
            known, _ = whole.of(control.judged, whole.until)
            own = [_span(whole.since, known, State.UNKNOWN), _span(known, whole.until, State.PASS)]
            later = Period(since=known, until=whole.until)
            own = painted(own, tidied(later, control.spans), over=frozenset(ORDER))
        expired = [_span(*whole.of(*one), State.EXPIRED) for one in control.expired]
        own = painted(own, merged(expired), over=_PASSING)
        excepted = [_span(*whole.of(*one), State.EXCEPTED) for one in control.excepted]
        own = painted(own, merged(excepted), over=frozenset(ORDER) - BEFORE_EXCEPTED)
        return joined(painted(own, self.spans, over=frozenset(ORDER)))


def tidied(period: Period, spans: Iterable[Span]) -> list[Span]:
    """Return the spans within a period, in order, each cut where the next one begins.

    A clock that was set back makes two of them lie across each other; the later word counts, and of
    two words of the same seconds the one that comes first in the order of the states.
    """
    every = sorted(spans, key=lambda one: (one.since, one.until, -_RANK[one.state]))
    kept: list[Span] = []
    for place, one in enumerate(every):
        until = one.until
        if place + 1 < len(every):
            until = min(until, every[place + 1].since)
        since, until = period.of(one.since, until)
        if until > since:
            kept.append(_span(since, until, one.state))
    return kept


def painted(
    under: Iterable[Span], over_it: Sequence[Span], *, over: frozenset[State]
) -> list[Span]:
    """Return the spans with others laid over those of the states of `over`.

    Both are in order and lie across nothing of their own; what has no length is left out.
    """
    kept: list[Span] = []
    start = 0
    for one in under:
        at = one.since
        while start < len(over_it) and over_it[start].until <= at:
            start += 1
        place = start
        while place < len(over_it) and over_it[place].since < one.until and one.state in over:
            top = over_it[place]
            begin, end = max(at, top.since), min(one.until, top.until)
            if begin > at:
                kept.append(_span(at, begin, one.state))
            kept.append(_span(begin, end, top.state))
            at = max(at, end)
            place += 1
        if one.until > at:
            kept.append(_span(at, one.until, one.state))
    return kept


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return spans of one state as those that they cover together, in order."""
    kept: list[Span] = []
    for one in sorted(spans, key=lambda one: one.since):
        if kept and one.since <= kept[-1].until:
            until = max(one.until, kept[-1].until)
            kept[-1] = _span(kept[-1].since, until, one.state)
        else:
            kept.append(one)
    return [one for one in kept if one.seconds]


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return the spans with neighbours of one state made one."""
    kept: list[Span] = []
    for one in spans:
        if kept and kept[-1].state is one.state and kept[-1].until == one.since:
            kept[-1] = _span(kept[-1].since, one.until, one.state)
        else:
            kept.append(one)
    return kept


def gaps(spans: Iterable[Span]) -> list[Span]:
    """Return the spans in which a control did not hold."""
    return [one for one in spans if one.state is not State.PASS]


def summed(spans: Iterable[Span]) -> dict[State, int]:
    """Return the seconds of each state."""
    sums = dict.fromkeys(ORDER, 0)
    for one in spans:
        sums[one.state] += one.seconds
    return sums


def added(every: Iterable[Sums]) -> dict[State, int]:
    """Return the sums of several desks, teams or days together."""
    sums = dict.fromkeys(ORDER, 0)
    for one in every:
        for state, seconds in one.items():
            sums[state] += seconds
    return sums


def watched(sums: Sums) -> int:
    """Return the seconds of which was heard: what shares are of."""
    return sum(seconds for state, seconds in sums.items() if state not in UNWATCHED)


def share(part: int, whole: int) -> str:
    """Return a share in percent with one digit, rounded down.

    So 100.0 stands only where nothing is missing. Empty for a share of nothing.
    """
    if whole <= 0:
        return ""
    tenths = 1000 * part // whole
    return f"{tenths // 10}.{tenths % 10}"


def _span(since: int, until: int, state: State) -> Span:
    return Span(since=since, until=until, state=state)
