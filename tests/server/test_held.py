"""Whoever works at a desk may see all that is held on it, whatever table it stands in."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from sqlalchemy import insert, update

from agentguard.base import translations
from agentguard.server.console import held
from agentguard.server.store.factors import opened_desks
from agentguard.server.store.records import held_data
from agentguard.server.store.schema.sign_in_tables import break_glass, desk_person
from agentguard.server.store.schema.tables import METADATA, device

WORDS = translations.load()


def test_every_table_that_names_a_device_is_shown() -> None:
    """A table that is added later is found by its foreign key."""
    naming = {
        table.name
        for table in METADATA.sorted_tables
        if any(key.column.table is device for c in table.columns for key in c.foreign_keys)
    }
    assert {"event", "finding", "incident", "posture_current", "device_seen"} <= naming
    told = {table.name for table, _ in held_data._about("x")}
    assert naming <= told
    assert [name for name in sorted(told) if not WORDS.has(f"console.held.of-{name}")] == []


def test_the_page_tells_what_there_is_by_class(desk: Any, browser: Any, event: Any) -> None:
    desk.send(
        event(1, check="firewall", message="firewall.off"),
        event(2, "incident.reported", params={"category": "other"}, text="words"),
        controls=[],
    )
    token = browser.token()
    browser.submit("/incidents/1/note", token=token, text="a note")
    page = browser.get(f"/desk/{desk.id}/held").text
    for words in (
        "Incidents that were reported there",
        "Findings, open and closed",
        "What happened there",
        "Notes to those incidents",
        "Its posture now",
    ):
        assert words in page
    assert "<code>" not in page, "every class has its words"


def test_the_file_holds_every_record_of_the_desk_alone_and_is_signed(
    new_desk: Any, browser: Any, event: Any
) -> None:
    one, other = new_desk(label="one"), new_desk(label="other")
    one.send(event(1, check="firewall", message="firewall.off", place="mine"))
    other.send(event(1, check="firewall", message="firewall.off", place="theirs"))
    answer = browser.get(f"/desk/{one.id}/held.json")
    assert answer.headers["content-disposition"] == 'attachment; filename="held.json"'
    told = json.loads(answer.content)
    assert told["key"] == one.enrolled.receipt_key
    key = VerifyKey(base64.b64decode(told["key"]))
    signature = base64.b64decode(told["signature"])
    key.verify(told["held"].encode(), signature)
    with pytest.raises(BadSignatureError):
        key.verify(told["held"].replace("mine", "none").encode(), signature)
    records = json.loads(told["held"])["records"]
    assert records["finding"][0]["place"] == "mine"
    assert json.loads(records["event"][0]["body"])["place"] == "mine"
    assert records["device"][0]["label"] == "one"
    assert other.id not in told["held"]
    assert "theirs" not in told["held"]


def test_a_desk_with_more_than_the_file_holds_has_its_newest_there_and_the_file_says_so(
    running: Any, desk: Any, browser: Any, event: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.send(*(event(n, "session.locked", text="\U0001f512" * 40) for n in range(1, 41)))
    whole = json.loads(json.loads(browser.get(f"/desk/{desk.id}/held.json").content)["held"])
    ids = [row["seq"] for row in whole["records"]["event"]]
    assert (len(ids), whole["left_out"]) == (40, {})
    monkeypatch.setattr(held, "MOST", 8_000)
    monkeypatch.setattr(held, "PIECE", 7)
    answer = browser.get(f"/desk/{desk.id}/held.json")
    told = json.loads(answer.content)
    VerifyKey(base64.b64decode(told["key"])).verify(
        told["held"].encode(), base64.b64decode(told["signature"])
    )
    cut = json.loads(told["held"])
    kept = [row["seq"] for row in cut["records"]["event"]]
    assert 0 < len(kept) < 40
    assert kept == ids[-len(kept) :], "the newest, the oldest of them first"
    assert cut["left_out"] == {"event": 40 - len(kept)}
    assert {k: v for k, v in cut["records"].items() if k != "event"} == {
        k: v for k, v in whole["records"].items() if k != "event"
    }


def test_names_of_people_are_pseudonyms_there_as_well(
    running: Any, desk: Any, browser: Any
) -> None:
    desk.send(user="Maria.Huber")

    def proved(connection: Any) -> None:
        values = {"device": desk.id, "at": running.time()}
        connection.execute(insert(desk_person).values(user="maria.huber", **values))
        opened_desks.make(connection, desk.id, "lost", "sam", running.time())
        connection.execute(
            update(break_glass).values(used_by="maria.huber", used_at=running.time())
        )

    running.admin._database.run(proved)
    text = browser.get(f"/desk/{desk.id}/held.json").text
    assert "huber" not in text.casefold()
    records = json.loads(json.loads(text)["held"])["records"]
    (person,) = {row["person"] for row in records["desk_use"]}
    assert records["desk_person"][0]["user"] == records["break_glass"][0]["used_by"] == person


def test_every_column_that_names_a_person_is_known() -> None:
    """A table of a desk that is added later must say whether it names people."""
    told = {
        f"{table.name}.{column.name}"
        for table, _ in held_data._about("x")
        for column in table.columns
        if column.name in {"user", "owner", "used_by", "person_name"}
    } - {"finding.owner"}  # one of three words: whose a finding is to mend, and never who it is
    assert told == {f"{table}.{column}" for table, column in held_data.NAMES.items()}


def test_no_key_and_no_code_is_given_away(desk: Any, browser: Any) -> None:
    desk.send(controls=[])
    records = json.loads(json.loads(browser.get(f"/desk/{desk.id}/held.json").content)["held"])
    names = {name for rows in records["records"].values() for row in rows for name in row}
    assert not names & held_data.SECRET
