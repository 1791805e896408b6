"""What is open on a screen tells of what is new, by its parts and by the numbers in the menu."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from agentguard.server.console.badges import LATELY
from agentguard.server.roles import ROLES
from tests.server.test_roles import audit, signed_in

__all__ = ["signed_in"]


def badges(browser: Any, path: str = "/floor/part", **headers: str) -> dict[str, int]:
    """Give the numbers that a part carries."""
    return json.loads(browser.get(path, **headers).headers["x-badges"])  # type: ignore[no-any-return]


def untokened(page: str) -> str:
    """Give a page without the tokens of its forms, which are others in each answer."""
    return re.sub(r'(name="token" value=")[^"]+', r"\1", page)


def report(desk: Any, event: Any, number: int) -> None:
    params = {"category": "other"}
    desk.send(event(number, "incident.reported", params=params, text=f"number {number}"))


def test_an_open_floor_is_told_what_waits_also_when_it_stays_the_same(
    running: Any, desk: Any, event: Any, browser: Any, control: Any
) -> None:
    fine = {"controls": [control()], "overall": "good"}
    desk.send(event(1, "incident.reported", text="x"), **fine)
    first = browser.get("/floor/part")
    told = json.loads(first.headers["x-badges"])
    assert set(told) == {"/incidents", "/devices", "/tamper", "/software/plans", "/vendors"}
    assert told["/incidents"] == 1
    running.time.at += LATELY
    desk.send(event(2, "incident.reported", text="y"), **fine)
    same = browser.get("/floor/part", **{"if-none-match": first.headers["etag"]})
    assert same.status_code == 304
    assert json.loads(same.headers["x-badges"])["/incidents"] == 2


def test_floors_that_are_open_share_a_count_and_a_page_counts_anew(
    running: Any, desk: Any, event: Any, browser: Any
) -> None:
    assert badges(browser)["/incidents"] == 0
    report(desk, event, 1)
    assert badges(browser)["/incidents"] == 0, "counted a moment ago"
    running.time.at += LATELY
    assert badges(browser)["/incidents"] == 1
    report(desk, event, 2)
    assert 'class="badge">2' in browser.get("/findings").text
    assert badges(browser)["/incidents"] == 2, "as the page has just counted"


def test_each_is_told_of_the_own_teams_and_of_lines_of_the_own_menu(
    new_desk: Any, event: Any, signed_in: Any
) -> None:
    for team in ("Billing", "Sales", "Night"):
        report(new_desk(team=team, label=f"{team}-1"), event, 1)
    assert badges(signed_in("bea", teams=("Billing", "Night")))["/incidents"] == 2
    assert set(badges(signed_in("vic", "viewer", ("Sales",)))) == {"/incidents", "/tamper"}
    assert badges(signed_in("olga", "officer"))["/incidents"] == 3


def test_a_page_that_refreshes_nothing_asks_what_waits(
    desk: Any, event: Any, browser: Any, stranger: Any
) -> None:
    report(desk, event, 1)
    told = browser.get("/badges").json()
    assert told == badges(browser)
    assert told["/incidents"] == 1
    assert stranger.get("/badges", **{"x-refresh": "1"}).status_code == 401


@pytest.mark.parametrize("path", ["/floor/wall", "/floor/wall/part"])
def test_a_wall_board_shows_no_menu_and_counts_nothing_for_it(browser: Any, path: str) -> None:
    shown = browser.get(path)
    assert shown.status_code == 200
    assert "x-badges" not in shown.headers
    assert 'class="badge"' not in shown.text


def test_an_open_list_of_incidents_shows_the_new_one_and_is_no_new_look(
    running: Any, desk: Any, event: Any, signed_in: Any
) -> None:
    ann = signed_in("ann", teams=("Billing",))
    report(desk, event, 1)
    whole, part = ann.get("/incidents").text, ann.get("/incidents/part")
    assert "number 1" in part.text
    assert "<html" in whole
    assert "<html" not in part.text
    assert untokened(part.text).strip() in untokened(whole), "it is what the page shows"
    tag = {"if-none-match": part.headers["etag"]}
    assert ann.get("/incidents/part", **tag).status_code == 304
    report(desk, event, 2)
    assert "number 2" in ann.get("/incidents/part", **tag).text
    assert "number 2" not in ann.get("/incidents/part?kind=closed").text
    assert [act for act, _ in audit(running, "ann")].count("incidents.seen") == 1


@pytest.mark.parametrize("role", ROLES)
def test_every_number_in_the_menu_stands_at_a_line_of_it(signed_in: Any, role: str) -> None:
    browser = signed_in("rob", role)
    page = browser.get("/").text
    for path in badges(browser):
        line = page[page.index(f'<a href="{path}"') :]
        assert 'class="badge" hidden>0<' in line[: line.index("</li>")]


@pytest.mark.parametrize("path", ["/floor/part", "/floor/wall/part", "/incidents/part"])
def test_what_only_grew_older_is_not_sent_again(
    running: Any, desk: Any, event: Any, browser: Any, control: Any, path: str
) -> None:
    failing = control("screen-lock", "fail", detail="screen-lock.off")
    desk.send(event(1, "incident.reported", text="x"), controls=[failing], overall="act")
    first = browser.get(path)
    for seconds in (61, 130):
        running.time.at += seconds
        desk.send(controls=[failing], overall="act")  # it reports on, and nothing is new
        same = browser.get(path, **{"if-none-match": first.headers["etag"]})
        assert (same.status_code, same.content) == (304, b"")
    desk.send(event(2, "incident.reported", text="y"), controls=[], overall="good")
    assert browser.get(path, **{"if-none-match": first.headers["etag"]}).status_code == 200
