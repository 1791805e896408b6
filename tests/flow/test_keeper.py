"""From a killed agent, through the keeper and a real endpoint, to what a supervisor reads."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from agentguard.base.errors import AgentGuardError, UplinkError
from agentguard.platforms import network, system_clock
from agentguard.platforms.simulated import FakeClock
from agentguard.server.store.desks import keepers
from agentguard.service import keeper_status
from agentguard.service.files import ProgramFiles
from agentguard.service.identity import Identity, Wanted
from agentguard.service.reports import Teller
from agentguard.service.run import Keeper
from agentguard.uplink import enrolment
from agentguard.uplink.client import Client
from agentguard.uplink.signing import RequestSigner
from agentguard.wire import keeper_messages, v1
from tests.faults.endpoint import Proxy
from tests.flow.centre import Browser, Centre
from tests.unit.service.test_round import Computer

PROMISE = 90.0  # seconds from the kill to the console


class Kept:
    """A computer with a keeper that is not enrolled yet, and a code that waits for it."""

    def __init__(self, centre: Centre, folder: Path) -> None:
        self.centre, self.folder = centre, folder
        self.private = folder / "private"
        self.private.mkdir(parents=True)
        self.code_file = self.private / "enrolment-code"
        self.computer = Computer()
        self.identity = Identity(self.private, self.wanted, system_clock())
        self.teller = Teller(self.identity.connect, self.identity.epoch, system_clock())
        self.clock = FakeClock()
        (folder / "program").mkdir()
        self.keeper = Keeper(
            folder=folder,
            desks=self.computer,
            clock=self.clock,
            told=self.teller,
            gone=ProgramFiles(folder / "program", self.private, "1.0.0").gone,
        )

    def wanted(self) -> Wanted:
        return Wanted(
            endpoint=self.centre.url,
            ca_file=str(self.centre.ca),
            label="PC-17",
            code_file=self.code_file,
        )

    def rounds(self, seconds: float) -> None:
        for _ in range(int(seconds / 2)):
            self.keeper.round()
            self.clock.advance(2)


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Centre]:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    made = Centre(tmp_path / "centre")
    made.start()
    yield made
    made.close()


@pytest.fixture
def kept(centre: Centre, tmp_path: Path) -> Kept:
    return Kept(centre, tmp_path / "machine")


@pytest.fixture
def enrolled(kept: Kept, centre: Centre) -> Kept:
    kept.code_file.write_text(centre.admin.enrol_code("Sales", keeper=True) + "\n")
    kept.rounds(4)
    assert kept.teller.report() == 0.0
    return kept


def floor(centre: Centre) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (desk.label, desk.overall, tuple(c.detail for c in desk.controls if c.state == "fail"))
        for desk in centre.admin.desks()
    ]


def test_the_code_is_used_once_and_removed(enrolled: Kept) -> None:
    assert not enrolled.code_file.exists()
    assert enrolled.teller.outcome.device
    again = Identity(enrolled.private, enrolled.wanted, system_clock()).connect()
    assert again is not None
    assert again.device == enrolled.teller.outcome.device


def test_a_keeper_that_was_turned_away_comes_back_by_a_new_code(
    enrolled: Kept, centre: Centre
) -> None:
    name = enrolled.teller.outcome.device
    with closing(sqlite3.connect(centre.folder / "server.db")) as database, database:
        database.execute("UPDATE device SET status = 'retired' WHERE id = ?", (name,))
    _forgetting(centre)
    for _ in range(2):
        assert enrolled.teller.report() > 0
        assert enrolled.teller.outcome.problem == "revoked"
    enrolled.code_file.write_text("AAAA-AAAA-AAAA-AAAA")
    assert enrolled.teller.report() > 0
    assert enrolled.teller.outcome.problem == "EnrolmentError"
    enrolled.code_file.write_text(centre.admin.enrol_code("Sales", keeper=True) + "\n")
    enrolled.teller.report()
    _forgetting(centre)
    assert enrolled.teller.report() == 0.0
    assert (enrolled.teller.outcome.device, enrolled.code_file.exists()) == (name, False)


def _forgetting(centre: Centre) -> None:
    """Let the endpoint forget how a device stood, which it remembers for a while."""
    centre.stop()
    centre.start()


def test_a_code_that_could_not_be_removed_is_not_used_again_without_need(
    enrolled: Kept, centre: Centre
) -> None:
    enrolled.code_file.write_text("a used one, on a share that is only read")
    again = Identity(enrolled.private, enrolled.wanted, system_clock()).connect()
    assert again is not None
    assert enrolled.teller.report() == 0.0


def test_a_code_that_is_refused_stays_for_the_administrator(kept: Kept) -> None:
    kept.code_file.write_text("AAAA-AAAA-AAAA-AAAA")
    assert kept.teller.report() > 0
    assert kept.code_file.exists()
    assert kept.teller.outcome.problem == "EnrolmentError"


def test_without_a_code_it_keeps_the_sessions_and_says_that_it_is_not_enrolled(kept: Kept) -> None:
    del kept.computer.agents["1"]
    kept.rounds(20)
    assert kept.teller.report() > 0
    kept.rounds(2)
    found = keeper_status.read(kept.folder)
    assert found is not None
    assert (kept.computer.started, found.problem) == (["1"], "not-enrolled")


def test_a_keeper_with_nothing_to_tell_is_no_desk_on_the_floor(
    enrolled: Kept, centre: Centre
) -> None:
    assert floor(centre) == []


def test_a_killed_agent_that_cannot_come_back_is_on_the_floor_within_the_promise(
    enrolled: Kept, centre: Centre
) -> None:
    begun = enrolled.clock.now().boot
    enrolled.computer.refuses = True
    del enrolled.computer.agents["1"]
    while not floor(centre):
        enrolled.rounds(2)
        enrolled.teller.report()
        assert enrolled.clock.now().boot - begun < PROMISE
    assert floor(centre) == [("PC-17", "act", ("keeper.missing",))]
    assert enrolled.clock.now().boot - begun <= 30

    browser = Browser(centre)
    browser.sign_in()
    assert "Sessions without an agent: 1" in browser.words("/")

    enrolled.computer.refuses = False
    enrolled.rounds(60)
    enrolled.teller.report()
    assert floor(centre) == []


def test_the_kill_itself_is_told_even_when_the_agent_is_back(
    enrolled: Kept, centre: Centre
) -> None:
    del enrolled.computer.agents["1"]
    enrolled.rounds(20)
    enrolled.teller.report()
    assert b"keeper.agent-ended" in centre.raw()
    assert floor(centre) == []


def test_a_restarted_keeper_begins_a_new_history_that_is_taken(enrolled: Kept) -> None:
    way = Identity(enrolled.private, enrolled.wanted, system_clock())
    again = Teller(way.connect, way.epoch, system_clock())
    assert again.report() == 0.0
    assert again.report() == 0.0


def test_row_151_the_keeper_reports_through_its_proxy_and_tells_which(
    enrolled: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = Proxy()
    monkeypatch.setenv("https_proxy", proxy.url)
    monkeypatch.setenv("no_proxy", "")
    way = Identity(enrolled.private, enrolled.wanted, system_clock(), network=network(None))
    again = Teller(way.connect, way.epoch, system_clock())
    assert again.report() == 0.0
    shown = proxy.url.removeprefix("http://")
    assert (again.outcome.proxy, again.outcome.named_by) == (shown, "environment")
    assert again.code()
    assert len(proxy.tunnels) == 2
    proxy.close()
    assert again.report() > 0
    assert (again.outcome.problem, again.outcome.proxy) == ("proxy_away", shown)


def test_a_keeper_whose_folder_was_put_back_heals(enrolled: Kept) -> None:
    (enrolled.private / "keeper-epoch").unlink()
    way = Identity(enrolled.private, enrolled.wanted, system_clock())
    again = Teller(way.connect, way.epoch, system_clock())
    enrolled.teller.report()
    for _ in range(3):
        if again.report() == 0.0:
            break
    assert again.report() == 0.0


def test_the_user_of_a_desk_cannot_speak_for_the_keeper(
    enrolled: Kept, centre: Centre, tmp_path: Path
) -> None:
    """With the key of the user's own agent, which the user may read."""
    home = tmp_path / "home"
    agent = _agent(centre, centre.admin.enrol_code("Sales"), home)
    key = enrolment.needed_key(home)
    client = Client(centre.url, system_clock(), ca_file=str(centre.ca))
    forging = Teller(lambda: None, enrolled.identity.epoch, system_clock())
    report = forging._made(enrolled.teller.outcome.device)
    for name in (enrolled.teller.outcome.device, agent.device):
        sign = RequestSigner(key=key, device=name)
        with pytest.raises(UplinkError) as refused:
            client.post(keeper_messages.KEEPER, msgspec.json.encode(report), v1.Received, sign)
        assert refused.value.kind in {"http_4xx", "revoked"}


