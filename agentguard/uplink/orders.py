"""Takes orders of the endpoint: only what it signed for this desk, and tells how each stands."""

from __future__ import annotations

import msgspec

from agentguard.model.moments import Moment
from agentguard.model.orders import OrderAct, OrdersTold, Told
from agentguard.model.snapshot import Snapshot
from agentguard.uplink.enrolment import Enrolment
from agentguard.uplink.signing import signed_by
from agentguard.wire import v1


def obeyed(snapshot: Snapshot) -> tuple[v1.Obeyed, ...]:
    """Return how each order stands that the desk knows."""
    known = (v1.Obeyed(id=one.id, state=one.state.value) for one in snapshot.orders)
    return tuple(known)[: v1.MAX_FOLLOWED]


def told(enrolment: Enrolment, received: v1.Received, at: Moment) -> tuple[OrdersTold, ...]:
    """Return what the endpoint asks of this desk; nothing that it did not sign.

    An act that this release does not know is left out.
    """
    signed = received.orders.encode()
    if not signed or not signed_by(enrolment.receipt_key, signed, received.orders_signature):
        return ()
    try:
        given = msgspec.json.decode(signed, type=v1.Orders)
    except msgspec.DecodeError:
        return ()
    if given.device != enrolment.device:
        return ()
    orders = tuple(
        Told(id=one.id[:40], act=OrderAct(one.act), left=float(max(0, one.left)), by=one.by[:100])
        for one in given.orders
        if one.act in set(OrderAct)
    )
    return (OrdersTold(at=at, stamp=given.at, orders=orders),)
