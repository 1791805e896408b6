from __future__ import annotations

from typing import Any

import pyotp
import pytest

from agentguard.server.store.factors import one_time_codes


@pytest.fixture
def totp(running: Any) -> pyotp.TOTP:
    secret, address = running.admin.desk_totp("maria")
    assert address.startswith("otpauth://totp/AgentGuard:maria?secret=")
    return pyotp.TOTP(secret)


def prove(desk: Any, answer: str, user: str = "maria", **other: str) -> dict[str, Any]:
    asked = {"device": desk.id, "user": user, "group": "payments", "factor": "totp"}
    given = desk.post("/v1/proofs", {**asked, "answer": answer, **other})
    assert given.status_code == 200, given.text
    said: dict[str, Any] = given.json()
    return said


def wrong(totp: pyotp.TOTP, at: float) -> str:
    near = {totp.at(at + 30 * n) for n in range(-3, 4)}
    return next(c for c in (f"{n:06d}" for n in range(10)) if c not in near)


def test_a_code_is_good_once_and_one_step_either_way(
    running: Any, desk: Any, totp: pyotp.TOTP
) -> None:
    now = running.time.at
    assert prove(desk, totp.at(now - 30)) == {"accepted": True}
    assert prove(desk, totp.at(now - 30)) == {"accepted": False, "problem": "used"}
    assert prove(desk, totp.at(now)) == {"accepted": True}
    assert prove(desk, totp.at(now + 30)) == {"accepted": True}
    assert prove(desk, totp.at(now))["problem"] == "used", "older than the last one"
    running.time.at += 90
    assert prove(desk, totp.at(now))["problem"] == "wrong"
    assert prove(desk, f" {totp.at(running.time.at)[:3]} {totp.at(running.time.at)[3:]} ")[
        "accepted"
    ]


def test_who_has_an_app_is_told_only_where_that_person_has_proved(
    running: Any, desk: Any, new_desk: Any, totp: pyotp.TOTP
) -> None:
    """A desk may name anybody: with and without an app the answers are the same, to the lock."""
    other = new_desk(label="desk-2")
    told = [(prove(desk, "x", "li"), prove(other, "x", "maria")) for _ in range(9)]
    assert all(without == having for without, having in told)
    assert told[0][0] == {"accepted": False, "problem": "wrong"}
    running.time.at += 1800
    assert prove(desk, totp.at(running.time.at))["accepted"]
    running.admin._database.run(lambda c: one_time_codes.forget(c, one_time_codes.DESK, "maria"))
    assert prove(desk, "123456") == {"accepted": False, "problem": "not-enrolled"}


def test_nobody_elsewhere_locks_a_person_out_of_the_own_desk(
    running: Any, desk: Any, new_desk: Any, totp: pyotp.TOTP
) -> None:
    assert prove(desk, totp.at(running.time.at))["accepted"]
    for label in ("desk-2", "desk-3"):
        other = new_desk(label=label)
        for _ in range(12):
            running.time.at += prove(other, wrong(totp, running.time.at)).get("wait", 0) % 1800
    assert prove(other, totp.at(running.time.at + 30))["problem"] == "locked"
    running.time.at += 30
    assert prove(desk, totp.at(running.time.at))["accepted"]


@pytest.mark.parametrize("answer", ["", "abc", "١٢٣٤٥٦", "1" * 5000])
def test_what_is_no_code_is_wrong(desk: Any, totp: pyotp.TOTP, answer: str) -> None:
    assert prove(desk, answer)["problem"] == "wrong"


def test_wrong_tries_wait_longer_each_time_and_the_eighth_locks_for_half_an_hour(
    running: Any, desk: Any, new_desk: Any, totp: pyotp.TOTP
) -> None:
    for pause in (0, 0, 5, 30, 60, 300, 300):
        given = prove(desk, wrong(totp, running.time.at))
        assert (given["problem"], given.get("wait", 0)) == ("wrong", pause)
        if pause:
            held = prove(desk, totp.at(running.time.at))
            assert (held["problem"], held["wait"]) == ("locked", pause), "nothing is judged now"
        running.time.at += pause
    eighth = prove(desk, wrong(totp, running.time.at))
    assert eighth == {"accepted": False, "problem": "locked", "wait": 1800}
    good = totp.at(running.time.at)
    assert prove(desk, good)["problem"] == "locked"
    assert prove(new_desk(label="desk-2"), good)["problem"] == "locked", "the user is locked"
    running.admin.desk_totp("li")
    assert prove(desk, "000000", user="li")["problem"] == "locked", "the device is locked"
    running.time.at += 1801
    assert prove(desk, totp.at(running.time.at))["accepted"]


def test_a_right_code_forgives_the_wrong_ones(running: Any, desk: Any, totp: pyotp.TOTP) -> None:
    for _ in range(4):
        running.time.at += 300
        prove(desk, wrong(totp, running.time.at))
    running.time.at += 300
    assert prove(desk, totp.at(running.time.at))["accepted"]
    assert prove(desk, wrong(totp, running.time.at)) == {"accepted": False, "problem": "wrong"}


def test_the_secret_is_sealed_in_the_database(running: Any, totp: pyotp.TOTP) -> None:
    stored = b"".join(p.read_bytes() for p in running.settings.data.glob("server.db*"))
    assert totp.secret.encode() not in stored


def test_a_proof_for_another_device_or_factor_is_refused(
    desk: Any, new_desk: Any, totp: pyotp.TOTP
) -> None:
    asked = {"device": desk.id, "user": "maria", "group": "g", "factor": "totp", "answer": "1"}
    other = {**asked, "device": new_desk(label="desk-2").id}
    assert desk.post("/v1/proofs", other).status_code == 403
    assert desk.post("/v1/proofs", {**asked, "factor": "face"}).json()["kind"] == "factor"
    assert desk.post("/v1/proofs", {"device": desk.id}).json()["kind"] == "malformed"
