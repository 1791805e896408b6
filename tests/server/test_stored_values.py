"""What was stored before there were bounds is read, shown, exported and told as it stands."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module
from typing import Any

import msgspec
import pytest
from msgspec import inspect
from sqlalchemy import insert, select, update

from agentguard import server
from agentguard.server import ingest
from agentguard.server.store.engine.stored_values import Stored
from agentguard.server.store.outbox import happenings
from agentguard.server.store.outbox.happenings import Happening
from agentguard.server.store.reports.intake import controls_of
from agentguard.server.store.schema.floor_tables import LESSON
from agentguard.server.store.schema.tables import event as events
from agentguard.server.store.schema.tables import finding, posture_current
from agentguard.wire import v1
from tests.server.test_rights import OWN, routes, team, visit, wanted
from tests.server.test_roles import signed_in

__all__ = ["signed_in", "team", "visit"]

WORD, TEXT = "w" * (v1.MAX_WORD + 1), "t" * (v1.MAX_TEXT + 1)
MANY = {f"p{number}": number for number in range(v1.MAX_PARAMS)} | {"last": 2**70, WORD: TEXT}
HITS = [{"kind": WORD, "count": 2**70, "masked": ["1111"] * (v1.MAX_LIST + 1)}] * 3
CONTROL: dict[str, Any] = {
    "check": "firewall",
    "measure": 5,
    "state": "fail",
    "since": "2026-09-21T13:00:00+00:00",
    "severity": "high",
    "detail": TEXT,
    "params": MANY,
    "rows": [{"id": WORD, "params": MANY}] * (v1.MAX_LIST + 1),
    "looked": 2**70,
}
EVENT: dict[str, Any] = {
    "seq": 1,
    "kind": "finding.opened",
    "at": "2026-09-21T13:30:00+00:00",
    "check": WORD,
    "place": TEXT,
    "message": TEXT,
    "params": {**MANY, "lesson": TEXT, "correct": 1, "factor": "totp", "person": TEXT},
    "hits": HITS,
    "text": TEXT,
}
TOLD = {
    "source": "s", "uid": "u", "what": "finding", "state": "opened", "at": 1.0, "device": "d",
    "desk": "desk", "team": "t", "params": MANY, "hits": HITS,
}  # fmt: skip


def text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (tuple[v1.Control, ...], [CONTROL]),
        (v1.Event, EVENT),
        (tuple[v1.Masked, ...], HITS),
        (Happening, TOLD),
    ],
)
def test_row_104_what_is_beyond_bounds_is_read_as_it_stands(type_: Any, value: Any) -> None:
    stored = text(value)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(stored, type=type_)
    read = Stored(type_).decode(stored)
    again = msgspec.json.decode(msgspec.json.encode(read))
    assert again == value, "nothing is cut"
    inner = read if isinstance(read, tuple) else (read,)
    assert all(isinstance(one, msgspec.Struct) for one in inner)


WRONG = {
    "no object": (v1.Event, "[1]"),
    "no list": (tuple[v1.Masked, ...], '{"kind": "k"}'),
    "lacking": (v1.Event, '{"seq": 1}'),
    "other type": (v1.Masked, '{"kind": 1, "count": 1}'),
    "no params": (v1.Said, '{"id": "a", "params": [1]}'),
    "other param": (v1.Said, '{"id": "a", "params": {"a": [1]}}'),
    "truth": (v1.Masked, '{"kind": "k", "count": true}'),
    "flag": (v1.Event, '{"seq": 1, "kind": "k", "at": "", "erased": "yes"}'),
}


@pytest.mark.parametrize("what", WRONG)
def test_row_104_what_is_something_else_is_not_read(what: str) -> None:
    type_, stored = WRONG[what]
    with pytest.raises(msgspec.ValidationError):
        Stored(type_).decode(stored)
    with pytest.raises(msgspec.DecodeError):
        Stored(v1.Event).decode("{")


BOUND = re.compile(r"\b(max_length|min_length|le|ge|lt|gt|pattern)=[-\d']")


def bounded(one: Any) -> bool:
    """Tell whether a type has a bound anywhere."""
    return bool(BOUND.search(repr(one)))


def test_row_104_nothing_stored_is_read_within_the_bounds_of_what_comes_in() -> None:
    """Every decoder outside the room that takes requests in is one without bounds."""
    assert bounded(inspect.type_info(v1.Event))
    looked = 0
    for one in pkgutil.walk_packages(server.__path__, f"{server.__name__}."):
        if one.name.startswith((ingest.__name__, f"{server.__name__}.bench")):
            continue
        if "migrations" in one.name:
            continue
        for name, value in vars(import_module(one.name)).items():
            looked += isinstance(value, Stored)
            if isinstance(value, msgspec.json.Decoder):
                assert not bounded(inspect.type_info(value.type)), (one.name, name)
    assert looked >= 8


@pytest.mark.heavy
def test_row_104_every_page_sheet_and_feed_shows_what_is_beyond_bounds(
    running: Any, team: Any, visit: Any, event: Any, enrol: Any
) -> None:
    mine, admin = team("Billing", OWN), visit("admin")
    run = running.admin._database.run

    def fill(connection: Any) -> None:
        rows = [
            {
                "device": mine.desk, "epoch": 1, "seq": 100 + place, "kind": kind,
                "at": running.time.at, "received_at": running.time.at, "digest": b"x",
                "body": text({**EVENT, "kind": kind}),
            }
            for place, kind in enumerate((LESSON, "proof.given", "session.locked"))
        ]  # fmt: skip
        connection.execute(update(events).values(body=text(EVENT)))
        connection.execute(insert(events), rows)
        connection.execute(update(finding).values(hits=text(HITS), params=text(MANY)))
        values = {"controls": text([CONTROL]), "overall": "attention", "changed_at": 1.0}
        connection.execute(
            insert(posture_current).values(device=mine.desk, digest=b"x" * 16, **values)
        )
        happenings.keep(connection, [Stored(Happening).decode(text(TOLD))], running.time.at)

    run(fill)
    asked = [path for method, path in routes() if method == "GET" and (method, path) in wanted()]
    sheets = [path.replace("{name:str}", "events.csv") for path in asked]
    for path in (*sheets, "/exports/findings.csv", "/exports/desks.csv"):
        answer = admin.get(mine.filled(path))
        assert answer.status_code < 500, (path, answer.text[:200])
    assert TEXT in admin.get("/exports/events.csv").text
    assert WORD in admin.get(f"/desk/{mine.desk}").text
    assert controls_of(run(lambda c: c.scalar(select(posture_current.c.controls))))[0].looked


def test_row_104_a_desk_whose_posture_was_stored_beyond_bounds_goes_on_reporting(
    running: Any, desk: Any, control: Any
) -> None:
    desk.receipt(desk.send(controls=[control()]))
    stored = {"controls": text([CONTROL]), "digest": b"y" * 16}
    running.admin._database.run(lambda c: c.execute(update(posture_current).values(**stored)))
    desk.receipt(desk.send(controls=[control("firewall", "fail")]))
    held = running.admin._database.run(lambda c: c.scalar(select(posture_current.c.controls)))
    assert [one.state for one in controls_of(held)] == ["fail"]


def test_row_104_a_desk_that_fails_in_all_that_it_may_is_no_end_of_the_printed_floor(
    running: Any, desk: Any, control: Any, browser: Any
) -> None:
    """As much as a report may hold, in few controls and in many: no row is higher than a page."""
    for count in (v1.MAX_CONTROLS, 10):
        size = 200_000 // count
        bad = [control(f"check-{n}", "fail", detail="d" * size) for n in range(count)]
        desk.receipt(desk.send(controls=bad))
        paper = browser.get("/exports/floor.pdf")
        assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")
