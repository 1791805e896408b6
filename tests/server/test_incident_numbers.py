"""Incidents by their numbers: once whatever is told again, found, followed, given, on record."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from agentguard.server.feeds.sheets import BOM
from agentguard.server.store.accounts import members
from agentguard.wire import v1
from tests.server.test_incident import text_of
from tests.server.test_roles import audit, signed_in

__all__ = ["signed_in"]

NUMBER, OTHER = "T7HH-DKM2", "2222-2222"
SAID = {
    "id": NUMBER,
    "category": "data-seen",
    "where": "paper",
    "ongoing": "yes",
    "findings": 2,
    "failing": "clipboard,firewall",
    "passed": 20,
    "unknown": 3,
}


@pytest.fixture
def reported(desk: Any, event: Any) -> Any:
    desk.send(event(1, "incident.reported", params=SAID, text="On a letter"))
    return desk


def told(answer: Any) -> tuple[v1.Followed, ...]:
    """Return what the endpoint tells, by its own signature."""
    received = msgspec.json.decode(answer.content, type=v1.Received)
    if not received.follow:
        return ()
    return msgspec.json.decode(received.follow, type=v1.FollowedUp).incidents


def follow(desk: Any, *known: v1.Followed) -> tuple[v1.Followed, ...]:
    return told(desk.send(follows=known))


def test_the_number_the_answers_and_what_is_attached_are_shown(
    reported: Any, signed_in: Any
) -> None:
    assert reported.id
    bob = signed_in("bob", "officer")
    page = text_of(bob.get("/incidents/1").text)
    assert f"Number {NUMBER}" in page
    assert "On paper or at a desk" in page
    assert "Yes, when it was reported" in page
    assert "Open findings: 2. In order: 20. Not known: 3." in page
    assert "Clipboard" in page
    queue = text_of(bob.get("/incidents").text)
    assert NUMBER in queue
    assert "Still happening" in queue


@pytest.mark.parametrize("typed", [NUMBER, "t7hhdkm2", " t7hh dkm2 "])
def test_a_number_is_found_however_it_is_typed(
    reported: Any, signed_in: Any, event: Any, typed: str
) -> None:
    reported.send(event(2, "incident.reported", params={"id": OTHER, "category": "other"}))
    found = text_of(signed_in("bob", "officer").get(f"/incidents?text={quote(typed)}").text)
    assert NUMBER in found
    assert OTHER not in found


def test_what_is_told_again_in_another_epoch_is_the_same_incident(
    reported: Any, running: Any, event: Any
) -> None:
    reported.send(event(1, "incident.reported", params=SAID, text="On a letter"), epoch=2)
    reported.send(event(2, "incident.reported", params=SAID, text="On a letter"), epoch=2)
    assert len(running.admin.incidents()) == 1


def test_reports_of_older_desks_have_no_number_and_stay_apart(
    desk: Any, running: Any, event: Any
) -> None:
    for seq in (1, 2):
        desk.send(event(seq, "incident.reported", params={"category": "other", "id": "a" * 16}))
    assert [one.number for one in running.admin.incidents()] == ["", ""]


def test_the_desk_hears_how_far_its_incident_has_come(reported: Any, signed_in: Any) -> None:
    known = v1.Followed(number=NUMBER, stage="written")
    (first,) = follow(reported, known)
    assert first == v1.Followed(number=NUMBER, stage="received")
    assert follow(reported, first) == ()
    ann, bob = signed_in("ann", teams=("Billing",)), signed_in("bob", "officer")
    ann.submit("/incidents/1/take", token=ann.token())
    assert follow(reported, first) == (v1.Followed(number=NUMBER, stage="taken", by="ann"),)
    ann.submit("/incidents/1/assign", token=ann.token(), name="bob")
    given = v1.Followed(number=NUMBER, stage="assigned", by="bob")
    assert follow(reported, first) == (given,)
    bob.submit("/incidents/1/close", token=bob.token(), outcome="Shredded")
    assert follow(reported, given) == (v1.Followed(number=NUMBER, stage="closed", by="bob"),)
    ann.submit("/incidents/1/sign-off", token=ann.token(), text="")
    assert follow(reported, given) == (v1.Followed(number=NUMBER, stage="signed", by="ann"),)
    assert told(reported.send()) == ()


def test_a_desk_hears_nothing_of_the_incidents_of_others(
    reported: Any, new_desk: Any, event: Any
) -> None:
    assert reported.id
    other = new_desk(label="other")
    asked = (v1.Followed(number=NUMBER), v1.Followed(number=""), v1.Followed(number="x"))
    assert told(other.send(follows=asked)) == ()


def test_it_is_given_only_to_who_may_care_for_it(
    running: Any, reported: Any, signed_in: Any
) -> None:
    assert reported.id
    ann, _ = signed_in("ann", teams=("Billing",)), signed_in("eve", teams=("Sales",))
    signed_in("vic", "viewer", teams=("Billing",))
    page = ann.get("/incidents/1").text
    assert '<option value="ann"' in page
    assert '<option value="eve"' not in page
    assert '<option value="vic"' not in page
    for name in ("eve", "vic", "nobody", ""):
        ann.submit("/incidents/1/assign", token=ann.token(), name=name)
        assert "It was given to" not in text_of(ann.get("/incidents/1").text)
    ann.submit("/incidents/1/assign", token=ann.token(), name="ann")
    assert "It was given to ann" in text_of(ann.get("/incidents/1").text)
    assert ("incident.assigned", "1") in audit(running, "ann")


def test_row_464_it_is_said_who_has_an_incident_and_when_nobody_has_it_any_more(
    running: Any, reported: Any, signed_in: Any
) -> None:
    assert reported.id
    ann, bob = signed_in("ann", teams=("Billing",)), signed_in("bob", "officer")
    signed_in("cleo", teams=("Billing",))

    def said() -> set[str]:
        """Give what both pages say, where they say the same."""
        words = ("With ann", "With cleo", "Nobody has it who may care for it")
        pages = [text_of(bob.get(at).text) for at in ("/incidents", "/incidents/1")]
        queue, one = ({each for each in words if each in page} for page in pages)
        assert queue == one
        return one

    def change(act: Any) -> None:
        running.admin._database.run(act)

    ann.submit("/incidents/1/take", token=ann.token())
    assert said() == {"With ann"}
    ann.submit("/incidents/1/assign", token=ann.token(), name="cleo")
    assert said() == {"With cleo"}, "and not who took it up"
    change(lambda c: members.disable(c, "cleo", disabled=True))
    assert said() == {"Nobody has it who may care for it"}
    bob.submit("/incidents/1/assign", token=bob.token(), name="ann")
    assert said() == {"With ann"}
    change(lambda c: members.change(c, "ann", "supervisor", ()))
    assert said() == {"Nobody has it who may care for it"}, "her team was taken from her"


STEPS = (("looked", "no"), ("held", ""), ("ended", "kept"), ("ended", "deleted"), ("cause", "mail"))


def test_a_guided_response_is_a_record_with_a_second_person(
    desk: Any, signed_in: Any, event: Any
) -> None:
    desk.send(
        event(1, "incident.reported", params={"id": NUMBER, "category": "card-data"}),
        *(
            event(seq, "incident.step", params={"id": NUMBER, "step": step, "answer": answer})
            for seq, (step, answer) in enumerate(STEPS, 2)
        ),
        event(9, "incident.step", params={"id": OTHER, "step": "held", "answer": ""}),
    )
    ann, bob = signed_in("ann", teams=("Billing",)), signed_in("bob", "officer")
    page = text_of(bob.get("/incidents/1").text)
    assert "In the vault" in page
    assert "No, all of the file was read" in page
    assert "Deleted for good, with proof in the journal" in page
    assert "It came by mail or chat" in page
    assert "Signed off by a second person Not yet" in page
    ann.submit("/incidents/1/close", token=ann.token(), outcome="The export is switched off")
    bob.submit("/incidents/1/sign-off", token=bob.token(), text="Seen")
    assert "Signed off by a second person Signed off" in text_of(bob.get("/incidents/1").text)
    sheet = bob.get("/incidents/1/record.csv")
    rows = list(csv.DictReader(io.StringIO(sheet.text.removeprefix(BOM))))
    assert {row["number"] for row in rows} == {NUMBER}
    kinds = [(row["what"], row["by"], row["text"]) for row in rows]
    assert ("desk-cause", "", "mail") in kinds
    assert ("closed", "ann", "The export is switched off") in kinds
    assert ("sign-off", "bob", "Seen") in kinds


def test_a_step_is_written_once_whatever_is_told_again(
    desk: Any, signed_in: Any, event: Any
) -> None:
    told_twice = {"id": NUMBER, "step": "held", "answer": ""}
    begun = {"id": NUMBER, "category": "card-data"}
    for epoch in (1, 2):
        desk.send(
            event(1, "incident.reported", params=begun),
            event(2, "incident.step", params=told_twice),
            epoch=epoch,
        )
    rows = signed_in("bob", "officer").get("/incidents/1/record.csv").text
    assert rows.count("desk-held") == 1


def test_row_434_a_file_that_left_the_vault_is_no_more_in_it_for_the_console(
    desk: Any, signed_in: Any, event: Any
) -> None:
    def told(seq: int, step: str, answer: str) -> Any:
        params = {"id": NUMBER, "step": step, "answer": answer}
        return event(seq, "incident.step", params=params, at=f"2026-09-21T10:00:{seq:02}+00:00")

    begun = event(1, "incident.reported", params={"id": NUMBER, "category": "card-data"})
    first = (told(2, "held", ""), told(3, "ended", "kept"))
    left = (told(4, "held", "out"), told(5, "ended", "out"))
    desk.send(begun, *first, *left)
    bob = signed_in("bob", "officer")
    page = text_of(bob.get("/incidents/1").text)
    assert "Not in the vault any more" in page
    assert "Open again: it left the vault" in page
    assert "In the vault" not in page
    desk.send(begun, *first, *left, told(6, "held", ""), epoch=2)
    assert "In the vault" in text_of(bob.get("/incidents/1").text), "it is held again"
    rows = bob.get("/incidents/1/record.csv").text
    assert (rows.count("desk-held"), rows.count("desk-ended")) == (3, 2), "each once"


def test_a_response_of_which_no_step_was_told_says_so(
    desk: Any, signed_in: Any, event: Any
) -> None:
    desk.send(event(1, "incident.reported", params={"id": NUMBER, "category": "card-data"}))
    page = text_of(signed_in("bob", "officer").get("/incidents/1").text)
    assert page.count("Not yet") == 5


def test_nobody_sees_or_takes_away_the_record_of_another_team(
    running: Any, reported: Any, signed_in: Any
) -> None:
    assert reported.id
    eve = signed_in("eve", teams=("Sales",))
    assert eve.get("/incidents/1/record.csv").status_code == 404
    assert eve.submit("/incidents/1/assign", token=eve.token(), name="eve").status_code == 404
    assert ("incident.refused", "1") in audit(running, "eve")
