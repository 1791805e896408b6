"""A whole agent's programs at a real endpoint: over restarts, lost answers and a restored one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from agentguard.model.facts import Kind, Software, SoftwareSeen
from agentguard.platforms import network, system_clock
from agentguard.platforms.simulated import SimulatedDesktop
from agentguard.runtime.agent import Agent
from agentguard.runtime.bootstrap import Place, opened
from agentguard.uplink import enrolment
from agentguard.uplink.client import Client
from agentguard.uplink.inventory import FILE, Listing
from agentguard.uplink.problems import problem
from agentguard.uplink.signing import RequestSigner
from tests.flow.centre import Centre, started, until

USER = "maria.lopez"
SYSTEM = Software(
    name="Windows 11 Pro", version="10.0.26100.4061", vendor="Microsoft", source="registry",
    kind=Kind.SYSTEM, edition="Professional",
)  # fmt: skip
JAVA = Software(
    name="Java 8 Update 211 (64-bit)", version="8.0.2110.9", vendor="Oracle Corporation",
    source="registry", arch="x64", scope="machine",
)  # fmt: skip
NOTES = Software(
    name=rf"C:\Users\{USER}\Apps\notes.exe", version="1", vendor="", source="running",
    scope="user",
)  # fmt: skip


class Desk:
    """A desk that is enrolled, and the endpoint's tables about it."""

    def __init__(self, centre: Centre, home: Path) -> None:
        self.centre = centre
        self.home = home
        self.items: tuple[Software, ...] = (SYSTEM, JAVA, NOTES)
        self.unread = ""
        self._running = ExitStack()
        self.device = enrolment.enrol(
            home, centre.url, centre.admin.enrol_code("Billing"), clock=system_clock(),
            ca_file=str(centre.ca), label="desk-17",
        ).device  # fmt: skip

    def start(self) -> Agent:
        desktop = SimulatedDesktop(system_clock())
        self.desktop = desktop
        self.install(*self.items)
        place = Place(folder=self.home, backend=desktop.backend, clock=system_clock(), user=USER)
        self.agent = self._running.enter_context(opened(place))
        self.agent.start()
        return self.agent

    def install(self, *items: Software, unread: str = "") -> SoftwareSeen:
        self.items = items
        seen = SoftwareSeen(at=system_clock().now(), items=items, unread=unread)
        self.desktop.set(seen)
        return seen

    def stop(self) -> None:
        self._running.close()

    def names(self) -> set[str]:
        """Give the programs that the endpoint holds of the desk."""
        ask = (
            "SELECT name FROM program JOIN device_program ON program.id = program WHERE device = ?"
        )
        with closing(sqlite3.connect(self.centre.settings.data / "server.db")) as database:
            return {name for (name,) in database.execute(ask, (self.device,))}

    def one(self, ask: str) -> list[object]:
        """Give the first column of what the endpoint's tables answer."""
        with closing(sqlite3.connect(self.centre.settings.data / "server.db")) as database:
            return [row[0] for row in database.execute(ask)]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    (tmp_path / "agent").mkdir()
    with started(tmp_path / "server", monkeypatch) as centre:
        made = Desk(centre, tmp_path / "agent")
        yield made
        made.stop()


WHOLE = {"Windows 11 Pro", "Java 8 Update 211 (64-bit)", "notes.exe"}


def told(desk: Desk, wanted: set[str]) -> bool:
    """Check what the endpoint holds; somebody at the desk asks for a report meanwhile."""
    desk.agent.desk.report_now()
    return desk.names() == wanted


def test_row_171_an_agents_programs_are_known_at_the_endpoint_also_after_a_restart(
    desk: Desk,
) -> None:
    desk.start()
    until(lambda: told(desk, WHOLE))
    assert USER.encode() not in desk.centre.raw()
    assert '"programs"' in desk.agent.desk.last_report()
    assert desk.one("SELECT desks FROM program_count") == [1, 1, 1]
    desk.stop()
    desk.items = (SYSTEM, JAVA)
    desk.start()
    until(lambda: told(desk, WHOLE - {"notes.exe"}))
    assert desk.one("SELECT name FROM device_program_past JOIN program ON id = program") == [
        "notes.exe"
    ]
    assert desk.one("SELECT state FROM program WHERE name = 'notes.exe'") == ["unknown"]
    assert desk.one("SELECT state FROM program WHERE name LIKE 'Java%'") == ["ended"]
    assert desk.one("SELECT rank <= 1 FROM device_inventory") == [1]


def test_row_171_what_cannot_be_read_takes_nothing_away(desk: Desk) -> None:
    desk.start()
    until(lambda: told(desk, WHOLE))
    desk.stop()
    desk.items = ()
    desk.start()
    desk.install(unread="no-answer")
    until(
        lambda: (
            told(desk, WHOLE) and desk.one("SELECT unread FROM device_inventory") == ["no-answer"]
        )
    )


class Lossy(Client):
    """The real way to the endpoint, that loses the answer when it is told to."""

    loses = False

    def put(self, *args: object, **more: object) -> object:  # type: ignore[override] # as it is
        given = super().put(*args, **more)  # type: ignore[arg-type] # as it is
        if self.loses:
            raise problem("timeout", self.host)
        return given


def listing(desk: Desk, items: list[Software]) -> Listing:
    """Give a part of an agent that tells of programs, as one that was just started."""
    clock = system_clock()
    known, key = enrolment.load(desk.home), enrolment.device_key(desk.home)
    assert known is not None
    assert key is not None
    client = Lossy(known.url, clock, ca_file=known.ca_file, network=network(desk.home))
    return Listing(
        client=client, sign=RequestSigner(key=key, device=known.device), enrolment=known,
        folder=desk.home, look=lambda: SoftwareSeen(at=clock.now(), items=tuple(items)),
    )  # fmt: skip


def test_row_171_an_answer_that_is_lost_and_an_endpoint_of_before_double_nothing(
    desk: Desk,
) -> None:
    desk.start()
    until(lambda: told(desk, WHOLE))
    desk.stop()
    items, clock = [SYSTEM, JAVA], system_clock()
    told_before = (desk.home / FILE).read_bytes()
    for loses in (True, False):
        one = listing(desk, items)
        one.client.loses = loses  # type: ignore[attr-defined] # a Lossy
        one.follow(clock.now())
        assert desk.names() == WHOLE - {"notes.exe"}
        assert desk.one("SELECT sum(went) FROM program_day") == [1]
        assert ((desk.home / FILE).read_bytes() == told_before) is loses
    with closing(sqlite3.connect(desk.centre.settings.data / "server.db")) as database:
        database.execute("UPDATE device_inventory SET digest = 'of last week'")
        database.commit()
    items.append(NOTES)
    one.follow(clock.now())
    assert desk.names() == WHOLE
    assert desk.one("SELECT desks FROM program_count") == [1, 1, 1]
