"""Incidents in the engine: one for each number, followed to the end, and there after a restart."""

from __future__ import annotations

import pytest

from agentguard.engine import before, guided, incidents
from agentguard.model.actions import Action, ActionKind, Deed, Outcome
from agentguard.model.events import ActionFinished, IncidentFollowed, IncidentReported
from agentguard.model.guided import OUT, Cause, Ending, Found, ResponseBegun, ResponseStep, Step
from agentguard.model.incidents import Attached, IncidentCategory, Ongoing, Stage, Where

NUMBER, OTHER = "T7HH-DKM2", "2222-2222"
PATH = "/home/a/Downloads/cards.csv"


def report(rig, number: str = NUMBER) -> None:
    rig.see(
        IncidentReported(
            at=rig.clock.now(),
            id=number,
            category=IncidentCategory.DATA_SEEN,
            note="on a screen",
            where=Where.PROGRAM,
            ongoing=Ongoing.YES,
            attached=Attached(findings=2, failing=("clipboard", "firewall"), in_order=9, unknown=3),
        )
    )


def told(rig, stage: Stage, by: str = "dana", number: str = NUMBER) -> None:
    rig.see(IncidentFollowed(at=rig.clock.now(), number=number, stage=stage, by=by))


def begin(rig, found: Found = Found.NO, *, number: str = NUMBER, held: bool = False) -> None:
    at = rig.clock.now()
    rig.see(ResponseBegun(at=at, number=number, path=PATH, found=found, held=held))


def step(rig, one: Step, answer: str = "", number: str = NUMBER) -> None:
    rig.see(ResponseStep(at=rig.clock.now(), number=number, step=one, answer=answer))


def steps(rig) -> list[tuple[str, str]]:
    records = (r.payload for r in rig.journal.records if r.kind == "incident.step")
    return [(str(p["step"]), str(p["answer"])) for p in records]


def test_a_report_is_written_down_once_with_what_was_shown(rig) -> None:
    report(rig)
    report(rig)
    (record,) = (r for r in rig.journal.records if r.kind == "incident.reported")
    assert record.payload == {
        "id": NUMBER,
        "category": "data-seen",
        "note": "on a screen",
        "where": "program",
        "ongoing": "yes",
        "findings": 2,
        "failing": "clipboard,firewall",
        "passed": 9,
        "unknown": 3,
    }
    (one,) = rig.engine.snapshot().reported
    assert (one.number, one.stage, one.mine) == (NUMBER, Stage.WRITTEN, True)
    assert "on a screen" not in repr(rig.engine.state)


def test_the_inbox_tells_each_step_of_the_endpoint_once(rig) -> None:
    report(rig)
    for stage in (Stage.RECEIVED, Stage.TAKEN, Stage.TAKEN, Stage.ASSIGNED, Stage.CLOSED):
        told(rig, stage, by="" if stage is Stage.RECEIVED else "dana")
    assert rig.kinds.count("incident.told") == 4
    (notice,) = rig.engine.snapshot().inbox
    assert notice.body.id == "incident-told.closed"
    assert notice.body.params == {"by": "dana"}
    told(rig, Stage.TAKEN)
    assert rig.engine.snapshot().reported[0].stage is Stage.CLOSED
    told(rig, Stage.SIGNED, by="")
    assert rig.engine.snapshot().inbox[0].body.id == "incident-told.signed-unnamed"


def test_it_goes_from_one_hand_to_another(rig) -> None:
    report(rig)
    told(rig, Stage.ASSIGNED, by="dana")
    told(rig, Stage.ASSIGNED, by="sam")
    assert rig.engine.snapshot().reported[0].by == "sam"


def test_what_the_endpoint_tells_of_a_number_that_is_not_from_here_is_no_news(rig) -> None:
    report(rig)
    told(rig, Stage.CLOSED, number=OTHER)
    assert "incident.told" not in rig.kinds
    assert rig.engine.snapshot().inbox == ()


def test_incidents_and_responses_outlive_a_restart(rig) -> None:
    report(rig)
    told(rig, Stage.TAKEN)
    begin(rig, number=OTHER, held=True)
    step(rig, Step.ENDED, Ending.KEPT, OTHER)
    step(rig, Step.CAUSE, Cause.MAIL, OTHER)
    state = rig.engine.state
    again = before.read_back(rig.journal.memory)
    assert (again.reported, again.responses) == (state.reported, state.responses)


@pytest.mark.parametrize(
    "value",
    [None, 3, {}, {"category": "?", "at": [1, 2], "stage": "taken", "by": "", "mine": True}],
)
def test_what_cannot_be_read_back_is_left_out(value) -> None:
    assert incidents.read_back({"incident/x": value}) == {}
    assert guided.read_back({"response/x": value}) == {}


