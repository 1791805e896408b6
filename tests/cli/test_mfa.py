"""Offline codes are given to who has just proved who it is, and to nobody else."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.base.errors import StoreError
from agentguard.mfa.offline_codes import FILE, OfflineCodes
from agentguard.platforms import system_clock
from agentguard.store.agent_store import open_for_reading
from agentguard.uplink import enrolment
from tests.cli.typed import Said, Type, assert_one_sentence
from tests.faults.certificates import Authority
from tests.faults.endpoint import CODE, Endpoint, instead, problem, serving
from tests.hashes import cheap_at_the_desk

RIGHT = "123456"
SHOWN = re.compile(r"^  ([0-9A-Z]{5}-[0-9A-Z]{5})$", re.MULTILINE)


@pytest.fixture(scope="module", autouse=True)
def hashes_are_cheap() -> Iterator[None]:
    with cheap_at_the_desk():
        yield


@pytest.fixture
def endpoint(home: Path, tmp_path: Path) -> Iterator[Endpoint]:
    """Give an endpoint at which this computer is enrolled."""
    authority = Authority(tmp_path)
    with serving(authority.server()) as running:
        enrolment.enrol(
            home, running.url, CODE, clock=system_clock(), ca_file=str(authority.ca_file)
        )
        yield running


class Terminal(io.StringIO):
    """Shows what is typed, as a terminal does: its end of line at least."""

    def isatty(self) -> bool:
        return True

    def readline(self, size: int | None = -1) -> str:
        sys.stderr.write("\n")
        return super().readline(size or -1)


@pytest.fixture
def codes(type_: Type, monkeypatch: pytest.MonkeyPatch) -> Type:
    def do(typed: str, *more: object) -> Said:
        monkeypatch.setattr("sys.stdin", Terminal(f"{typed}\n"))
        return type_("mfa", "codes", *more)

    return do


def opens(home: Path, code: str) -> bool:
    return OfflineCodes(home, system_clock()).verify("Payments", code).accepted


def issued(home: Path) -> list[object]:
    try:
        store = open_for_reading(home)
    except StoreError:  # no journal was begun
        return []
    try:
        entries = [e.record for e in store.journal.read(0, 100)]
        return [r.payload["count"] for r in entries if r.kind == "proof.codes-issued"]
    finally:
        store.close()


def test_a_right_code_brings_ten_that_open_once(
    home: Path, endpoint: Endpoint, codes: Type
) -> None:
    said = codes("123 456")
    shown = SHOWN.findall(said.out)
    assert said.code == 0
    assert len(set(shown)) == 10
    assert "authenticator" in said.err
    assert "72 hours" in said.out
    assert "keep them safe" in said.out
    assert [opens(home, shown[0]), opens(home, shown[0]), opens(home, shown[9])] == [
        True,
        False,
        True,
    ]
    assert issued(home) == [10]


def test_the_codes_stand_nowhere_but_on_the_screen(
    home: Path, endpoint: Endpoint, codes: Type
) -> None:
    shown = SHOWN.findall(codes(RIGHT, "--count", 3).out)
    assert len(shown) == 3
    for file in (f for f in home.rglob("*") if f.is_file()):
        kept = file.read_bytes()
        assert not any(c.encode() in kept or c.replace("-", "").encode() in kept for c in shown)


def test_new_codes_end_the_old_ones(home: Path, endpoint: Endpoint, codes: Type) -> None:
    old = SHOWN.findall(codes(RIGHT).out)
    new = SHOWN.findall(codes(RIGHT, "--count", 1).out)
    assert not opens(home, old[0])
    assert opens(home, new[0])
    assert issued(home) == [10, 1]


@pytest.mark.parametrize("typed", ["654321", "", "12345", "ABCDE-FGHJK"])
def test_without_a_right_code_nothing_is_made_and_the_old_ones_stay(
    home: Path, endpoint: Endpoint, codes: Type, typed: str
) -> None:
    old = SHOWN.findall(codes(RIGHT).out)
    said = codes(typed)
    assert_one_sentence(said, 3)
    assert said.out == ""
    assert opens(home, old[0])
    assert issued(home) == [10]


def test_an_offline_code_makes_no_more_of_them(home: Path, endpoint: Endpoint, codes: Type) -> None:
    shown = SHOWN.findall(codes(RIGHT).out)
    assert_one_sentence(codes(shown[0]), 3)
    assert opens(home, shown[0]), "it was not used up either"


def test_an_endpoint_that_does_not_rule_makes_none(
    home: Path, endpoint: Endpoint, codes: Type
) -> None:
    endpoint.behaviour = instead(problem(503, "down"))
    said = codes(RIGHT)
    assert_one_sentence(said, 3)
    assert "Try again when it is reached" in said.err
    assert not (home / FILE).exists()
    assert issued(home) == []


def test_a_computer_that_is_not_enrolled_is_told_so_before_anything_is_asked(
    home: Path, codes: Type
) -> None:
    said = codes(RIGHT)
    assert_one_sentence(said, 3)
    assert "not enrolled" in said.err
    assert "authenticator" not in said.err
    assert not (home / FILE).exists()


@pytest.mark.parametrize("count", [0, -1, 51, 10**9])
def test_a_count_that_makes_no_sense_is_wrong_use(
    home: Path, endpoint: Endpoint, codes: Type, count: int
) -> None:
    assert_one_sentence(codes(RIGHT, f"--count={count}"), 2)
    assert endpoint.requests == 1, "only the enrolment; no code is spent on it"


def test_without_a_keyboard_nothing_is_made(
    home: Path, endpoint: Endpoint, type_: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert_one_sentence(type_("mfa", "codes"), 3)
    assert not (home / FILE).exists()
