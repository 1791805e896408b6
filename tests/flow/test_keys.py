"""Where the keys lie, from a desk with a keyring to the console: locked, wiped and moved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from agentguard.model.events import UplinkState
from agentguard.platforms import system_clock
from agentguard.platforms.simulated import SimulatedDesktop
from agentguard.platforms.simulated_secrets import SimulatedPlace
from agentguard.ports.secrets import Places
from agentguard.runtime.agent import Agent
from agentguard.runtime.bootstrap import Place, opened
from agentguard.uplink import enrolment, late_identity
from tests.flow.centre import Browser, Centre, started, until

KEYRING = "secret-service"


class Desk:
    """A desk with a keyring of its own."""

    def __init__(self, centre: Centre, home: Path) -> None:
        self.centre = centre
        self.home = home
        self.keyring = SimulatedPlace(KEYRING)
        self.device = ""
        self._running = ExitStack()

    @property
    def places(self) -> Places:
        return Places(device=(self.keyring,), vault=(self.keyring,))

    def enrol(self, *, places: tuple[SimulatedPlace, ...] | None = None) -> None:
        self.device = enrolment.enrol(
            self.home, self.centre.url, self.centre.admin.enrol_code("Billing"),
            clock=system_clock(), ca_file=str(self.centre.ca), label="desk-17",
            places=(self.keyring,) if places is None else places,
        ).device  # fmt: skip

    def start(self) -> Agent:
        desktop = SimulatedDesktop(system_clock())
        place = Place(
            folder=self.home, backend=desktop.backend, clock=system_clock(), secrets=self.places
        )
        agent = self._running.enter_context(opened(place))
        agent.start()
        return agent

    def stop(self) -> None:
        self._running.close()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    (tmp_path / "agent").mkdir()
    monkeypatch.setattr(late_identity, "LOOK_AGAIN", 0.5)  # how long it is has a test of its own
    with started(tmp_path / "server", monkeypatch) as centre:
        made = Desk(centre, tmp_path / "agent")
        yield made
        made.stop()


def uplink(agent: Agent) -> UplinkState | None:
    return agent.engine.snapshot().uplink


def delivers(agent: Agent, *, asked: bool = True) -> bool:
    """Tell whether all that was journaled has a receipt; a person asks for it meanwhile."""
    if asked:
        agent.desk.report_now()
    state = uplink(agent)
    return state is not None and not state.problem and agent.parts.storage.outbox.waiting() == 0


def blind(agent: Agent) -> str:
    """Give what is said of the uplink as of a sensor that does not see."""
    said = {s.sensor: s.message.id for s in agent.engine.snapshot().sensors if s.message}
    return said.get(late_identity.NAME, "")


@pytest.mark.heavy
def test_a_keyring_that_is_locked_at_the_start_keeps_nothing_but_the_reports(desk: Desk) -> None:
    desk.enrol()
    desk.keyring.closed = "locked"
    agent = desk.start()
    until(lambda: (state := uplink(agent)) and state.problem == "key-locked")
    until(lambda: len(agent.engine.snapshot().controls) > 10)
    assert blind(agent) == "", "a locked keyring is no fault of the agent"
    desk.keyring.closed = ""
    until(lambda: delivers(agent, asked=False))
    assert agent.parts.storage.journal.verify()[1]


def test_a_wiped_keyring_is_told_and_a_new_code_mends_it_while_the_agent_runs(desk: Desk) -> None:
    desk.enrol()
    first = desk.device
    desk.keyring.kept.clear()
    agent = desk.start()
    until(lambda: blind(agent) == "uplink.key-lost")
    until(lambda: len(agent.engine.snapshot().controls) > 10)
    desk.enrol()
    assert desk.device != first
    until(lambda: delivers(agent))
    assert blind(agent) == ""


@pytest.mark.heavy
@pytest.mark.parametrize("fault", ["locked", "silent"])
def test_a_key_store_that_locks_everybody_out_and_is_then_reset_costs_the_reports_alone(
    desk: Desk, fault: str
) -> None:
    """As a TPM after too many tries or a new firmware; the desk guards, and is enrolled again."""
    desk.enrol()
    first = desk.device
    desk.keyring.closed = fault
    agent = desk.start()
    until(lambda: (state := uplink(agent)) and state.problem.startswith("key-"))
    until(lambda: len(agent.engine.snapshot().controls) > 10)
    waiting = agent.parts.storage.outbox.waiting()
    assert waiting
    desk.keyring.kept.clear()
    desk.keyring.closed = ""
    until(lambda: blind(agent) == "uplink.key-lost")
    desk.enrol()
    assert desk.device != first
    until(lambda: delivers(agent))
    assert agent.parts.storage.journal.verify()[1]


def test_an_enrolment_of_the_version_that_knew_files_alone_goes_on(desk: Desk) -> None:
    """Enrolment, device and what was journaled stay; only the key lies elsewhere."""
    desk.enrol(places=())
    assert (desk.home / "device.key").exists()
    agent = desk.start()
    until(lambda: delivers(agent))
    assert not (desk.home / "device.key").exists()
    assert enrolment.key_place(desk.home) == KEYRING
    desk.stop()
    agent = desk.start()
    until(lambda: delivers(agent))
    browser = Browser(desk.centre)
    browser.sign_in()
    told = "key lies in the desktop"
    until(lambda: delivers(agent) and told in browser.words(f"/desk/{desk.device}"))


def test_while_the_keyring_is_closed_the_file_of_an_older_version_serves(desk: Desk) -> None:
    desk.enrol(places=())
    desk.keyring.closed = "silent"
    agent = desk.start()
    until(lambda: delivers(agent))
    assert (desk.home / "device.key").exists()


def test_a_key_that_cannot_be_read_is_made_anew_only_when_that_is_asked_for(desk: Desk) -> None:
    desk.enrol()
    desk.keyring.closed = "locked"
    with pytest.raises(enrolment.EnrolmentError, match=r"locked.*--new-key"):
        desk.enrol()
    first = desk.device
    done = enrolment.enrol(
        desk.home, desk.centre.url, desk.centre.admin.enrol_code("Billing"),
        clock=system_clock(), ca_file=str(desk.centre.ca), places=(desk.keyring,), new_key=True,
    )  # fmt: skip
    assert done.device != first
    assert enrolment.key_place(desk.home) == "file"
    agent = desk.start()
    until(lambda: delivers(agent))


def test_a_file_of_the_vault_is_restored_after_its_key_has_moved(
    desk: Desk, tmp_path: Path
) -> None:
    keyring, desk.keyring = desk.keyring, SimulatedPlace(KEYRING, closed="absent")
    agent = desk.start()
    plain = tmp_path / "cards.csv"
    plain.write_bytes(b"made-up")
    item = agent.desk.vault.put(plain)
    assert (desk.home / "vault" / "vault.key").exists()
    desk.stop()
    desk.keyring = keyring
    agent = desk.start()
    until(lambda: not (desk.home / "vault" / "vault.key").exists())
    assert agent.desk.vault.restore(item.id).read_bytes() == b"made-up"
    desk.stop()
    desk.keyring.closed = "locked"
    agent = desk.start()
    assert not agent.desk.vault.items(), "an empty vault needs no key"
