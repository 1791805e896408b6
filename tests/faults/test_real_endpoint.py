"""The real uplink against the real endpoint over real TLS."""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agentguard.errors import EnrolmentError
from agentguard.platforms import system_clock
from agentguard.server.admin import Admin
from agentguard.server.certificate import make_certificate
from agentguard.server.ingest.policies import FRESH
from agentguard.server.run import LocalServer
from agentguard.server.settings import ServerSettings
from agentguard.server.store.policies import Label
from agentguard.uplink import enrolment, link
from tests.faults.desk import Desk, opened, snapshot
from tests.unit.policy.signing import Said, chain


class Centre:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.settings = ServerSettings(data=folder)
        self.tls = make_certificate(folder, ["127.0.0.1"], time.time)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._server: LocalServer | None = None
        self.ahead = 0.0

    def now(self) -> float:
        return time.time() + self.ahead

    def start(self) -> None:
        self._server = LocalServer(self.settings, self.now, _thread, port=self.port, tls=self.tls)
        self._server.start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def ca_file(self) -> Path:
        return self._folder / "ca.pem" if (self._folder / "ca.pem").exists() else self.tls[0]

    def seqs(self, device: str) -> list[int]:
        with Admin(self.settings, time.time) as admin:
            seen = admin.seen(device)
            return sorted(e.seq for e in seen.events) if seen is not None else []


def _thread(name: str, run: Callable[[], None]) -> None:
    threading.Thread(target=run, name=name, daemon=True).start()


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    folder = tmp_path / "server"
    folder.mkdir()
    made = Centre(folder)
    yield made
    made.stop()


@pytest.fixture
def desk(tmp_path: Path, centre: Centre) -> Iterator[Desk]:
    with Admin(centre.settings, time.time) as admin:
        code = admin.enrol_code("blue")
    centre.start()
    folder = tmp_path / "desk"
    folder.mkdir()
    enrolment.enrol(folder, centre.url, code, clock=system_clock(), ca_file=str(centre.ca_file))
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(EnrolmentError, match="code"):
        enrolment.enrol(other, centre.url, code, clock=system_clock(), ca_file=str(centre.ca_file))
    made = opened(folder, centre.url, centre.ca_file, clock=system_clock())
    yield made
    made.store.close()


def device_of(desk: Desk) -> str:
    known = enrolment.load(desk.folder)
    assert known is not None
    assert known.team == "blue"
    return known.device


def test_events_and_posture_arrive_once_also_after_an_outage(desk: Desk, centre: Centre) -> None:
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
    assert centre.seqs(device_of(desk)) == [1, 2, 3, 4]


def test_a_restored_disk_is_seen_as_a_fork_and_goes_on_in_a_new_epoch(
    desk: Desk, centre: Centre
) -> None:
    desk.write(1)
    desk.sender.report()
    desk.store.close()
    saved = (desk.folder / "journal.db").read_bytes()
    newer = opened(desk.folder, centre.url, centre.ca_file, clock=system_clock())
    newer.write(2, 3)
    newer.sender.report()
    newer.store.close()
    (desk.folder / "journal.db").write_bytes(saved)
    restored = opened(desk.folder, centre.url, centre.ca_file, clock=system_clock())
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

    def root(self) -> int:
        return 0

    def told(self, time: float) -> None:
        self.times.append(time)

    def take_roots(self, chain: bytes) -> None:
        self.taken.append(chain)

    def take(self, data: bytes) -> None:
        self.taken.append(data)


def test_each_policy_and_root_is_fetched_once_and_handed_over_as_it_is(
    desk: Desk, centre: Centre
) -> None:
    door = Door()
    made = link.connect(
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
    assert desk.problems == [""] * 5
