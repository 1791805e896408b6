"""The real uplink against the real endpoint over real TLS."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agentguard.platforms import system_clock
from agentguard.server.admin.accounts import Admin
from agentguard.server.ingest.policies import FRESH
from agentguard.server.store.desks.policies import Label
from agentguard.uplink import compose, enrolment
from tests.faults.desk import Desk, at, device_of, opened, snapshot
from tests.flow.centre import Served
from tests.unit.policy.signing import Said, chain


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path / "server")
    yield made
    made.stop()


@pytest.fixture
def desk(tmp_path: Path, centre: Served) -> Iterator[Desk]:
    with at(centre, tmp_path / "desk") as made:
        yield made


def test_events_and_posture_arrive_once_also_after_an_outage(desk: Desk, centre: Served) -> None:
    desk.write(1, 2)
    desk.sender.report()
    assert desk.problems == [""]
    assert desk.store.outbox.cursor() == 2
    centre.stop()
    desk.write(3)
    desk.sender.report()
    assert desk.problems[-1] == "tcp"
    centre.start()
    desk.write(4)
    desk.sender.report()
    assert desk.problems[-1] == ""
    assert centre.events(device_of(desk)) == [(1, seq) for seq in (1, 2, 3, 4)]


def test_a_restored_disk_is_seen_as_a_fork_and_goes_on_in_a_new_epoch(
    desk: Desk, centre: Served
) -> None:
    desk.write(1)
    desk.sender.report()
    desk.store.close()
    saved = (desk.folder / "journal.db").read_bytes()
    newer = opened(desk.folder, centre.url, centre.ca, clock=system_clock())
    newer.write(2, 3)
    newer.sender.report()
    newer.store.close()
    (desk.folder / "journal.db").write_bytes(saved)
    restored = opened(desk.folder, centre.url, centre.ca, clock=system_clock())
    restored.write(20, 30)
    restored.sender.report()
    restored.sender.report()
    assert restored.problems == ["conflict", ""]
    assert restored.store.outbox.waiting() == 0
    assert restored.store.journal.verify() == (4, True)
    restored.store.close()


@dataclass
class Door:
    """Takes what is handed over, and keeps it."""

    taken: list[bytes] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    teams: set[str] = field(default_factory=set)

    def root(self) -> int:
        return 0

    def told(self, time: float) -> None:
        self.times.append(time)

    def belong(self, team: str) -> None:
        self.teams.add(team)

    def take_roots(self, chain: bytes) -> None:
        self.taken.append(chain)

    def take(self, data: bytes) -> None:
        self.taken.append(data)


def test_each_policy_and_root_is_fetched_once_and_handed_over_as_it_is(
    desk: Desk, centre: Served
) -> None:
    door = Door()
    made = compose.connect(
        desk.folder, journal=desk.store.journal, outbox=desk.store.outbox, snapshot=snapshot,
        submit=desk.told.append, clock=system_clock(), policies=door,
    )  # fmt: skip
    assert made is not None
    made.sender.report()
    assert door.taken == []
    said = [Said(version=1), Said(version=2)]
    with Admin(centre.settings, time.time) as admin:
        admin.policies.publish_roots(chain())
        for one in said:
            digest = hashlib.sha256(one.text.encode()).hexdigest()
            label = Label(digest=digest, name="site", epoch=1, version=one.version, team="")
            admin.policies.publish(one.signed(), label, 100)
            centre.ahead += FRESH + 1
            made.sender.report()
            made.sender.report()
    assert door.taken[0].startswith(b"[{")
    assert door.taken[1:] == [one.signed() for one in said]
    assert door.times == sorted(door.times)
    known = enrolment.load(desk.folder)
    assert known is not None
    assert door.teams == {known.team}
    assert desk.problems == [""] * 5
