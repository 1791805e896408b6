"""Second factors on the console: what is shown to whom, codes for a desk, resets by two people."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pyotp
import pytest

from tests.server.test_roles import audit, signed_in

__all__ = ["signed_in"]

PASSWORD = "correct horse battery staple"


def prove(desk: Any, answer: str, user: str = "maria", factor: str = "totp") -> dict[str, Any]:
    asked = {"device": desk.id, "user": user, "group": "g", "factor": factor, "answer": answer}
    given: dict[str, Any] = desk.post("/v1/proofs", asked).json()
    return given


@pytest.fixture
def maria(running: Any, desk: Any) -> pyotp.TOTP:
    """A person who proved presence at a desk of Billing."""
    secret, _ = running.admin.desk_totp("maria")
    code = pyotp.TOTP(secret)
    assert prove(desk, code.at(running.time.at))["accepted"]
    return code


@pytest.fixture
def two(maria: Any, signed_in: Callable[..., Any]) -> tuple[Any, Any]:
    """Two supervisors of Billing."""
    return signed_in("sue", teams=("Billing",)), signed_in("tom", teams=("Billing",))


def ask(browser: Any, owner: str = "maria", **other: str) -> Any:
    fields = {"owner": owner, "realm": "desk", "reason": "The phone is lost.", **other}
    return act(browser, "/factors/reset", **fields)


def act(browser: Any, path: str, **fields: str) -> Any:
    """Send a form, and prove who it is when that is asked."""
    answer = browser.submit(path, token=browser.token(), **fields)
    return browser.prove(answer) if "Nothing is done yet" in answer.text else answer


def reset(page: str, act: str = "confirm") -> str:
    found = re.search(rf'action="(/factors/reset/\d+/{act})"', page)
    assert found is not None, page
    return found[1]


def test_people_are_shown_to_the_supervisors_of_their_desk_alone(
    running: Any, two: Any, new_desk: Any, signed_in: Any
) -> None:
    sue, _ = two
    new_desk(team="Sales", label="s-1")
    assert "maria" in sue.get("/factors").text
    assert "maria" not in sue.get("/factors?find=nobody").text
    assert "maria" not in signed_in("sam", teams=("Sales",)).get("/factors").text
    assert "maria" in signed_in("ada", "auditor").get("/factors").text
    assert signed_in("vic", "viewer").get("/factors").status_code == 404
    assert ("factors.seen", "") in audit(running, "sue")


def test_proofs_are_counted_by_factor_with_the_share_that_a_false_page_cannot_steal(
    running: Any, two: Any, desk: Any, event: Any
) -> None:
    sue, _ = two
    assert "No proof was reported" in sue.get("/factors").text
    given = ("passkey", "passkey", "passkey", "totp")
    desk.send(
        *(
            event(n, "proof.given", params={"group": "g", "factor": f, "person": f"p-{n // 2}"})
            for n, f in enumerate(given, 1)
        )
    )
    page = sue.get("/factors").text
    assert "75 %" in page
    assert "Security key or Windows Hello: 3" in page
    assert "<strong>2</strong> <span>of 3 people" in page
    running.time.at += 7 * 24 * 3600
    sue.sign_in("sue", PASSWORD)
    assert "No proof was reported" in sue.get("/factors").text


def test_locks_are_shown(running: Any, two: Any, desk: Any) -> None:
    sue, _ = two
    for pause in (0, 0, 5, 30, 60, 300, 300, 0):
        prove(desk, "000000")
        running.time.at += pause
    page = sue.get("/factors").text
    assert page.count("Locked until") == 2, "the person and the desk"
    assert "Desks that are locked" in page
    assert ("factor.locked", "maria") in audit(running, f"device:{desk.id}")


def test_a_reset_needs_a_second_person_and_ends_the_old_secret(
    running: Any, two: Any, desk: Any, maria: pyotp.TOTP
) -> None:
    sue, tom = two
    assert ask(sue).status_code == 303
    page = sue.get("/factors").text
    assert "Somebody else has to confirm" in page
    assert "/confirm" not in page
    path = reset(tom.get("/factors").text)
    own = sue.submit(path, token=sue.token())
    assert "Nothing was done" in own.text
    running.time.at += 30
    assert prove(desk, maria.at(running.time.at))["accepted"], "not yet"
    done = tom.submit(path, token=tom.token())
    secret = re.search(r'class="secret">([A-Z2-7]{32})<', done.text)
    assert secret is not None
    running.time.at += 30
    assert prove(desk, maria.at(running.time.at))["problem"] == "wrong"
    assert prove(desk, pyotp.TOTP(secret[1]).at(running.time.at))["accepted"]
    assert tom.submit(path, token=tom.token()).status_code == 404, "once"
    assert ("reset.asked", "desk maria") in audit(running, "sue")
    assert ("reset.confirmed", "desk maria sue") in audit(running, "tom")


def test_a_reset_ends_a_lock(running: Any, two: Any, desk: Any, new_desk: Any) -> None:
    sue, tom = two
    for pause in (0, 0, 5, 30, 60, 300, 300, 0):
        prove(desk, "000000")
        running.time.at += pause
    ask(sue)
    done = act(tom, reset(tom.get("/factors").text))
    secret = re.search(r'class="secret">([A-Z2-7]{32})<', done.text)
    assert secret is not None
    code = pyotp.TOTP(secret[1]).at(running.time.at)
    assert prove(new_desk(label="desk-2"), code)["accepted"]


def test_a_request_ends_after_a_day_is_refused_or_taken_back(running: Any, two: Any) -> None:
    sue, tom = two
    ask(sue)
    assert "waits already" in ask(tom).text
    tom.submit(reset(tom.get("/factors").text, "refuse"), token=tom.token())
    assert "/factors/reset/1" not in sue.get("/factors").text
    ask(sue)
    path = reset(sue.get("/factors").text, "refuse")
    sue.submit(path, token=sue.token())
    assert sue.submit(path, token=sue.token()).status_code == 404
    ask(sue)
    path = reset(tom.get("/factors").text)
    running.time.at += 24 * 3600
    tom.sign_in("tom", PASSWORD)
    assert tom.submit(path, token=tom.token()).status_code == 404
    assert "Say why" in ask(tom, reason=" ").text


def test_nobody_resets_who_may_not_be_seen(running: Any, two: Any, signed_in: Any) -> None:
    sue, _ = two
    stranger = signed_in("sam", teams=("Sales",))
    assert ask(stranger).status_code == 404
    assert ask(sue, owner="li").status_code == 404
    assert ask(sue, owner="sue", realm="console").status_code == 404, "no administrator"
    ask(sue)
    for act in ("confirm", "refuse"):
        path = f"/factors/reset/1/{act}"
        assert stranger.submit(path, token=stranger.token()).status_code == 404
        assert signed_in("ada", "auditor").submit(path).status_code == 403


def test_a_console_user_is_reset_by_two_administrators(
    running: Any, signed_in: Any, browser: Any, another: Any
) -> None:
    lost, boss = signed_in("lou"), signed_in("boss", "admin")
    ask(browser, owner="lou", realm="console")
    page = boss.get("/access").text
    assert "The phone is lost." in page
    assert browser.submit(reset(page), token=browser.token()).status_code == 200, "by another one"
    assert lost.get("/").status_code == 200
    assert boss.submit(reset(page), token=boss.token()).headers["location"] == "/access"
    assert lost.get("/").status_code == 303, "every session has ended"
    lost.submit("/sign-in", name="lou", password=PASSWORD)
    assert lost.get("/sign-in/second").headers["location"] == "/sign-in/enrol"


def test_an_administrator_ends_all_sessions_of_a_user(signed_in: Any, browser: Any) -> None:
    other = signed_in("lou")
    assert "End all sessions" in browser.get("/access").text
    browser.submit("/access/end", token=browser.token(), name="lou")
    assert other.get("/").status_code == 303
    browser.submit("/access/end", token=browser.token(), name="sam")
    assert browser.get("/").status_code == 200, "not the one that asks"


def test_a_code_for_one_desk_is_made_shown_once_and_written_down(
    running: Any, two: Any, desk: Any
) -> None:
    sue, _ = two
    fields = {"desk": "desk-1", "reason": "forgot the phone"}
    page = sue.submit("/break-glass", token=sue.token(), **fields).text
    code = re.search(r"<code>([0-9A-Z]{4}(-[0-9A-Z]{4}){2})</code>", page)
    assert code is not None
    assert code[1] not in sue.get("/break-glass").text
    assert "Good until" in sue.get("/break-glass").text
    assert prove(desk, code[1], factor="break-glass")["accepted"]
    for path in ("/break-glass", "/factors"):
        assert "forgot the phone" in sue.get(path).text
        assert "Used by" in sue.get(path).text
    assert ("break-glass.made", desk.id) in audit(running, "sue")
    assert ("break-glass.used", "sue maria") in audit(running, f"device:{desk.id}")


def test_no_code_for_a_desk_that_may_not_be_seen_or_without_a_reason(
    running: Any, two: Any, desk: Any, new_desk: Any
) -> None:
    sue, _ = two
    hidden = new_desk(team="Sales", label="s-1")
    for named in (hidden.id, "s-1", "no such desk"):
        page = sue.submit("/break-glass", token=sue.token(), desk=named, reason="why").text
        assert "There is no such desk" in page
    assert "Say why" in sue.submit("/break-glass", token=sue.token(), desk=desk.id).text
    new_desk(label="desk-1")
    page = sue.submit("/break-glass", token=sue.token(), desk="desk-1", reason="why").text
    assert "Several desks" in page
    page = sue.submit("/break-glass", token=sue.token(), desk=desk.id, reason="why").text
    assert "shown this once" in page


@pytest.mark.parametrize(
    "form", ["/factors/reset", "/factors/reset/1/confirm", "/break-glass", "/access/end"]
)
def test_each_of_these_acts_wants_a_fresh_proof(
    running: Any, two: Any, signed_in: Any, form: str
) -> None:
    sue, _ = two
    ask(sue)
    boss = signed_in("boss", "admin")
    token = boss.token()
    running.time.at += 5 * 60
    fields = {"owner": "maria", "reason": "why", "desk": "desk-1", "name": "sue"}
    asked = boss.submit(form, token=token, **fields)
    assert (asked.status_code, "Nothing is done yet" in asked.text) == (403, True)
    done = boss.prove(asked)
    assert done.status_code in {200, 303}
