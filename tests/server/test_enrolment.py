from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from nacl.signing import SigningKey


@pytest.fixture
def http(running: Any, connect: Any) -> Iterator[httpx.Client]:
    with connect(running) as one:
        yield one


def ask(http: httpx.Client, ask_to_enrol: Any, code: str, **other: Any) -> httpx.Response:
    return ask_to_enrol(http, SigningKey.generate(), code, **other)


def test_a_code_enrols_one_desk_in_its_team(
    running: Any, http: httpx.Client, ask_to_enrol: Any
) -> None:
    answer = ask(http, ask_to_enrol, running.admin.enrol_code("Billing"))
    assert answer.status_code == 201
    assert answer.json()["team"] == "Billing"
    assert [d.label for d in running.admin.desks()] == ["desk-1"]


def test_a_code_has_eighty_random_bits_and_is_not_in_the_database(running: Any) -> None:
    codes = {running.admin.enrol_code("Billing") for _ in range(20)}
    assert len(codes) == 20
    assert all(re.fullmatch(r"([A-Z2-7]{4}-){3}[A-Z2-7]{4}", code) for code in codes)
    stored = b"".join(p.read_bytes() for p in running.settings.data.glob("server.db*"))
    assert not any(code.encode() in stored for code in codes)


def test_a_code_may_be_typed_in_small_letters_with_spaces(
    running: Any, http: httpx.Client, ask_to_enrol: Any
) -> None:
    typed = running.admin.enrol_code("Billing").lower().replace("-", " ")
    assert ask(http, ask_to_enrol, typed).status_code == 201


def test_a_wrong_used_or_expired_code_is_refused(
    running: Any, http: httpx.Client, ask_to_enrol: Any
) -> None:
    wrong = ask(http, ask_to_enrol, "AAAA-BBBB-CCCC-DDDD")
    assert (wrong.status_code, wrong.json()["kind"]) == (403, "code-wrong")
    assert wrong.headers["content-type"] == "application/problem+json"
    code = running.admin.enrol_code("Billing")
    assert ask(http, ask_to_enrol, code).status_code == 201
    assert ask(http, ask_to_enrol, code).json()["kind"] == "code-used"
    late = running.admin.enrol_code("Billing", hours=1)
    running.time.at += 3600
    assert ask(http, ask_to_enrol, late).json()["kind"] == "code-expired"
    assert len(running.admin.desks()) == 1


def test_a_lost_answer_can_be_asked_for_again(
    running: Any, http: httpx.Client, ask_to_enrol: Any
) -> None:
    key, code = SigningKey.generate(), running.admin.enrol_code("Billing")
    first = ask_to_enrol(http, key, code).json()
    assert ask_to_enrol(http, key, code).json() == first
    moved = ask_to_enrol(http, key, running.admin.enrol_code("Sales")).json()
    assert (moved["device"], moved["team"]) == (first["device"], "Sales")
    assert len(running.admin.desks()) == 1


def test_a_key_that_is_not_the_senders_own_is_refused_and_the_code_stays_good(
    running: Any, http: httpx.Client, ask_to_enrol: Any, b64: Any
) -> None:
    code = running.admin.enrol_code("Billing")
    foreign = b64(SigningKey.generate().verify_key.encode())
    assert ask(http, ask_to_enrol, code, public_key=foreign).json()["kind"] == "proof"
    assert ask(http, ask_to_enrol, code, public_key="not base64").json()["kind"] == "malformed"
    assert ask(http, ask_to_enrol, code, public_key=b64(b"short")).status_code == 400
    assert ask(http, ask_to_enrol, code).status_code == 201


def test_guessing_codes_is_slowed_down(running: Any, http: httpx.Client, ask_to_enrol: Any) -> None:
    for _ in range(running.settings.limits.enrol_tries):
        ask(http, ask_to_enrol, "AAAA-BBBB-CCCC-DDDD")
    good = running.admin.enrol_code("Billing")
    answer = ask(http, ask_to_enrol, good)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    running.time.at += int(answer.headers["retry-after"])
    assert ask(http, ask_to_enrol, good).status_code == 201


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"code": 1}', b"\xff\xfe", b"null"])
def test_a_malformed_request_is_told_so(running: Any, http: httpx.Client, body: bytes) -> None:
    answer = http.post("/v1/enroll", content=body)
    assert (answer.status_code, answer.json()["kind"]) == (400, "malformed")
