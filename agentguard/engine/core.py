"""The pure core: what follows from one event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial, singledispatch

from agentguard.engine import (
    attention,
    clean_desk,
    clipboard,
    deeds,
    drills,
    exceptions,
    gate,
    guided,
    inbox_notices,
    incidents,
    lock_requests,
    memory,
    orders,
    payment,
    privacy_shield,
    prompt_rules,
    records,
    shift,
    shift_counts,
)
from agentguard.engine.action_outcome import tell_end
from agentguard.engine.attention_book import FRESH, Attention
from agentguard.engine.before import NOTHING, Before
from agentguard.engine.finding_updates import act, act_in_time, close, judge_all, restore, tell_anew
from agentguard.engine.plan import Plan, excepting
from agentguard.engine.state import Decision, State
from agentguard.model.actions import ActionKind, Outcome
from agentguard.model.deeds import Done
from agentguard.model.drills import DrillBegan, Drilled, DrillEnded
from agentguard.model.events import (
    ActionFinished,
    CallState,
    Event,
    EventsLost,
    Facts,
    IncidentFollowed,
    IncidentReported,
    JournalChecked,
    LessonAnswered,
    LessonOffered,
    NoticeRead,
    PolicyInForce,
    PolicyRefused,
    PolicyStanding,
    PromptAnswered,
    SensorState,
    SessionState,
    Tick,
)
from agentguard.model.exception_events import ExceptionAsked, ExceptionsHeld
from agentguard.model.facts import ClockSeen
from agentguard.model.gate import Gate
from agentguard.model.guided import ResponseBegun, ResponseStep
from agentguard.model.handover import (
    CleanDeskAnswered,
    CleanDeskDrawn,
    HandedOver,
    ShiftBegun,
)
from agentguard.model.locking import DeskLeft, LockAsked, LockLimitsSeen, ShiftEnded
from agentguard.model.machine import HistoryCleaned
from agentguard.model.moments import compared
from agentguard.model.orders import OrdersTold
from agentguard.model.prompts import Notice, OnSilence
from agentguard.model.shield import ShieldLifted, ShieldRefused
from agentguard.model.verdicts import Finding

Replan = Callable[[PolicyInForce], Plan]


def begin(
    plan: Plan,
    event: PolicyInForce,
    findings: tuple[Finding, ...],
    inbox: tuple[Notice, ...],
    done: tuple[Done, ...] = (),
    *,
    broken: bool = False,
    attended: Attention = FRESH,
    before: Before = NOTHING,
) -> State:
    """Return the state at the start, with what is remembered from before."""
    known = {f.key: f for f in findings if f.check in plan.bound}
    return State(
        plan=excepting(plan, before.excepted),
        started=event.at,
        facts=Facts(last={PolicyInForce: event}),
        findings=known,
        inbox=inbox,
        history=done,
        gate=Gate(broken=broken),
        attention=attended,
        reported=before.reported,
        responses=before.responses,
        shift=before.shift,
        counts=before.counts,
        orders=before.orders,
        excepted=before.excepted,
        spent=before.spent,
        proving=before.proving,
        requests=before.requests,
        used=before.used,
    )


def decide(state: State, event: Event, replan: Replan) -> Decision:
    """Return what follows from `event`: the next state, what to write down, and what to do."""
    if isinstance(event, Drilled):
        return drills.told(state, event, partial(decide, replan=replan))
    decision = Decision(before=state, state=state.seeing(clipboard.seen(state.facts, event)))
    if isinstance(event, PolicyInForce):
        decision = _new_policy(decision, event, replan)
    decision = privacy_shield.carried(decision, event)
    decision = judge_all(clipboard.anew(decision, event), event)
    for copied in clipboard.to_judge_again(decision, event):
        decision = judge_all(decision, copied, again=True)
    decision = tell_anew(exceptions.prove(decision, event.at), event)
    decision = inbox_notices.tell_of_ages(
        gate.follow(payment.follow(decision, event, act), event), event
    )
    decision = deeds.keep_history(deeds.follow(_follow(event, decision), event), event)
    return shift_counts.follow(clean_desk.seen(attention.settle(decision, event), event), event)


def _new_policy(decision: Decision, event: PolicyInForce, replan: Replan) -> Decision:
    decision = decision.then(replace(decision.state, plan=replan(event)))
    policy = event.policy
    for key in list(decision.state.findings):
        control = policy.controls.get(key[0])
        if control is None or control.paused:
            decision = close(decision, key, event.at, "policy")
    noted = records.plain(
        "policy.in-force",
        event.at,
        name=policy.name,
        version=policy.version,
        digest=policy.digest,
    )
    decision = exceptions.under_policy(decision.then(records=(noted,)), event.at)
    return shift.standing(clean_desk.under_policy(decision, event.at), event.at)


@singledispatch
def _follow(_event: Event, decision: Decision) -> Decision:
    """Do what an event asks for besides being judged; most ask for nothing."""
    return decision


@_follow.register
def _(event: Tick, decision: Decision) -> Decision:
    decision = shift.by_time(_wall(decision, event), event.at)
    decision = orders.pass_time(decision, event.at)
    decision = act_in_time(prompt_rules.release(decision, event.at), event.at)
    decision, late = prompt_rules.silent(decision, event.at)
    for prompt in late:
        if prompt.on_silence is OnSilence.LOCK and not decision.state.locked:
            decision = act(decision, ActionKind.LOCK, prompt.check, prompt.subject, event.at)
    return _retry(decision, event)


def _wall(decision: Decision, event: Tick) -> Decision:
    """Write down that the wall clock was set or drifts; nothing else follows from it."""
    wall, changed = compared(decision.state.wall, event.at)
    if wall is not decision.state.wall:
        decision = decision.then(replace(decision.state, wall=wall))
    if changed is None:
        return decision
    said = records.plain("clock.changed", event.at, how=changed.how, seconds=round(changed.seconds))
    return decision.then(records=(said,))


def _retry(decision: Decision, event: Tick) -> Decision:
    """Hand over again what ended and was not done; what the hands still have is not theirs twice.

    A lock is, for its end is the screen's, not the hand's.
    """
    for one in tuple(decision.state.tries.values()):
        if (
            one.outcome is Outcome.UNSUPPORTED
            or event.at.since(one.at) < lock_requests.patience(one)
            or (one.outcome is None and one.action.kind is not ActionKind.LOCK)
            or payment.given_up(one)
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
    decision = guided.moved(tell_end(decision, event), event)
    if known is None:
        return decision
    tries = {k: t for k, t in decision.state.tries.items() if k != event.action.id}
    waits_for_proof = event.action.kind is ActionKind.LOCK
    if event.outcome is not Outcome.DONE or waits_for_proof:
        waits = event.outcome is Outcome.WAITING
        told = event.message
        tries[event.action.id] = replace(known, outcome=event.outcome, waited=waits, told=told)
    return lock_requests.finished(decision.then(replace(decision.state, tries=tries)), event)


@_follow.register
def _(event: SessionState, decision: Decision) -> Decision:
    return shift.seen(lock_requests.told(decision, event), event)


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
    return shift.told_of_shift(decision, event)


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
    noted = records.plain(
        "lesson.answered", event.at, lesson=event.lesson, version=event.version, correct=True
    )
    kept = {f"{memory.LESSON}{event.lesson}": event.at.wall}
    return prompt_rules.lesson_done(decision.then(records=(noted,), memory=kept), event.lesson)


@_follow.register
def _(event: LessonOffered, decision: Decision) -> Decision:
    return prompt_rules.offer_lesson(decision, event)


@_follow.register
def _(event: IncidentReported, decision: Decision) -> Decision:
    return incidents.report(decision, event)


@_follow.register
def _(event: IncidentFollowed, decision: Decision) -> Decision:
    return incidents.follow(decision, event)


@_follow.register
def _(event: OrdersTold, decision: Decision) -> Decision:
    return orders.told(decision, event)


@_follow.register
def _(event: ExceptionsHeld, decision: Decision) -> Decision:
    return exceptions.hold(decision, event, restore)


@_follow.register
def _(event: ExceptionAsked, decision: Decision) -> Decision:
    return exceptions.ask(decision, event)


@_follow.register
def _(event: ResponseBegun, decision: Decision) -> Decision:
    return guided.begin(decision, event)


@_follow.register
def _(event: ResponseStep, decision: Decision) -> Decision:
    return guided.go_on(decision, event)


@_follow.register
def _(event: ShiftBegun, decision: Decision) -> Decision:
    return shift.begin(decision, event)


@_follow.register
def _(event: HandedOver, decision: Decision) -> Decision:
    return shift.hand_over(decision, event)


@_follow.register
def _(event: CleanDeskDrawn, decision: Decision) -> Decision:
    return clean_desk.draw(decision, event)


@_follow.register
def _(event: CleanDeskAnswered, decision: Decision) -> Decision:
    return clean_desk.looked(decision, event)


@_follow.register
def _(event: ClockSeen, decision: Decision) -> Decision:
    """Write down that the clock of this start cannot be right; dates are read by both clocks."""
    if not event.seconds:
        now = decision.state.wall
        known = replace(now, trusted=now.believed) if now is not None else None
        noted = records.plain("clock.known", event.at)
        return decision.then(replace(decision.state, wall=known), records=(noted,))
    said = records.plain("clock.changed", event.at, how="start", seconds=round(event.seconds))
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


@_follow.register
def _(event: DrillBegan, decision: Decision) -> Decision:
    return drills.begin(decision, event)


@_follow.register
def _(event: DrillEnded, decision: Decision) -> Decision:
    return drills.end(decision, event)
