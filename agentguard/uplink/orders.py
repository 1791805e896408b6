"""What the endpoint asks of this desk for an incident, and what it tells of the incident itself.

Only what it signed for this desk is taken; how each order stands is told.
"""

from __future__ import annotations

import msgspec

from agentguard.model.events import IncidentFollowed
from agentguard.model.incidents import Stage, read_number
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


def stages_asked(snapshot: Snapshot) -> tuple[v1.Followed, ...]:
    """Return the incidents that are not at their end, with what is known of them, the newest first.

    A report stands at the endpoint once the one with its event was receipted, so it is asked for
    from the first.
    """
    return tuple(
        v1.Followed(number=one.number, stage=one.stage.value, by=one.by)
        for one in snapshot.reported
        if one.stage is not Stage.SIGNED
    )[: v1.MAX_FOLLOWED]


def stages_told(
    enrolment: Enrolment, received: v1.Received, at: Moment
) -> tuple[IncidentFollowed, ...]:
    """Return what the endpoint tells of this desk's incidents; nothing that it did not sign."""
    signed = received.follow.encode()
    if not signed or not signed_by(enrolment.receipt_key, signed, received.follow_signature):
        return ()
    try:
        given = msgspec.json.decode(signed, type=v1.FollowedUp)
    except msgspec.DecodeError:
        return ()
    if given.device != enrolment.device:
        return ()
    return tuple(
        IncidentFollowed(at=at, number=one.number, stage=Stage(one.stage), by=one.by)
        for one in given.incidents
        if one.stage in set(Stage) and read_number(one.number)
    )
