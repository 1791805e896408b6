"""What a desk asks of its incidents, and that it believes only what its endpoint signed."""

from __future__ import annotations

import base64
from dataclasses import replace

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agentguard.model.incidents import IncidentCategory, Reported, Stage
from agentguard.uplink import orders
from agentguard.uplink.enrolment import Enrolment
from agentguard.wire import v1
from tools.gallery import data

NUMBER = "T7HH-DKM2"
KEY = Ed25519PrivateKey.generate()
AT = data.good().at
ONE = v1.Followed(number=NUMBER, stage="taken", by="dana")


def enrolment() -> Enrolment:
    public = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
    return Enrolment(
        url="https://x", device="d-1", team="t", receipt_key=public, next_in=60, ca_file=""
    )


def received(body: bytes, signed: bytes | None = None) -> v1.Received:
    signature = base64.b64encode(KEY.sign(body if signed is None else signed)).decode()
    return v1.Received(
        receipt="", signature="", next_in=60, follow=body.decode(), follow_signature=signature
    )


def body(*told: v1.Followed, device: str = "d-1") -> bytes:
    return msgspec.json.encode(v1.FollowedUp(device=device, at="", incidents=told))


def test_what_the_endpoint_signed_of_this_desk_is_news() -> None:
    (news,) = orders.stages_told(enrolment(), received(body(ONE)), AT)
    assert (news.number, news.stage, news.by, news.at) == (NUMBER, Stage.TAKEN, "dana", AT)


@pytest.mark.parametrize(
    "answer",
    [
        received(body(ONE), signed=b"else"),
        received(body(ONE, device="d-2")),
        received(b"[]"),
        received(body(v1.Followed(number=NUMBER, stage="lost"))),
        received(body(v1.Followed(number="T7HH-DKM3", stage="taken"))),
        v1.Received(receipt="", signature="", next_in=60),
    ],
)
def test_what_is_not_signed_not_ours_or_makes_no_sense_is_no_news(answer: v1.Received) -> None:
    assert orders.stages_told(enrolment(), answer, AT) == ()


def test_it_asks_for_what_is_not_at_its_end_and_for_no_more_than_the_wire_takes() -> None:
    one = Reported(number=NUMBER, category=IncidentCategory.OTHER, at=AT, stage=Stage.TAKEN, by="d")
    seen = replace(data.good(), reported=(one, replace(one, stage=Stage.SIGNED)))
    assert orders.stages_asked(seen) == (v1.Followed(number=NUMBER, stage="taken", by="d"),)
    many = replace(seen, reported=(one,) * 60)
    assert len(orders.stages_asked(many)) == v1.MAX_FOLLOWED
