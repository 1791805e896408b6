"""The modes of a desk: what holds now besides the findings, what it means, and until when.

All of it is read from one snapshot. A mode that cannot be known is one of them and says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from agentguard.model.events import NOT_ENROLLED, Watching
from agentguard.model.exceptions import HOUR, Request, RequestState
from agentguard.model.messages import Message, Param
from agentguard.model.moments import Moment
from agentguard.model.orders import OrderState
from agentguard.model.payment import Recorder
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import State


class ModeKind(StrEnum):
    """The kinds of modes, in the order in which they are told."""

    ORDER = "order"
    PAYMENT = "payment"
    SHIELD = "shield"
    CALL = "call"
    PARTS = "parts"
    POLICY = "policy"
    EXCEPTION = "exception"
    DRILL = "drill"
    ENROLMENT = "enrolment"
    OFFLINE = "offline"


class Weight(StrEnum):
    """How loud a mode is told, from the lowest; only `urgent` is red."""

    QUIET = "quiet"
    NOTED = "noted"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """One mode: `form` tells its sentence, `at` since when or until when it holds.

    `checks` and `sensors` are the ids of what it is about, `why` is the reason that is known.
    """

    kind: ModeKind
    form: str
    weight: Weight = Weight.QUIET
    at: Moment | None = None
    params: Mapping[str, Param] = field(default_factory=dict)
    checks: tuple[str, ...] = ()
    sensors: tuple[str, ...] = ()
    why: Message | None = None


BY_HAND = frozenset({Recorder.FAILED, Recorder.UNKNOWN, Recorder.BY_HAND})
"""What leaves it to the person to pause the recorder."""

TOLD_FOR = 8 * HOUR
"""Seconds for which it is told that a request was declined, or that its exception is over."""
NOT_KNOWN = "not-known"
HEALTH = "agent-health"
JOURNAL = "journal"
"""The part whose reason is told with it: somebody can make room for it."""
TOLD_APART = ("agent-health.policy", "agent-health.sensor", "agent-health.uplink", "policy.")
"""Sentences of the agent's health that are modes of their own."""


def modes(seen: Snapshot) -> tuple[Mode, ...]:
    """Return what holds at a desk, in the order of the kinds."""
    found = (
        *_orders(seen),
        *_payment(seen),
        *_shield(seen),
        *_call(seen),
        *_parts(seen),
        *_policy(seen),
        *_exceptions(seen),
        *_drill(seen),
        *_office(seen),
    )
    order = list(ModeKind)
    return tuple(sorted(found, key=lambda one: order.index(one.kind)))


def _orders(seen: Snapshot) -> Iterator[Mode]:
    """Yield what was asked of this desk for an incident, with when it ends at the latest."""
    for one in seen.orders:
        if one.state is OrderState.RUNNING:
            ends = Moment(boot=one.since.boot + one.left, wall=one.since.wall + one.left)
            yield Mode(kind=ModeKind.ORDER, form=one.act.value, weight=Weight.URGENT, at=ends)


def _payment(seen: Snapshot) -> Iterator[Mode]:
    mode, kind = seen.payment, ModeKind.PAYMENT
    if mode is not None:
        yield Mode(
            kind=kind,
            form=mode.recorder.value,
            weight=Weight.URGENT if mode.recorder in BY_HAND else Weight.QUIET,
            at=mode.since,
            params={"app": mode.image, "cleared": mode.cleared},
        )
    elif seen.policy.payment.windows and _unwatched(seen, "foreground"):
        yield Mode(kind=kind, form=NOT_KNOWN, weight=Weight.NOTED)


def _shield(seen: Snapshot) -> Iterator[Mode]:
    kind = ModeKind.SHIELD
    if seen.locked:
        return
    if seen.shield is not None:
        yield Mode(kind=kind, form="up", weight=Weight.NOTED, at=seen.shield.since)
    elif seen.soon is not None:
        form = "soon-cover" if seen.in_call else "soon-lock"
        yield Mode(kind=kind, form=form, weight=Weight.NOTED, at=seen.soon)
    elif _unwatched(seen, "session"):
        yield Mode(kind=kind, form=NOT_KNOWN, weight=Weight.NOTED)


