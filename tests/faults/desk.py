"""A desk with a real store and a real sender, and an endpoint that it is enrolled at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agentguard.base.errors import EnrolmentError
from agentguard.model.events import Event, UplinkState
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.policy import Contact, Policy, Watch
from agentguard.model.posture import ControlState, overall
from agentguard.model.records import Record
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import Severity, State
from agentguard.platforms import network, system_clock
from agentguard.ports.clock import Clock
from agentguard.ports.network import Network
from agentguard.server.admin.accounts import Admin
from agentguard.store.agent_store import Store, open_store
from agentguard.uplink import enrolment
from agentguard.uplink.client import Client
from agentguard.uplink.reports import Reports
from agentguard.uplink.sender import Sender
from tests.faults.endpoint import CODE, Endpoint
from tests.flow.centre import Served

POLICY = Policy(
    name="baseline",
    version=3,
    description="",
    watch=Watch(),
    retention=(),
    backup_markers=(),
    contact=Contact(),
    controls={},
    digest="ab" * 32,
)


def snapshot(state: State = State.PASS) -> Snapshot:
    at = Moment(boot=10.0, wall=1_790_000_000.0)
    controls = (
        ControlState(
            check="firewall",
            measure=5,
            state=state,
            since=at,
            severity=Severity.HIGH,
            detail=say("firewall.on", product="nftables"),
        ),
    )
    return Snapshot(
        at=at,
        policy=POLICY,
        controls=controls,
        findings=(),
        prompts=(),
        inbox=(),
        sensors=(),
        in_call=False,
        locked=False,
        uplink=None,
        overall=overall(controls),
    )


def record(number: int, kind: str = "finding.opened", **more: object) -> Record:
    payload = {"check": "pii-files", "subject": f"/home/a/Documents/{number}.csv", "n": number}
    at = Moment(boot=float(number), wall=1_790_000_000.0 + number)
    return Record(kind=kind, at=at, payload={**payload, **more})  # type: ignore[dict-item] # JSON


@dataclass
class Desk:
    folder: Path
    store: Store
    sender: Sender
    told: list[Event] = field(default_factory=list)
    posture: list[Snapshot] = field(default_factory=lambda: [snapshot()])

    def write(self, *numbers: int) -> None:
        self.store.journal.commit([record(n) for n in numbers], {})

    @property
    def problems(self) -> list[str]:
        return [e.problem for e in self.told if isinstance(e, UplinkState)]


def enrolled(
    folder: Path,
    endpoint: Endpoint,
    ca_file: Path,
    *,
    url: str = "",
    clock: Clock | None = None,
    seconds: float = 30.0,
) -> Desk:
    """Enrol at the endpoint, then report to `url` (the endpoint's own if empty)."""
    used = clock or system_clock()
    if enrolment.load(folder) is None:
        enrolment.enrol(folder, endpoint.url, CODE, clock=used, ca_file=str(ca_file))
    return opened(folder, url or endpoint.url, ca_file, clock=used, seconds=seconds)


def opened(
    folder: Path,
    url: str,
    ca_file: Path | str,
    *,
    clock: Clock,
    seconds: float = 30.0,
    ways: Network | None = None,
) -> Desk:
    known, key = enrolment.load(folder), enrolment.device_key(folder)
    assert known is not None
    assert key is not None
    store = open_store(folder, clock)
    told: list[Event] = []
    posture = [snapshot()]
    used = ways or network(folder)
    client = Client(url, clock, ca_file=str(ca_file), total_seconds=seconds, network=used)
    reports = Reports(enrolment=known, key=key, journal=store.journal, outbox=store.outbox)
    sender = Sender(client, reports, snapshot=lambda: posture[0], submit=told.append, clock=clock)
    return Desk(folder, store, sender, told, posture)


@contextmanager
def at(centre: Served, folder: Path, team: str = "blue") -> Iterator[Desk]:
    """Start a real endpoint, and give a desk that was enrolled at it."""
    with Admin(centre.settings, centre.now) as admin:
        code = admin.enrol_code(team)
    centre.start()
    other = folder.with_name("other")
    for one in (folder, other):
        one.mkdir()
    ca, clock = str(centre.ca), system_clock()
    enrolment.enrol(folder, centre.url, code, clock=clock, ca_file=ca)
    with pytest.raises(EnrolmentError, match="code"):  # it was good once
        enrolment.enrol(other, centre.url, code, clock=clock, ca_file=ca)
    made = opened(folder, centre.url, centre.ca, clock=clock)
    yield made
    made.store.close()


def device_of(desk: Desk) -> str:
    """Give the desk's name at the endpoint."""
    known = enrolment.load(desk.folder)
    assert known is not None
    return known.device


__all__ = ["Desk", "at", "device_of", "enrolled", "opened", "record", "snapshot"]
