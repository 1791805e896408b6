"""What was found here and is no more, and by what: kept for the person, in bounds.

A finding that goes away while something is being done about it is not yet said to be mended by
that: this is told once its hand has said so.
"""

from __future__ import annotations

from dataclasses import replace

from agentguard.engine import memory
from agentguard.engine.deeds import item_of
from agentguard.engine.state import Decision, Key, Mended
from agentguard.model.actions import Outcome
from agentguard.model.deeds import BroughtBack, Done, Stage
from agentguard.model.events import ActionFinished, Event, PolicyInForce
from agentguard.model.findings import Finding, file_name
from agentguard.model.moments import Moment
from agentguard.model.verdicts import Owner

UNTOLD = frozenset({"reauth"})
"""Checks that ask many times a day and find nothing: their answers are no history."""


def follow(decision: Decision, event: Event) -> Decision:
    """Write down what is no more found, what ended it, and what came back out of the vault."""
    if isinstance(event, ActionFinished) and event.outcome is Outcome.DONE:
        decision = _ended(decision, event)
    if isinstance(event, BroughtBack):
        decision = _back(decision, event)
    if isinstance(event, PolicyInForce):  # what is not looked for any more is not mended
        return decision
    before, now = decision.before.findings, decision.state.findings
    if now is before:
        return decision
    gone = [finding for key, finding in before.items() if key not in now]
    for finding in gone:
        decision = _gone(decision, finding, event.at)
    return decision


def _ended(decision: Decision, event: ActionFinished) -> Decision:
    """Return what follows: it is told what ended a finding, now or once it is gone."""
    how, item = event.action.kind.value, item_of(event)
    for one in decision.state.history:
        if one.action == event.action.id:
            return _changed(decision, replace(one, how=how, item=item, action=""))
    key = (event.action.check, event.action.subject)
    if key not in decision.state.findings:
        return decision
    mended = {**decision.state.mended, key: Mended(how=how, at=event.at, item=item)}
    return decision.then(replace(decision.state, mended=mended))


def _back(decision: Decision, event: BroughtBack) -> Decision:
    for one in decision.state.history:
        if one.item == event.item:
            return _changed(decision, replace(one, back=event.at))
    return decision


def _gone(decision: Decision, finding: Finding, at: Moment) -> Decision:
    """Put what is gone on top, unless it is another's to mend or no news to anybody."""
    key, state = finding.key, decision.state
    by = state.mended.get(key)
    how, item = (by.how, by.item) if by is not None else ("", "")
    mended = {known: one for known, one in state.mended.items() if known != key}
    decision = decision.then(replace(state, mended=mended))
    bound = state.plan.bound[finding.check]
    if finding.check in UNTOLD or bound.owner(finding.message) is not Owner.PERSON:
        return decision
    asked = decision.before.deeds.get(key)
    count = state.count + 1
    one = Done(
        id=f"{int(at.wall)}-{count}",
        check=finding.check,
        message=finding.message,
        found=finding.since,
        at=at,
        how=how,
        item=item,
        place=file_name(finding.subject),
        batch=asked.batch if asked is not None and asked.stage is not Stage.FAILED else "",
        action="" if how else _in_work(decision, key),
    )
    every = (one, *decision.state.history)
    dropped = {f"{memory.DONE}{old.id}": None for old in every[memory.HISTORY_LIMIT :]}
    kept = every[: memory.HISTORY_LIMIT]
    return decision.then(
        replace(decision.state, count=count, history=kept),
        memory={f"{memory.DONE}{one.id}": memory.done_json(one), **dropped},
    )


def _in_work(decision: Decision, key: Key) -> str:
    """Return the id of what is being done about a finding; empty when nothing is."""
    asked = decision.before.deeds.get(key)
    if asked is not None and asked.stage is Stage.DOING:
        return asked.action
    given = (
        one.action.id
        for one in reversed(tuple(decision.before.tries.values()))
        if (one.action.check, one.action.subject) == key and one.outcome is None
    )
    return next(given, "")


def _changed(decision: Decision, one: Done) -> Decision:
    history = tuple(one if old.id == one.id else old for old in decision.state.history)
    return decision.then(
        replace(decision.state, history=history),
        memory={f"{memory.DONE}{one.id}": memory.done_json(one)},
    )
