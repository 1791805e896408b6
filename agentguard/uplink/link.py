"""Builds the uplink of an enrolled computer from its data folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agentguard.model.snapshot import Snapshot
from agentguard.ports.clock import Clock
from agentguard.ports.sensor import Submit
from agentguard.ports.storage import Outbox
from agentguard.uplink import enrolment
from agentguard.uplink.client import Client
from agentguard.uplink.delivery import PolicyDoor
from agentguard.uplink.enrolment import Prover
from agentguard.uplink.reports import Chain, Reports
from agentguard.uplink.sender import Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplink:
    """The actor that reports, and who is asked about one-time codes."""

    sender: Sender
    prover: Prover


def connect(
    folder: Path,
    *,
    journal: Chain,
    outbox: Outbox,
    snapshot: Callable[[], Snapshot],
    submit: Submit,
    clock: Clock,
    user: str = "",
    policies: PolicyDoor | None = None,
) -> Uplink | None:
    """Give the uplink; None when this computer is not enrolled.

    Raises:
        EnrolmentError: the enrolment or the key is damaged.
        UsageError: the CA file cannot be used.

    """
    known, key = enrolment.load(folder), enrolment.device_key(folder)
    if known is None or key is None:
        return None
    client = Client(known.url, clock, ca_file=known.ca_file)
    reports = Reports(enrolment=known, key=key, journal=journal, outbox=outbox)
    sender = Sender(
        client,
        reports,
        snapshot=snapshot,
        submit=submit,
        clock=clock,
        policies=policies,
    )
    return Uplink(sender=sender, prover=Prover(client, known, key, user))
