from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from agentguard.server.store.records.audit import LONGEST_ACTOR
from agentguard.server.store.schema.tables import audit_log

PASSWORD = "correct horse battery staple"


def test_signing_in_and_out(running: Any, stranger: Any) -> None:
    running.admin.add_user("Sam", PASSWORD)
    answer = stranger.sign_in(" SAM ", PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    for part in ("__Host-agentguard=", "HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    assert stranger.get("/").status_code == 200
    kept = dict(stranger.http.cookies)
    assert stranger.submit("/sign-out", token=stranger.token()).status_code == 303
    stranger.http.cookies.update(kept)
    assert stranger.get("/").status_code == 303


def test_neither_password_nor_session_stands_in_the_database(running: Any, browser: Any) -> None:
    stored = running.stored()
    assert PASSWORD.encode() not in stored
    assert b"$argon2id$" in stored
    assert all(v.encode() not in stored for v in dict(browser.http.cookies).values())


@pytest.mark.parametrize(("name", "password"), [("sam", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_sign_in_says_the_same_for_all(
    running: Any, stranger: Any, name: str, password: str
) -> None:
    running.admin.add_user("sam", PASSWORD)
    answer = stranger.sign_in(name, password)
    assert answer.status_code == 401
    assert "Name or password is not right" in answer.text
    assert stranger.get("/").status_code == 303


def test_many_wrong_tries_make_the_account_wait(running: Any, stranger: Any) -> None:
    running.admin.add_user("sam", PASSWORD)
    limits = running.settings.limits
    for _ in range(limits.sign_in_tries):
        answer = stranger.sign_in("sam", "wrong")
    assert f"Wait {limits.sign_in_wait} s, then" in answer.text
    assert "Too many wrong tries" in stranger.sign_in("sam", PASSWORD).text
    running.time.at += limits.sign_in_wait + 1
    assert "Wait 1 min," in stranger.sign_in("sam", "wrong").text
    running.time.at += 61
    assert stranger.sign_in("sam", PASSWORD).status_code == 303


@pytest.mark.parametrize("name", ["x" * 100, "ß" * 100, "a\x00b"])
def test_any_name_that_is_tried_is_counted_as_every_database_holds_it(
    running: Any, stranger: Any, name: str
) -> None:
    for _ in range(5):
        answer = stranger.sign_in(name, "no password of anybody")
        assert answer.status_code == 401
    assert "Wait 30 s, then" in answer.text
    rows = running.admin._database.run(lambda c: c.execute(select(audit_log)).all())
    assert {row.act for row in rows} >= {"sign-in.refused"}
    assert max(len(row.actor) for row in rows) <= LONGEST_ACTOR
    assert not [row for row in rows if "\x00" in row.actor]


def test_a_session_ends_when_idle_and_in_any_case_after_its_total(
    running: Any, browser: Any
) -> None:
    limits = running.settings.limits
    running.time.at += limits.session_idle - 1
    assert browser.get("/").status_code == 200
    running.time.at += limits.session_idle
    assert browser.get("/").status_code == 303
    browser.sign_in("sam", PASSWORD)
    begun = running.time.at
    while running.time.at - begun < limits.session_total - 600:
        running.time.at += 600
        assert browser.get("/").status_code == 200
    running.time.at = begun + limits.session_total
    assert browser.get("/").status_code == 303


def test_the_pages_own_refresh_does_not_keep_a_session_alive(running: Any, browser: Any) -> None:
    for _ in range(2):
        running.time.at += running.settings.limits.session_idle / 2
        answer = browser.get("/floor/part", **{"x-refresh": "1"})
    assert answer.status_code == 401


def test_a_new_password_ends_the_sessions(running: Any, browser: Any) -> None:
    running.admin.add_user("sam", "another long password")
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_a_form_of_another_site_is_refused(browser: Any, site: str) -> None:
    answer = browser.submit("/codes", site=site, token=browser.token(), team="x")
    assert answer.status_code == 403


def test_an_origin_will_do_for_older_browsers(running: Any, browser: Any) -> None:
    form = {"token": browser.token(), "team": "x"}
    for origin, status in ((browser.address, 200), ("https://evil.example", 403), ("null", 403)):
        answer = browser.http.post("/codes", data=form, headers={"origin": origin})
        assert answer.status_code == status


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_a_form_without_the_sessions_token_is_refused(browser: Any, token: str) -> None:
    answer = browser.submit("/codes", token=token, team="x")
    assert answer.status_code == 403
    assert "This was not allowed" in answer.text


def test_signing_in_from_another_site_is_refused(running: Any, stranger: Any) -> None:
    running.admin.add_user("sam", PASSWORD)
    fields = {"name": "sam", "password": PASSWORD}
    assert stranger.submit("/sign-in", site="cross-site", **fields).status_code == 403


def test_a_form_that_is_too_large_is_refused(browser: Any) -> None:
    answer = browser.submit("/codes", token=browser.token(), team="x" * 100_000)
    assert answer.status_code == 413
