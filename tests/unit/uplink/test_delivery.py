"""What the endpoint hands on is taken from it alone.

What it signs of a desk's team counts before the policy that is signed for it; what opens a desk by
phone is for this very question.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agentguard.ports.factors import PhoneSet, Spent
from agentguard.uplink import enrolment_record
from agentguard.uplink.delivery import Deliveries, Refill
from agentguard.uplink.enrolment_record import FILE, Enrolment
from agentguard.uplink.problems import problem
from agentguard.wire import openings, v1

KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
ITEMS = tuple(openings.Opening(challenge=f"AAAA000{n}", digest="ab" * 32) for n in range(8))
GOOD = openings.Openings(device="d0", nonce="", name="f" * 32, items=ITEMS)


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt as agents of before read it."""

    device: str
    epoch: int
    seq: int
    hash: str
    at: str
    seal: str = ""


class Told:
    """An endpoint and a door at once: keeps what it was asked and told, in its order."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def get(self, path: str, _sign: object) -> bytes:
        self.said.append(path)
        return b""

    def root(self) -> int:
        return 0

    def told(self, _time: float) -> None:
        """A time is no matter here."""

    def belong(self, team: str) -> None:
        self.said.append(team)

    def take_roots(self, _chain: bytes) -> None:
        raise AssertionError

    def take(self, _data: bytes) -> None:
        self.said.append("taken")


def answer(team: str, digest: str) -> v1.Received:
    receipt = v1.Receipt(
        device="d", epoch=1, seq=0, hash="", at="2026-12-01T00:00:00+00:00", team=team
    )
    text = msgspec.json.encode(receipt).decode()
    return v1.Received(receipt=text, signature="", next_in=60, policy_digest=digest)


def known(folder: Path, team: str) -> Enrolment:
    made = Enrolment(url="https://x", device="d", team=team, receipt_key="k", label="desk-1")
    enrolment_record.save(folder, made)
    return made


def test_row_453_what_was_refused_for_another_team_is_fetched_again_once(tmp_path: Path) -> None:
    """Endpoints of before and of now answer in turns while one is replaced by the other."""
    known(tmp_path, "Billing")
    one: Any = Told()
    deliveries = Deliveries(
        one, one, one, team=lambda team: enrolment_record.belong(tmp_path, team)
    )
    deliveries.follow("", answer("", "ab"))
    deliveries.follow("", answer("", "ab"))
    assert one.said == [v1.POLICY, "taken"]
    deliveries.follow("", answer("Sales", "ab"))
    deliveries.follow("", answer("Sales", "ab"))
    assert one.said[2:] == ["Sales", v1.POLICY, "taken", "Sales"]


def test_row_453_an_agent_of_before_reads_a_receipt_that_names_a_team() -> None:
    read = msgspec.json.decode(answer("Sales", "ab").receipt, type=Before)
    assert (read.device, read.seq) == ("d", 0)
    assert "team" not in answer("", "").receipt


def test_row_453_the_team_is_kept_with_everything_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = known(tmp_path, "Billing")
    assert not enrolment_record.belong(tmp_path, "Billing")
    assert enrolment_record.belong(tmp_path, "Sales")
    assert enrolment_record.load(tmp_path) == msgspec.structs.replace(made, team="Sales")
    assert not enrolment_record.belong(tmp_path / "none", "Sales")
    (tmp_path / FILE).write_text("{")
    assert enrolment_record.belong(tmp_path, "Shop"), "the door is told all the same"
    assert "could not be kept" in caplog.text


def public(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def given(answer: openings.Openings, key: Ed25519PrivateKey = KEY) -> openings.OpeningsGiven:
    raw = msgspec.json.encode(answer)
    signature = base64.b64encode(key.sign(raw)).decode()
    return openings.OpeningsGiven(openings=raw.decode(), signature=signature)


class Endpoint:
    """Answers as it is told, and keeps what it was asked."""

    host = "guard.example.org"

    def __init__(self, answer: Callable[[openings.OpeningsAsked], Any]) -> None:
        self.answer = answer
        self.asked: list[openings.OpeningsAsked] = []

    def post(self, path: str, body: bytes, _type: object, _sign: object) -> Any:
        assert path == openings.OPENINGS
        self.asked.append(msgspec.json.decode(body, type=openings.OpeningsAsked))
        return self.answer(self.asked[-1])


class Book:
    """Wants a set until it has one."""

    def __init__(self, *, full: bool = False) -> None:
        self.full = full
        self.kept: list[tuple[PhoneSet, Spent]] = []

    def wanted(self) -> bool:
        return not self.kept

    def spent(self) -> Spent:
        return Spent(holds="e" * 32, shown=("A",), used=("A",))

    def take(self, fresh: PhoneSet, told: Spent) -> None:
        if self.full:
            raise OSError
        self.kept.append((fresh, told))


def refill(endpoint: Endpoint, book: Book) -> Refill:
    known = Enrolment(url="https://x", device="d0", team="t", receipt_key=public(KEY))
    return Refill(client=endpoint, sign=None, enrolment=known, book=book)  # type: ignore[arg-type] # a simulator


def right(asked: openings.OpeningsAsked) -> openings.OpeningsGiven:
    return given(msgspec.structs.replace(GOOD, nonce=asked.nonce))


def test_a_set_is_asked_for_once_with_what_was_spent() -> None:
    endpoint, book = Endpoint(right), Book()
    one = refill(endpoint, book)
    for _ in range(3):
        one.follow()
    (asked,) = endpoint.asked
    assert (asked.device, asked.holds, asked.shown, asked.used) == ("d0", "e" * 32, ("A",), ("A",))
    assert book.kept[0] == (
        PhoneSet(name=GOOD.name, digests={item.challenge: item.digest for item in ITEMS}),
        Spent(holds="e" * 32, shown=("A",), used=("A",)),
    )


def changed(**values: Any) -> Callable[[openings.OpeningsAsked], openings.OpeningsGiven]:
    return lambda asked: given(msgspec.structs.replace(GOOD, **{"nonce": asked.nonce, **values}))


@pytest.mark.parametrize(
    "answer",
    [
        changed(nonce="an answer of before"),
        changed(device="d1"),
        changed(name="../../home"),
        changed(name=""),
        changed(name="f" * 41),
        changed(items=ITEMS[:7]),
        changed(items=(*ITEMS[:7], openings.Opening(challenge="a/b", digest="x"))),
        lambda asked: given(msgspec.structs.replace(GOOD, nonce=asked.nonce), OTHER),
        lambda asked: msgspec.structs.replace(right(asked), signature=""),
        lambda _asked: openings.OpeningsGiven(
            openings="[]", signature=base64.b64encode(KEY.sign(b"[]")).decode()
        ),
    ],
)
def test_what_a_proxy_or_another_time_made_is_not_taken(answer: Any) -> None:
    endpoint, book = Endpoint(answer), Book()
    refill(endpoint, book).follow()
    assert endpoint.asked
    assert book.kept == []


@pytest.mark.parametrize(("kind", "times"), [("http_4xx", 1), ("tcp", 3), ("busy", 3)])
def test_an_older_endpoint_is_asked_once_and_one_that_is_away_again(kind: str, times: int) -> None:
    def fails(_asked: openings.OpeningsAsked) -> openings.OpeningsGiven:
        raise problem(kind, "guard.example.org")

    endpoint = Endpoint(fails)
    one = refill(endpoint, Book())
    for _ in range(3):
        one.follow()
    assert len(endpoint.asked) == times


def test_a_disk_that_is_full_costs_the_set_and_no_report() -> None:
    endpoint = Endpoint(right)
    one = refill(endpoint, Book(full=True))
    one.follow()
    one.follow()
    assert len(endpoint.asked) == 2
