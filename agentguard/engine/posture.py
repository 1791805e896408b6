"""The state of every control from the engine's state: what was never asked has not passed."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

from agentguard.engine.plan import Bound
from agentguard.engine.state import Judged, Paying, State
from agentguard.model import verdicts
from agentguard.model.events import (
    AppFocused,
    CallState,
    ClipboardScanned,
    Event,
    FileScanned,
    SensorsAlive,
    SensorState,
    SessionState,
    SweepFinished,
    UplinkState,
    Watching,
)
from agentguard.model.facts import Fact
from agentguard.model.findings import Finding
from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment
from agentguard.model.payment import PaymentMode
from agentguard.model.posture import ControlState, overall
from agentguard.model.self_tests import ControlsTested
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import WHOLE, Coverage, Severity, with_gaps

SENSOR_OF: dict[type[Event], str] = {
    SessionState: "session",
    CallState: "call",
    ClipboardScanned: "clipboard",
    AppFocused: "foreground",
    FileScanned: "files",
    SweepFinished: "files",
}
"""Which sensor sees which kind of event, where one sensor alone does."""

MISSED = 300.0
"""Seconds without a sign of a sensor, after which it is not relied on; one comes a minute."""

_RANK = list(Severity)


def controls(state: State, now: Moment) -> tuple[ControlState, ...]:
    """Return the state of every control, in the order of the measures."""
    every = (_control(state, bound, now) for bound in state.plan.bound.values())
    return tuple(sorted(every, key=lambda c: (c.measure, c.check)))


def snapshot(state: State, now: Moment) -> Snapshot:
    """Return the frozen picture."""
    states = controls(state, now)
    return Snapshot(
        at=now,
        policy=state.plan.policy,
        controls=states,
        findings=tuple(_owned(state, one) for one in state.findings.values()),
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


def _owned(state: State, finding: Finding) -> Finding:
    """Return a finding with who can mend it; whose control is gone leaves it to the person."""
    bound = state.plan.bound.get(finding.check)
    return replace(finding, owner=bound.owner(finding.message)) if bound is not None else finding


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
        owner=bound.owner(detail),
    )


Told = tuple[verdicts.State, Moment, Message | None, Coverage]
"""A state, since when, the sentence that tells why, and what it rests on."""


def _tell(state: State, bound: Bound, now: Moment) -> Told:
    if bound.control.paused:
        return verdicts.State.PAUSED, state.started, say("engine.paused"), WHOLE
    findings = [f for f in state.findings.values() if f.check == bound.check.id]
    judged = state.judged.get(bound.check.id)
    if findings:
        since = min((f.since for f in findings), key=lambda m: m.wall)
        coverage = judged.verdict.coverage if judged is not None else WHOLE
        return verdicts.State.FAIL, since, _worst(findings), coverage
    blind = _blind(state, bound, now)
    if blind is not None:
        return _unknown(blind.message or say("engine.not-watched"), blind.at)
    if judged is None:
        return _unknown(say("engine.not-yet"), state.started)
    tested = state.facts.get(ControlsTested)
    if tested is not None and bound.check.id in tested.failed:
        return _unknown(say("engine.test-failed"), tested.at)
    return _held(state, judged, bound, now)


def _unknown(why: Message, since: Moment) -> Told:
    return verdicts.State.UNKNOWN, since, why, Coverage(why=(why,))


def _held(state: State, judged: Judged, bound: Bound, now: Moment) -> Told:
    fresh = bound.check.fresh
    if fresh is not None and now.since(judged.at) > fresh:
        return _unknown(say("engine.stale"), judged.at)
    verdict = with_gaps(judged.verdict, Coverage(why=_lacking(state, bound, now)))
    return verdict.state, judged.since, verdict.message, verdict.coverage


def _lacking(state: State, bound: Bound, now: Moment) -> tuple[Message, ...]:
    """Return what of the control's parts, facts and further needs was not looked at."""
    parts = [c.why for (check, _), c in state.lacking.items() if check == bound.check.id]
    heard = (state.facts.get(kind) for kind in bound.check.on)
    facts = [fact.gaps for fact in heard if isinstance(fact, Fact)]
    needs = [_needed(state, kind, bound, now) for kind in bound.check.needs]
    found: list[Message] = []
    for one in chain.from_iterable((*parts, *facts, *needs)):
        if one not in found:
            found.append(one)
    return tuple(found)


def _needed(state: State, kind: type[Event], bound: Bound, now: Moment) -> tuple[Message, ...]:
    if kind in SENSOR_OF:
        return ()  # its sensor was asked
    fact, fresh = state.facts.get(kind), bound.check.fresh
    if fact is None:
        return (say("engine.not-yet"),)
    if fresh is not None and now.since(fact.at) > fresh:
        return (say("engine.stale"),)
    return fact.gaps


def _worst(findings: list[Finding]) -> Message:
    worst = max(findings, key=lambda f: _RANK.index(f.severity))
    if len(findings) == 1:
        return worst.message
    return say("engine.several", count=len(findings))


def _blind(state: State, bound: Bound, now: Moment) -> SensorState | None:
    """Return the sensor that does not watch what the control rests on."""
    kinds = (*bound.check.on, *bound.check.needs)
    for name in sorted({SENSOR_OF[kind] for kind in kinds if kind in SENSOR_OF}):
        sensor = state.sensors.get(name)
        if sensor is None:
            continue
        if sensor.state is not Watching.WATCHING:
            return sensor
        if _gone(state.facts.get(SensorsAlive), sensor, now):
            return replace(sensor, message=None)
    return None


def _gone(alive: SensorsAlive | None, sensor: SensorState, now: Moment) -> bool:
    """Check whether a sensor that once said that it watches is not known to run any more."""
    if alive is None or alive.at.boot < sensor.at.boot:
        return now.since(sensor.at) > MISSED
    return sensor.sensor not in alive.names or now.since(alive.at) > MISSED
