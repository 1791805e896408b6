"""The state of every control from the engine's state: what was never asked has not passed."""

from __future__ import annotations

from agentguard.engine.plan import Bound
from agentguard.engine.state import Judged, Paying, State
from agentguard.model.events import (
    AppFocused,
    CallState,
    ClipboardScanned,
    Event,
    FileScanned,
    SensorState,
    SessionState,
    SweepFinished,
    UplinkState,
    Watching,
)
from agentguard.model.findings import Finding
from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment
from agentguard.model.paying import PaymentMode
from agentguard.model.posture import ControlState, overall
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import WHOLE, Coverage, Severity
from agentguard.model.verdicts import State as Is

SENSOR_OF: dict[type[Event], str] = {
    SessionState: "session",
    CallState: "call",
    ClipboardScanned: "clipboard",
    AppFocused: "foreground",
    FileScanned: "files",
    SweepFinished: "files",
}
"""Which sensor sees which kind of event, where one sensor alone does."""

_RANK = list(Severity)


def controls(state: State, now: Moment) -> tuple[ControlState, ...]:
    """Give the state of every control, in the order of the measures."""
    every = (_control(state, bound, now) for bound in state.plan.bound.values())
    return tuple(sorted(every, key=lambda c: (c.measure, c.check)))


def snapshot(state: State, now: Moment) -> Snapshot:
    """Give the frozen picture."""
    states = controls(state, now)
    return Snapshot(
        at=now,
        policy=state.plan.policy,
        controls=states,
        findings=tuple(state.findings.values()),
        prompts=tuple(state.prompts.values()),
        inbox=state.inbox,
        sensors=tuple(state.sensors.values()),
        in_call=state.in_call,
        locked=state.locked,
        uplink=state.facts.get(UplinkState),
        overall=overall(states),
        shield=state.shield,
        payment=_payment(state.paying),
    )


def _payment(paying: Paying) -> PaymentMode | None:
    if paying.since is None:
        return None
    return PaymentMode(since=paying.since, image=paying.image, recorder=paying.recorder)


def _control(state: State, bound: Bound, now: Moment) -> ControlState:
    is_, since, detail, coverage = _tell(state, bound, now)
    judged = state.judged.get(bound.check.id)
    return ControlState(
        check=bound.check.id,
        measure=bound.check.measure,
        state=is_,
        since=since,
        severity=bound.control.severity,
        detail=detail,
        proves=bound.check.proves,
        rows=judged.verdict.rows if judged is not None else (),
        coverage=coverage,
    )


Told = tuple[Is, Moment, Message | None, Coverage]
"""A state, since when, the sentence that tells why, and what it rests on."""


def _tell(state: State, bound: Bound, now: Moment) -> Told:
    if bound.control.paused:
        return Is.PAUSED, state.started, say("engine.paused"), WHOLE
    findings = [f for f in state.findings.values() if f.check == bound.check.id]
    judged = state.judged.get(bound.check.id)
    if findings:
        since = min((f.since for f in findings), key=lambda m: m.wall)
        coverage = judged.verdict.coverage if judged is not None else WHOLE
        return Is.FAIL, since, _worst(findings), coverage
    blind = _blind(state, bound)
    if blind is not None:
        return _unknown(blind.message or say("engine.not-watched"), blind.at)
    if judged is None:
        return _unknown(say("engine.not-yet"), state.started)
    return _held(judged, bound, now)


def _unknown(why: Message, since: Moment) -> Told:
    return Is.UNKNOWN, since, why, Coverage(why=(why,))


def _held(judged: Judged, bound: Bound, now: Moment) -> Told:
    fresh = bound.check.fresh
    if fresh is not None and now.since(judged.at) > fresh:
        return _unknown(say("engine.stale"), judged.at)
    verdict = judged.verdict
    return verdict.state, judged.since, verdict.message, verdict.coverage


def _worst(findings: list[Finding]) -> Message:
    worst = max(findings, key=lambda f: _RANK.index(f.severity))
    if len(findings) == 1:
        return worst.message
    return say("engine.several", count=len(findings))


def _blind(state: State, bound: Bound) -> SensorState | None:
    for name in sorted({SENSOR_OF[kind] for kind in bound.check.on if kind in SENSOR_OF}):
        sensor = state.sensors.get(name)
        if sensor is not None and sensor.state is not Watching.WATCHING:
            return sensor
    return None
