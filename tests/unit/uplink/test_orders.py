"""Orders of the endpoint: a desk takes only what its endpoint signed for it."""

from __future__ import annotations

import base64
from dataclasses import replace

import msgspec
import pytest

from agentguard.model.orders import Order, OrderAct, OrderState
from agentguard.uplink import orders
from agentguard.wire import v1
from tests.unit.uplink.test_follow_up import AT, KEY, enrolment
from tools.gallery import data

ONE = v1.Order(id="7", act="lock", left=60, by="olga")


def received(body: bytes, signed: bytes | None = None) -> v1.Received:
    signature = base64.b64encode(KEY.sign(body if signed is None else signed)).decode()
    return v1.Received(
        receipt="", signature="", next_in=60, orders=body.decode(), orders_signature=signature
    )


def body(*told: v1.Order, device: str = "d-1") -> bytes:
    return msgspec.json.encode(v1.Orders(device=device, at="2026-11-30", orders=told))


def test_row_327_what_the_endpoint_signed_for_this_desk_is_taken() -> None:
    unknown = v1.Order(id="8", act="shell", left=60)
    (news,) = orders.told(enrolment(), received(body(ONE, unknown)), AT)
    (one,) = news.orders
    assert (one.id, one.act, one.left, one.by) == ("7", OrderAct.LOCK, 60.0, "olga")
    assert news.stamp == "2026-11-30"


@pytest.mark.parametrize(
    "answer",
    [
        v1.Received(receipt="", signature="", next_in=60),
        received(body(ONE), signed=b"else"),
        received(body(ONE, device="d-2")),
        received(b"{}"),
        received(b"no"),
    ],
)
def test_row_327_what_is_not_signed_not_ours_or_makes_no_sense_is_no_order(
    answer: v1.Received,
) -> None:
    assert orders.told(enrolment(), answer, AT) == ()


def test_row_327_a_report_tells_how_each_order_stands() -> None:
    one = Order(id="7", act=OrderAct.LOCK, left=1.0, since=AT, state=OrderState.DONE)
    seen = replace(data.good(), orders=(one,))
    assert orders.obeyed(seen) == (v1.Obeyed(id="7", state="done"),)
