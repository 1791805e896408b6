"""Follows the incidents of a desk: what is asked of the endpoint, and what it tells of them."""

from __future__ import annotations

import msgspec

from agentguard.model.events import IncidentFollowed
from agentguard.model.incidents import Stage, read_number
from agentguard.model.moments import Moment
from agentguard.model.snapshot import Snapshot
from agentguard.uplink.enrolment import Enrolment
from agentguard.uplink.signing import signed_by
from agentguard.wire import v1


def asked(snapshot: Snapshot) -> tuple[v1.Followed, ...]:
    """Return the incidents that are not at their end, with what is known of them, the newest first.

    A report stands at the endpoint once the one with its event was receipted, so it is asked for
    from the first.
    """
    return tuple(
        v1.Followed(number=one.number, stage=one.stage.value, by=one.by)
        for one in snapshot.reported
        if one.stage is not Stage.SIGNED
    )[: v1.MAX_FOLLOWED]


def told(enrolment: Enrolment, received: v1.Received, at: Moment) -> tuple[IncidentFollowed, ...]:
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