def test_a_response_that_lost_its_answers_keeps_what_is_left(rig) -> None:
    begin(rig)
    kept = {**rig.journal.memory("response/")[f"response/{NUMBER}"], "ending": "?", "cause": 5}
    (one,) = guided.read_back({f"response/{NUMBER}": kept}).values()
    assert (one.ending, one.cause, one.held) == (None, None, None)
    assert guided.read_back({"response/x": {**kept, "found": "perhaps"}}) == {}
    assert guided.read_back({"response/x": {**kept, "path": 3}}) == {}
    assert guided.read_back({"response/x": {**kept, "begun": []}}) == {}


def test_a_desk_remembers_the_newest_and_no_more_than_fifty(rig) -> None:
    for number in range(incidents.MOST + 2):
        report(rig, str(number))
        rig.see(
            ResponseBegun(
                at=rig.clock.now(), number=f"r{number}", path=f"{PATH}{number}", found=Found.NO
            )
        )
    assert len(rig.engine.snapshot().reported) == incidents.MOST
    assert len(rig.journal.memory(incidents.MEMORY)) == incidents.MOST
    assert len(rig.journal.memory(guided.MEMORY)) == incidents.MOST
    assert rig.engine.snapshot().responses[0].number == f"r{incidents.MOST + 1}"


def test_a_response_is_an_incident_and_tells_only_what_was_done(rig) -> None:
    begin(rig)
    begin(rig)
    begin(rig, number=OTHER)
    (reported,) = rig.engine.snapshot().reported
    assert reported.category is IncidentCategory.CARD_DATA
    assert steps(rig) == [("looked", "no")]
    step(rig, Step.ENDED, Ending.KEPT)
    assert steps(rig) == [("looked", "no")]
    step(rig, Step.HELD)
    step(rig, Step.HELD)
    step(rig, Step.ENDED, "burned")
    step(rig, Step.ENDED, Ending.KEPT)
    step(rig, Step.CAUSE, "fate")
    step(rig, Step.CAUSE, Cause.EXPORT)
    step(rig, Step.HELD, number=OTHER)
    step(rig, Step.LOOKED, "yes")
    assert steps(rig) == [("looked", "no"), ("held", ""), ("ended", "kept"), ("cause", "export")]
    (one,) = rig.engine.snapshot().responses
    assert guided.finished(one)
    begin(rig, number=OTHER)
    assert len(rig.engine.snapshot().responses) == 2


@pytest.mark.parametrize("found", [Found.YES, Found.UNKNOWN])
def test_what_holds_or_may_hold_codes_is_never_kept(rig, found) -> None:
    begin(rig, found, held=True)
    step(rig, Step.ENDED, Ending.KEPT)
    assert rig.engine.snapshot().responses[0].ending is None
    step(rig, Step.ENDED, Ending.DELETED)
    step(rig, Step.ENDED, Ending.KEPT)
    assert rig.engine.snapshot().responses[0].ending is Ending.DELETED
    assert steps(rig) == [("looked", found.value), ("held", ""), ("ended", "deleted")]


def test_row_434_a_file_that_left_the_vault_is_not_called_held_or_kept(rig) -> None:
    begin(rig, held=True)
    step(rig, Step.ENDED, Ending.KEPT)
    step(rig, Step.CAUSE, Cause.MAIL)
    step(rig, Step.HELD, OUT)
    step(rig, Step.HELD, OUT)
    (one,) = rig.engine.snapshot().responses
    assert (one.held, one.ending, one.ended, one.cause) == (None, None, None, Cause.MAIL)
    assert not guided.finished(one)
    assert steps(rig)[-2:] == [("held", "out"), ("ended", "out")], "told once"
    step(rig, Step.ENDED, Ending.KEPT)
    assert rig.engine.snapshot().responses[0].ending is None, "nothing is kept that is not held"
    step(rig, Step.HELD)
    step(rig, Step.ENDED, Ending.DELETED)
    step(rig, Step.HELD, OUT)
    assert rig.engine.snapshot().responses[0].ending is Ending.DELETED, "that is final"


def test_it_is_held_once_a_hand_has_moved_the_file(rig) -> None:
    begin(rig)
    for kind, path, outcome in (
        (ActionKind.LOCK, PATH, Outcome.DONE),
        (ActionKind.VAULT, PATH, Outcome.FAILED),
        (ActionKind.VAULT, "/elsewhere", Outcome.DONE),
    ):
        action = Action(id="1", kind=kind, check="pii-files", subject=path)
        rig.see(ActionFinished(at=rig.clock.now(), action=action, outcome=outcome))
    assert rig.engine.snapshot().responses[0].held is None
    action = Action(id="1", kind=ActionKind.VAULT, check="pii-files", subject=PATH)
    rig.see(ActionFinished(at=rig.clock.now(), action=action, outcome=Outcome.DONE))
    rig.see(ActionFinished(at=rig.clock.now(), action=action, outcome=Outcome.DONE))
    assert steps(rig) == [("looked", "no"), ("held", "")]
    for deed in (Deed.CLEAR, Deed.DELETE, Deed.DELETE):
        action = Action(id="2", kind=deed, check="pii-files", subject=PATH)
        rig.see(ActionFinished(at=rig.clock.now(), action=action, outcome=Outcome.DONE))
    assert steps(rig)[2:] == [("ended", "deleted")]