def _call(seen: Snapshot) -> Iterator[Mode]:
    if seen.in_call:
        yield Mode(kind=ModeKind.CALL, form="live")
    elif _unwatched(seen, "call"):
        yield Mode(kind=ModeKind.CALL, form=NOT_KNOWN)


def _parts(seen: Snapshot) -> Iterator[Mode]:
    """Yield what of the agent does not work; what was never there is told where it matters."""
    kind = ModeKind.PARTS
    broken = tuple(s for s in seen.sensors if s.state is Watching.FAILED)
    failed = tuple(s.sensor for s in broken)
    if not seen.sensors:
        yield Mode(kind=kind, form="starting")
    if failed:
        why = next((s.message for s in broken if s.sensor == JOURNAL), None)
        yield Mode(kind=kind, form="failed", weight=Weight.NOTED, sensors=failed, why=why)
    for one in seen.findings:
        if one.check == HEALTH and not one.message.id.startswith(TOLD_APART):
            yield Mode(kind=kind, form="health", weight=Weight.NOTED, why=one.message, at=one.since)


def _policy(seen: Snapshot) -> Iterator[Mode]:
    kind, standing = ModeKind.POLICY, seen.standing
    if seen.refused is not None:
        at, why = seen.refused.at, seen.refused.message
        yield Mode(kind=kind, form="refused", weight=Weight.NOTED, at=at, why=why)
    if standing is None:
        yield Mode(kind=kind, form=NOT_KNOWN)
    elif standing.expired:
        params: Mapping[str, Param] = {"day": standing.expires}
        yield Mode(kind=kind, form="expired", weight=Weight.NOTED, params=params)
    elif standing.trial:
        yield Mode(kind=kind, form="trial")
    elif not standing.signed:
        yield Mode(kind=kind, form="unsigned")


def _exceptions(seen: Snapshot) -> Iterator[Mode]:
    paused = tuple(one.check for one in seen.controls if one.state is State.PAUSED)
    if paused:
        yield Mode(kind=ModeKind.EXCEPTION, form="paused", checks=paused)
    for one in seen.controls:
        if one.excepted is not None:
            left = max(0.0, one.excepted.until - seen.at.wall)
            yield Mode(
                kind=ModeKind.EXCEPTION,
                form="running",
                at=Moment(boot=seen.at.boot + left, wall=one.excepted.until),
                params={"left": math.ceil(left / HOUR), "about": one.check},
                checks=(one.check,),
            )
    for asked in seen.requests:
        yield from _request(asked, seen.at)


def _request(one: Request, now: Moment) -> Iterator[Mode]:
    """Yield how a request stands, for a while after that; what holds is told by its exception."""
    form, over = one.state, one.until <= now.wall
    if form is RequestState.RUNNING or (form is RequestState.WAITING and over):
        return
    if form is not RequestState.WAITING and now.wall - one.ruled >= TOLD_FOR:
        return
    at = one.ruled if form is RequestState.OVER else one.until
    yield Mode(
        kind=ModeKind.EXCEPTION,
        form=form.value,
        weight=Weight.NOTED if form is RequestState.DECLINED else Weight.QUIET,
        at=Moment(boot=now.boot, wall=at),
        params={"about": one.id},
        checks=(one.control,),
    )


def _drill(seen: Snapshot) -> Iterator[Mode]:
    if seen.drilling is not None:
        yield Mode(kind=ModeKind.DRILL, form="running", at=seen.drilling)


def _office(seen: Snapshot) -> Iterator[Mode]:
    """Yield whether anybody hears of this desk: enrolled or not, reached or not, not asked yet."""
    uplink = seen.uplink
    if uplink is None:
        yield Mode(kind=ModeKind.OFFLINE, form=NOT_KNOWN)
    elif uplink.problem == NOT_ENROLLED:
        yield Mode(kind=ModeKind.ENROLMENT, form="none")
    elif uplink.problem:
        form = "since" if seen.answered is not None else "never"
        params: Mapping[str, Param] = {"count": uplink.waiting}
        yield Mode(kind=ModeKind.OFFLINE, form=form, at=seen.answered, params=params)


def _unwatched(seen: Snapshot, sensor: str) -> bool:
    """Check whether a sensor is known not to watch."""
    told = (one for one in seen.sensors if one.sensor == sensor)
    return any(one.state is not Watching.WATCHING for one in told)
