"""Drills at the endpoint: believed from their beginning on, asked for, shown, and counted apart."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from agentguard.server.jobs import drills as own
from agentguard.server.store.engine.times import iso
from agentguard.server.store.floor import drills as floor_drills
from agentguard.server.store.reports import drills, findings
from agentguard.server.store.schema.tables import METADATA, finding, incident
from agentguard.server.tamper import items
from agentguard.server.tamper.sweep import Sweep
from agentguard.wire import v1
from tests.server.test_console import text_of
from tests.server.test_roles import signed_in

__all__ = ["signed_in"]
DAY = 86400.0
Drilled = Callable[..., Any]


def do(running: Any, work: Any) -> Any:
    return running.admin._database.run(work)


def runs(running: Any) -> list[Any]:
    return list(do(running, lambda c: floor_drills.last_runs(c, None)))


def signs(running: Any) -> list[Any]:
    return [i.params for i in do(running, items.to_review) if i.kind == "control-failed"]


def abouts(running: Any) -> list[Any]:
    asked = select(incident.c.source, incident.c.about)
    return [tuple(row) for row in do(running, lambda c: c.execute(asked).all())]


@pytest.fixture
def drilled(running: Any, event: Any) -> Drilled:
    """Give what has a desk report a whole run of a drill."""
    told: dict[str, int] = {}

    def go(desk: Any, drill: str, outcome: str, run: str = "r1", **more: Any) -> Any:
        at, first = iso(running.time()), told.get(desk.id, 0) + 1
        told[desk.id] = first + 2
        params = {"id": run, "drill": drill}
        return desk.send(
            event(first, drills.BEGAN, at=at, params=params),
            event(first + 1, drills.NOTICED, at=at, check="pii-files", params=params),
            event(first + 2, drills.ENDED, at=at, params={**params, "outcome": outcome, **more}),
        )

    return go


def test_a_run_is_kept_with_its_seconds_and_counts_as_no_finding(
    running: Any, desk: Any, drilled: Drilled
) -> None:
    drilled(desk, "card-file", "passed", noticed_ms=420, receipt_ms=1300)
    (one,) = runs(running)
    assert (one.drill, one.outcome, one.noticed_ms, one.receipt_ms) == (
        "card-file", "passed", 420, 1300,
    )  # fmt: skip
    assert do(running, lambda c: findings.still_open(c, desk.id)) == []
    assert do(running, lambda c: c.execute(finding.select()).all()) == []
    assert signs(running) == []


def test_row_301_a_mark_of_a_run_that_did_not_begin_or_has_ended_says_nothing(
    running: Any, desk: Any, event: Any
) -> None:
    ended = {"id": "r9", "drill": "card-file", "outcome": "passed"}
    desk.send(event(1, drills.ENDED, params=ended))
    assert runs(running) == []
    desk.send(
        event(2, drills.BEGAN, params={"id": "r9", "drill": "card-file"}),
        event(3, drills.ENDED, params={**ended, "outcome": "failed", "why": "not-noticed"}),
        event(4, drills.ENDED, params=ended),
        event(5, drills.BEGAN, params={"id": "r9", "drill": "card-file"}),
        event(6, drills.ENDED, params={**ended, "outcome": "splendid"}),
    )
    (one,) = runs(running)
    assert (one.outcome, one.why) == ("failed", "not-noticed"), "a run ends once"


def test_row_301_a_finding_beside_a_drill_is_a_finding(running: Any, desk: Any, event: Any) -> None:
    """Whatever a desk says of drills, `finding.opened` is nothing that a drill could mark."""
    params = {"id": "r1", "drill": "card-file"}
    desk.send(
        event(1, drills.BEGAN, params=params),
        event(2, "finding.opened", check="pii-files", severity="high", params=params),
        event(3, drills.ENDED, params={**params, "outcome": "passed"}),
    )
    assert [one.check for one in do(running, lambda c: findings.still_open(c, desk.id))] == [
        "pii-files"
    ]


def test_a_failed_drill_is_a_sign_for_the_officer_and_offered_for_an_incident(
    running: Any, desk: Any, drilled: Drilled
) -> None:
    drilled(desk, "vault-round-trip", "failed", why="not-noticed")
    assert signs(running) == [{"control": "vault-round-trip"}]
    (failed,) = do(running, lambda c: drills.failed_since(c, 0.0))
    assert (failed.device, failed.drill, failed.why) == (
        desk.id, "vault-round-trip", "not-noticed",
    )  # fmt: skip
    assert do(running, lambda c: drills.failed_since(c, running.time() + 1)) == []
    (about,) = abouts(running)
    assert about == ("drill", "drill:vault-round-trip")
    drilled(desk, "vault-round-trip", "failed", run="r2")
    assert len(abouts(running)) == 1, "one cause, one incident, as long as it is open"


def asked(desk: Any, running: Any) -> tuple[str, ...]:
    running.time.at += 6
    answer = desk.send()
    return msgspec.json.decode(answer.content, type=v1.Received).drills


def test_what_the_console_asks_for_is_told_until_the_desk_begins_it(
    running: Any, desk: Any, browser: Any, drilled: Drilled
) -> None:
    assert asked(desk, running) == ()
    browser.submit("/drills", token=browser.token(), drill="card-file", team="every")
    assert asked(desk, running) == ("card-file",)
    assert asked(desk, running) == ("card-file",)
    drilled(desk, "card-file", "passed")
    assert asked(desk, running) == ()
    browser.submit("/drills", token=browser.token(), drill="card-file", team="every")
    running.time.at += DAY + 1
    assert asked(desk, running) == (), "after a day nobody is asked any more"


def test_a_supervisor_asks_her_own_team_alone_and_a_viewer_nobody(
    running: Any, desk: Any, new_desk: Any, signed_in: Any
) -> None:
    other = new_desk(team="Sales", label="s1")
    ann = signed_in("ann", "supervisor", teams=("Billing",))
    ann.submit("/drills", token=ann.token(), drill="card-file", team="every")
    assert (asked(desk, running), asked(other, running)) == (("card-file",), ())
    wrong = ann.submit("/drills", token=ann.token(), drill="card-file", team="999")
    assert wrong.status_code == 409
    assert (
        ann.submit("/drills", token=ann.token(), drill="made-up", team="every").status_code == 409
    )
    eve = signed_in("eve", "viewer", teams=("Billing",))
    assert (
        eve.submit("/drills", token=eve.token(), drill="card-file", team="every").status_code == 404
    )


def test_the_page_shows_teams_drills_and_what_failed(
    running: Any, desk: Any, new_desk: Any, signed_in: Any, drilled: Drilled
) -> None:
    bob = signed_in("bob", "officer")
    assert "No desk that you see has told of a drill yet" in bob.get("/drills").text
    other = new_desk(team="Sales", label="s1")
    drilled(desk, "card-file", "passed", noticed_ms=1500)
    drilled(other, "card-file", "failed", why="not-noticed")
    drilled(other, "from-tomorrow", "not-possible", run="r2")
    page = text_of(bob.get("/drills").text)
    assert "s1 Card number in a file: It was not noticed in time." in page
    assert "Failed: 1" in page
    assert "1.5 s" in page
    assert "from-tomorrow" in page, "a drill of an agent that is newer than the console"
    running.time.at += 9 * DAY
    bob = signed_in("cy", "officer")
    assert "Not run for 8 days" in text_of(bob.get("/drills").text)
    eve = signed_in("eve", teams=("Billing",))
    assert "s1" not in text_of(eve.get("/drills").text)
    sheet = bob.get("/exports/drills.csv").text
    assert sheet.count("\r\n") == 4


def test_what_was_put_off_leaves_the_last_word(running: Any, desk: Any, drilled: Drilled) -> None:
    drilled(desk, "card-file", "passed")
    running.time.at += 60
    drilled(desk, "card-file", "put-off", run="r2", why="call")
    assert [one.outcome for one in runs(running)] == ["passed"]


def everything(running: Any) -> dict[str, str]:
    """Give every row of every table."""
    return {
        table.name: repr(
            sorted(map(repr, do(running, lambda c, t=table: c.execute(t.select()).all())))
        )
        for table in METADATA.sorted_tables
    }


def listening(running: Any) -> None:
    """Have the endpoint listen for long enough to miss somebody."""
    do(running, lambda c: Sweep(running.settings.limits)(c, running.time(), 0.0))
    running.time.at += running.settings.limits.missing_after + 1


def test_row_306_a_silent_desk_is_missed_and_was_never_there(running: Any, desk: Any) -> None:
    limits = running.settings.limits
    go = partial(own.run, now=running.time(), limits=limits)
    assert do(running, go) is None, "it has not listened for long enough"
    listening(running)
    desk.send()
    before = everything(running)
    assert do(running, lambda c: own.is_missed(c, running.time(), limits)) is True
    assert everything(running) == before
    assert do(running, lambda c: own.run(c, running.time(), limits)) is True
    assert abouts(running) == []


def test_row_306_a_sweep_that_misses_nobody_is_an_incident(
    running: Any, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    listening(running)
    monkeypatch.setattr(Sweep, "_silence", lambda *_: None)
    limits = running.settings.limits
    assert do(running, lambda c: own.run(c, running.time(), limits)) is False
    assert abouts(running) == [("drill", "drill:silent-desk")]
