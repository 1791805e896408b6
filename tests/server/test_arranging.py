"""Sites, shifts and teams are arranged by an administrator, and then the lists know them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import insert

from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.floor import places
from agentguard.server.store.schema.tables import device


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def arranged(running: Any) -> dict[str, tuple[str, str]]:
    """Give site and shift of each team by name."""

    def read(connection: Any) -> dict[str, tuple[str, str]]:
        sites = {one.id: one.name for one in places.sites(connection)}
        shifts = {one.id: f"{one.name} {one.hours}" for one in places.shifts(connection)}
        return {
            one.name: (sites.get(one.site or 0, ""), shifts.get(one.shift or 0, ""))
            for one in places.list_placed(connection)
        }

    return running.admin._database.run(read)  # type: ignore[no-any-return]


@pytest.fixture
def send(browser: Any) -> Any:
    token = browser.token()

    def submit(what: str, **fields: str) -> Any:
        same = {"sec-fetch-site": "same-origin"}
        form = {"token": token, **fields}
        return browser.http.post(f"/teams/arrange/{what}", data=form, headers=same)

    return submit


def test_a_team_is_placed_and_shown_by_site_and_shift(
    running: Any, new_desk: Any, browser: Any, send: Any, control: Any
) -> None:
    new_desk(team="Billing", label="b-1").send(controls=[control()])
    new_desk(team="Sales", label="s-1")
    assert send("site", name=" Porto  North ").status_code == 303
    assert send("shift", name="Night", begins="22:00", ends="06:30").status_code == 303
    assert send("place", team="1", site="1", shift="1").status_code == 303
    assert arranged(running)["Billing"] == ("Porto North", "Night 22:00\u201306:30")
    assert arranged(running)["Sales"] == ("", "")
    by_site = text_of(browser.get("/teams?kind=site").text)
    assert "Porto North 1" in by_site
    assert "Not placed yet 1" in by_site
    assert "Night · 22:00\u201306:30" in text_of(browser.get("/teams?kind=shift").text)
    floor = browser.get("/?site=1").text
    assert "b-1" in floor
    assert "s-1" not in floor
    assert "s-1" not in browser.get("/?shift=1").text
    assert "b-1" not in browser.get("/?team=2").text


def test_a_site_or_a_shift_is_taken_away_and_its_teams_stay(
    running: Any, desk: Any, send: Any
) -> None:
    assert desk.id
    send("site", name="Porto")
    send("shift", name="Early", begins="06:00", ends="14:00")
    send("place", team="1", site="1", shift="1")
    assert send("drop", kind="site", id="1").status_code == 303
    assert arranged(running) == {"Billing": ("", "Early 06:00\u201314:00")}
    assert send("drop", kind="shift", id="1").status_code == 303
    assert arranged(running) == {"Billing": ("", "")}
    assert send("drop", kind="shift", id="1").status_code == 409


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("site", {"name": "  "}),
        ("site", {"name": "Porto"}),
        ("shift", {"name": "Night", "begins": "25:00", "ends": "06:00"}),
        ("shift", {"name": "Night", "begins": "", "ends": "06:00"}),
        ("shift", {"name": "", "begins": "22:00", "ends": "06:00"}),
        ("team", {"name": "Billing"}),
        ("place", {"team": "99", "site": "1"}),
        ("place", {"team": "1", "site": "99"}),
        ("place", {"team": "x", "shift": "-1"}),
        ("drop", {"kind": "site", "id": "99"}),
        ("drop", {"kind": "team", "id": "1"}),
    ],
)
def test_what_makes_no_sense_changes_nothing_and_is_said(
    running: Any, desk: Any, send: Any, what: str, fields: dict[str, str]
) -> None:
    assert desk.id
    send("site", name="Porto")
    before = arranged(running)
    answer = send(what, **fields)
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert arranged(running) == before


@pytest.mark.parametrize(
    "query",
    ["team=99", "site=99", "shift=99"],
)
def test_a_place_that_is_not_there_is_no_page(browser: Any, query: str) -> None:
    assert browser.get(f"/?{query}").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["team=x", "team=-1", "page=0", "page=99999999999", "kind=odd", "text=%00", "site=", "team=²"],
)
def test_a_filter_that_makes_no_sense_is_as_if_it_were_not_there(
    browser: Any, desk: Any, query: str
) -> None:
    assert desk.id
    for path in ("/", "/teams", "/findings", "/trends", "/audit"):
        assert browser.get(f"{path}?{query}").status_code == 200, path


def test_many_desks_come_page_by_page(running: Any, browser: Any) -> None:
    running.admin._database.run(_crowd)
    first = browser.get("/?kind=silent").text
    assert "1 to 100 of 320" in text_of(first)
    assert first.count("<tr class=") == 100
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    last = browser.get("/?kind=silent&page=4").text
    assert "301 to 320 of 320" in text_of(last)
    assert 'rel="next"' not in last
    assert "page=2" in following[1]
    assert "101 to 200" in text_of(browser.get(following[1].replace("&amp;", "&")).text)


def _crowd(connection: Any) -> None:

    team = team_id(connection, "Crowd")
    rows = [
        {
            "id": f"d{n:03}",
            "team": team,
            "label": f"desk-{n:03}",
            "system": "",
            "public_key": n.to_bytes(2, "big"),
            "enrolled_at": float(n),
        }
        for n in range(320)
    ]
    connection.execute(insert(device), rows)
