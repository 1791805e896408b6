from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Any

import msgspec
import pytest
from nacl.signing import SigningKey

REPORTS = "/v1/reports"


def refused(answer: Any, status: int, kind: str) -> bool:
    return (answer.status_code, answer.json()["kind"]) == (status, kind)


def test_a_forged_signature_is_refused(desk: Any) -> None:
    assert refused(desk.post(REPORTS, desk.report(), key=SigningKey.generate()), 401, "signature")


def test_an_unknown_device_is_refused(desk: Any) -> None:
    assert refused(desk.post(REPORTS, desk.report(), keyid="nobody"), 401, "unknown-device")


def test_a_body_that_was_changed_on_the_way_is_refused(desk: Any) -> None:
    body = msgspec.json.encode(desk.report())
    headers = desk.sign("POST", REPORTS, body)
    answer = desk.http.post(REPORTS, content=body + b" ", headers=headers)
    assert refused(answer, 400, "digest")


def test_a_signature_holds_for_its_own_path_only(desk: Any) -> None:
    body = msgspec.json.encode(desk.report())
    answer = desk.http.post(REPORTS, content=body, headers=desk.sign("POST", "/v1/proofs", body))
    assert refused(answer, 401, "signature")


@pytest.mark.parametrize("name", ["signature", "signature-input"])
@pytest.mark.parametrize("value", ["", "agentguard=", "x" * 5000, "agentguard=:AAAA:"])
def test_headers_of_another_shape_are_refused(desk: Any, name: str, value: str) -> None:
    body = msgspec.json.encode(desk.report())
    headers = {k.lower(): v for k, v in desk.sign("POST", REPORTS, body).items()}
    answer = desk.http.post(REPORTS, content=body, headers={**headers, name: value})
    assert refused(answer, 401, "signature")


def test_an_unsigned_report_is_refused(desk: Any) -> None:
    assert desk.http.post(REPORTS, json=desk.report()).status_code == 400


@pytest.mark.parametrize("wrong", [-301, 301])
def test_a_wrong_clock_is_told_the_right_time(running: Any, desk: Any, wrong: int) -> None:
    answer = desk.post(REPORTS, desk.report(), created=running.time.at + wrong)
    assert refused(answer, 401, "clock_skew")
    assert parsedate_to_datetime(answer.headers["date"]).timestamp() == int(running.time.at)
    assert desk.post(REPORTS, desk.report(), created=running.time.at + 299).status_code == 200


def test_a_replayed_request_is_refused_even_much_later_in_its_window(
    running: Any, desk: Any
) -> None:
    body = msgspec.json.encode(desk.report())
    headers = desk.sign("POST", REPORTS, body, created=running.time.at + 290)
    assert desk.http.post(REPORTS, content=body, headers=headers).status_code == 200
    for _ in range(5):
        assert refused(desk.http.post(REPORTS, content=body, headers=headers), 401, "replayed")
        running.time.at += 110
    running.time.at += 110
    assert refused(desk.http.post(REPORTS, content=body, headers=headers), 401, "clock_skew")


def test_a_forger_cannot_use_up_a_nonce(desk: Any) -> None:
    nonce = "n" * 24
    desk.post(REPORTS, desk.report(), nonce=nonce, key=SigningKey.generate())
    assert desk.post(REPORTS, desk.report(), nonce=nonce).status_code == 200


def test_a_device_cannot_report_for_another(desk: Any, new_desk: Any) -> None:
    other = new_desk(label="desk-2")
    assert refused(desk.post(REPORTS, other.report()), 403, "other-device")
