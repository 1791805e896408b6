"""The exceptions of this desk: asked for, kept, and ended by the wall clock or by lived time.

Whichever is first ends one, so that a clock that is set back makes none longer, and a computer that
was off or has no endpoint needs nobody's word. What is over stays over.
"""

from __future__ import annotations

import logging
import math
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from agentguard.base.errors import StoreError
from agentguard.engine.loop import Engine
from agentguard.model.exception_events import ExceptionAsked, ExceptionsHeld
from agentguard.model.exceptions import HOUR, LEAST_REASON, SLACK, Excepted, Ruling, rule_for
from agentguard.model.records import Json
from agentguard.model.verdicts import Severity
from agentguard.ports.clock import Clock
from agentguard.ports.exceptions import Lived, Overlay
from agentguard.ports.sensor import Submit
from agentguard.ports.storage import Remembering
from agentguard.ports.turns import Member, Turns

LOG = logging.getLogger(__name__)
KEY = "exceptions/held"
LOOK = 5.0
NONE = Overlay(at=-math.inf, digest="", items=())
LONGEST_WORDS = 1000
ID_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is remembered of one: when it was taken on the lived axis, and whether it is over."""

    begun: float
    over: bool = False


class Exceptions:
    """Implements `ports.exceptions.ExceptionBook`; any thread may hand a list over."""

    def __init__(self, journal: Remembering, clock: Clock, lived: Lived) -> None:
        self._journal = journal
        self._clock = clock
        self._lived = lived
        self._lock = threading.Lock()
        self._overlay, self._known = _read(journal.memory(KEY).get(KEY))
        self._ruled: tuple[Ruling, ...] = ()
        self._told: tuple[tuple[Excepted, ...], tuple[tuple[str, str], ...]] | None = None

    @property
    def digest(self) -> str:
        """The digest of the newest list, empty without one."""
        return self._overlay.digest

    def take(self, overlay: Overlay) -> None:
        """Take a list that is newer than the one that is held; an older one changes nothing."""
        lived = self._lived.lived()
        with self._lock:
            if overlay.at < self._overlay.at:
                LOG.warning("an older list of exceptions was not taken")
                return
            known = {one.id: self._known.get(one.id, _Known(begun=lived)) for one in overlay.items}
            self._overlay, self._known = overlay, known
            self._ruled = overlay.ruled
        self._keep()

    def member(self, submit: Submit) -> Member:
        """Return what looks at it by the clock."""
        return Member(name="exceptions", begin=lambda _stop: self.turns(submit))

    def turns(self, submit: Submit) -> Turns:
        """Yield the seconds until the next look, which tells what holds once that changes."""
        while True:
            self.look(submit)
            yield LOOK

    def look(self, submit: Submit) -> None:
        """Look at both clocks once."""
        lived, at = self._lived.lived(), self._clock.now()
        with self._lock:
            over = {
                one.id
                for one in self._overlay.items
                if self._known[one.id].over or self._ended(one, at.wall, lived)
            }
            fresh = {id_ for id_ in over if not self._known[id_].over}
            for id_ in fresh:
                self._known[id_] = replace(self._known[id_], over=True)
            holds = tuple(one for one in self._overlay.items if one.id not in over)
            told = (holds, tuple((id_, "until") for id_ in sorted(over)))
            ruled, self._ruled = self._ruled, ()
        if fresh:
            self._keep()
        if told != self._told or ruled:
            self._told = told
            submit(ExceptionsHeld(at=at, items=told[0], over=told[1], ruled=ruled))

    def _ended(self, one: Excepted, wall: float, lived: float) -> bool:
        length = one.until - max(one.since, min(self._overlay.at, one.until))
        return wall >= one.until or lived - self._known[one.id].begun >= length

    def _keep(self) -> None:
        with self._lock:
            written = _written(self._overlay, self._known)
        try:
            self._journal.commit((), {KEY: written})
        except StoreError as error:
            LOG.warning("the exceptions could not be kept: %s", type(error).__name__)


def _written(overlay: Overlay, known: dict[str, _Known]) -> Json:
    return {
        "at": overlay.at,
        "digest": overlay.digest,
        "items": [
            [
                one.id,
                one.control,
                one.worst.value,
                one.since,
                one.until,
                known[one.id].begun,
                known[one.id].over,
            ]
            for one in overlay.items
        ],
    }


def _read(value: Json) -> tuple[Overlay, dict[str, _Known]]:
    """Read it back; of what is damaged nothing holds, until the endpoint tells it again."""
    match value:
        case {"at": int() | float() as at, "digest": str(digest), "items": [*rows]}:
            pairs = [pair for pair in map(_row, rows) if pair is not None]
            if len(pairs) == len(rows):
                items = tuple(one for one, _ in pairs)
                known = {one.id: each for one, each in pairs}
                return Overlay(at=float(at), digest=digest, items=items), known
    return NONE, {}


def _row(row: Json) -> tuple[Excepted, _Known] | None:
    match row:
        case [
            str(id_),
            str(control),
            str(worst),
            int() | float() as since,
            int() | float() as until,
            int() | float() as begun,
            bool(over),
        ] if worst in set(Severity):
            one = Excepted(
                id=id_,
                control=control,
                worst=Severity(worst),
                since=float(since),
                until=float(until),
            )
            return one, _Known(begun=float(begun), over=over)
        case _:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionDesk:
    """Takes requests; `mask` takes values out of what was typed."""

    engine: Engine
    clock: Clock
    mask: Callable[[str], str]
    report_now: Callable[[], None]

    def ask(self, form: Mapping[str, str]) -> bool:
        """Ask for an exception; False where the policy does not allow it, or words are missing.

        Its end is `until` in wall seconds, or `hours` from now.
        """
        at = self.clock.now()
        control, until = form.get("control", ""), _until(form, at.wall)
        reason, instead = (form.get(name, "").strip() for name in ("reason", "instead"))
        rule = rule_for(self.engine.policy().exceptions, control)
        if rule is None or len(reason) < LEAST_REASON or not instead:
            return False
        if not at.wall < until <= at.wall + rule.hours * HOUR + SLACK:
            return False
        self.engine.submit(
            ExceptionAsked(
                at=at,
                id=secrets.token_hex(ID_BYTES),
                control=control,
                hours=min(rule.hours, math.ceil((until - at.wall) / HOUR)),
                until=until,
                reason=self.mask(reason[:LONGEST_WORDS]),
                instead=self.mask(instead[:LONGEST_WORDS]),
            )
        )
        self.report_now()
        return True


def _until(form: Mapping[str, str], now: float) -> float:
    """Return the end that a form tells; 0 where it tells none."""
    hours, until = form.get("hours", ""), form.get("until", "")
    if until.isascii() and until.isdecimal():
        return float(until)
    return now + int(hours) * HOUR if hours.isascii() and hours.isdecimal() else 0.0
