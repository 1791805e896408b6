"""What holds for every page, taken from the console's own list of routes: none can be forgotten."""

from __future__ import annotations

import importlib
import pkgutil
import re
from itertools import product
from types import ModuleType
from typing import Any

import pytest

from agentguard.server import console
from agentguard.server.console.gate import HEADERS, is_open
from agentguard.server.console.navigation import page_modules

PASSWORD = "correct horse battery staple"
PLANTED = "planted-by-somebody-else"
OPEN = {
    *product(("GET", "POST"), ("/sign-in", "/sign-in/second", "/sign-in/enrol", "/sign-in/first")),
    *product(("GET", "POST"), ("/sign-in/before",)),
    *(("GET", path) for path in ("/sign-in/company", "/sign-in/company/return")),
    *(("GET", path) for path in ("/wall", "/wall/part", "/wall/live", "/static/x")),
}


def rooms() -> set[ModuleType]:
    """Give every module of the console that holds pages."""
    names = [one.name for one in pkgutil.iter_modules(console.__path__, f"{console.__name__}.")]
    return {m for m in map(importlib.import_module, names) if hasattr(m, "HANDLERS")}


def routes() -> list[tuple[str, str]]:
    """Give (method, path) of every handler, with something in the place of each parameter."""
    found = []
    for room in page_modules():
        for handler in room.HANDLERS:
            for path in handler.paths:
                plain = re.sub(r"\{\w+:int\}", "1", re.sub(r"\{\w+:str\}", "x", path))
                found += [(method, plain or "/") for method in sorted(handler.http_methods)]
    return [one for one in found if one[0] != "OPTIONS"]


INSIDE = [path for method, path in routes() if method == "POST" and (method, path) not in OPEN]
FORMS = [path for method, path in routes() if method == "POST"]
CLOSED = [one for one in routes() if one not in OPEN]


def test_the_list_of_routes_is_whole() -> None:
    assert set(page_modules()) == rooms()
    assert {one for one in routes() if is_open(one[1])} == OPEN
    assert {("GET", "/"), ("GET", "/desk/x"), ("POST", "/incidents/1/take")} <= set(routes())


def test_every_answer_carries_the_headers(stranger: Any) -> None:
    for method, path in routes():
        answer = stranger.http.request(method, path)
        for name, value in HEADERS:
            assert answer.headers[name.decode()] == value.decode()
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["strict-transport-security"]


def test_a_stranger_sees_the_sign_in_and_nothing_else(stranger: Any) -> None:
    for method, path in CLOSED:
        same = {"sec-fetch-site": "same-origin"}
        answer = stranger.http.request(method, path, headers=same)
        assert (answer.status_code, answer.headers["location"], answer.content) == (
            303,
            "/sign-in",
            b"",
        )


@pytest.mark.heavy
def test_no_form_is_taken_from_elsewhere(browser: Any) -> None:
    """The page that a token is taken from is shown only to who is signed in, before and after."""
    for path, site in product(FORMS, ("cross-site", "same-site", "none", "")):
        answer = browser.submit(path, site=site, token=browser.token())
        assert answer.status_code == 403
    assert browser.get("/").status_code == 200


def test_no_form_is_taken_without_the_session_s_token(browser: Any) -> None:
    """The smallest answer that only who is signed in is given tells that nobody was put out."""
    for path, token in product(INSIDE, ("", "0" * 64, "ü")):
        assert browser.submit(path, token=token).status_code == 403
        assert browser.get("/badges").status_code == 200
    assert browser.get("/").status_code == 200


def test_the_token_of_another_session_does_not_count(
    running: Any, browser: Any, another: Any
) -> None:
    running.admin.add_user("eve", PASSWORD, "admin")
    with another() as eve:
        eve.sign_in("eve", PASSWORD)
        foreign = eve.token()
    for path in INSIDE:
        assert browser.submit(path, token=foreign).status_code == 403


def test_no_page_sets_a_cookie_but_the_sign_in(browser: Any) -> None:
    for method, path in routes():
        if path in {"/sign-out", "/wall", "/wall/part"}:  # a screen's grant has one of its own
            continue
        answer = browser.http.request(method, path, headers={"sec-fetch-site": "same-origin"})
        assert "set-cookie" not in answer.headers


def test_a_form_that_is_too_large_is_refused(browser: Any) -> None:
    for path in (*INSIDE, "/sign-in"):
        answer = browser.submit(path, token=browser.token(), text="x" * 100_000)
        assert answer.status_code in {400, 413}
        assert "Traceback" not in answer.text


def test_the_session_s_cookie_is_bound_to_this_host_and_to_tls(running: Any, stranger: Any) -> None:
    running.admin.add_user("sam", PASSWORD)
    told = stranger.sign_in("sam", PASSWORD).headers["set-cookie"].lower()
    assert told.startswith("__host-agentguard=")
    for flag in ("; secure", "; httponly", "; path=/", "samesite=lax"):
        assert flag in told
    assert "domain=" not in told


def test_a_session_that_was_planted_is_not_taken_over(running: Any, stranger: Any) -> None:
    running.admin.add_user("sam", PASSWORD)
    stranger.http.cookies.set("__Host-agentguard", PLANTED, domain="localhost.local")
    stranger.sign_in("sam", PASSWORD)
    values = [c.value for c in stranger.http.cookies.jar if c.name == "__Host-agentguard"]
    assert len(set(values) - {PLANTED}) == 1
    stranger.http.cookies.clear()
    stranger.http.cookies.set("__Host-agentguard", PLANTED, domain="localhost.local")
    assert stranger.get("/").status_code == 303


def test_each_sign_in_begins_a_new_session_and_signing_out_ends_it(
    running: Any, stranger: Any
) -> None:
    running.admin.add_user("sam", PASSWORD)
    seen = []
    for _ in range(2):
        told = stranger.sign_in("sam", PASSWORD).headers["set-cookie"]
        seen.append(told.split("=", 1)[1].split(";")[0])
    assert seen[0] != seen[1]
    stranger.submit("/sign-out", token=stranger.token())
    stranger.http.cookies.clear()
    stranger.http.cookies.set("__Host-agentguard", seen[1], domain="localhost.local")
    assert stranger.get("/").status_code == 303
