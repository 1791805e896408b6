"""Guided responses in the engine: each step is written down when it was done, and only then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agentguard.engine import incidents, posture, records
from agentguard.engine.memory import moment_json, read_moment
from agentguard.engine.state import Decision
from agentguard.model.actions import ActionKind, Deed, Outcome
from agentguard.model.events import ActionFinished, IncidentReported
from agentguard.model.guided import (
    OUT,
    Cause,
    Ending,
    Found,
    Response,
    ResponseBegun,
    ResponseStep,
    Step,
)
from agentguard.model.incidents import IncidentCategory, attached
from agentguard.model.moments import Moment
from agentguard.model.records import Json

MEMORY = "response/"
_HOLDS = frozenset({ActionKind.VAULT, Deed.VAULT})


def begin(decision: Decision, event: ResponseBegun) -> Decision:
    """Begin a response, which is an incident as well; one for each file and number."""
    open_ = {one.path for one in decision.state.responses.values() if not finished(one)}
    if event.number in decision.state.responses or event.path in open_:
        return decision
    state = decision.state
    said = attached(posture.controls(state, event.at), len(state.findings))
    reported = IncidentReported(
        at=event.at,
        id=event.number,
        category=IncidentCategory.CARD_DATA,
        note="",
        attached=said,
    )
    one = Response(number=event.number, path=event.path, begun=event.at, found=event.found)
    decision = _keep(incidents.report(decision, reported), one)
    decision = _noted(decision, one, Step.LOOKED, event.found.value, event.at)
    return _held(decision, one, event.at) if event.held else decision


def go_on(decision: Decision, event: ResponseStep) -> Decision:
    """Take a step that was done; one that makes no sense here is not taken."""
    one = decision.state.responses.get(event.number)
    if one is None:
        return decision
    if event.step is Step.HELD and event.answer == OUT:
        return _out(decision, one, event.at)
    if event.step is Step.HELD:
        return decision if one.held else _held(decision, one, event.at)
    if event.step is Step.ENDED:
        return _end(decision, one, event)
    if event.step is Step.CAUSE and event.answer in set(Cause):
        one = replace(one, cause=Cause(event.answer), caused=event.at)
        return _noted(_keep(decision, one), one, event.step, event.answer, event.at)
    return decision


def moved(decision: Decision, event: ActionFinished) -> Decision:
    """See that a file is held, or is no more, once a hand has moved or deleted it."""
    if event.outcome is not Outcome.DONE:
        return decision
    for one in tuple(decision.state.responses.values()):
        if one.path != event.action.subject or one.ending is Ending.DELETED:
            continue
        if event.action.kind in _HOLDS and one.held is None:
            decision = _held(decision, one, event.at)
        if event.action.kind is Deed.DELETE:
            gone = replace(one, ending=Ending.DELETED, ended=event.at)
            decision = _noted(_keep(decision, gone), gone, Step.ENDED, Ending.DELETED, event.at)
    return decision


def leave(decision: Decision) -> Decision:
    """Show the responses no more: who began them leaves the desk."""
    for one in tuple(decision.state.responses.values()):
        if one.mine:
            decision = _keep(decision, replace(one, mine=False))
    return decision


def finished(one: Response) -> bool:
    """Check whether nothing is left to do at the desk."""
    return one.ending is not None and one.cause is not None


def read_back(remembered: Mapping[str, Json]) -> dict[str, Response]:
    """Return the responses that outlived a restart, the oldest first."""
    read = (_read(key.removeprefix(MEMORY), value) for key, value in remembered.items())
    known = sorted((one for one in read if one is not None), key=lambda one: one.begun.wall)
    return {one.number: one for one in known}


def _held(decision: Decision, one: Response, at: Moment) -> Decision:
    one = replace(one, held=at)
    return _noted(_keep(decision, one), one, Step.HELD, "", at)


def _out(decision: Decision, one: Response, at: Moment) -> Decision:
    """See that a file is in the vault no more, without having been deleted: it is open again."""
    if one.held is None or one.ending is Ending.DELETED:
        return decision
    kept, one = one.ending is not None, replace(one, held=None, ending=None, ended=None)
    decision = _noted(_keep(decision, one), one, Step.HELD, OUT, at)
    return _noted(decision, one, Step.ENDED, OUT, at) if kept else decision


def _end(decision: Decision, one: Response, event: ResponseStep) -> Decision:
    """Let nothing be kept that holds, or may hold, what may not be kept even encrypted."""
    if one.ending is Ending.DELETED or event.answer not in set(Ending):
        return decision
    ending = Ending(event.answer)
    if ending is Ending.KEPT and (one.held is None or one.found is not Found.NO):
        return decision
    one = replace(one, ending=ending, ended=event.at)
    return _noted(_keep(decision, one), one, event.step, event.answer, event.at)


def _noted(decision: Decision, one: Response, step: Step, answer: str, at: Moment) -> Decision:
    noted = records.plain("incident.step", at, id=one.number, step=step.value, answer=answer)
    return decision.then(records=(noted,))


def _keep(decision: Decision, one: Response) -> Decision:
    known = {**decision.state.responses, one.number: one}
    old = list(known)[: -incidents.MOST]
    kept = {number: each for number, each in known.items() if number not in old}
    dropped = {f"{MEMORY}{number}": None for number in old}
    return decision.then(
        replace(decision.state, responses=kept),
        memory={f"{MEMORY}{one.number}": _json(one), **dropped},
    )


def _json(one: Response) -> Json:
    return {
        "path": one.path,
        "begun": moment_json(one.begun),
        "found": one.found.value,
        "held": moment_json(one.held),
        "ending": one.ending.value if one.ending else "",
        "ended": moment_json(one.ended),
        "cause": one.cause.value if one.cause else "",
        "caused": moment_json(one.caused),
        "mine": one.mine,
    }


def _read(number: str, value: Json) -> Response | None:
    if not isinstance(value, dict):
        return None
    begun, path = read_moment(value.get("begun")), value.get("path")
    found, ending, cause = (value.get(name) for name in ("found", "ending", "cause"))
    if begun is None or not isinstance(path, str) or found not in set(Found):
        return None
    return Response(
        number=number,
        path=path,
        begun=begun,
        found=Found(found),
        held=read_moment(value.get("held")),
        ending=Ending(ending) if ending in set(Ending) else None,
        ended=read_moment(value.get("ended")),
        cause=Cause(cause) if cause in set(Cause) else None,
        caused=read_moment(value.get("caused")),
        mine=value.get("mine") is True,
    )
