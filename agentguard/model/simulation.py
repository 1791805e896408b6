"""What a draft of a policy would have done, from what was recorded under the one in force.

Every figure says how far it can be relied on: it is exact, it is at least so much, or it cannot be
known, and why. What a draft leaves as it is has the figures of what really happened. Figures hold
if people behave alike under both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import inf
from typing import Any

from agentguard.model import policy_changes
from agentguard.model.actions import ActionKind
from agentguard.model.policy import Control, Policy
from agentguard.model.shift_counts import (
    AFTER_CALL,
    ALLOWED,
    ASKED,
    AWAY,
    CALLS,
    CLEARED,
    COPIES,
    COVERED,
    FOUND,
    FREE,
    GATE,
    GRACES,
    IN_CALL,
    LOCKED,
    LONGEST,
    LOST,
    MANY,
    MIXED,
    MORE,
    Rows,
    added,
    from_place,
)
from agentguard.model.simulation_reach import CLIPBOARD, LOCK, REAUTH, Sure, borne

CLEARS = frozenset({ActionKind.CLEAR_CLIPBOARD, ActionKind.MASK_CLIPBOARD})


class What(StrEnum):
    """What is counted of a control."""

    LOCKS = "locks"
    COVERS = "covers"
    COPIES = "copies"
    CLEARS = "clears"
    ASKED = "asked"
    FINDINGS = "findings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What was recorded of some desks: rows of counts by kind, and what really happened.

    `findings` are those that opened, by check. Of `desks`, so many as `counting` told counts; `cut`
    says that there were more records than are added up.
    """

    rows: Mapping[str, Rows] = field(default_factory=dict)
    findings: Mapping[str, int] = field(default_factory=dict)
    desks: int = 1
    counting: int = 1
    cut: bool = False

    def __add__(self, other: Recorded) -> Recorded:
        """Return both together."""
        kinds = {*self.rows, *other.rows}
        return Recorded(
            rows={k: added(self.rows.get(k, {}), other.rows.get(k, {})) for k in kinds},
            findings=_sum(self.findings, other.findings),
            desks=self.desks + other.desks,
            counting=self.counting + other.counting,
            cut=self.cut or other.cut,
        )


