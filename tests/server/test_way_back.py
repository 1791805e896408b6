"""Whoever is signed out is told so, and is back where they were; nobody is led elsewhere."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.server.console.way_back import HOME, local

PASSWORD = "correct horse battery staple"
ENDED = "You were signed out"


def after(browser: Any) -> str:
    found = [c.value for c in browser.http.cookies.jar if c.name == "__Host-agentguard-after"]
    return found[0] if found else ""


@pytest.fixture
def sam(running: Any, stranger: Any) -> Any:
    running.admin.add_user("sam", PASSWORD, "admin")
    stranger.sign_in("sam", PASSWORD)
    return stranger


@pytest.mark.parametrize("path", ["/floor/wall", "/findings?check=software&page=2", "/teams"])
def test_a_session_that_ended_says_so_and_leads_back(running: Any, sam: Any, path: str) -> None:
    running.time.at += 20 * 60
    assert sam.get(path).headers["location"] == "/sign-in"
    assert ENDED in sam.get("/sign-in").text
    done = sam.sign_in("sam", PASSWORD)
    assert (done.status_code, done.headers["location"]) == (303, path)
    assert sam.get(path).status_code == 200
    assert after(sam) == ""


def test_who_was_not_signed_in_is_not_told_of_an_end(running: Any, stranger: Any) -> None:
    running.admin.add_user("sam", PASSWORD)
    stranger.get("/trends")
    assert ENDED not in stranger.get("/sign-in").text
    stranger.sign_in("sam", PASSWORD)  # the first factor is made, and the codes are shown
    assert after(stranger) == ""


def test_a_refresh_and_a_form_are_no_place_to_come_back_to(running: Any, sam: Any) -> None:
    running.time.at += 20 * 60
    assert sam.get("/floor/part", **{"x-refresh": "1"}).status_code == 401
    assert sam.submit("/sign-out", token="x").status_code == 303
    assert after(sam) == ""


@pytest.mark.parametrize(
    "where",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "",
     "/sign-in", "/" + "x" * 2000, "/a\nb", "/%5cevil.example"],
)  # fmt: skip
def test_a_forged_cookie_leads_to_no_other_host(running: Any, sam: Any, where: str) -> None:
    running.time.at += 20 * 60
    sam.get("/")
    kept = f"ended:{quote(where, safe='')}"
    sam.http.cookies.set("__Host-agentguard-after", kept, domain="localhost.local", path="/")
    done = sam.sign_in("sam", PASSWORD).headers["location"]
    assert done.startswith("/")
    assert not done.startswith(("//", "/\\", "/sign-in"))


@given(st.text(max_size=60) | st.from_regex(r"[/\\:.a-z%]{1,20}", fullmatch=True))
def test_every_address_is_of_this_console_or_the_floor(path: str) -> None:
    where = local(path)
    assert where in {HOME, path}
    assert where.startswith("/")
    assert not where.startswith("//")
    assert "\\" not in where


def test_row_476_a_form_that_came_too_late_is_said_to_be_lost_and_leads_back(
    running: Any, sam: Any
) -> None:
    running.time.at += 20 * 60
    stood = f"{sam.address}/teams/arrange?kind=site"
    late = sam.http.post(
        "/teams/arrange/site", headers={"sec-fetch-site": "same-origin", "referer": stood}
    )
    assert late.headers["location"] == "/sign-in"
    assert "was not taken" in sam.get("/sign-in").text
    assert sam.sign_in("sam", PASSWORD).headers["location"] == "/teams/arrange?kind=site"
    for foreign in ("https://evil.example/teams", "//[", "/\\evil.example", ""):
        running.time.at += 20 * 60
        sam.http.post("/users", headers={"sec-fetch-site": "same-origin", "referer": foreign})
        assert sam.sign_in("sam", PASSWORD).headers["location"] == HOME
    assert sam.get("/teams/arrange/site").headers["location"] == "/teams/arrange"


@pytest.mark.parametrize("path", ["//teams/arrange/site", "/./teams/arrange/site", "//sign-out"])
def test_row_476_who_opens_the_address_of_a_form_is_led_to_no_other_host(
    sam: Any, path: str
) -> None:
    where = sam.http.get(f"{sam.address}{path}").headers.get("location", HOME)
    assert where.startswith("/")
    assert not where.startswith(("//", "/\\"))