def test_an_endpoint_that_is_away_keeps_nobody_from_being_started(
    enrolled: Kept, centre: Centre
) -> None:
    centre.stop()
    stop = threading.Event()
    actor = threading.Thread(target=enrolled.teller.run, args=(stop,))
    actor.start()
    del enrolled.computer.agents["1"]
    enrolled.rounds(20)
    stop.set()
    actor.join(60)
    assert enrolled.computer.started == ["1"]
    centre.start()
    assert enrolled.teller.report() == 0.0
    assert b"keeper.agent-ended" in centre.raw()


def test_an_agent_of_the_computer_enrols_with_a_code_that_the_keeper_gets(
    enrolled: Kept, centre: Centre, tmp_path: Path
) -> None:
    code = enrolled.teller.code()
    agent = _agent(centre, code, tmp_path / "home")
    assert agent.team == "Sales"
    with pytest.raises(AgentGuardError):
        _agent(centre, code, tmp_path / "other")


def test_a_keeper_may_not_ask_for_codes_without_end(enrolled: Kept) -> None:
    given = [enrolled.teller.code() for _ in range(keepers.MOST + 2)]
    assert all(given[: keepers.MOST])
    assert given[keepers.MOST :] == ["", ""]


@pytest.mark.parametrize("by_the_keeper", [True, False])
def test_an_agent_cannot_make_itself_a_keeper_and_hide(
    by_the_keeper: bool, enrolled: Kept, centre: Centre, tmp_path: Path
) -> None:
    """A keeper that is well is not shown, so a desk's user would like to be one."""
    code = enrolled.teller.code() if by_the_keeper else centre.admin.enrol_code("Sales")
    home = tmp_path / "home"
    agent = _agent(centre, code, home)
    client = Client(centre.url, system_clock(), ca_file=str(centre.ca))
    sign = RequestSigner(key=enrolment.needed_key(home), device=agent.device)
    report = Teller(lambda: None, enrolled.identity.epoch, system_clock())._made(agent.device)
    body = msgspec.json.encode(report)
    for path in (keeper_messages.KEEPER, keeper_messages.CODE):
        with pytest.raises(UplinkError, match="no-keeper"):
            client.post(path, body, v1.Received, sign)
    client.post(v1.REPORTS, body, v1.Received, sign)
    assert [label for label, _, _ in floor(centre)] == ["PC-17"]


def _agent(centre: Centre, code: str, home: Path) -> enrolment.Enrolment:
    home.mkdir()
    return enrolment.enrol(
        home, centre.url, code, clock=system_clock(), ca_file=str(centre.ca), label="PC-17"
    )


def test_an_enrolment_that_is_damaged_is_said(enrolled: Kept) -> None:
    (enrolled.private / enrolment.FILE).write_text("{")
    with pytest.raises(AgentGuardError, match="damaged"):
        enrolled.identity.connect()
