"""What a person asks for by a button of To do, and what was found here and is no more.

A deed is decided here and given to the hands. One at a time, so that a person can stop a long row
of files, and so that a crash leaves at most one half done, which the vault finishes or undoes. What
was not begun is forgotten by a restart: its finding is open and its file where it was.

A finding that goes away is kept for the person, in bounds, with what mended it. One that goes away
while something is being done about it is not yet said to be mended by that: this is told once its
hand has said so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import singledispatch

from agentguard.engine import memory, records
from agentguard.engine.state import Decision, Key, Mended
from agentguard.model.actions import Action, Deed, Outcome
from agentguard.model.deeds import (
    Asked,
    BroughtBack,
    DeedAsked,
    DeedsStopped,
    Done,
    Stage,
    deeds_for,
)
from agentguard.model.events import ActionFinished, Event, PolicyInForce, Tick
from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment
from agentguard.model.verdicts import Finding, Owner, file_name

PATIENCE = 90.0
"""Seconds after which what was done and is still found is told as not mended."""
BUSY = frozenset({Stage.WAITING, Stage.DOING})
UNTOLD = frozenset({"reauth"})
"""Checks that ask many times a day and find nothing: their answers are no history."""


def follow(decision: Decision, event: Event) -> Decision:
    """Take what is asked, what ended, and what is mended; then give the hands the next."""
    return _next(_mended(_follow(event, decision)), event.at)


@singledispatch
def _follow(_event: Event, decision: Decision) -> Decision:
    """Do what an event means for the deeds; most mean nothing."""
    return decision


@_follow.register
def _(event: DeedAsked, decision: Decision) -> Decision:
    """Take the deed for each finding that is open, allows it, and has none in work."""
    asked = [s for s in dict.fromkeys(event.subjects) if _may(decision, (event.check, s), event)]
    if not asked:
        return decision
    known = dict(decision.state.deeds)
    for subject in asked:
        known.pop((event.check, subject), None)
        known[event.check, subject] = Asked(
            check=event.check,
            subject=subject,
            deed=event.deed,
            batch=event.batch,
            at=event.at,
        )
    noted = records.plain(
        "deed.asked", event.at, check=event.check, deed=event.deed.value, count=len(asked)
    )
    return _with(decision, known).then(records=(noted,))


def _may(decision: Decision, key: Key, event: DeedAsked) -> bool:
    finding, now = decision.state.findings.get(key), decision.state.deeds.get(key)
    if finding is None or (now is not None and now.stage in BUSY):
        return False
    return event.deed in deeds_for(finding, decision.state.plan.policy)


@_follow.register
def _(event: DeedsStopped, decision: Decision) -> Decision:
    """Forget what waits; the one that is being done is left to end."""
    kept = {
        key: one
        for key, one in decision.state.deeds.items()
        if not (one.batch == event.batch and one.stage is Stage.WAITING)
    }
    count = len(decision.state.deeds) - len(kept)
    if not count:
        return decision
    noted = records.plain("deed.stopped", event.at, count=count)
    return _with(decision, kept).then(records=(noted,))


@_follow.register
def _(event: ActionFinished, decision: Decision) -> Decision:
    if not isinstance(event.action.kind, Deed):
        return decision
    key = (event.action.check, event.action.subject)
    mine = decision.state.deeds.get(key)
    if mine is None or mine.action != event.action.id:
        return decision
    if event.outcome is Outcome.DONE:
        ended = replace(mine, stage=Stage.LOOKING, at=event.at, item=item_of(event))
    else:
        ended = replace(mine, stage=Stage.FAILED, at=event.at, message=_why(event))
    return _with(decision, {**decision.state.deeds, key: ended})


@_follow.register
def _(event: Tick, decision: Decision) -> Decision:
    """Tell of what was done long enough ago and is still found."""
    still = {
        key: replace(one, stage=Stage.FAILED, message=say("todo.still-there"))
        for key, one in decision.state.deeds.items()
        if one.stage is Stage.LOOKING and event.at.since(one.at) >= PATIENCE
    }
    return _with(decision, {**decision.state.deeds, **still}) if still else decision


def _why(event: ActionFinished) -> Message:
    """Return why it was not done: what the hand told, or that it failed or cannot be done here."""
    told = event.message
    if told is not None and told.id.startswith("todo."):
        return told
    unsupported = event.outcome is Outcome.UNSUPPORTED
    return say("todo.refused.unsupported" if unsupported else "todo.refused.failed")


def item_of(event: ActionFinished) -> str:
    """Return the id in the vault that an end tells; empty where it tells none."""
    return str(event.message.params.get("item", "")) if event.message is not None else ""


def _mended(decision: Decision) -> Decision:
    """Forget the deeds of what is no more found, but for the one that is being done."""
    kept = {
        key: one
        for key, one in decision.state.deeds.items()
        if key in decision.state.findings or one.stage is Stage.DOING
    }
    return _with(decision, kept) if len(kept) < len(decision.state.deeds) else decision


def _next(decision: Decision, at: Moment) -> Decision:
    """Return what follows when the hands get the first that waits, unless one is being done."""
    deeds = decision.state.deeds
    if any(one.stage is Stage.DOING for one in deeds.values()):
        return decision
    first = next((one for one in deeds.values() if one.stage is Stage.WAITING), None)
    if first is None:
        return decision
    finding, count = decision.state.findings[first.key], decision.state.count + 1
    action = Action(
        id=f"{int(at.wall)}-{count}",
        kind=first.deed,
        check=first.check,
        subject=first.subject,
        at=at,
        mark=finding.mark,
    )
    doing = replace(first, stage=Stage.DOING, action=action.id)
    state = replace(decision.state, count=count, deeds={**deeds, first.key: doing})
    return decision.then(state, records=(records.intended(action, at),), actions=(action,))


def _with(decision: Decision, deeds: Mapping[Key, Asked]) -> Decision:
    return decision.then(replace(decision.state, deeds=deeds))


def keep_history(decision: Decision, event: Event) -> Decision:
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
