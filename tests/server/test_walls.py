"""A wall board's grant shows one page, for ever and read only, and is nobody's session."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from agentguard.server.console.wall import ALPHABET
from agentguard.server.store.accounts import kiosks
from agentguard.server.store.schema.tables import team
from agentguard.server.store.schema.whole import metadata
from tests.server.test_access import routes
from tests.server.test_roles import audit, signed_in

__all__ = ["signed_in"]
PASSWORD = "correct horse battery staple"
DAY = 24 * 3600
POLL = {"x-refresh": "1"}
WALL = "__Host-agentguard-wall"


def code_on(screen: Any) -> str:
    found = re.search(r"<code>([A-Z0-9]{4}-[A-Z0-9]{4})</code>", screen.get("/wall").text)
    assert found is not None
    return found[1]


def allow(boss: Any, typed: str, **fields: Any) -> Any:
    """Type a code in, as an administrator who has just proved who it is."""
    form = {"code": typed, "name": "North wall", "team": ["every"], "token": boss.token(), **fields}
    return boss.http.post("/walls", data=form, headers={"sec-fetch-site": "same-origin"})


def value(screen: Any) -> str:
    return next((c.value or "" for c in screen.http.cookies.jar if c.name == WALL), "")


def carry(screen: Any, cookie: str) -> None:
    screen.http.cookies.clear()
    screen.http.cookies.set(WALL, cookie, domain="localhost.local", path="/")


def shows(screen: Any) -> bool:
    """Look as the screen's script does; whatever it is, it is no page of anybody signed in."""
    page = screen.get("/wall")
    assert page.status_code == 200
    assert "/sign-out" not in page.text
    return "wall-teams" in page.text


@pytest.fixture
def board(running: Any, desk: Any, control: Any, browser: Any, stranger: Any) -> Any:
    """Give a screen that shows the floor."""
    desk.send(controls=[control()])
    assert allow(browser, code_on(stranger)).status_code == 303
    assert stranger.get("/wall/part?code=1", **POLL).status_code == 401, "it loads the page anew"
    assert shows(stranger)
    return stranger


def test_a_screen_shows_a_code_and_once_that_is_typed_the_floor(
    running: Any, desk: Any, browser: Any, stranger: Any
) -> None:
    assert desk.id
    first = stranger.get("/wall")
    assert not shows(stranger)
    assert "shows nothing yet" in first.text
    code = code_on(stranger)
    assert stranger.get("/wall/part?code=1", **POLL).text.strip() in first.text
    assert "Waits for" not in browser.get("/walls").text
    assert allow(browser, code.lower().replace("-", " ")).status_code == 303
    assert "Waits for the screen" in browser.get("/walls").text
    assert shows(stranger)
    assert "Billing" in stranger.get("/wall").text
    assert "desk-1" not in stranger.get("/wall").text, "it names no desk"
    assert "Showing" in browser.get("/walls").text
    assert ("wall.granted", "North wall") in audit(running, "sam")


def test_it_shows_the_floor_for_weeks_and_no_idle_limit_ends_it(running: Any, board: Any) -> None:
    values = set()
    for _ in range(28 * 8):
        running.time.at += 3 * 3600
        assert board.get("/wall/part", **POLL).status_code == 200
        values.add(value(board))
    assert 25 <= len(values) <= 30, "its value is made anew each day"


def test_a_value_that_is_lost_on_its_way_costs_nothing(running: Any, board: Any) -> None:
    board.get("/wall/part", **POLL)
    kept = value(board)
    for _ in range(5):  # each new value is lost: the screen was switched off while it came
        running.time.at += DAY + 1
        carry(board, kept)
        assert shows(board)
    assert value(board) != kept
    assert shows(board), "the new one is confirmed"
    fresh = value(board)
    carry(board, kept)
    assert shows(board), "the one before counts for an hour"
    assert value(board) == fresh, "and is answered with the same new one"
    running.time.at += 3601
    carry(board, kept)
    assert not shows(board)
    carry(board, fresh)
    assert shows(board)


def test_who_ended_it_is_told_on_the_screen_which_asks_again(
    running: Any, board: Any, browser: Any
) -> None:
    assert "North wall" in board.get("/wall").text
    assert browser.submit("/walls/1/end", token=browser.token()).status_code == 303
    assert board.get("/wall/part", **POLL).status_code == 401
    page = board.get("/wall").text
    assert "sam ended this wall board." in page
    assert "wall-teams" not in page
    assert ("wall.ended", "North wall") in audit(running, "sam")
    assert "Ended by sam" in browser.get("/walls").text
    assert allow(browser, code_on(board)).status_code == 303
    assert shows(board)


def test_only_its_teams_are_shown_and_a_new_team_is_not_added(
    new_desk: Any, browser: Any, stranger: Any
) -> None:
    new_desk(team="Billing", label="b-1")
    new_desk(team="Sales", label="s-1")
    allow(browser, code_on(stranger), team=["1"])
    shows(stranger)
    new_desk(team="Night", label="n-1")
    for path in ("/wall", "/wall/part"):
        page = stranger.get(path).text
        assert "Billing" in page
        assert "Sales" not in page
        assert "Night" not in page
        assert stranger.get(f"{path}?team=2").status_code == 404, "no filter reaches further"


