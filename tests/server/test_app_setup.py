"""An authenticator app is set up at a desk: by whom it is allowed, for whom, where, and once."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

import msgspec
import pyotp
import pytest

from agentguard.server.store.factors import invitations, one_time_codes
from agentguard.wire import apps
from tests.server.test_factors import act, ask, prove, reset
from tests.server.test_roles import audit, signed_in

__all__ = ["signed_in"]

PASSWORD = "correct horse battery staple"


@pytest.fixture
def desk(new_desk: Callable[..., Any]) -> Any:
    """A desk at which Maria is known to sit."""
    one = new_desk()
    assert one.send(user="maria").status_code == 200
    return one


@pytest.fixture
def sue(signed_in: Callable[..., Any]) -> Any:
    return signed_in("sue", teams=("Billing",))


def allowed(browser: Any, owner: str = "maria", desk: str = "desk-1") -> tuple[str, str]:
    """Give the code that a supervisor makes, and the page."""
    page = act(browser, "/factors/app", owner=owner, desk=desk).text
    found = re.search(r"<code>([0-9A-Z]{4}(-[0-9A-Z]{4}){2})</code>", page)
    return (found[1] if found else ""), page


def begin(desk: Any, code: str, user: str = "maria") -> tuple[apps.AppGiven, str]:
    """Ask as a desk does; give the answer, and the secret that was sealed for it."""
    key, public = apps.new_key()
    asked = {"device": desk.id, "user": user, "code": code, "public_key": public}
    answer = desk.post(apps.APPS, asked)
    assert answer.status_code == 200, answer.text
    given = msgspec.json.decode(answer.content, type=apps.AppGiven)
    if not given.sealed:
        return given, ""
    address = apps.unseal(key, given.sealed)
    secret = pyotp.parse_uri(address).secret
    assert secret not in answer.text, "who reads TLS reads no secret"
    return given, secret


def test_a_person_gets_an_app_by_a_supervisor_s_code_once(
    running: Any, desk: Any, sue: Any
) -> None:
    code, page = allowed(sue)
    assert "within 30 minutes" in page
    assert code not in sue.get("/factors/app").text
    given, secret = begin(desk, code.lower().replace("0", "o"))
    assert (given.problem, len(base64.b32decode(secret))) == ("", 20)
    assert begin(desk, code)[0].problem == "used"
    app = pyotp.TOTP(secret)
    assert prove(desk, app.at(running.time.at))["accepted"]
    assert prove(desk, app.at(running.time.at))["problem"] == "used"
    assert ("app.allowed", f"maria {desk.id}") in audit(running, "sue")
    assert ("app.shown", "maria sue") in audit(running, f"device:{desk.id}")
    again, page = allowed(sue)
    assert again == ""
    assert "has an app already" in page
    assert "maria" in sue.get("/factors").text


def test_a_code_is_for_one_person_at_one_desk_and_for_minutes(
    running: Any, desk: Any, new_desk: Any, sue: Any
) -> None:
    other = new_desk(label="desk-2")
    code, _ = allowed(sue)
    assert begin(desk, code, "li")[0].problem == "wrong"
    assert begin(other, code)[0].problem == "wrong"
    newer, _ = allowed(sue)
    assert begin(desk, code)[0].problem == "expired", "a newer one ends it"
    running.time.at += invitations.SECONDS
    assert begin(desk, newer)[0].problem == "expired"


def test_a_supervisor_may_write_a_name_in_another_case_than_the_desk(
    running: Any, desk: Any, sue: Any
) -> None:
    """Windows takes both; a code that is called wrong would be tried until the desk is locked."""
    code, _ = allowed(sue, owner="Maria")
    given, secret = begin(desk, code, user="maria")
    assert given.problem == ""
    assert prove(desk, pyotp.TOTP(secret).at(running.time.at))["accepted"]


def test_without_a_code_it_is_told_whether_there_is_an_app_where_it_was_proved_with(
    running: Any, desk: Any, new_desk: Any
) -> None:
    assert {begin(desk, " ")[0].problem for _ in range(9)} == {"none"}, "nothing is counted"
    secret, _ = running.admin.desk_totp("maria")
    assert begin(desk, "")[0].problem == "none", "a desk may name anybody"
    assert prove(desk, pyotp.TOTP(secret).at(running.time.at))["accepted"]
    assert begin(desk, "")[0].problem == "enrolled"
    assert begin(new_desk(label="desk-2"), "")[0].problem == "none"


def test_a_code_of_before_does_not_replace_an_app_that_works(
    running: Any, desk: Any, sue: Any
) -> None:
    """One supervisor cannot do alone what a reset asks two for."""
    code, _ = allowed(sue)
    secret, _ = running.admin.desk_totp("maria")
    assert begin(desk, code)[0].problem == "enrolled"
    assert prove(desk, pyotp.TOTP(secret).at(running.time.at))["accepted"]


def test_a_secret_that_was_never_confirmed_may_be_made_anew(
    running: Any, desk: Any, sue: Any
) -> None:
    _, lost = begin(desk, allowed(sue)[0])
    _, secret = begin(desk, allowed(sue)[0])
    assert prove(desk, pyotp.TOTP(lost).at(running.time.at))["problem"] == "wrong"
    assert prove(desk, pyotp.TOTP(secret).at(running.time.at))["accepted"]


def test_after_a_reset_by_two_people_no_old_code_brings_another_secret(
    running: Any, desk: Any, sue: Any, signed_in: Any
) -> None:
    _, secret = begin(desk, allowed(sue)[0])
    assert prove(desk, pyotp.TOTP(secret).at(running.time.at))["accepted"]
    tom = signed_in("tom", teams=("Billing",))
    ask(sue)
    assert act(tom, reset(tom.get("/factors").text)).status_code == 200
    assert allowed(sue)[0] == ""


def test_guessing_locks_the_desk_out_of_setting_up_apps(running: Any, desk: Any, sue: Any) -> None:
    code, _ = allowed(sue)
    told = [begin(desk, "AAAA-BBBB-CCCC")[0] for _ in range(9)]
    assert [one.problem for one in told] == ["wrong"] * 8 + ["locked"]
    assert (told[7].wait, begin(desk, code)[0].problem) == (1800, "locked")
    running.time.at += 1800
    assert begin(desk, allowed_again(sue, running))[0].problem == ""


def allowed_again(browser: Any, running: Any) -> str:
    browser.sign_in("sue", PASSWORD)
    return allowed(browser)[0]


def test_who_may_not_see_the_desk_allows_nothing(
    running: Any, desk: Any, new_desk: Any, sue: Any, signed_in: Any
) -> None:
    new_desk(team="Sales", label="s-1")
    assert "There is no such desk" in allowed(sue, desk="s-1")[1]
    assert "Say for whom" in allowed(sue, owner=" ")[1]
    assert signed_in("vic", "viewer").get("/factors/app").status_code == 404
    assert signed_in("ada", "auditor").submit("/factors/app").status_code in {403, 404}
    new_desk(label="desk-1")
    assert "Several desks" in allowed(sue)[1]
    assert allowed(sue, desk=desk.id)[0]
    assert ("app.refused", "s-1") in audit(running, "sue")


def test_it_wants_a_fresh_proof_and_a_token(running: Any, desk: Any, sue: Any) -> None:
    token = sue.token()
    fields = {"owner": "maria", "desk": "desk-1"}
    assert sue.submit("/factors/app", **fields).status_code == 403
    running.time.at += 5 * 60
    asked = sue.submit("/factors/app", token=token, **fields)
    assert (asked.status_code, "Nothing is done yet" in asked.text) == (403, True)


def test_a_request_that_is_wrong_or_of_another_desk_is_refused_and_costs_no_code(
    desk: Any, new_desk: Any, sue: Any
) -> None:
    other, (_, public) = new_desk(label="desk-2"), apps.new_key()
    code, _ = allowed(sue)
    good = {"device": desk.id, "user": "maria", "code": code, "public_key": public}
    for body, status in (
        (b"", 400),
        ({**good, "public_key": ""}, 400),
        ({**good, "public_key": "AAAA"}, 400),
        ({**good, "public_key": base64.b64encode(bytes(32)).decode()}, 400),
        ({**good, "user": ""}, 400),
        ({**good, "user": "m" * 201}, 400),
        ({**good, "device": other.id}, 403),
    ):
        assert desk.post(apps.APPS, body).status_code == status, body
    assert begin(desk, code)[0].problem == ""


def test_the_secret_lies_sealed_in_the_database(running: Any, desk: Any, sue: Any) -> None:
    code, _ = allowed(sue)
    _, secret = begin(desk, code)
    disk = b"".join(file.read_bytes() for file in running.settings.data.glob("server.db*"))
    assert secret.encode() not in disk
    assert code.replace("-", "").encode() not in disk
    pending = running.admin._database.run(lambda c: one_time_codes.is_enrolled(c, "desk", "maria"))
    assert not pending, "not before the first code"
