"""The pure core: what follows from one event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import singledispatch

from agentguard.engine import (
    clipboard,
    gate,
    lock_requests,
    memory,
    payment,
    privacy_shield,
    prompt_rules,
    records,
    retention_notice,
)
from agentguard.engine.action_outcome import tell_end
from agentguard.engine.finding_updates import act, act_in_time, close, judge_all
from agentguard.engine.plan import Plan
from agentguard.engine.shift import told_of_shift
from agentguard.engine.state import Decision, State
from agentguard.model.actions import ActionKind, Outcome
from agentguard.model.events import (
    ActionFinished,
    CallState,
    Event,
    EventsLost,
    Facts,
    IncidentReported,
    JournalChecked,
    LessonAnswered,
    NoticeRead,
    PolicyInForce,
    PolicyRefused,
    PolicyStanding,
    PromptAnswered,
    SensorState,
    SessionState,
    Tick,
)
from agentguard.model.facts import ClockSeen
from agentguard.model.findings import Finding
from agentguard.model.gate import Gate
from agentguard.model.locking import DeskLeft, LockAsked, LockLimitsSeen, ShiftEnded
from agentguard.model.machine import HistoryCleaned
from agentguard.model.prompts import Notice, OnSilence
from agentguard.model.shield import ShieldLifted, ShieldRefused
from agentguard.model.wall_clock import compared

Replan = Callable[[PolicyInForce], Plan]


def begin(
    plan: Plan,
    event: PolicyInForce,
    findings: tuple[Finding, ...],
    inbox: tuple[Notice, ...],
    *,
    broken: bool = False,
) -> State:
    """Return the state at the start, with what is remembered from before."""
    known = {f.key: f for f in findings if f.check in plan.bound}
    return State(
        plan=plan,
        started=event.at,
        facts=Facts(last={PolicyInForce: event}),
        findings=known,
        inbox=inbox,
        gate=Gate(broken=broken),
    )


def decide(state: State, event: Event, replan: Replan) -> Decision:
    """Return what follows from `event`: the next state, what to write down, and what to do."""
    known = replace(state, facts=state.facts.seeing(event))
    decision = Decision(before=state, state=known)
    if isinstance(event, PolicyInForce):
        decision = _new_policy(decision, event, replan)
    decision = judge_all(clipboard.anew(decision, event), event)
    for copied in clipboard.to_judge_again(decision, event):
        decision = judge_all(decision, copied, again=True)
    decision = retention_notice.told(
        gate.follow(payment.follow(decision, event, act), event), event
    )
    return _follow(event, decision)


def _new_policy(decision: Decision, event: PolicyInForce, replan: Replan) -> Decision:
    decision = decision.then(replace(decision.state, plan=replan(event)))
    policy = event.policy
    for key in list(decision.state.findings):
        control = policy.controls.get(key[0])
        if control is None or control.paused:
            decision = close(decision, key, event.at)
    noted = records.plain(
        "policy.in-force",
        event.at,
        name=policy.name,
        version=policy.version,
        digest=policy.digest,
    )
    return decision.then(records=(noted,))


@singledispatch
def _follow(_event: Event, decision: Decision) -> Decision:
    """Do what an event asks for besides being judged; most ask for nothing."""
    return decision


@_follow.register
def _(event: Tick, decision: Decision) -> Decision:
    decision = _wall(decision, event)
    decision = act_in_time(prompt_rules.release(decision, event.at), event.at)
    decision, late = prompt_rules.silent(decision, event.at)
    for prompt in late:
        if prompt.on_silence is OnSilence.LOCK and not decision.state.locked:
            decision = act(decision, ActionKind.LOCK, prompt.check, prompt.subject, event.at)
    return _retry(decision, event)


def _wall(decision: Decision, event: Tick) -> Decision:
    """Write down that the wall clock was set or drifts; nothing else follows from it."""
    wall, changed = compared(decision.state.wall, event.at)
    decision = decision.then(replace(decision.state, wall=wall))
    if changed is None:
        return decision
    said = records.plain("clock.changed", event.at, how=changed.how, seconds=round(changed.seconds))
    return decision.then(records=(said,))


def _retry(decision: Decision, event: Tick) -> Decision:
    for one in tuple(decision.state.tries.values()):
        if (
            event.at.since(one.at) < lock_requests.patience(one)
            or one.outcome is Outcome.UNSUPPORTED
        ):
            continue
        lock = one.action.kind is ActionKind.LOCK
        decision = (lock_requests.again if lock else lock_requests.repeat)(decision, one, event.at)
    return decision


@_follow.register
def _(event: ActionFinished, decision: Decision) -> Decision:
    known = decision.state.tries.get(event.action.id)
    if known is None or not (known.waited and event.outcome is Outcome.WAITING):
        noted = records.finished(event.action, event.at, event.outcome, event.message)
        decision = decision.then(records=(noted,))
    decision = tell_end(decision, event)
    if known is None:
        return decision
    tries = {k: t for k, t in decision.state.tries.items() if k != event.action.id}
    waits_for_proof = event.action.kind is ActionKind.LOCK
    if event.outcome is not Outcome.DONE or waits_for_proof:
        waits = event.outcome is Outcome.WAITING
        tries[event.action.id] = replace(known, outcome=event.outcome, waited=waits)
    return lock_requests.finished(decision.then(replace(decision.state, tries=tries)), event)


@_follow.register
def _(event: SessionState, decision: Decision) -> Decision:
    return lock_requests.told(decision, event)


@_follow.register
def _(event: HistoryCleaned, decision: Decision) -> Decision:
    noted = records.plain("clipboard.history", event.at, removal=event.removal.value)
    return decision.then(records=(noted,))


@_follow.register
def _(_event: LockLimitsSeen, decision: Decision) -> Decision:
    return lock_requests.judged_anew(decision)


@_follow.register
def _(event: LockAsked, decision: Decision) -> Decision:
    return lock_requests.asked(decision, event)


@_follow.register
def _(event: ShiftEnded | DeskLeft, decision: Decision) -> Decision:
    return told_of_shift(decision, event)


@_follow.register
def _(event: CallState, decision: Decision) -> Decision:
    return lock_requests.follow_up(prompt_rules.release(decision, event.at), event.at)


@_follow.register
def _(event: ShieldLifted, decision: Decision) -> Decision:
    return privacy_shield.lift(decision, event.factor, event.at)


@_follow.register
def _(event: ShieldRefused, decision: Decision) -> Decision:
    return privacy_shield.refuse(decision, event.message)


@_follow.register
def _(event: PromptAnswered, decision: Decision) -> Decision:
    return prompt_rules.answer(decision, event.prompt, event.answer, event.at)


@_follow.register
def _(event: NoticeRead, decision: Decision) -> Decision:
    return prompt_rules.read(decision, event.notice)


@_follow.register
def _(event: LessonAnswered, decision: Decision) -> Decision:
    noted = records.plain("lesson.answered", event.at, lesson=event.lesson, correct=event.correct)
    kept = {f"{memory.LESSON}{event.lesson}": event.at.wall} if event.correct else {}
    return decision.then(records=(noted,), memory=kept)


@_follow.register
def _(event: IncidentReported, decision: Decision) -> Decision:
    noted = records.plain(
        "incident.reported", event.at, id=event.id, category=event.category.value, note=event.note
    )
    return decision.then(records=(noted,))


@_follow.register
def _(event: ClockSeen, decision: Decision) -> Decision:
    """Write down that the clock of this start cannot be right; dates are read by both clocks."""
    if not event.seconds:
        now = decision.state.wall
        known = replace(now, trusted=now.believed) if now is not None else None
        noted = records.plain("clock.known", event.at)
        return decision.then(replace(decision.state, wall=known), records=(noted,))
    seconds = round(event.seconds)
    said = records.plain("clock.changed", event.at, how="start", seconds=seconds)
    return decision.then(replace(decision.state, wall=event.before), records=(said,))


@_follow.register
def _(event: SensorState, decision: Decision) -> Decision:
    known = decision.before.sensors.get(event.sensor)
    sensors = {**decision.state.sensors, event.sensor: event}
    decision = decision.then(replace(decision.state, sensors=sensors))
    if known is not None and (known.state, known.message) == (event.state, event.message):
        return decision
    noted = records.plain(
        "sensor.state",
        event.at,
        sensor=event.sensor,
        state=event.state.value,
        **records.message_json(event.message),
    )
    return decision.then(records=(noted,))


@_follow.register
def _(event: PolicyRefused, decision: Decision) -> Decision:
    noted = records.plain("policy.refused", event.at, **records.message_json(event.message))
    return decision.then(records=(noted,))


@_follow.register
def _(event: PolicyStanding, decision: Decision) -> Decision:
    noted = records.standing(event.standing, event.at)
    return decision.then(records=(noted,))


@_follow.register
def _(event: JournalChecked, decision: Decision) -> Decision:
    noted = records.plain("journal.checked", event.at, entries=event.entries, whole=event.whole)
    return decision.then(records=(noted,))


@_follow.register
def _(event: EventsLost, decision: Decision) -> Decision:
    return decision.then(records=(records.plain("events.lost", event.at, count=event.count),))
