from __future__ import annotations

from typing import Any

import pytest

FRESH = 5 * 60


@pytest.fixture
def stale(running: Any, browser: Any) -> Any:
    """A browser whose last proof is as old as a dangerous act no longer takes."""
    running.time.at += FRESH
    return browser


def test_within_five_minutes_nothing_is_asked(running: Any, browser: Any) -> None:
    running.time.at += FRESH - 1
    answer = browser.submit("/account/recovery", token=browser.token())
    assert answer.status_code == 200
    assert "Your recovery codes" in answer.text


def test_afterwards_a_proof_is_asked_and_the_form_goes_on(running: Any, stale: Any) -> None:
    asked = stale.submit("/account/recovery", token=stale.token(), kept="as it was")
    assert asked.status_code == 403
    assert "Nothing is done yet" in asked.text
    assert 'name="kept" value="as it was"' in asked.text
    done = stale.prove(asked)
    assert "Your recovery codes" in done.text
    assert stale.submit("/account/recovery", token=stale.token()).status_code == 200


def test_a_wrong_proof_does_nothing_and_keeps_the_form(stale: Any) -> None:
    fields = {"token": stale.token(), "proof_to": "/account/recovery", "proof_way": "post"}
    for wrong in ({"proof_code": "000000"}, {"proof_passkey": "{}"}, {"proof_passkey": "?"}, {}):
        answer = stale.submit("/prove", **fields, **wrong, kept="yes")
        assert answer.status_code == 403
        assert "That was not right" in answer.text
        assert 'name="kept" value="yes"' in answer.text
    assert stale.submit("/account/recovery", token=fields["token"]).status_code == 403


def test_wrong_codes_make_codes_wait_and_a_passkey_does_not(running: Any, stale: Any) -> None:
    token = stale.token()
    for _ in range(running.settings.limits.sign_in_tries):
        answer = stale.submit("/prove", token=token, proof_to="/", proof_code="000000")
    assert "Wait 30 s," in answer.text
    answer = stale.submit("/prove", token=token, proof_to="/", proof_code="000000")
    assert "Too many wrong tries" in answer.text
    proved = stale.prove(stale.get("/prove"))
    assert (proved.status_code, proved.headers["location"]) == (303, "/")


def test_an_answer_is_good_once_and_in_its_own_session_alone(
    running: Any, stale: Any, another: Any
) -> None:
    page = stale.get("/prove?to=/account").text
    answer = stale.use_passkey(page)
    with another() as second:
        second.sign_in("sam", "correct horse battery staple")
        token = second.token()
        refused = second.submit("/prove", token=token, proof_to="/", proof_passkey=answer)
        assert refused.status_code == 403
    token = stale.token()
    fields = {"token": token, "proof_to": "/account", "proof_way": "get"}
    assert stale.submit("/prove", **fields, proof_passkey=answer).status_code == 303
    assert stale.submit("/prove", **fields, proof_passkey=answer).status_code == 403


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "", "x\r"]
)
def test_a_proof_leads_nowhere_else(stale: Any, to: str) -> None:
    page = stale.get("/prove").text
    fields = {"token": stale.token(), "proof_to": to, "proof_way": "get"}
    answer = stale.submit("/prove", **fields, proof_passkey=stale.use_passkey(page))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_clock_that_is_set_back_makes_no_proof_fresh(running: Any, browser: Any) -> None:
    token = browser.token()
    running.time.at -= 60
    assert browser.submit("/account/recovery", token=token).status_code == 403
