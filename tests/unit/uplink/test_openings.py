"""What opens a desk by phone is taken from the endpoint alone, for this very question."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agentguard.ports.factors import PhoneSet, Spent
from agentguard.uplink.enrolment_record import Enrolment
from agentguard.uplink.phone_openings import Refill
from agentguard.uplink.problems import problem
from agentguard.wire import openings

KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
ITEMS = tuple(openings.Opening(challenge=f"AAAA000{n}", digest="ab" * 32) for n in range(8))
GOOD = openings.Openings(device="d0", nonce="", name="f" * 32, items=ITEMS)


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
