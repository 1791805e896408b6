"""A look at the desk that was drawn: asked for after a break, and taken back when that is over.

It is asked for once the person has seen it: on a card, in To do or in the inbox. A lock, a call or
a payment ends its moment, and the next break is another one; the end of the shift, of the day or of
the policy's share ends it for good. The journal tells which, and whether anybody had seen it.
"""

from __future__ import annotations

from dataclasses import replace

from agentguard.engine import memory, prompt_rules, records
from agentguard.engine.memory import SHIFT, shift_json
from agentguard.engine.state import Decision, State, without
from agentguard.model.attention import TodoOpened
from agentguard.model.events import Event
from agentguard.model.handover import CleanDesk, CleanDeskAnswered, CleanDeskDrawn, Tick
from agentguard.model.local_hours import local
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.prompts import Prompt, PromptKind
from agentguard.model.records import Json

CHECK = "handover"


def draw(decision: Decision, event: CleanDeskDrawn) -> Decision:
    """Remember that the desk is to be looked at today; once a day."""
    clean = decision.state.shift.clean
    if clean is not None and clean.day == event.day:
        return decision
    return _keep(unanswered(decision, event.at, "day"), CleanDesk(day=event.day))


def looked(decision: Decision, event: CleanDeskAnswered) -> Decision:
    """Write down what the person attests of the desk; its card is answered by that."""
    clean = decision.state.shift.clean
    if clean is None or clean.is_over:
        return decision
    noted = records.plain("desk.clean", event.at, **ticked(event.ticks))
    decision = _taken_away(decision.then(records=(noted,)), clean)
    return _keep(decision, replace(clean, answered=event.at))


def ticked(ticks: frozenset[Tick]) -> dict[str, Json]:
    """Return each thing that may be attested, and whether it was."""
    return {tick.value: tick in ticks for tick in Tick}


def by_time(decision: Decision, at: Moment) -> Decision:
    """Ask for a look when it is time, and take it back when that time is over."""
    clean = decision.state.shift.clean
    if clean is None or clean.is_over:
        return decision
    busy = _busy(decision.state, clean, at)
    if clean.offered is None:
        rested = decision.state.shift.rested
        return _ask(decision, clean, at) if rested and not busy else decision
    if _stands(decision.state, clean):
        moved = decision.state.attention.pointed
        return withdraw(decision, busy, at) if busy and not moved else decision
    return decision if clean.asked is not None else withdraw(decision, "untold", at)


def seen(decision: Decision, event: Event) -> Decision:
    """Write down that it was asked for, once the person has seen it."""
    clean = decision.state.shift.clean
    if clean is None or clean.is_over or clean.offered is None or clean.asked is not None:
        return decision
    told = next((n for n in decision.state.inbox if n.id == _id(clean)), None)
    read = told is not None and told.read
    opened = isinstance(event, TodoOpened) and told is not None
    if not (read or opened or _id(clean) in decision.state.prompts):
        return decision
    noted = records.plain("desk.clean-asked", event.at)
    return _keep(decision.then(records=(noted,)), replace(clean, asked=event.at))


def under_policy(decision: Decision, at: Moment) -> Decision:
    """Take back what was drawn by another share; it is drawn anew by the one in force."""
    clean = decision.state.shift.clean
    before, now = decision.before.plan.policy, decision.state.plan.policy
    if before.shift.clean_desk_percent == now.shift.clean_desk_percent:
        return decision
    if clean is None or clean.is_over:
        return decision
    if clean.offered is not None:
        decision = withdraw(decision, "policy", at)
    return _keep(decision, None)


def shift_ended(decision: Decision, at: Moment, *, waits: bool) -> Decision:
    """Take the card away; who was asked may still answer where a handover is waited for."""
    clean = decision.state.shift.clean
    if waits and clean is not None and clean.asked is not None:
        return _taken_away(decision, clean)
    return unanswered(decision, at, "shift-ended")


def unanswered(decision: Decision, at: Moment, why: str) -> Decision:
    """Write down that nobody answered, or that nobody was asked; of this day it is over."""
    clean = decision.state.shift.clean
    if clean is None or clean.is_over or clean.offered is None:
        return decision
    if clean.asked is None:
        decision = withdraw(decision, why, at)
    else:
        noted = records.plain("desk.clean-missed", at)
        decision = _taken_away(decision.then(records=(noted,)), clean)
    return _keep(decision, replace(clean, over=at))


def withdraw(decision: Decision, why: str, at: Moment) -> Decision:
    """Take it back, and write down why and whether anybody had seen it."""
    clean = decision.state.shift.clean
    if clean is None:
        return decision
    seen_ = clean.asked is not None
    noted = records.plain("desk.clean-withdrawn", at, why=why, shown=seen_)
    decision = _taken_away(decision.then(records=(noted,)), clean)
    shift = replace(decision.state.shift, rested=False)
    decision = decision.then(replace(decision.state, shift=shift))
    return _keep(decision, CleanDesk(day=clean.day))


def _busy(state: State, clean: CleanDesk, at: Moment) -> str:
    """Return what makes this no time to look at a desk; empty when it is one."""
    reasons = (
        ("day", clean.day != local(at.wall).date().isoformat()),
        ("locked", state.locked),
        ("call", state.in_call),
        ("payment", state.paying.since is not None),
    )
    return next((why for why, holds in reasons if holds), "")


def _stands(state: State, clean: CleanDesk) -> bool:
    """Check whether its card is shown or waits; what was put off to a time is promised."""
    waiting = (one for one in state.attention.waiting if one.prompt.id == _id(clean))
    return _id(clean) in state.prompts or any(one.until is None for one in waiting)


def _ask(decision: Decision, clean: CleanDesk, at: Moment) -> Decision:
    prompt = Prompt(
        id=_id(clean),
        kind=PromptKind.NOTICE,
        check=CHECK,
        subject="",
        title=say("clean-desk.title"),
        body=say("clean-desk.body"),
        asked=at,
        advice=say("clean-desk.advice"),
    )
    return prompt_rules.tell(_keep(decision, replace(clean, offered=at)), prompt)


def _taken_away(decision: Decision, clean: CleanDesk) -> Decision:
    """Leave nothing of it: no card, nothing that waits, no entry of the inbox."""
    state, id_ = decision.state, _id(clean)
    waiting = tuple(one for one in state.attention.waiting if one.prompt.id != id_)
    state = replace(
        state,
        prompts=without(state.prompts, id_),
        inbox=tuple(notice for notice in state.inbox if notice.id != id_),
        attention=replace(state.attention, waiting=waiting),
    )
    gone = f"{memory.NOTICE}{id_}"
    told = any(notice.id == id_ for notice in decision.state.inbox)
    return decision.then(state, memory={gone: None} if told else {})


def _id(clean: CleanDesk) -> str:
    return f"clean-desk-{clean.day}"


def _keep(decision: Decision, clean: CleanDesk | None) -> Decision:
    shift = replace(decision.state.shift, clean=clean)
    decision = decision.then(replace(decision.state, shift=shift))
    return decision.then(memory={SHIFT: shift_json(shift)})
