"""Playbooks as files: whatever is wrong is told with its line; incidents keep the one they had."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from agentguard.base.errors import PlaybookError
from agentguard.model.incidents import IncidentCategory
from agentguard.server.playbooks import playbook_file, shelf
from agentguard.server.playbooks.playbook import Act, Phase, Playbook
from agentguard.server.store.reports import incident_steps, playbook_shelf
from agentguard.server.store.reports.incident_opening import Opening, open_incident
from agentguard.server.store.reports.incident_sources import Source
from agentguard.server.store.schema.response_tables import incident_task, playbook_text

GOOD = """\
id: site-own
title: Ours
severity: high
due: {take: 30m, contain: 4h, close: 5d}
steps:
  - {id: first, phase: contain, who: supervisor, words: Stop it., source: "PCI DSS 12.10.7"}
  - id: next
    phase: learn
    who: officer
    words: Write down what was learned.
    source: NIST SP 800-61r3
    ask: text
    after: [first]
    must: true
"""
WANTED = {
    "card-data-found",
    "lost-device",
    "malware",
    "phishing",
    "insider",
    "vendor-breach",
    "wrong-recipient",
    "control-failed",
    "general",
}
WRONG = (  # what stands there, what is put in its place, the line, and a part of the sentence
    ("id: site-own", "id: Site", 1, "small letters"),
    ("id: site-own", "id: other", 1, "file's name"),
    ("title: Ours\n", "", 1, "“title” is missing"),
    ("title: Ours", "title: [a]", 2, "is a text"),
    ("title: Ours", 'title: ""', 2, "is a text"),
    ("title: Ours", "title: !!binary aGk=", 2, "is a text"),
    ("title: Ours", "title: &a Ours", 2, "is a text"),
    ("title: Ours", "title: Ours\ntitle: Twice", 3, "second time"),
    ("severity: high", "severity: grave", 3, "critical, high, low, medium"),
    ("take: 30m", "take: 30", 4, "such as 30m"),
    ("take: 30m", "take: 0m", 4, "such as 30m"),
    ("take: 30m", "take: 5h", 4, "comes first"),
    (", close: 5d", "", 4, "“close” is missing"),
    ("{take: 30m, contain: 4h, close: 5d}", "soon", 4, "keys with their values"),
    ("id: first,", "id: first, colour: red,", 6, "no key “colour”"),
    ("phase: contain", "phase: pray", 6, "allowed: analyse"),
    ("who: supervisor", "who: viewer", 6, "allowed: admin"),
    ("    source: NIST SP 800-61r3\n", "", 7, "“source” is missing"),
    ("ask: text", "ask: name", 12, "allowed: text, yes-no"),
    ("after: [first]", "after: [last]", 7, "comes after “last”"),
    ("after: [first]", "after: first", 13, "is a list"),
    ("must: true", "must: perhaps", 14, "true or false"),
    ("must: true", "do: shell", 14, "allowed: enrol-again"),
    ("id: next", "id: first", 7, "second time"),
    ("title: Ours", "title: 'Ours", 2, "not YAML"),
    ("title: Ours", "title: *nobody", 2, "not YAML"),
)


def problems(text: str | bytes, expected: str = "site-own") -> tuple[str, ...]:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(PlaybookError) as refused:
        playbook_file.parse("own.yaml", data, expected)
    assert str(refused.value).startswith("own.yaml is not a playbook yet.")
    return refused.value.problems


def test_row_320_a_playbook_is_read_as_it_stands() -> None:
    book = playbook_file.parse("own.yaml", GOOD.encode(), "site-own")
    first, then = book.steps
    assert (book.due.take, book.due.contain, book.due.close) == (1800, 14400, 432000)
    assert (first.phase, first.must, first.do) == (Phase.CONTAIN, False, None)
    assert (then.after, then.must, then.ask) == (("first",), True, "text")
    assert book.step("next") is then
    assert book.step("none") is None


@pytest.mark.parametrize(("before", "after", "line", "part"), WRONG)
def test_row_320_what_is_wrong_is_told_with_file_and_line(
    before: str, after: str, line: int, part: str
) -> None:
    assert before in GOOD
    told = problems(GOOD.replace(before, after, 1))
    assert any(one.startswith(f"own.yaml:{line}: ") and part in one for one in told), told


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"", "own.yaml:1: The file is empty"),
        (b"\n\n\xff", "own.yaml:3: This line is not in UTF-8"),
        (b"x" * (64 * 1024 + 1), "own.yaml:1: A playbook has at most 64 KiB"),
        (b"- a", "own.yaml:1: Here stand keys"),
        (b"[" * 20000, "own.yaml:1: This is not YAML"),
        (GOOD.replace("steps:", "steps: []\nchecks:").encode(), "own.yaml:5: A playbook has one"),
    ],
)
def test_row_320_no_file_is_too_broken_to_be_told_of(data: bytes, part: str) -> None:
    assert any(one.startswith(part) for one in problems(data))


@given(st.text(alphabet="idstep:{}[]-&*!'\" \n0aé\u2028", max_size=200))
def test_row_320_whatever_a_file_holds_it_is_refused_with_lines(text: str) -> None:
    told = problems(text, "")
    assert told
    assert all(one.startswith("own.yaml:") for one in told)


def test_row_320_each_incident_has_a_shipped_playbook_with_sources() -> None:
    books = {one.id: one for one in shelf.shipped()}
    assert set(books) == WANTED
    for category in IncidentCategory:
        assert [b.id for b in books.values() if category.value in b.reports], category
    for book in books.values():
        assert all(step.source and step.words for step in book.steps)
        assert any(step.phase is Phase.ANALYSE for step in book.steps)
    assert [one.id for one in books.values() if one.restricted] == ["insider"]
    used = {step.do for book in books.values() for step in book.steps} - {None}
    assert used == set(Act)


def test_row_320_a_site_s_own_stands_in_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    assert shelf.of_site(tmp_path) == ()
    folder = tmp_path / shelf.FOLDER
    folder.mkdir()
    (folder / "site-own.yaml").write_text(GOOD)
    (folder / "general.yaml").write_text(GOOD.replace("site-own", "general"))
    own = shelf.of_site(tmp_path)
    known = shelf.together(own)
    assert set(known) == WANTED | {"site-own"}
    assert known["general"].title == "Ours"
    (folder / "bad.yaml").write_text(GOOD)
    with pytest.raises(PlaybookError, match=r"bad\.yaml:1: The id is “site-own”"):
        shelf.of_site(tmp_path)


@pytest.fixture
def do(running: Any) -> Any:
    return running.admin._database.run


def own_book(**changes: Any) -> Playbook:
    book = playbook_file.parse("own.yaml", GOOD.encode())
    return msgspec.structs.replace(book, **changes)


def test_row_321_an_incident_keeps_the_playbook_with_which_it_began(do: Any, running: Any) -> None:
    do(lambda c: playbook_shelf.use(c, [own_book()]))
    asked = Opening(source=Source.HAND, playbook="site-own", by="olga")
    id_ = do(lambda c: open_incident(c, asked, running.time()))
    do(lambda c: playbook_shelf.use(c, [own_book(title="Another", steps=own_book().steps[:1])]))
    one = do(lambda c: incident_steps.one(c, id_, None))
    book = do(lambda c: playbook_shelf.followed(c, one.plan, one.playbook))
    assert book == own_book()
    assert do(lambda c: playbook_shelf.find(c, "site-own")).title == "Another"
    do(lambda c: playbook_shelf.use(c, []))
    assert do(lambda c: playbook_shelf.find(c, "site-own")).id == "general"
    assert len(do(lambda c: c.scalars(select(playbook_text.c.digest)).all())) == 2


def test_row_321_there_is_one_open_incident_about_the_same(
    do: Any, running: Any, desk: Any
) -> None:
    now = running.time()
    asked = Opening(
        source=Source.DRILL, about="drill:killed-agent", device=desk.id, playbook="control-failed"
    )
    first = do(lambda c: open_incident(c, asked, now))
    assert do(lambda c: open_incident(c, asked, now + 5)) == first
    one = do(lambda c: incident_steps.one(c, first, None))
    assert (one.source, one.severity, one.team) == ("drill", "high", "Billing")
    assert one.due() == one.take_due == now + 3600
    alone = Opening(source=Source.HAND, playbook="vendor-breach")
    other = do(lambda c: open_incident(c, alone, now))
    assert do(lambda c: incident_steps.one(c, other, None)).desk == ""
    assert do(lambda c: incident_steps.one(c, other, frozenset({1}))) is None, "of no team"


def test_row_321_a_guided_response_ticks_the_steps_of_its_playbook(
    do: Any, desk: Any, event: Any
) -> None:
    number = "T7HH-DKM2"
    desk.send(
        event(1, "incident.reported", params={"id": number, "category": "card-data"}),
        event(2, "incident.step", params={"id": number, "step": "looked", "answer": "no"}),
        event(3, "incident.step", params={"id": number, "step": "ended", "answer": "deleted"}),
    )
    one = do(lambda c: incident_steps.one(c, 1, None))
    assert (one.playbook, one.source) == ("card-data-found", "guided")
    rows = do(lambda c: c.execute(select(incident_task).order_by(incident_task.c.task)).all())
    assert [(row.task, row.answer, row.note) for row in rows] == [
        ("gone", "", "deleted"),
        ("sad", "no", ""),
    ]
