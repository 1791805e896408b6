"""Exceptions that follow each other, what desks are told of their requests, and desks that go."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, update

from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks.devices import RETIRED
from agentguard.server.store.floor import exception_pages, places
from agentguard.server.store.reports import exceptions
from agentguard.server.store.schema.tables import device
from tests.server.conftest import PASSWORD
from tests.server.test_exceptions import (
    DAY,
    HOUR,
    INSTEAD,
    REASON,
    ask,
    do,
    officer,
    only,
    overlay,
    policy,
    post,
    said,
    three,
)

__all__ = ["officer", "policy", "three"]


def wishes(desk: Any, event: Any, seq: int, id_: str, **more: Any) -> Any:
    told = {"id": id_, "control": "usb-storage", "hours": 24, "instead": INSTEAD, **more}
    return desk.send(event(seq, "exception.asked", params=told, text=REASON))


def rulings(answer: Any, desk: Any) -> list[tuple[str, str, str]]:
    given = overlay(answer, desk)
    return [(one.id, one.state, one.why) for one in given.ruled] if given is not None else []


def test_row_346_a_desk_is_told_signed_what_became_of_its_requests(
    running: Any, officer: Any, three: list[Any], event: Any, policy: str
) -> None:
    first, until = three[0], round(running.time() + 5 * HOUR)
    ids = [f"{n:032x}" for n in range(1, 5)]
    for seq, id_ in enumerate(ids[:2], 1):
        wishes(first, event, seq, id_, until=until)
    wishes(first, event, 3, ids[2], until=round(running.time()) - 5)
    asked = {"excepted": "", "requested": tuple(ids), "policy_digest": policy}
    assert rulings(first.send(**asked), first) == [(ids[2], "lapsed", "lapsed")]
    post(officer, f"/exceptions/{ids[0]}/refuse", why="no")
    post(officer, f"/exceptions/{ids[1]}/approve")
    running.time.at += 6
    given = overlay(first.send(**asked), first)
    assert given is not None
    assert [(one.id, one.until) for one in given.items] == [(ids[1], until)]
    assert [(one.id, one.state) for one in given.ruled] == [
        (ids[0], "declined"),
        (ids[2], "lapsed"),
    ]
    do(running, lambda c: exceptions.by_time(c, until + 1))
    running.time.at = until + 7
    assert (ids[1], "over", "until") in rulings(first.send(**asked), first)
    assert rulings(three[1].send(**asked), three[1]) == [], "another desk's are not told"
    assert overlay(first.send(excepted=""), first) is None, "nothing is told that nobody asks for"


@pytest.mark.parametrize("until", [10**12, "soon", -5])
def test_row_345_an_end_that_is_no_end_is_over_already(
    running: Any, three: list[Any], event: Any, until: Any
) -> None:
    wishes(three[0], event, 1, "ab" * 16, until=until, hours="no")
    (line,) = do(running, lambda c: exception_pages.lines(c, None, running.time(), over=True))
    assert (line.state, line.why) == ("refused", "lapsed")


def before(running: Any, hours: int, ago: float, *, two: bool) -> None:
    """Have an exception for the team held before; `ago` seconds have passed since it began."""
    began = running.time() - ago
    wish = exceptions.Wish(
        control="usb-storage",
        scope="team",
        place="1",
        named="Billing",
        reason=REASON,
        instead=INSTEAD,
        until=began + hours * HOUR,
        worst="high",
    )
    id_ = do(running, lambda c: exceptions.ask(c, wish, "ada", began))
    do(running, lambda c: exceptions.approve(c, id_, "olga" if two else "ada", began))
    do(running, lambda c: exceptions.by_time(c, running.time()))


def test_row_347_one_person_alone_cannot_renew_a_day_for_ever(
    running: Any, browser: Any, officer: Any, three: list[Any]
) -> None:
    before(running, 24, DAY + 1, two=False)
    ask(browser, hours="8")
    id_ = only(running).id
    alone = post(browser, f"/exceptions/{id_}/approve")
    assert alone.status_code == 400
    assert "in the last seven days" in said(alone)
    assert post(officer, f"/exceptions/{id_}/approve").status_code == 303


@pytest.mark.parametrize(("ago", "two"), [(8 * DAY + 1, False), (2 * DAY, True)])
def test_row_347_what_is_long_ago_or_had_a_second_person_is_not_counted(
    running: Any, browser: Any, three: list[Any], ago: float, two: bool
) -> None:
    before(running, 24, ago, two=two)
    ask(browser, hours="24")
    assert post(browser, f"/exceptions/{only(running).id}/approve").status_code == 303


def test_row_347_never_more_in_thirty_days_than_the_policy_allows(
    running: Any, browser: Any, officer: Any, three: list[Any]
) -> None:
    for week in (4, 3, 2):
        before(running, 168, week * 7 * DAY, two=True)
    assert ask(browser, hours="168").status_code == 303
    id_ = only(running).id
    before(running, 168, 7 * DAY, two=True)
    late = post(officer, f"/exceptions/{id_}/approve")
    assert "in 30 days" in said(late)
    refused = ask(browser, hours="4")
    assert refused.status_code == 400
    assert "in 30 days" in said(refused)


def test_row_348_a_request_whose_desks_are_gone_says_so_and_ends(
    running: Any, browser: Any, officer: Any, three: list[Any]
) -> None:
    ask(browser)
    id_ = only(running).id
    gone = update(device).where(device.c.id.in_([one.id for one in three])).values(status=RETIRED)
    do(running, lambda c: c.execute(gone))
    refused = said(post(officer, f"/exceptions/{id_}/approve"))
    assert "No desk is left there" in refused
    assert "The policy of at least one" not in refused
    do(running, lambda c: exceptions.by_time(c, running.time()))
    (line,) = do(running, lambda c: exception_pages.lines(c, None, running.time(), over=True))
    assert (line.state, line.why) == ("ended", "gone")
    assert "No desk is left there" in said(browser.get("/exceptions"))


def test_row_348_a_desk_that_is_gone_is_unguarded_no_more_and_one_that_moved_is_named_anew(
    running: Any, browser: Any, three: list[Any]
) -> None:
    ask(browser, hours="8")
    post(browser, f"/exceptions/{only(running).id}/approve")
    first = update(device).where(device.c.id == three[0].id).values(status=RETIRED)
    do(running, lambda c: c.execute(first))
    do(running, lambda c: exceptions.by_time(c, running.time()))
    (cost,) = do(running, lambda c: exception_pages.cost(c, None, running.time()))
    assert cost.desks == 2
    second = three[1].id
    ask(browser, hours="4", place=f"desk:{second}")
    rename = update(device).where(device.c.id == second).values(label="window-7")
    do(running, lambda c: c.execute(rename))
    assert "Now: window-7" in said(browser.get("/exceptions"))
    rest = update(device).values(status=RETIRED)
    do(running, lambda c: c.execute(rest))
    do(running, lambda c: exceptions.by_time(c, running.time()))
    over = do(running, lambda c: exception_pages.lines(c, None, running.time(), over=True))
    assert {one.why for one in over} == {"gone"}
    assert do(running, lambda c: exception_pages.cost(c, None, running.time())) == []


def two_teams_at_a_site(connection: Connection, now: float) -> tuple[int, int]:
    """Place the first team and another at a site; give the other and the site."""
    other = team_id(connection, "Sales")
    places.put_site(connection, "Porto")
    (at,) = places.sites(connection)
    for each in (1, other):
        assert places.place(connection, each, at.id, None, now)
    return other, at.id


def test_row_523_who_answers_for_one_team_decides_nothing_for_a_whole_site(
    running: Any, browser: Any, officer: Any, another: Any, add_known: Any, three: list[Any]
) -> None:
    other, site = do(running, lambda c: two_teams_at_a_site(c, running.time()))
    moved = update(device).where(device.c.id == three[0].id).values(team=other)
    do(running, lambda c: c.execute(moved))
    assert ask(officer, place=f"site:{site}", hours="8").status_code == 303
    assert post(officer, f"/exceptions/{only(running).id}/approve").status_code == 303
    line = only(running)
    add_known(running, "lea", PASSWORD, "supervisor", teams=("Billing",))
    with another() as lea:
        lea.sign_in("lea", PASSWORD)
        page = lea.get("/exceptions")
        assert "teams that you do not see" in said(page)
        assert f"/exceptions/{line.id}/end" not in page.text, "it is not offered"
        refused = post(lea, f"/exceptions/{line.id}/end")
        assert refused.status_code == 400
        assert "somebody who sees all of them" in said(refused)
        assert only(running).state == "running"
    add_known(running, "ida", PASSWORD, "supervisor", teams=("Billing", "Sales"))
    with another() as ida:
        ida.sign_in("ida", PASSWORD)
        assert f"/exceptions/{line.id}/end" in ida.get("/exceptions").text
        assert post(ida, f"/exceptions/{line.id}/end").status_code == 303
    assert do(running, lambda c: exception_pages.lines(c, None, running.time(), over=False)) == []
