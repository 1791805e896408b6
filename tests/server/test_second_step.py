from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from agentguard.server.store.schema.tables import audit_log

PASSWORD = "correct horse battery staple"
Wrong = Callable[[Any, str], str]


@pytest.fixture
def half(running: Any, stranger: Any) -> Any:
    """A browser whose person gave the right password, and has no second factor yet."""
    running.admin.add_user("sam", PASSWORD)
    answer = stranger.submit("/sign-in", name="sam", password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/second")
    return stranger


def acts(running: Any) -> list[str]:
    asked = select(audit_log.c.act).order_by(audit_log.c.id)
    return running.admin._database.run(lambda c: list(c.scalars(asked)))


def secret(page: str) -> pyotp.TOTP:
    found = re.search(r'class="secret">([A-Z2-7]{32})<', page)
    assert found is not None
    return pyotp.TOTP(found[1])


def test_the_password_alone_opens_nothing(half: Any) -> None:
    for path in ("/", "/account", "/incidents", "/floor/part", "/prove"):
        assert half.get(path).headers["location"] == "/sign-in"
    told = half.get("/sign-in/second")
    assert told.headers["location"] == "/sign-in/enrol"
    names = {c.name for c in half.http.cookies.jar}
    assert names == {"__Host-agentguard-step", "__Host-agentguard-after"}


def test_without_a_factor_one_must_be_enrolled_and_recovery_codes_are_shown_once(
    running: Any, half: Any
) -> None:
    page = half.get("/sign-in/enrol").text
    assert "A passkey" in page
    code = secret(page)
    assert secret(half.get("/sign-in/enrol").text).secret == code.secret, "the picture stays"
    refused = half.submit("/sign-in/enrol", proof_code="000000")
    assert (refused.status_code, secret(refused.text).secret) == (401, code.secret)
    assert half.get("/").status_code == 303
    shown = half.submit("/sign-in/enrol", proof_code=code.at(running.time.at))
    assert len(re.findall(r"<code>[0-9A-Z]{5}-[0-9A-Z]{5}</code>", shown.text)) == 10
    assert half.get("/").status_code == 200
    assert {"totp.confirmed", "recovery-codes.made", "signed-in"} <= set(acts(running))


def test_who_has_a_factor_cannot_enrol_another_with_the_password_alone(
    running: Any, half: Any, another: Any
) -> None:
    with another() as owner:
        owner.sign_in("sam", PASSWORD)
    assert half.get("/sign-in/enrol").headers["location"] == "/sign-in"
    made = half.submit("/sign-in/enrol", proof_passkey="{}", proof_code="000000")
    assert made.headers["location"] == "/sign-in"


def test_a_code_signs_in_once(running: Any, half: Any, another: Any) -> None:
    code = secret(half.get("/sign-in/enrol").text)
    half.submit("/sign-in/enrol", proof_code=code.at(running.time.at))
    with another() as second:
        used = second.sign_in("sam", PASSWORD, code.at(running.time.at))
        assert (used.status_code, "That was not right" in used.text) == (401, True)
        running.time.at += 30
        fresh = second.submit("/sign-in/second", proof_code=code.at(running.time.at))
        assert fresh.headers["location"] == "/"
        assert second.get("/").status_code == 200


def test_the_step_ends_after_ten_minutes_and_with_its_use(running: Any, half: Any) -> None:
    code = secret(half.get("/sign-in/enrol").text)
    step = dict(half.http.cookies)
    running.time.at += 10 * 60
    late = half.submit("/sign-in/enrol", proof_code=code.at(running.time.at))
    assert late.headers["location"] == "/sign-in"
    running.time.at -= 10 * 60
    half.submit("/sign-in/enrol", proof_code=code.at(running.time.at))
    half.http.cookies.clear()
    half.http.cookies.update(step)
    assert half.get("/sign-in/second").headers["location"] == "/sign-in"


def test_wrong_codes_make_codes_wait_and_a_passkey_does_not(
    running: Any, half: Any, another: Any
) -> None:
    with another() as owner:
        owner.sign_in("sam", PASSWORD)
    for _ in range(running.settings.limits.sign_in_tries):
        answer = half.submit("/sign-in/second", proof_code="000000")
    assert "Wait 30 s," in answer.text
    waiting = half.submit("/sign-in/second", proof_code="000000")
    assert (waiting.status_code, "Too many wrong tries" in waiting.text) == (401, True)
    page = half.get("/sign-in/second").text
    done = half.submit("/sign-in/second", proof_passkey=half.use_passkey(page))
    assert done.headers["location"] == "/"


def no_verification(half: Any, page: str) -> str:
    half.keys.verified = False
    try:
        return half.use_passkey(page)
    finally:
        half.keys.verified = True


def tampered(half: Any, page: str) -> str:
    first, second = half.use_passkey(page), half.use_passkey(page)
    signature = re.compile(r'("signature": ")([^"]+)')
    other = signature.search(second)
    assert other is not None
    return signature.sub(lambda m: m[1] + other[2][::-1], first)


WRONG: dict[str, Wrong] = {
    "another site's key": lambda half, page: half.use_passkey(page, rp="evil.example"),
    "another site's page": lambda half, page: str(
        half.keys.get(_options(half, page), "https://evil.example")
    ),
    "another port": lambda half, page: str(
        half.keys.get(_options(half, page), "https://localhost:1")
    ),
    "no verification": no_verification,
    "tampered": tampered,
    "a registration's answer": lambda half, page: half.use_passkey(page, kind="webauthn.create"),
    "another challenge": lambda half, page: str(
        half.keys.get({**_options(half, page), "challenge": "A" * 43}, half.address)
    ),
    "nothing": lambda *_: "{}",
    "no JSON": lambda *_: "{",
    "a list": lambda *_: "[1]",
    "much": lambda *_: "{" + " " * 30_000 + "}",
}


def _options(half: Any, page: str) -> dict[str, Any]:
    given: dict[str, Any] = half.options(page)
    return given


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_an_answer_that_is_not_right_signs_nobody_in(
    running: Any, half: Any, another: Any, wrong: Wrong
) -> None:
    with another() as owner:
        owner.sign_in("sam", PASSWORD)
    answer = wrong(half, half.get("/sign-in/second").text)
    refused = half.submit("/sign-in/second", proof_passkey=answer)
    assert (refused.status_code, "That was not right" in refused.text) == (401, True)
    assert half.get("/").status_code == 303


def test_another_person_s_passkey_signs_nobody_in(running: Any, half: Any, another: Any) -> None:
    running.admin.add_user("eve", PASSWORD)
    with another() as owner, another() as eve:
        owner.sign_in("sam", PASSWORD)
        eve.sign_in("eve", PASSWORD)
        mine = eve.submit("/sign-in", name="eve", password=PASSWORD)
        assert mine.status_code == 303
        allowed = _options(eve, eve.get("/sign-in/second").text)["allowCredentials"][0]["id"]
    page = half.get("/sign-in/second").text
    foreign = half.use_passkey(page, id_=allowed)
    assert half.submit("/sign-in/second", proof_passkey=foreign).status_code == 401


def test_an_answer_is_good_once(running: Any, half: Any, another: Any) -> None:
    with another() as owner:
        owner.sign_in("sam", PASSWORD)
    answer = half.use_passkey(half.get("/sign-in/second").text)
    kept = dict(half.http.cookies)
    assert half.submit("/sign-in/second", proof_passkey=answer).headers["location"] == "/"
    half.http.cookies.clear()
    half.submit("/sign-in", name="sam", password=PASSWORD)
    assert half.submit("/sign-in/second", proof_passkey=answer).status_code == 401
    assert kept


def test_a_key_whose_count_stands_still_is_a_copy(running: Any, half: Any, another: Any) -> None:
    running.key_ring.count = 5
    with another() as owner:
        owner.sign_in("sam", PASSWORD)
        assert owner.sign_in("sam", PASSWORD).headers["location"] == "/", "it counts on"
    running.key_ring.count = 4  # the copy was made before
    page = half.get("/sign-in/second").text
    copied = half.submit("/sign-in/second", proof_passkey=half.use_passkey(page))
    assert copied.status_code == 401
    assert "passkey.refused" in acts(running)


def test_a_recovery_code_signs_in_once_and_raises_an_alarm(
    running: Any, half: Any, another: Any, caplog: Any
) -> None:
    codes = running.admin.recovery_codes("sam")
    typed = codes[0].lower().replace("0", "o").replace("-", " ")
    answer = half.submit("/sign-in/second", proof_code=typed)
    assert answer.headers["location"] == "/account"
    assert "9 of 10" in half.get("/account").text
    assert "recovery-code.used" in acts(running)
    assert "a recovery code was used" in caplog.text
    with another() as second:
        assert second.sign_in("sam", PASSWORD, codes[0]).status_code == 401
        assert second.submit("/sign-in/second", proof_code=codes[1]).status_code == 303
    assert all(one.replace("-", "").encode() not in running.stored() for one in codes)


def test_a_session_that_turns_up_in_another_browser_is_ended_and_written_down(
    running: Any, browser: Any, another: Any, caplog: Any
) -> None:
    with another("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0") as thief:
        thief.http.cookies.update(dict(browser.http.cookies))
        assert thief.get("/").status_code == 303
    assert browser.get("/").status_code == 303, "for its owner too"
    assert "session.carried-away" in acts(running)
    assert "turned up in another browser" in caplog.text


def test_an_update_of_the_browser_keeps_the_session(running: Any, another: Any) -> None:
    running.admin.add_user("sam", PASSWORD)
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:{0}) Gecko/20100101 Firefox/{0}"
    with another(agent.format("140.0")) as one:
        one.sign_in("sam", PASSWORD)
        one.http.headers["user-agent"] = agent.format("141.0")
        assert "Firefox, Linux" in one.get("/account").text


def test_two_answers_at_once_begin_one_session(running: Any, half: Any, another: Any) -> None:
    """A double click, or a stolen step: of two right answers at the same moment one counts."""
    with another() as owner:
        owner.sign_in("sam", PASSWORD)
    for _ in range(4):
        half.http.cookies.clear()
        half.submit("/sign-in", name="sam", password=PASSWORD)
        with another() as second, ThreadPoolExecutor(2) as both:
            second.http.cookies.update(dict(half.http.cookies))
            asked = [(one, one.get("/sign-in/second").text) for one in (half, second)]
            signed = [(one, one.use_passkey(page)) for one, page in asked]
            told = both.map(lambda a: a[0].submit("/sign-in/second", proof_passkey=a[1]), signed)
            assert sorted(one.headers["location"] for one in told) == ["/", "/sign-in"]
