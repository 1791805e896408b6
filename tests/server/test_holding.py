"""A desk asks itself for all that is held on it: signed both ways, bounded, and not too often."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from nacl.signing import VerifyKey
from sqlalchemy import select

from agentguard.server.ingest.held_data import EACH
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.records.held_data import SECRET
from agentguard.server.store.schema.tables import audit_log
from agentguard.uplink.client import LARGEST_ANSWER
from agentguard.wire import data_request, v1


def given(desk: Any) -> dict[str, Any]:
    """Give what the endpoint says, after its signature was verified."""
    answer = desk.get(data_request.HELD)
    assert answer.status_code == 200, answer.text
    told = msgspec.json.decode(answer.content, type=data_request.HeldGiven)
    key = VerifyKey(base64.b64decode(desk.enrolled.receipt_key))
    key.verify(told.held.encode(), base64.b64decode(told.signature))
    known = msgspec.json.decode(told.held, type=data_request.Held)
    assert known.device == desk.id
    found: dict[str, Any] = json.loads(told.held)
    return found


def test_a_desk_sees_all_that_is_held_on_it_and_nothing_of_others(
    running: Any, new_desk: Any, event: Any
) -> None:
    one, other = new_desk(label="one"), new_desk(label="other")
    one.send(event(1, check="firewall", message="firewall.off", place="mine"), controls=[])
    other.send(event(1, check="firewall", message="firewall.off", place="theirs"))
    told = given(one)
    many = {row["name"]: row["many"] for row in told["classes"]}
    assert many["event"] == many["finding"] == many["posture_current"] == 1
    assert told["records"]["finding"][0]["place"] == "mine"
    assert other.id not in json.dumps(told)
    assert "theirs" not in json.dumps(told)
    names = {name for rows in told["records"].values() for row in rows for name in row}
    assert not names & SECRET
    asked = select(audit_log.c.act, audit_log.c.subject).where(
        audit_log.c.actor == f"device:{one.id}", audit_log.c.act == "desk.held"
    )
    rows = running.admin._database.run(lambda c: list(c.execute(asked)))
    assert rows == [("desk.held", one.id)]


def test_it_is_answered_once_a_minute(running: Any, new_desk: Any) -> None:
    one, other = new_desk(label="one"), new_desk(label="other")
    given(one)
    refused = one.get(data_request.HELD)
    assert refused.status_code == 429
    assert refused.json()["kind"] == "busy"
    assert 0 < int(refused.headers["retry-after"]) <= running.settings.limits.held_every + 1
    given(other)
    running.time.at += running.settings.limits.held_every
    given(one)
    running.time.at -= 3600  # a clock that was set back locks nobody out
    given(one)


def test_without_a_signature_or_for_another_path_there_is_nothing(desk: Any) -> None:
    assert desk.http.get(data_request.HELD).status_code == 400
    headers = desk.sign("GET", v1.POLICY, b"")
    assert desk.http.get(data_request.HELD, headers=headers).status_code == 401
    assert desk.post(data_request.HELD, b"").status_code == 405


def test_of_many_records_the_newest_are_given_and_all_are_counted(desk: Any, event: Any) -> None:
    many = EACH + 56
    desk.send(*(event(n, "session.locked") for n in range(1, many + 1)))
    told = given(desk)
    assert {one["name"]: one["many"] for one in told["classes"]}["event"] == many
    assert told["each"] == len(told["records"]["event"]) == EACH


def test_an_answer_never_grows_beyond_what_an_agent_takes(
    running: Any, new_desk: Any, event: Any
) -> None:
    desk = new_desk()
    params = {"said": '"' * 3000}  # is escaped in the event, in the records and in the answer
    for first in range(1, 101, 10):
        desk.send(*(event(n, "app.asked", params=params) for n in range(first, first + 10)))
    answer = desk.get(data_request.HELD)
    assert len(answer.content) <= data_request.MOST < LARGEST_ANSWER
    told = json.loads(answer.json()["held"])
    assert 0 < told["each"] < EACH
    assert {one["name"]: one["many"] for one in told["classes"]}["event"] == 100


def test_what_people_wrote_is_read_by_nobody_else_who_sits_at_the_desk(
    running: Any, new_desk: Any, event: Any, browser: Any
) -> None:
    desk, words = new_desk(), "My colleague Maria wrote a card on paper"
    desk.send(
        event(1, "incident.reported", params={"category": "other"}, text=words),
        event(2, "policy.refused"),
    )
    token = browser.token()
    browser.submit("/incidents/1/take", token=token)
    browser.submit("/incidents/1/note", token=token, text="Maria was told so.")
    browser.submit("/incidents/1/close", token=token, outcome="Maria has learned of it.")
    browser.submit("/tamper/1/sign-off", token=token, note="Maria tried a file.")
    told = given(desk)
    assert "Maria" not in json.dumps(told)
    assert told["records"]["incident"][0]["note"] == {"characters": len(words)}
    assert told["records"]["tamper_item"][0]["note"] == {"characters": 19}
    assert json.dumps(told).count("characters") >= 5
    exported = browser.get(f"/desk/{desk.id}/held.json").text
    assert exported.count("Maria") >= 5, "who is responsible for the desk reads all of it"


@pytest.mark.parametrize("keys", [2])
def test_who_asked_is_remembered_for_a_bounded_number_of_desks(
    start: Any, tmp_path: Any, enrol: Any, keys: int
) -> None:
    limits = replace(Limits(), keys=keys)
    running = start(ServerSettings(data=tmp_path / "small", limits=limits, jobs=False))
    desks = [enrol(running, running.admin.enrol_code("Billing"), f"d-{n}") for n in range(4)]
    for desk in desks:
        given(desk)
        desk.http.close()
    handler = running.server._server.config.app._handlers["GET", data_request.HELD]
    cells = [cell.cell_contents for cell in handler.__closure__ or ()]
    (remembered,) = (
        c.__self__._given for c in cells if hasattr(c, "__self__") and hasattr(c.__self__, "_given")
    )
    assert list(remembered) == [desk.id for desk in desks[-keys:]]