NOTHING = Recorded(desks=0, counting=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number of a control: what really happened, and what the draft would have done.

    `draft` is None where that cannot be known; `why` is the id of a sentence, empty for none.
    """

    check: str
    what: What
    real: int
    draft: int | None
    sure: Sure = Sure.EXACT
    why: str = ""

    @property
    def more(self) -> int:
        """How many more it would be, less than nothing for fewer; 0 where it is not known."""
        return 0 if self.draft is None else self.draft - self.real


def simulated(present: Policy, draft: Policy, recorded: Recorded) -> tuple[Figure, ...]:
    """Return the figures of every control that has any, in the order of their names."""
    hangs = borne(one.path for one in policy_changes.changes(present, draft))
    found: list[Figure] = []
    for check in sorted({*present.controls, *draft.controls}):
        was, is_ = present.controls.get(check), draft.controls.get(check)
        found += _figures(check, was, is_, recorded, hangs.get(check))
    locks = _locks_after(present), _locks_after(draft)
    found = [_beside_locks(one, *locks) if one.what is What.ASKED else one for one in found]
    return tuple(one for one in found if one.real or one.draft != 0)


def _figures(
    check: str, was: Control | None, is_: Control | None, recorded: Recorded, unknown: str | None
) -> Iterator[Figure]:
    """Yield the figures of a control; `unknown` is None where nothing that changes bears on it."""
    for real in _real(check, recorded):
        if is_ is None or is_.paused:
            yield replace(real, draft=0, why="simulate.why.paused")
        elif unknown:
            yield replace(real, draft=None, sure=Sure.UNKNOWN, why=unknown)
        elif unknown is None and was is not None:
            why = "same" if _same(was, is_) else "as-found"
            yield _of_some(replace(real, why=f"simulate.why.{why}"), recorded)
        else:
            yield _of_some(_drafted(real, was, is_, recorded.rows), recorded)


def _real(check: str, recorded: Recorded) -> Iterator[Figure]:
    """Yield what really happened of a control."""
    rows, happened = recorded.rows, {What.FINDINGS: recorded.findings.get(check, 0)}
    if check == LOCK:
        locked = rows.get(AWAY, {}).get(LOCKED, ())
        covered = from_place(rows.get(AWAY, {}), COVERED, 0)
        happened = {What.LOCKS: locked[0] if locked else 0, What.COVERS: covered}
    elif check == CLIPBOARD:
        copies = rows.get(COPIES, {})
        found, cleared = from_place(copies, FOUND, 0), from_place(copies, CLEARED, 0)
        happened = {What.COPIES: found, What.CLEARS: cleared}
    elif check == REAUTH:
        happened = {What.ASKED: from_place(rows.get(GATE, {}), ASKED, 0)}
    for what, real in happened.items():
        yield Figure(check=check, what=what, real=real, draft=real)


def _drafted(real: Figure, was: Control | None, is_: Control, rows: Mapping[str, Rows]) -> Figure:
    match real.what:
        case What.LOCKS | What.COVERS:
            return _lock(real, is_, rows.get(AWAY, {}))
        case What.ASKED:
            return _asked(real, was, is_, rows.get(GATE, {}))
        case What.COPIES | What.CLEARS:
            return _copies(real, was, is_, rows.get(COPIES, {}))
        case _:
            return _unknown(real, "not-looked")


def _lock(real: Figure, is_: Control, rows: Rows) -> Figure:
    """Try an idle limit: each time away that reached it would have been a lock, or a cover."""
    if ActionKind.LOCK not in is_.respond:
        return replace(real, draft=0, why="simulate.why.no-response")
    limit = min(int(_setting(is_, "limit_minutes", LONGEST)), LONGEST)
    blurred = from_place(rows, MIXED, limit) + from_place(rows, LOST, 0)
    if real.what is What.LOCKS:
        locks = from_place(rows, FREE, limit) + from_place(rows, AFTER_CALL, limit)
        return _sure(real, locks, "calls", at_least=bool(blurred))
    blurred += from_place(rows, AFTER_CALL, limit)
    return _sure(real, from_place(rows, IN_CALL, limit), "calls", at_least=bool(blurred))


def _asked(real: Figure, was: Control | None, is_: Control, rows: Rows) -> Figure:
    """Try minutes of grace: openings of each group were counted with several."""
    if ActionKind.PROVE not in is_.respond:
        return replace(real, draft=0, why="simulate.why.no-response")
    groups = _groups(is_)
    if was is None or was.paused or any(_groups(was).get(n) != g for n, g in groups.items()):
        return _unknown(real, "windows")
    usual, several, blurred = int(_setting(is_, "grace_minutes", 0)), 0, False
    for group in _setting(is_, "groups", ()):
        minutes = group.grace_minutes or usual
        place = next(p for p, known in enumerate(GRACES) if known >= minutes)
        blurred |= GRACES[place] != minutes
        asked = rows.get(group.name, ())
        several += asked[place] if place < len(asked) else 0
    blurred |= bool(from_place(rows, CALLS, 0))
    return _sure(real, several, "grace", at_least=blurred)


def _copies(real: Figure, was: Control | None, is_: Control, rows: Rows) -> Figure:
    """Try kinds and numbers: copies were counted by what was in them."""
    if was is None or was.paused:
        return _unknown(real, "not-looked")
    if real.what is What.CLEARS:
        if _setting(is_, "rules", ()):
            return _unknown(real, "programs")
        if not CLEARS & set(is_.respond):
            return replace(real, draft=0, why="simulate.why.no-response")
    return _by_kinds(real, is_, rows)


def _by_kinds(real: Figure, is_: Control, rows: Rows) -> Figure:
    alone, everyday = set(_setting(is_, "kinds", ())), set(_setting(is_, "bulk_kinds", ()))
    least = int(_setting(is_, "bulk_count", 1))
    place = min(least, MANY)
    several, blurred = 0, bool(from_place(rows, ALLOWED, 0) or from_place(rows, MORE, 0))
    for name in (name for name in rows if not name.startswith("~")):
        kinds = set(name.split("+"))
        if kinds & alone:
            several += from_place(rows, name, 0)
        elif kinds & everyday:
            reached = from_place(rows, name, place)
            sure = kinds <= everyday and least <= MANY
            several += reached if sure else 0
            blurred |= bool(reached) and not sure
    return _sure(real, several, "kinds", at_least=blurred)


def _locks_after(policy: Policy) -> float:
    """Return after how many minutes the screen is locked; never is infinite."""
    control = policy.controls.get(LOCK)
    if control is None or control.paused or ActionKind.LOCK not in control.respond:
        return inf
    return float(_setting(control, "limit_minutes", LONGEST))


def _beside_locks(figure: Figure, was: float, is_: float) -> Figure:
    """Return how often a proof is asked for where the screen is locked at other times.

    A lock ends every proof. Those of the policy in force are counted; more of them ask more often.
    """
    if was == is_ or not figure.draft:
        return figure
    if is_ < was:
        return replace(figure, sure=Sure.LEAST, why="simulate.why.locks-ask")
    return replace(figure, draft=None, sure=Sure.UNKNOWN, why="simulate.why.locks-ask")


def _of_some(figure: Figure, recorded: Recorded) -> Figure:
    """Return a figure as at least so much where not every desk has told counts."""
    if figure.what is What.FINDINGS or figure.sure is not Sure.EXACT or figure.draft == 0:
        return figure
    if recorded.cut:
        return replace(figure, sure=Sure.LEAST, why="simulate.why.cut")
    if recorded.counting >= recorded.desks:
        return figure
    return replace(figure, sure=Sure.LEAST, why="simulate.why.desks")


def _sure(real: Figure, draft: int, why: str, *, at_least: bool) -> Figure:
    if not at_least:
        return replace(real, draft=draft, why="simulate.why.counted")
    return replace(real, draft=draft, sure=Sure.LEAST, why=f"simulate.why.{why}")


def _unknown(real: Figure, why: str) -> Figure:
    return replace(real, draft=None, sure=Sure.UNKNOWN, why=f"simulate.why.{why}")


def _same(was: Control, is_: Control) -> bool:
    """Check whether a control does the same under both; how bad it is told to be is no matter."""
    return (was.paused, was.respond, was.settings) == (is_.paused, is_.respond, is_.settings)


def _groups(control: Control) -> dict[str, object]:
    """Return the groups of the gate without their grace."""
    return {g.name: replace(g, grace_minutes=0) for g in _setting(control, "groups", ())}


def _setting(control: Control, name: str, usual: object) -> Any:
    return getattr(control.settings, name, usual)


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in {*one, *other}}
