"""Drills in the engine: what it makes of a drill's own is told as such, and comes to nothing.

The judges are given the event as the sensor tells it. What the engine would do of it is decided
in full, and then only written down: no finding, prompt, action or memory stays. An event whose
place or commitment does not fit a run that is open is the real thing, whatever it says of itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from agentguard.engine import records
from agentguard.engine.state import Decision, State
from agentguard.model.drills import LONGEST, DrillBegan, Drilled, DrillEnded, OpenRun
from agentguard.model.events import Event
from agentguard.model.records import Json, Record
from agentguard.model.verdicts import Finding

MEMORY = "drill/"
"""How each drill ended last stands under such keys of the journal's memory."""

Decide = Callable[[State, Event], Decision]


def told(state: State, event: Drilled, decide: Decide) -> Decision:
    """Return what follows from what a sensor saw of a drill; the real thing where it fits none."""
    run = state.drills.get(event.run)
    if run is None or not run.fits(event):
        return decide(state, event.seen)
    made = decide(state, event.seen)
    fresh = [f for key, f in made.state.findings.items() if state.findings.get(key) is not f]
    unmarked = Decision(before=state, state=state)
    if not fresh:
        return unmarked
    known = replace(run, noticed=run.noticed or event.at, by=run.by or fresh[0].check)
    drills = {**state.drills, run.run: known}
    wanted = [r.payload.get("kind") for r in made.records if r.kind == "action.intended"]
    noted = tuple(_noticed(run, one, event, wanted) for one in fresh)
    return unmarked.then(replace(state, drills=drills), records=noted)


def begin(decision: Decision, event: DrillBegan) -> Decision:
    """Know a run; those that are over are forgotten."""
    run = OpenRun(
        run=event.run,
        drill=event.drill,
        place=event.place,
        commitment=event.commitment,
        began=event.at,
    )
    fresh = {
        id_: one
        for id_, one in decision.state.drills.items()
        if event.at.boot - one.began.boot <= LONGEST
    }
    noted = records.plain(
        "drill.began", event.at, id=run.run, drill=run.drill, commitment=run.commitment
    )
    state = replace(decision.state, drills={**fresh, run.run: run})
    return decision.then(state, records=(noted,))


def end(decision: Decision, event: DrillEnded) -> Decision:
    """Write down how a run ended; what a sensor still tells of it stays the drill's in its time."""
    payload: dict[str, Json] = {
        "id": event.run,
        "drill": event.drill,
        "outcome": event.outcome.value,
        "why": event.why,
        **_ms("noticed_ms", event.seconds),
        **_ms("receipt_ms", event.receipt),
    }
    noted = Record(kind="drill.ended", at=event.at, payload=payload)
    drills = dict(decision.state.drills)
    if event.run in drills:
        drills[event.run] = replace(drills[event.run], ended=True)
    return decision.then(replace(decision.state, drills=drills), records=(noted,))


def _noticed(run: OpenRun, finding: Finding, event: Drilled, wanted: list[Json]) -> Record:
    """Return what was found and what would be done about it, told as a drill's."""
    payload: dict[str, Json] = {
        "id": run.run,
        "drill": run.drill,
        "check": finding.check,
        "severity": finding.severity.value,
        "sentence": finding.message.id,
        "would": ", ".join(str(one) for one in wanted),
        "ms": round((event.at.boot - run.began.boot) * 1000),
    }
    return Record(kind="drill.noticed", at=event.at, payload=payload)


def _ms(name: str, seconds: float | None) -> dict[str, Json]:
    return {} if seconds is None else {name: round(seconds * 1000)}
