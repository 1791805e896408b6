"""Exceptions at this desk: begun and ended, each written down, and proved by the next pass.

While one holds its control is judged as ever and nothing is done about what is found. When it ends,
what is open is answered as the policy says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from agentguard.engine import exception_requests, prompt_rules, records
from agentguard.engine.plan import excepting
from agentguard.engine.state import Decision, without
from agentguard.model.events import Event
from agentguard.model.exception_events import ExceptionAsked, ExceptionsHeld
from agentguard.model.exceptions import Excepted, RequestState, Ruling, allowed
from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment
from agentguard.model.prompts import Notice, PromptKind
from agentguard.model.records import Json
from agentguard.model.verdicts import Severity, State

MEMORY = "exception/"
SPENT = "exception-over/"
PROVING = "exception-proving/"
MOST = 100  # exceptions that are remembered as over

Restore = Callable[[Decision, str, Event], Decision]
"""Does about the open findings of a control what the policy says."""


def hold(decision: Decision, event: ExceptionsHeld, restore: Restore) -> Decision:
    """Begin and end exceptions, so that those hold that the event tells and the policy allows."""
    why = dict(event.over)
    decision, wanted = _wanted(decision, event)
    for control, one in tuple(decision.state.excepted.items()):
        if wanted.get(control) != one:
            told = why.get(one.id, "withdrawn")
            decision = restore(end(decision, control, told, event.at), control, event)
    for control, one in wanted.items():
        if control not in decision.state.excepted:
            decision = _begin(decision, one, event.at)
    return exception_requests.ruled(decision, event.ruled, event.at)


def under_policy(decision: Decision, at: Moment) -> Decision:
    """Let those hold under a new policy that it allows; the others are over."""
    for control, one in tuple(decision.state.excepted.items()):
        if not _possible(decision, one):
            decision = end(decision, control, "policy", at)
    return _bound(decision)


def end(decision: Decision, control: str, why: str, at: Moment) -> Decision:
    """End the exception of a control; it does not come back."""
    state = decision.state
    one = state.excepted[control]
    left = {key: other for key, other in state.excepted.items() if key != control}
    decision = _spend(decision.then(replace(state, excepted=left)), one, why)
    decision = exception_requests.used(decision, one, at)
    decision = exception_requests.became(decision, one.id, RequestState.OVER, why, at)
    proving = {**decision.state.proving, control: one.id}
    decision = decision.then(
        replace(decision.state, proving=proving),
        records=(records.plain("exception.ended", at, id=one.id, control=control, why=why),),
        memory={f"{MEMORY}{control}": None, f"{PROVING}{control}": one.id},
    )
    return prompt_rules.to_inbox(_bound(decision), _notice(one, f"ended-{why}", at))


def prove(decision: Decision, at: Moment) -> Decision:
    """Write down of exceptions that ended that their control has passed since."""
    for control, id_ in tuple(decision.state.proving.items()):
        before, judged = decision.before.judged.get(control), decision.state.judged.get(control)
        if judged is None or judged is before or judged.verdict.state is not State.PASS:
            continue
        left = {key: each for key, each in decision.state.proving.items() if key != control}
        decision = decision.then(
            replace(decision.state, proving=left),
            records=(records.plain("exception.proved", at, id=id_, control=control),),
            memory={f"{PROVING}{control}": None},
        )
    return decision


def ask(decision: Decision, event: ExceptionAsked) -> Decision:
    """Write down that an exception is asked for; what was typed stays in the journal alone."""
    state = replace(decision.state, facts=decision.state.facts.without(ExceptionAsked))
    asked = records.plain(
        "exception.asked",
        event.at,
        id=event.id,
        control=event.control,
        hours=event.hours,
        until=round(event.until),
        note=event.reason,
        instead=event.instead,
    )
    return exception_requests.asked(decision.then(state, records=(asked,)), event)


def read_back(remembered: Mapping[str, Json]) -> dict[str, Excepted]:
    """Return the exceptions that outlived a restart, by control."""
    read = (_read(key.removeprefix(MEMORY), value) for key, value in remembered.items())
    return {one.control: one for one in read if one is not None}


def words_back(remembered: Mapping[str, Json], prefix: str) -> dict[str, str]:
    """Return what is remembered of exceptions in one word each, by what stands after `prefix`."""
    return {key.removeprefix(prefix): str(value) for key, value in remembered.items()}


def _wanted(decision: Decision, event: ExceptionsHeld) -> tuple[Decision, dict[str, Excepted]]:
    """Return which are to hold; the first that the policy does not allow is written down once."""
    wanted: dict[str, Excepted] = {}
    for one in event.items:
        if one.id in decision.state.spent:
            continue
        if _possible(decision, one) and _fits(decision, one):
            other = wanted.get(one.control)
            wanted[one.control] = max(other or one, one, key=lambda each: each.until)
            continue
        refused = records.plain("exception.refused", event.at, id=one.id, control=one.control)
        decision = _spend(decision, one, "policy").then(records=(refused,))
        no = Ruling(id=one.id, state=RequestState.DECLINED, why="policy")
        decision = exception_requests.ruled(decision, (no,), event.at)
    return decision, wanted


def _fits(decision: Decision, one: Excepted) -> bool:
    """Check it against what was excepted before; what holds already is part of nothing before."""
    state = decision.state
    running = state.excepted.get(one.control)
    if running == one:
        return True
    spans = state.used.get(one.control, ())
    if running is not None:
        spans = (*spans, (running.since, min(running.until, one.since)))
    return exception_requests.fits(state.plan.policy.exceptions, spans, one)


def _possible(decision: Decision, one: Excepted) -> bool:
    plan = decision.state.plan
    return one.control in plan.bound and allowed(plan.policy.exceptions, one)


def _begin(decision: Decision, one: Excepted, at: Moment) -> Decision:
    state = decision.state
    said = records.plain(
        "exception.began",
        at,
        id=one.id,
        control=one.control,
        worst=one.worst.value,
        until=round(one.until),
    )
    decision = decision.then(
        replace(state, excepted={**state.excepted, one.control: one}),
        records=(said,),
        memory={f"{MEMORY}{one.control}": _json(one)},
    )
    decision = exception_requests.became(decision, one.id, RequestState.RUNNING, "", at)
    decision = _bound(_unasked(decision, one.control))
    return prompt_rules.to_inbox(decision, _notice(one, "began", at))


def _unasked(decision: Decision, control: str) -> Decision:
    """Take away what is asked about a control, and what waits to be done; a lesson stays."""
    state = decision.state
    gone = [
        one.id
        for one in state.prompts.values()
        if one.check == control and one.kind is not PromptKind.LESSON
    ]
    waits = tuple(one for one in state.attention.waiting if one.prompt.check != control)
    return decision.then(
        replace(
            state,
            prompts=without(state.prompts, *gone),
            held=tuple(one for one in state.held if one.prompt.check != control),
            deferred=tuple(one for one in state.deferred if one.check != control),
            attention=replace(state.attention, waiting=waits),
        )
    )


def _bound(decision: Decision) -> Decision:
    state = decision.state
    return decision.then(replace(state, plan=excepting(state.plan, state.excepted)))


def _spend(decision: Decision, one: Excepted, why: str) -> Decision:
    known = {**decision.state.spent, one.id: why}
    old = list(known)[:-MOST]
    kept = {id_: each for id_, each in known.items() if id_ not in old}
    dropped = {f"{SPENT}{id_}": None for id_ in old}
    return decision.then(
        replace(decision.state, spent=kept), memory={f"{SPENT}{one.id}": why, **dropped}
    )


def _notice(one: Excepted, form: str, at: Moment) -> Notice:
    return Notice(
        id=f"exception-{form}-{one.id}",
        title=Message(id=f"{one.control}.title"),
        body=say(f"exception-told.{form}"),
        at=at,
    )


def _json(one: Excepted) -> Json:
    return {
        "id": one.id,
        "worst": one.worst.value,
        "since": one.since,
        "until": one.until,
    }


def _read(control: str, value: Json) -> Excepted | None:
    match value:
        case {
            "id": str(id_),
            "worst": str(worst),
            "since": int() | float() as since,
            "until": int() | float() as until,
        } if worst in set(Severity):
            return Excepted(
                id=id_,
                control=control,
                worst=Severity(worst),
                since=float(since),
                until=float(until),
            )
        case _:
            return None
