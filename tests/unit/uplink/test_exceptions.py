"""A desk takes exceptions from its endpoint alone, for itself alone."""

from __future__ import annotations

import base64

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agentguard.model.verdicts import Severity
from agentguard.ports.exceptions import Overlay
from agentguard.trust import dsse
from agentguard.uplink.enrolment import Enrolment
from agentguard.uplink.exceptions import LateBook, told
from agentguard.wire import v1
from agentguard.wire.exceptions import TYPE, Exceptions, Exempted, Ruled, digest, seal

KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
ITEM = Exempted(id="x", control="usb-storage", worst="high", since=1.0, until=2.0)


def enrolment() -> Enrolment:
    public = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
    return Enrolment(
        url="https://x", device="d-1", team="t", receipt_key=public, next_in=60, ca_file=""
    )


def received(
    payload: bytes, signed: bytes | None = None, key: Ed25519PrivateKey = KEY
) -> v1.Received:
    made = key.sign(seal(payload) if signed is None else signed)
    return v1.Received(
        receipt="",
        signature="",
        next_in=60,
        exceptions=payload.decode(),
        exceptions_signature=base64.b64encode(made).decode(),
    )


def body(*items: Exempted, device: str = "d-1", at: float = 5.0) -> bytes:
    return msgspec.json.encode(Exceptions(device=device, at=at, items=items))


def test_what_is_signed_is_dsse() -> None:
    assert seal(b"{}") == dsse.pae(TYPE, b"{}")


def test_what_the_endpoint_signed_for_this_desk_is_taken() -> None:
    given = told(enrolment(), received(body(ITEM)))
    assert given is not None
    (one,) = given.items
    assert (one.id, one.control, one.worst) == ("x", "usb-storage", Severity.HIGH)
    assert (given.at, given.digest) == (5.0, digest((ITEM,)))
    assert digest(()) == ""


@pytest.mark.parametrize(
    "answer",
    [
        received(body(ITEM), key=OTHER),
        received(body(ITEM), signed=body(ITEM)),
        received(body(ITEM), signed=b"else"),
        received(body(ITEM, device="d-2")),
        received(b"[]"),
        received(b'{"device":"d-1","at":1e999}'),
        v1.Received(receipt="", signature="", next_in=60),
    ],
)
def test_row_312_only_what_is_signed_for_this_desk_is_taken(answer: v1.Received) -> None:
    assert told(enrolment(), answer) is None


def test_a_severity_of_a_later_version_is_left_out() -> None:
    later = msgspec.structs.replace(ITEM, worst="dire")
    given = told(enrolment(), received(body(later)))
    assert given is not None
    assert given.items == ()


def test_the_list_goes_to_the_book_once_there_is_one() -> None:
    class Book:
        """Keeps what it is given."""

        digest = "held"

        def __init__(self) -> None:
            self.given: list[Overlay] = []

        def take(self, overlay: Overlay) -> None:
            self.given.append(overlay)

    late, book = LateBook(), Book()
    late.take(enrolment(), received(body(ITEM)))
    assert late.digest() is None
    late.found_by(book)
    late.take(enrolment(), received(body(ITEM)))
    late.take(enrolment(), received(body(ITEM), key=OTHER))
    assert late.digest() == "held"
    assert [len(one.items) for one in book.given] == [1]


def test_row_346_what_became_of_requests_is_taken_and_strange_words_are_not() -> None:
    ruled = tuple(
        Ruled(id=f"r{n}", state=state, why="refused")
        for n, state in enumerate(("declined", "lapsed", "over", "running", "waiting", "new"))
    )
    given = told(
        enrolment(), received(msgspec.json.encode(Exceptions(device="d-1", at=5.0, ruled=ruled)))
    )
    assert given is not None
    assert [(one.id, one.state.value) for one in given.ruled] == [
        ("r0", "declined"),
        ("r1", "lapsed"),
        ("r2", "over"),
    ]
    assert given.digest == digest(()), "what is ruled changes nothing of which list is held"
