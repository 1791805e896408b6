"""Open pages are told when there is news for them, and by nothing else than that there is some."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import select

from agentguard.server.console import streams
from agentguard.server.evidence.base import Order
from agentguard.server.evidence.shelf import FOLDER, Shelf
from agentguard.server.settings import Limits
from agentguard.server.store.accounts import people
from agentguard.server.store.schema.tables import session
from agentguard.trust.evidence.manifest import Scope
from tests.server.streamed import KIND, stream, until
from tests.server.test_roles import signed_in
from tests.server.test_walls import POLL, board

__all__ = ["board", "signed_in"]
WITHIN = 2.0  # seconds in which an endpoint stops


@pytest.fixture
def limits() -> Limits:
    return Limits(stream_look=0.05, stream_beat=0.3, streams_of_one=3, connections_of_one=6)


@pytest.fixture(autouse=True)
def _sums_at_each_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "SUMS_EVERY", 0.0)


def failing(control: Any, **more: Any) -> dict[str, Any]:
    lock = control("screen-lock", "fail", detail="screen-lock.off")
    return {"controls": [lock], "overall": "act", **more}


def test_row_410_a_page_is_told_of_its_own_teams_and_of_no_other(
    new_desk: Any, control: Any, signed_in: Any
) -> None:
    mine, other = new_desk(team="Billing"), new_desk(team="Sales", label="desk-2")
    for one in (mine, other):
        one.send(controls=[control()])
    bea, olga = signed_in("bea", teams=("Billing",)), signed_in("olga", "officer")
    with stream(bea) as told, stream(olga) as whole:
        other.send(**failing(control))
        assert until(whole, "news") == "1"
        mine.send(**failing(control))
        assert until(told, "news") == "1", "of the other team it was not told"
        assert until(whole, "news") == "2"


def test_row_410_what_people_see_changes_by_calls_and_by_time_as_well(
    running: Any, desk: Any, control: Any, event: Any, browser: Any
) -> None:
    desk.send(**failing(control))
    with stream(browser) as told:
        desk.send(**failing(control, in_call=True))
        until(told, "news")
        running.time.at += running.settings.limits.silent_after + 1
        until(told, "news")
        desk.send(**failing(control, in_call=True))
        until(told, "news")
        desk.send(event(1, "incident.reported", params={"category": "other"}, text="x"))
        until(told, "news")


def test_row_410_another_process_tells_it_through_the_database(running: Any, browser: Any) -> None:
    with stream(browser) as told:
        running.admin.add_user("olga", "correct horse battery staple", "officer")
        assert until(told, "news") == "1"


def test_row_410_a_look_alone_is_no_news(
    running: Any, desk: Any, control: Any, browser: Any, signed_in: Any
) -> None:
    desk.send(controls=[control()])
    ann = signed_in("ann", teams=("Billing",))
    with stream(browser) as told:
        for path in ("/", "/incidents", "/tamper"):
            assert ann.get(path).status_code == 200
        desk.send(controls=[control()])
        for _ in range(3):
            assert next(told)[0] == "beat"


def test_row_410_orders_of_packs_are_told_to_who_may_see_them(
    running: Any, browser: Any, signed_in: Any
) -> None:
    shelf = Shelf(running.settings.data / FOLDER, running.time)
    wanted = Order(scope=Scope(kind="all", name=""), since=0, until=86400, by="sam")
    with stream(browser, "/live?of=evidence") as told:
        shelf.order(wanted)
        until(told, "news")
    ann = signed_in("ann", teams=("Billing",))
    assert ann.get("/live?of=evidence", **KIND).status_code == 404
    assert browser.get("/live?of=else", **KIND).status_code == 404


def test_row_411_a_stream_ends_with_the_session_and_with_the_rights(
    running: Any, signed_in: Any
) -> None:
    ann, bea = signed_in("ann", teams=("Billing",)), signed_in("bea", teams=("Billing",))
    with stream(ann) as told, stream(bea) as moved:
        running.admin._database.run(lambda c: people.put_teams(c, "bea", ["Sales"]))
        assert _ends(moved)
        assert ann.submit("/sign-out", token=ann.token()).status_code == 303
        assert _ends(told)
    assert ann.get("/live", **KIND).status_code == 401, "and no page to come back to"


def _ends(told: Any) -> bool:
    """Wait until a stream is over; what was news before it is passed over."""
    kinds = [kind for _, (kind, _) in zip(range(400), told, strict=False)]
    return kinds[-1] == "over" and set(kinds) <= {"beat", "news", "over"}


def test_row_411_a_stream_keeps_no_session_alive(running: Any, browser: Any) -> None:
    def seen() -> float:
        return running.admin._database.run(lambda c: c.scalars(select(session.c.seen_at)).one())  # type: ignore[no-any-return]

    before, idle = seen(), running.settings.limits.session_idle
    running.time.at += idle / 2
    with stream(browser) as told:
        next(told)
        assert seen() == before
        running.time.at += idle / 2
        assert _ends(told)


def test_row_411_a_screens_stream_ends_with_its_grant(
    desk: Any, control: Any, board: Any, browser: Any
) -> None:
    with stream(board, "/wall/live") as told:
        desk.send(**failing(control))
        until(told, "news")
        assert browser.submit("/walls/1/end", token=browser.token()).status_code == 303
        assert _ends(told)
    assert board.get("/wall/live", **KIND).status_code == 401
    assert board.get("/wall/part", **POLL).status_code == 401


def test_row_411_a_screen_without_a_grant_is_told_nothing(stranger: Any) -> None:
    assert stranger.get("/wall/live", **KIND).status_code == 401
    assert stranger.get("/wall").status_code == 200
    assert stranger.get("/wall/live", **KIND).status_code == 401, "a code alone opens nothing"
    assert stranger.get("/live", **KIND).status_code == 401


def test_row_411_open_streams_do_not_hold_up_a_stop(running: Any, browser: Any) -> None:
    with ExitStack() as held:
        told = [held.enter_context(stream(browser)) for _ in range(3)]
        begun = time.monotonic()
        running.server.stop()
        assert time.monotonic() - begun < WITHIN
        assert all(_ends(one) for one in told)


def test_row_412_streams_have_a_bound_of_their_own(browser: Any, signed_in: Any) -> None:
    ann, bea = signed_in("ann", teams=("Billing",)), signed_in("bea", teams=("Billing",))
    with ExitStack() as held:
        for one in (browser, ann):
            for _ in range(3):
                held.enter_context(stream(one))
        held.enter_context(stream(bea))  # seven, of one address that may hold six connections
        refused = browser.get("/live", **KIND)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")
        assert "Too many pages are open" in refused.text
        assert browser.get("/floor/part", **POLL).status_code == 200, "it asks by time"
    until_there_is_room(browser)


def until_there_is_room(browser: Any) -> None:
    """Wait until the endpoint has seen that streams are gone."""
    for _ in range(200):
        answer = browser.get("/live")
        if answer.status_code == 200:
            assert answer.text.startswith("event: beat"), "who wants no stream is told once"
            return
    raise AssertionError("there was never room again")
