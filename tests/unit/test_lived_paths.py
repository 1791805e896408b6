"""Each way in which a desk removes something, started under every clock from -10 to +10 years."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agentguard.base.errors import CannotError
from agentguard.detect.sandbox.client import Limits, ScanClient
from agentguard.mfa import Verifiers
from agentguard.model import lived_time
from agentguard.model.actions import Action, ActionKind
from agentguard.model.events import Event
from agentguard.model.facts import ForbiddenHeld, RetentionSeen
from agentguard.model.hits import Hit
from agentguard.model.retention_rules import RetentionRule
from agentguard.platforms.simulated import START_WALL, FakeClock, SimulatedDesktop
from agentguard.policy.last_good import Keeper
from agentguard.policy.parser import parse
from agentguard.runtime.agent import Computer, Parts, Person, Storage
from agentguard.runtime.compose import build
from agentguard.runtime.known_checks import shapes
from agentguard.runtime.policy_service import Governor
from agentguard.runtime.vault_actions import PurgeHand
from agentguard.sensors.lived_clock import LivedClock
from agentguard.sensors.retention import RetentionSensor
from agentguard.store.agent_store import Store, open_store
from agentguard.store.memory import InMemoryJournal, InMemoryOutbox
from agentguard.vault import removal
from agentguard.vault.forbidden_data import Holds
from agentguard.vault.vault import Vault

DAY = 86_400.0
YEAR = 365 * DAY
LEAPS = [
    sign * years * YEAR for sign in (1, -1) for years in (0.01, 0.1, 0.5, 1, 1.1, 2, 3, 5, 7, 10)
]
PLAIN = parse(b"policy: p\nversion: 1\n", "p", shapes())
PURGE = Action(id="1", kind=ActionKind.PURGE, check="retention", subject="")


class Desk:
    """What removes things at a desk, over starts of its computer."""

    def __init__(self, place: Path, store: Store, then: str) -> None:
        self.exports = place / "exports"
        self.exports.mkdir(exist_ok=True)
        self.place, self.store = place, store
        self.rule = RetentionRule(folder=str(self.exports), days=30, then=then)  # type: ignore[arg-type]
        self.policy = replace(PLAIN, retention=(self.rule,))
        self.told: list[Event] = []

    def start(self, clock: FakeClock, boot_id: str) -> None:
        self.clock = clock
        self.lived = LivedClock(
            self.store.journal, clock, boot_id=boot_id, floor=START_WALL - 9 * DAY
        )
        self.lived.look()
        self.vault = Vault(self.place / "vault", self.store.journal, clock)
        self.holds = Holds(
            vault=self.vault,
            policy=lambda: self.policy,
            clock=clock,
            age=self.lived.age,
            claimed=self.lived.claimed,
            submit=self.told.append,
        )

    def put(self) -> None:
        """Make a file, and lay one with a card security code into the vault."""
        now = self.clock.now().wall
        (self.exports / "young.csv").write_text("made a minute ago")
        os.utime(self.exports / "young.csv", (now - 60, now - 60))
        card = self.place / "card.txt"
        card.write_text("made-up")
        self.vault.put(card, (Hit(kind="CVV", count=1),))

    def look(self) -> RetentionSeen:
        self.holds.look()
        told: list[Event] = []
        sensor = RetentionSensor(lambda: self.policy, self.clock, age=self.lived.age)
        sensor.look(told.append, threading.Event())
        (seen,) = told
        assert isinstance(seen, RetentionSeen)
        return seen

    def purge(self, seen: RetentionSeen) -> None:
        PurgeHand(
            policy=lambda: self.policy,
            old=lambda: seen,
            vault=self.vault,
            journal=self.store.journal,
            clock=self.clock,
            age=self.lived.age,
        )(PURGE)

    def whole(self) -> bool:
        items = [item for item in self.vault.items() if item.hits]
        return (self.exports / "young.csv").is_file() and len(items) == 1


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "data").mkdir()
    opened = open_store(tmp_path / "data", FakeClock())
    yield opened
    opened.close()


@pytest.mark.parametrize("then", ["remove", "vault"])
@pytest.mark.parametrize("leap", LEAPS)
def test_row_83_no_leap_at_a_start_removes_what_is_young(
    tmp_path: Path, store: Store, leap: float, then: str
) -> None:
    desk = Desk(tmp_path, store, then)
    desk.start(FakeClock(), "one")
    desk.put()
    desk.clock.advance(120)
    desk.lived.keep()
    desk.start(FakeClock(boot=60.0, wall=START_WALL + 300 + leap), "two")
    seen = desk.look()
    desk.purge(seen)
    forced = replace(seen, old=tuple(replace(one, waits=False) for one in seen.old))
    if forced.old:
        with pytest.raises(CannotError):
            desk.purge(forced)
    for file in seen.old:
        assert file.waits
        with pytest.raises(CannotError, match="not past its age"):
            removal.remove(file.path, desk.rule, desk.lived.age)
    assert desk.whole()
    assert bool(seen.old) == (leap >= 30 * DAY)
    (held,) = (one for one in desk.told if isinstance(one, ForbiddenHeld))
    assert (held.count, held.waiting) == (1, int(leap >= 3 * DAY))
    assert held.hours <= 72


@pytest.mark.parametrize("leap", [10 * YEAR, -10 * YEAR, YEAR, -YEAR])
def test_row_83_what_was_lived_through_goes_under_any_clock(
    tmp_path: Path, store: Store, leap: float
) -> None:
    """A clock that was ahead, and is set right, keeps nothing for ever."""
    desk = Desk(tmp_path, store, "remove")
    desk.start(FakeClock(), "one")
    desk.put()
    desk.lived.keep()
    desk.start(FakeClock(boot=60.0, wall=START_WALL + 300 + leap), "two")
    desk.clock.jump_wall(-leap)
    desk.lived.look()
    desk.clock.advance(31 * DAY)
    seen = desk.look()
    assert [one.waits for one in seen.old] == [False]
    desk.purge(seen)
    assert not (desk.exports / "young.csv").exists()
    assert list(desk.vault.items()) == []


def test_row_83_a_whole_agent_hears_the_time_from_its_endpoint(tmp_path: Path) -> None:
    """What the uplink hands to the governor is the second clock of what removes."""
    clock, journal = FakeClock(), InMemoryJournal()
    governor = Governor(Keeper(tmp_path, shapes(), clock), clock)
    parts = Parts(
        computer=Computer(
            backend=SimulatedDesktop(clock).backend,
            clock=clock,
            boot_id="one",
        ),
        storage=Storage(
            folder=tmp_path,
            journal=journal,
            outbox=InMemoryOutbox(journal),
        ),
        person=Person(
            verifier=Verifiers(()),
        ),
        scan=ScanClient(Limits(), clock),
    )
    agent = build(parts, governor.first(), governor=governor)
    governor.told(clock.now().wall)
    ended = threading.Event()
    ended.set()
    turns = next(one for one in agent.members if one.name == "lived").begin(ended)
    next(turns)
    turns.close()
    found = lived_time.read(journal.memory(lived_time.KEY)[lived_time.KEY])
    assert found is not None
    assert found.boot_id == "one"
    assert found.witness == lived_time.Witness(lived=0.0, said=START_WALL, wall=START_WALL)
