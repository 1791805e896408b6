"""The state of every control from the engine's state: what was never asked has not passed."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

from agentguard.checks.base import MINUTE
from agentguard.checks.screen_lock import Settings as LockSettings
from agentguard.engine.attention_book import counted
from agentguard.engine.lock_requests import CHECK as LOCK_CHECK
from agentguard.engine.plan import Bound
from agentguard.engine.state import Judged, Key, Paying, State
from agentguard.model import verdicts
from agentguard.model.actions import ActionKind, Outcome
from agentguard.model.drills import LONGEST
from agentguard.model.events import (
    AppFocused,
    CallState,
    ClipboardScanned,
    Event,
    FileScanned,
    PolicyInForce,
    PolicyRefused,
    PolicyStanding,
    SensorsAlive,
    SensorState,
    SessionState,
    SweepFinished,
    UplinkState,
    Watching,
)
from agentguard.model.facts import Fact
from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment
from agentguard.model.own_health import ControlsTested
from agentguard.model.payment import PaymentMode
from agentguard.model.posture import ControlState, overall
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import RANK, WHOLE, Coverage, Finding, Owner, Severity, with_gaps

SENSOR_OF: dict[type[Event], str] = {
    SessionState: "session",
    CallState: "call",
    ClipboardScanned: "clipboard",
    AppFocused: "foreground",
    FileScanned: "files",
    SweepFinished: "files",
}
"""Which sensor sees which kind of event, where one sensor alone does."""

LEFT = frozenset({Outcome.WAITING, Outcome.UNSUPPORTED})
"""Ends of an action that leave what it was about as it is, for a reason that a person can read."""

MISSED = 300.0
"""Seconds without a sign of a sensor, after which it is not relied on; one comes a minute."""

SOON = 60.0
"""Seconds before a lock for lack of input in which it is told; of a short limit, a quarter."""

_HERS_FIRST = (Owner.PERSON, Owner.TEAM, Owner.SUPERVISOR)


def controls(state: State, now: Moment) -> tuple[ControlState, ...]:
    """Return the state of every control, in the order of the measures."""
    every = (_control(state, bound, now) for bound in state.plan.bound.values())
    return tuple(sorted(every, key=lambda c: (c.measure, c.check)))


def snapshot(state: State, now: Moment) -> Snapshot:
    """Return the frozen picture."""
    states = controls(state, now)
    left = _left(state)
    standing, answered = (
        state.facts.get(PolicyStanding),
        state.facts.get(UplinkState, "receipted"),
    )
    return Snapshot(
        at=now,
        policy=state.plan.policy,
        controls=states,
        findings=tuple(_owned(state, one, left) for one in state.findings.values()),
        prompts=tuple(state.prompts.values()),
        inbox=state.inbox,
        sensors=tuple(state.sensors.values()),
        in_call=state.in_call,
        locked=state.locked,
        uplink=state.facts.get(UplinkState),
        overall=overall(states),
        shield=state.shield,
        payment=_payment(state.paying),
        deeds=tuple(state.deeds.values()),
        history=state.history,
        standing=standing.standing if standing is not None else None,
        refused=_refused(state),
        answered=answered.at if answered is not None else None,
        soon=_soon(state),
        interruptions=counted(state.attention.book, now),
        reported=tuple(state.reported.values())[::-1],
        responses=tuple(state.responses.values())[::-1],
        shift=state.shift,
        orders=tuple(state.orders.known.values()),
        requests=tuple(state.requests.values())[::-1],
        drilling=_drilling(state, now),
    )


def _left(state: State) -> dict[Key, Message]:
    """Return why what the policy has done about findings was not done, as far as that was told."""
    return {
        (one.action.check, one.action.subject): one.told
        for one in state.tries.values()
        if one.told is not None and one.outcome in LEFT
    }


def _owned(state: State, finding: Finding, left: dict[Key, Message]) -> Finding:
    """Return a finding with who can mend it; whose control is gone leaves it to the person."""
    bound, why = state.plan.bound.get(finding.check), left.get(finding.key)
    owner = bound.owner(finding.message) if bound is not None else finding.owner
    return replace(finding, owner=owner, left=why)


def _payment(paying: Paying) -> PaymentMode | None:
    if paying.since is None:
        return None
    return PaymentMode(
        since=paying.since, image=paying.image, recorder=paying.recorder, cleared=paying.cleared
    )


def _drilling(state: State, now: Moment) -> Moment | None:
    """Return since when a drill runs; one that never told its end is over by itself."""
    began = (
        one.began
        for one in state.drills.values()
        if not one.ended and 0 <= now.boot - one.began.boot <= LONGEST
    )
    return min(began, key=lambda at: at.boot, default=None)


def _refused(state: State) -> PolicyRefused | None:
    """Return the policy that was refused last, unless a valid one came into force since."""
    refused, in_force = state.facts.get(PolicyRefused), state.facts.get(PolicyInForce)
    if refused is None or (in_force is not None and in_force.at.boot > refused.at.boot):
        return None
    return refused


def _soon(state: State) -> Moment | None:
    """Return when the screens lock or are covered for lack of input, once that is near."""
    bound, session = state.plan.bound.get(LOCK_CHECK), state.facts.get(SessionState)
    if bound is None or bound.control.paused or ActionKind.LOCK not in bound.control.respond:
        return None
    rules = bound.control.settings
    if session is None or session.idle is None or session.locked or session.active is False:
        return None
    if not isinstance(rules, LockSettings):
        return None
    limit = rules.limit_minutes * MINUTE
    left = limit - session.idle
    if not 0 < left <= min(SOON, limit / 4):
        return None
    return Moment(boot=round(session.at.boot + left), wall=round(session.at.wall + left))


def _control(state: State, bound: Bound, now: Moment) -> ControlState:
    is_, since, detail, coverage = _tell(state, bound, now)
    judged = state.judged.get(bound.check.id)
    return ControlState(
        check=bound.check.id,
        measure=bound.check.measure,
        state=is_,
        since=since,
        severity=_severity(state, bound),
        detail=detail,
        rows=judged.verdict.rows if judged is not None else (),
        coverage=coverage,
        owner=_owner(state, bound, detail),
        excepted=bound.excepted,
        sensor=_failed(state, bound, detail, now) if is_ is verdicts.State.UNKNOWN else "",
    )


def _failed(state: State, bound: Bound, why: Message | None, now: Moment) -> str:
    """Return the sensor that failed, where that is why nothing is known; empty for another one."""
    blind = _blind(state, bound, now)
    if blind is not None:
        return "" if blind.state is Watching.ABSENT else blind.sensor
    broken = (one for one in state.sensors.values() if one.state is Watching.FAILED)
    return next((one.sensor for one in broken if why is not None and one.message == why), "")


def _severity(state: State, bound: Bound) -> Severity:
    """Return how bad the worst is that is open; without a finding how bad the policy calls it."""
    found = (f.severity for f in state.findings.values() if f.check == bound.check.id)
    return max(found, key=RANK.index, default=bound.control.severity)


def _owner(state: State, bound: Bound, detail: Message | None) -> Owner:
    """Return who can mend a control: the person where any finding is hers."""
    found = {bound.owner(f.message) for f in state.findings.values() if f.check == bound.check.id}
    return min(found, key=_HERS_FIRST.index, default=bound.owner(detail))


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
    worst = max(findings, key=lambda f: RANK.index(f.severity))
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
