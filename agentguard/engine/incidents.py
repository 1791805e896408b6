"""Incidents of this desk: written down once, followed to their end, and told in the inbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agentguard.engine import prompt_rules, records
from agentguard.engine.state import Decision
from agentguard.model.events import IncidentFollowed, IncidentReported
from agentguard.model.incidents import IncidentCategory, Reported, Stage
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.prompts import Notice
from agentguard.model.records import Json

MEMORY = "incident/"
MOST = 50  # incidents that a desk remembers

_ORDER = list(Stage)
_NAMED = frozenset({Stage.TAKEN, Stage.ASSIGNED, Stage.CLOSED, Stage.SIGNED})


def report(decision: Decision, event: IncidentReported) -> Decision:
    """Write an incident down; what comes again under its number changes nothing.

    What was typed stays in the journal alone.
    """
    state = replace(decision.state, facts=decision.state.facts.without(IncidentReported))
    decision = decision.then(state)
    if event.id in state.reported:
        return decision
    said = event.attached
    noted = records.plain(
        "incident.reported",
        event.at,
        id=event.id,
        category=event.category.value,
        note=event.note,
        where=event.where.value,
        ongoing=event.ongoing.value,
        findings=said.findings,
        failing=",".join(said.failing),
        passed=said.in_order,
        unknown=said.unknown,
    )
    one = Reported(number=event.id, category=event.category, at=event.at)
    return _keep(decision.then(records=(noted,)), one)


def follow(decision: Decision, event: IncidentFollowed) -> Decision:
    """Take what the endpoint tells of an incident; it only ever goes on, but to somebody else."""
    known = decision.state.reported.get(event.number)
    if known is None or _ORDER.index(event.stage) < _ORDER.index(known.stage):
        return decision
    if (event.stage, event.by) == (known.stage, known.by):
        return decision
    noted = records.plain("incident.told", event.at, id=event.number, stage=event.stage.value)
    decision = _keep(
        decision.then(records=(noted,)), replace(known, stage=event.stage, by=event.by)
    )
    return prompt_rules.to_inbox(decision, _notice(event)) if known.mine else decision


def leave(decision: Decision) -> Decision:
    """Let the incidents go on without showing them: who reported them leaves the desk."""
    for one in tuple(decision.state.reported.values()):
        if one.mine:
            decision = _keep(decision, replace(one, mine=False))
    return decision


def read_back(remembered: Mapping[str, Json]) -> dict[str, Reported]:
    """Return the incidents that outlived a restart, the oldest first."""
    read = (_read(key.removeprefix(MEMORY), value) for key, value in remembered.items())
    known = sorted((one for one in read if one is not None), key=lambda one: one.at.wall)
    return {one.number: one for one in known}


def _keep(decision: Decision, one: Reported) -> Decision:
    known = {**decision.state.reported, one.number: one}
    old = list(known)[:-MOST]
    kept = {number: each for number, each in known.items() if number not in old}
    dropped = {f"{MEMORY}{number}": None for number in old}
    return decision.then(
        replace(decision.state, reported=kept),
        memory={f"{MEMORY}{one.number}": _json(one), **dropped},
    )


def _notice(event: IncidentFollowed) -> Notice:
    form = event.stage.value
    if event.stage in _NAMED and not event.by:
        form += "-unnamed"
    return Notice(
        id=f"incident-{event.number}",
        title=say("incident-told.title", number=event.number),
        body=say(f"incident-told.{form}", by=event.by),
        at=event.at,
    )


def _json(one: Reported) -> Json:
    return {
        "category": one.category.value,
        "at": [one.at.boot, one.at.wall],
        "stage": one.stage.value,
        "by": one.by,
        "mine": one.mine,
    }


def _read(number: str, value: Json) -> Reported | None:
    match value:
        case {
            "category": str(category),
            "at": [int() | float() as boot, int() | float() as wall],
            "stage": str(stage),
            "by": str(by),
            "mine": bool(mine),
        } if category in set(IncidentCategory) and stage in set(Stage):
            return Reported(
                number=number,
                category=IncidentCategory(category),
                at=Moment(boot=float(boot), wall=float(wall)),
                stage=Stage(stage),
                by=by,
                mine=mine,
            )
        case _:
            return None
