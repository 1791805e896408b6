"""Since when each security update has been seen to wait, kept beside the journal.

A distribution's package lists do not tell when an update came out. What the agent saw does, in both
directions: it came out before it was first seen to wait, and after the lists of the look before, in
which it was not. So neither a restart of the agent nor a newer version of a package that has waited
makes an update young.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from agentguard.model.machine import PatchesSeen
from agentguard.model.moments import EARLIEST, Moment
from agentguard.model.records import Json
from agentguard.ports.storage import Journal

KEY = "patches/waiting"


@dataclass(frozen=True, slots=True)
class Wait:
    """Wall seconds: when it was first seen to wait, and when it was last seen not to, or None."""

    since: float
    before: float | None


class Waits:
    """Remembers what waits; `journal` keeps it."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._looked: float | None = None
        self._known: dict[str, Wait] | None = None

    def dated(self, seen: PatchesSeen, at: Moment) -> PatchesSeen:
        """Return the fact with what is known of the ages of what waits.

        `at` has a trusted wall time.

        Raises:
            StoreError: nothing of it was kept; it is tried again the next time.

        """
        if seen.security is None or seen.unread or at.wall < EARLIEST:
            return seen
        if self._known is None:
            self._looked, self._known = _remembered(self._journal.memory(KEY).get(KEY))
        new = Wait(at.wall, self._looked)
        now = {name: self._known.get(name, new) for name in seen.waiting}
        looked = min(seen.looked, at.wall) if seen.looked is not None else self._looked
        if (now, looked) != (self._known, self._looked):
            self._journal.commit((), {KEY: _json(looked, now)})
            self._known, self._looked = now, looked
        return _told(seen, now) if now else seen


def _told(seen: PatchesSeen, waits: Mapping[str, Wait]) -> PatchesSeen:
    since = [wait.since for wait in waits.values()]
    before = [wait.before for wait in waits.values()]
    oldest = min([*since, seen.oldest] if seen.oldest is not None else since)
    earliest = seen.earliest
    if earliest is None and None not in before:
        earliest = min(when for when in before if when is not None)
    return replace(
        seen, oldest=oldest, earliest=None if earliest is None else min(earliest, oldest)
    )


def _json(looked: float | None, waits: Mapping[str, Wait]) -> Json:
    return {
        "looked": looked,
        "waiting": {name: [wait.since, wait.before] for name, wait in waits.items()},
    }


def _remembered(value: Json) -> tuple[float | None, dict[str, Wait]]:
    match value:
        case {"looked": float() | int() | None as looked, "waiting": dict(waiting)}:
            waits = {name: wait for name, one in waiting.items() if (wait := _wait(one))}
            return None if looked is None else float(looked), waits
        case _:
            return None, {}


def _wait(value: Json) -> Wait | None:
    match value:
        case [float() | int() as since, float() | int() | None as before]:
            return Wait(float(since), None if before is None else float(before))
        case _:
            return None