def test_a_grant_opens_no_other_page_and_no_form(board: Any) -> None:
    pages = [re.sub(r"\{\w+:\w+\}", "1", path) for path in routes("GET")]
    assert len(pages) > 40
    for path in pages:
        if path not in {"/wall", "/wall/part"}:
            assert board.get(path).headers.get("location") == "/sign-in", path
    for path in routes("POST"):
        sent = board.submit(re.sub(r"\{\w+:\w+\}", "1", path), token="x")
        assert sent.headers.get("location") == "/sign-in", path
    for path in ("/wall", "/wall/part"):
        assert board.submit(path).status_code == 405


def test_who_reads_the_code_gets_nothing_by_it(
    running: Any, desk: Any, browser: Any, stranger: Any, another: Any
) -> None:
    assert desk.id
    code = code_on(stranger)
    allow(browser, code)
    with another() as thief:
        for forged in (f"grant.{code.replace('-', '')}", f"ask.{code}", "ask.", "grant.", "x"):
            carry(thief, forged)
            assert not shows(thief), forged
        assert code_on(thief) != code
    assert shows(stranger)


def test_a_value_that_turns_up_in_another_browser_opens_nothing(
    running: Any, board: Any, another: Any
) -> None:
    board.get("/wall")
    with another("Mozilla/5.0 (Windows NT 10.0) Firefox/133.0") as thief:
        carry(thief, value(board))
        assert not shows(thief)
    assert shows(board)


def test_a_code_counts_ten_minutes_and_the_screen_shows_a_new_one_by_itself(
    running: Any, desk: Any, browser: Any, stranger: Any
) -> None:
    assert desk.id
    code = code_on(stranger)
    running.time.at += 601
    part = stranger.get("/wall/part?code=1", **POLL)
    assert code not in part.text
    assert part.status_code == 200
    browser.sign_in("sam", PASSWORD)  # ten minutes are over for who allows it as well
    assert allow(browser, code).status_code == 303
    assert not shows(stranger)
    running.time.at += 601
    assert "No screen showed this code" in browser.get("/walls").text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"code": "SHORT"}, "That is no code of a screen"),
        ({"code": "OOOO-1111"}, "That is no code of a screen"),
        ({"name": "  "}, "Say where the screen hangs"),
        ({"team": []}, "Choose what the screen shows"),
        ({"team": ["7"]}, "typed before, or a team is gone"),
    ],
)
def test_what_is_typed_wrongly_is_said_and_allows_nothing(
    running: Any, desk: Any, browser: Any, stranger: Any, fields: Any, said: str
) -> None:
    assert desk.id
    page = allow(browser, code_on(stranger), **fields)
    assert page.status_code == 409
    assert said in page.text
    assert not shows(stranger)


def test_a_code_is_typed_once(running: Any, board: Any, browser: Any, another: Any) -> None:
    with another() as screen:
        code = code_on(screen)
        assert allow(browser, code).status_code == 303
        assert allow(browser, code).status_code == 409


def test_only_an_administrator_allows_a_screen(signed_in: Any, stranger: Any) -> None:
    bea = signed_in("bea", "officer")
    assert bea.get("/walls").status_code == 404
    assert allow(bea, code_on(stranger)).status_code == 404
    assert not shows(stranger)


def test_an_unchanged_board_is_not_sent_again(running: Any, board: Any) -> None:
    first = board.get("/wall/part", **POLL)
    running.time.at += 10
    same = board.get("/wall/part", **POLL, **{"if-none-match": first.headers["etag"]})
    assert (same.status_code, same.text) == (304, "")


STEPS = st.lists(
    st.tuples(st.sampled_from(["look", "lost", "copy"]), st.floats(0, 2 * DAY)), max_size=30
)


@settings(max_examples=60)
@given(STEPS)
def test_a_screen_that_was_let_in_stays_whatever_is_lost_on_the_way(steps: Any) -> None:
    """A screen keeps the last value that reached it; a copy of an older one never puts it out."""

    def renew(text: str) -> str:
        return f"follows {text}"

    engine = create_engine("sqlite://")
    metadata().create_all(engine)
    with engine.begin() as connection:
        connection.execute(team.insert().values(id=1, name="Billing"))
        kiosks.grant(connection, "ABCDEFGH", "wall", None, "ada", 1e9)
        held, old, now = kiosks.asking("ABCDEFGH"), "", 1e9 + 5
        for what, seconds in [("look", 10.0), *steps]:
            if what == "copy":
                kiosks.admit(connection, old, "b", now, renew)
            else:
                found = kiosks.admit(connection, held, "b", now, renew)
                assert found is not None
                if found.token and what == "look":
                    held, old = kiosks.granted(found.token), held
            now += seconds
        assert kiosks.admit(connection, held, "b", now, renew) is not None
    engine.dispose()


def test_no_sign_of_a_code_is_taken_for_another() -> None:
    assert len(set(ALPHABET)) == 31
    assert not set(ALPHABET) & set("ILO01")
