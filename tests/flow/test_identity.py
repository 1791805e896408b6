"""Who a desk is, from a whole agent to the console: waiting, new keys, turned away, copied."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from agentguard.base.errors import EnrolmentError, UplinkError
from agentguard.model.events import UplinkState
from agentguard.model.incidents import IncidentCategory
from agentguard.platforms import system_clock
from agentguard.platforms.simulated import SimulatedDesktop
from agentguard.platforms.simulated_secrets import SimulatedPlace
from agentguard.ports.secrets import Places
from agentguard.runtime.agent import Agent
from agentguard.runtime.bootstrap import Place, opened
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.desks import devices, identities
from agentguard.server.store.desks.batch_codes import Wish
from agentguard.server.store.schema.identity_tables import device_identity, device_key, device_run
from agentguard.server.store.schema.tables import device
from agentguard.server.tamper import items
from agentguard.uplink import enrolment, identity, sender
from agentguard.uplink.client import Client
from agentguard.uplink.identity import KeySafe
from agentguard.uplink.key_rotation import Rekeying
from tests.flow.centre import Centre, started, until
from tests.flow.incidents import report

YEAR = 366 * 86400
SAM = Visitor(name="sam", role="admin", token="", scope=None)


class Home:
    """A computer with its data folder and its keyring."""

    def __init__(self, centre: Centre, folder: Path) -> None:
        self.centre = centre
        self.folder = folder
        self.keyring = SimulatedPlace("secret-service")
        self._running = ExitStack()

    def enrol(self, code: str = "", *, new_key: bool = False) -> enrolment.Enrolment:
        return enrolment.enrol(
            self.folder, self.centre.url, code or self.centre.admin.enrol_code("Billing"),
            clock=system_clock(), ca_file=str(self.centre.ca), label="desk-17",
            places=(self.keyring,), new_key=new_key,
        )  # fmt: skip

    @property
    def known(self) -> enrolment.Enrolment:
        found = enrolment.load(self.folder)
        assert found is not None
        return found

    @property
    def key(self) -> identity.DeviceKey:
        return enrolment.request_key(self.folder, self.known, (self.keyring,))

    def rekeying(self) -> Rekeying:
        client = Client(self.centre.url, system_clock(), ca_file=str(self.centre.ca))
        return Rekeying(self.folder, client, (self.keyring,))

    def start(self) -> Agent:
        desktop = SimulatedDesktop(system_clock())
        places = Places(device=(self.keyring,), vault=(self.keyring,))
        place = Place(
            folder=self.folder, backend=desktop.backend, clock=system_clock(), secrets=places
        )
        agent = self._running.enter_context(opened(place))
        agent.start()
        return agent

    def stop(self) -> None:
        self._running.close()

    def copied(self, to: Path) -> Home:
        """Copy the disk and the keyring, as imaging an enrolled computer does."""
        shutil.copytree(self.folder, to, dirs_exist_ok=True)
        twin = Home(self.centre, to)
        for slot, secret in self.keyring.kept.items():
            twin.keyring.kept[slot] = secret
        return twin


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    for name in ("WAITING", "KEY_WAIT"):
        monkeypatch.setattr(sender, name, 0.5)
    (tmp_path / "agent").mkdir()
    with started(tmp_path / "server", monkeypatch) as centre:
        made = Home(centre, tmp_path / "agent")
        yield made
        made.stop()


def problem(agent: Agent) -> str | None:
    """Give what keeps the reports; None before the first try."""
    state: UplinkState | None = agent.engine.snapshot().uplink
    return None if state is None else state.problem


def delivers(agent: Agent) -> bool:
    agent.desk.report_now()
    return problem(agent) == "" and agent.parts.storage.outbox.waiting() == 0


def centre_says(home: Home, job: Callable[[Any], Any]) -> Any:
    return home.centre.admin._database.run(job)


def age(home: Home) -> None:
    """Let the key be older than a year."""
    old = update(device_identity).values(key_since=device_identity.c.key_since - YEAR)
    centre_says(home, lambda c: c.execute(old))


def test_a_desk_waits_with_its_words_and_reports_all_once_it_is_confirmed(home: Home) -> None:
    wish = Wish(team=0, most=5, hours=1, confirm=True)
    assert home.enrol(home.centre.admin.batch_code("Billing", wish)).pending
    agent = home.start()
    until(lambda: problem(agent) == "pending")
    state = agent.engine.snapshot().uplink
    assert state is not None
    assert state.message is not None
    assert state.message.params["why"] == home.key.words
    until(lambda: len(agent.engine.snapshot().controls) > 10)
    shown = centre_says(home, lambda c: identities.list_identities(c, identities.MAY_WAIT))
    assert [one.words for one in shown] == [home.key.words]
    assert shown[0].key_place == "secret-service"
    assert home.centre.events(home.known.device) == []
    centre_says(home, lambda c: identities.confirm(c, home.known.device, SAM, 0.0))
    until(lambda: delivers(agent))
    seqs = [seq for _, seq in home.centre.events(home.known.device)]
    assert seqs == list(range(1, len(seqs) + 1)), "what happened meanwhile is there"


def test_a_key_of_a_year_is_replaced_by_itself_and_the_journal_stays_whole(home: Home) -> None:
    home.enrol()
    agent = home.start()
    until(lambda: delivers(agent))
    first = home.key
    age(home)
    until(lambda: delivers(agent) and home.key.public != first.public)
    until(lambda: delivers(agent))
    assert home.known.device == enrolment_of(home), "it is the same desk"
    assert agent.parts.storage.journal.verify()[1]
    assert home.key.place == "secret-service"


def enrolment_of(home: Home) -> str:
    found = centre_says(home, lambda c: c.scalars(select(device.c.id)).all())
    assert len(found) == 1
    return str(found[0])


@pytest.mark.heavy
def test_a_key_that_is_replaced_by_command_is_used_by_the_agent_that_runs(home: Home) -> None:
    home.enrol()
    agent = home.start()
    until(lambda: delivers(agent))
    home.rekeying().rotate()
    # The day in which the key before counts is over.
    centre_says(home, lambda c: c.execute(update(device_key).values(until=0.0)))
    sent = len(home.centre.events(home.known.device))
    report(agent.desk, IncidentCategory.OTHER, "made up")
    until(lambda: delivers(agent) and len(home.centre.events(home.known.device)) > sent)


def test_a_rotation_that_was_cut_anywhere_is_done_again_with_the_same_key(home: Home) -> None:
    home.enrol()
    places = (home.keyring,)
    new = KeySafe(home.folder / identity.NEXT, places).load_or_make()
    assert home.rekeying().rotate().public_key == new.public
    # Cut after the enrolment was written, before the key was moved to its place.
    KeySafe(home.folder / identity.ROTATED, places).forget()
    KeySafe(home.folder / identity.NEXT, places).keep(new.seed)
    assert home.key.public == new.public
    again = home.rekeying().rotate()
    assert again.public_key not in {"", new.public}
    assert home.key.public == again.public_key


def test_a_rotation_whose_answer_got_lost_goes_on_with_the_new_key(home: Home) -> None:
    home.enrol()
    before = home.known
    after = home.rekeying().rotate()
    # The answer got lost: the enrolment is that of before, and so is what is kept beside it.
    KeySafe(home.folder / identity.NEXT, (home.keyring,)).keep(home.key.seed)
    KeySafe(home.folder / identity.ROTATED, (home.keyring,)).forget()
    enrolment.save(home.folder, before)
    assert home.rekeying().rotate().public_key == after.public_key
    assert home.key.public == after.public_key


@pytest.mark.heavy
def test_a_desk_that_was_turned_away_guards_on_and_comes_back_by_a_new_code(home: Home) -> None:
    home.enrol()
    agent = home.start()
    until(lambda: delivers(agent))
    centre_says(home, lambda c: identities.turn_away(c, home.known.device, SAM, 0.0))
    until(lambda: agent.desk.report_now() or problem(agent) == "revoked")
    state = agent.engine.snapshot().uplink
    assert state is not None
    assert state.message is not None
    assert state.message.id == "uplink.revoked"
    assert len(agent.engine.snapshot().controls) > 10
    with pytest.raises(EnrolmentError, match="code"):
        home.enrol("AAAA-BBBB-CCCC-DDDD")
    home.enrol()
    until(lambda: delivers(agent))


def test_two_copies_of_one_disk_are_both_held_and_each_becomes_a_desk_of_its_own(
    home: Home, tmp_path: Path
) -> None:
    home.enrol()
    device_before = home.known.device
    twin = home.copied(tmp_path / "twin")
    agents = [home.start(), twin.start()]
    try:
        for _ in range(2):
            for agent in agents:
                agent.desk.report_now()
        until(lambda: [a.desk.report_now() for a in agents] and _all_wait(agents))
    finally:
        twin.stop()
    assert centre_says(home, lambda c: devices.status(c, device_before)) == "cloned"
    waiting = centre_says(home, lambda c: identities.list_identities(c, identities.MAY_WAIT))
    assert len({one.id for one in waiting}) == 2
    assert {one.words for one in waiting} == {home.key.words, twin.key.words}
    assert all(one.copy_of == "desk-17" for one in waiting)
    opened_there = centre_says(home, lambda c: items.still_open(c, [device_before]))
    assert "clone" in opened_there[device_before]
    centre_says(home, lambda c: identities.confirm(c, home.known.device, SAM, 0.0))
    until(lambda: delivers(agents[0]))


def _all_wait(agents: list[Agent]) -> bool:
    return all(problem(agent) == "pending" for agent in agents)


def test_an_agent_that_ends_says_so_which_nobody_believes_yet(home: Home) -> None:
    home.enrol()
    agent = home.start()
    until(lambda: delivers(agent))
    home.stop()
    told = centre_says(home, lambda c: c.execute(select(device_run)).all())
    assert [(row.goodbye, row.claimed) for row in told] == [("", "stopped")]


def test_an_agent_that_ends_without_its_endpoint_does_not_wait_for_it(home: Home) -> None:
    home.enrol()
    agent = home.start()
    until(lambda: delivers(agent))
    home.centre.stop()
    until(lambda: agent.desk.report_now() or problem(agent) not in {"", None})
    before = system_clock().now()
    assert agent.stop() == ()
    assert system_clock().now().since(before) < 10


def test_a_computer_that_is_not_enrolled_has_no_key_to_replace(home: Home) -> None:
    with pytest.raises(EnrolmentError, match="not enrolled"):
        home.rekeying().rotate()


def test_an_endpoint_that_is_away_takes_no_key_and_the_old_one_counts(home: Home) -> None:
    home.enrol()
    before = home.key.public
    home.centre.stop()
    with pytest.raises(UplinkError):
        home.rekeying().rotate()
    assert home.key.public == before
    home.centre.start()
    home.rekeying().rotate()
    assert home.key.public != before
