"""Card security codes and track data leave the vault in time, with a proof and an alarm."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agentguard.model.custody import VaultRules
from agentguard.model.events import Event
from agentguard.model.facts import ForbiddenHeld
from agentguard.model.hits import Hit
from agentguard.model.lived_time import DAY, HOUR
from agentguard.model.policy import Policy
from agentguard.platforms.simulated import FakeClock
from agentguard.policy.parser import parse
from agentguard.runtime.known_checks import shapes
from agentguard.sensors.lived_clock import LenientWall
from agentguard.store.agent_store import Store
from agentguard.trust.removal_proof import proves
from agentguard.vault.forbidden_data import EVERY, Holds
from agentguard.vault.keys import KEY
from agentguard.vault.vault import Vault

CVV = (Hit(kind="CVV", count=2), Hit(kind="PAN", count=2))
PLAIN = parse(b"policy: p\nversion: 1\n", "p", shapes())


class Desk:
    """A vault that is watched, and what was told of it."""

    def __init__(self, vault: Vault, clock: FakeClock) -> None:
        self.vault, self.clock, self.policy = vault, clock, PLAIN
        self.wall = LenientWall(clock)
        self.told: list[ForbiddenHeld] = []
        self.holds = Holds(
            vault=vault,
            policy=lambda: self.policy,
            clock=clock,
            age=lambda then: self.wall.now() - then,
            claimed=self.wall.now,
            submit=self._hear,
        )

    def _hear(self, event: Event) -> None:
        assert isinstance(event, ForbiddenHeld)
        self.told.append(event)

    def look(self) -> ForbiddenHeld:
        self.holds.look()
        return self.told[-1]

    def set(self, **rules: int) -> Policy:
        self.policy = replace(PLAIN, vault=VaultRules(**rules))  # type: ignore[arg-type]
        return self.policy


@pytest.fixture
def desk(vault: Vault, clock: FakeClock) -> Desk:
    return Desk(vault, clock)


@pytest.fixture
def put(vault: Vault, home: Path) -> Callable[..., str]:
    def put(name: str, hits: tuple[Hit, ...]) -> str:
        (home / name).write_text(f"made-up {name}")
        return vault.put(home / name, hits).id

    return put


def test_an_empty_vault_holds_nothing_forbidden(desk: Desk) -> None:
    assert desk.look().count == 0


def test_what_may_not_be_kept_is_told_and_goes_after_its_hours(
    desk: Desk, put: Callable[..., str], clock: FakeClock, store: Store
) -> None:
    code, card = put("codes.csv", CVV), put("cards.csv", (Hit(kind="PAN", count=9),))
    told = desk.look()
    assert (told.count, told.hours, told.held, told.stuck) == (1, 72, False, 0)
    clock.advance(71 * HOUR + 1800)
    assert desk.look().hours == 1
    clock.advance(HOUR)
    assert desk.look().count == 0
    assert [item.id for item in desk.vault.items()] == [card], "card numbers may stay, encrypted"
    gone = store.journal.read(0, 100)[-1].record
    assert (gone.kind, gone.payload["item"]) == ("vault.purged", code)
    assert gone.payload["reason"] == "card-data"
    assert proves(dict(gone.payload), b"made-up codes.csv"), "who has the file can show it is that"
    assert not proves(dict(gone.payload), b"another file")


@pytest.mark.parametrize("kind", ["CVV", "TRACK"])
def test_the_policy_may_shorten_the_hold(
    desk: Desk, put: Callable[..., str], clock: FakeClock, kind: str
) -> None:
    put("codes.csv", (Hit(kind=kind, count=1),))
    desk.set(hold_hours=2)
    assert desk.look().hours == 2
    clock.advance(2 * HOUR)
    assert desk.look().count == 0


def test_a_legal_hold_keeps_it_and_says_so(
    desk: Desk, put: Callable[..., str], clock: FakeClock
) -> None:
    put("codes.csv", CVV)
    desk.policy = replace(PLAIN, legal_hold=True)
    clock.advance(30 * DAY)
    told = desk.look()
    assert (told.count, told.held) == (1, True)
    desk.policy = PLAIN
    assert desk.look().count == 0, "it goes as soon as the legal hold has ended"


def test_a_wall_clock_that_jumps_ahead_ends_no_hold(
    desk: Desk, put: Callable[..., str], clock: FakeClock
) -> None:
    put("codes.csv", CVV)
    clock.jump_wall(365 * DAY)
    assert desk.look().hours == 72


def test_what_cannot_be_removed_is_told_as_stuck(
    desk: Desk, put: Callable[..., str], clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("codes.csv", CVV)
    clock.advance(80 * HOUR)

    def refuses(_self: Path, *, missing_ok: bool = False) -> None:
        del missing_ok
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as held:
        held.setattr(Path, "unlink", refuses)
        told = desk.look()
    assert (told.count, told.stuck) == (1, 1)
    desk.vault.recover()
    assert desk.look().count == 0


def test_a_vault_that_cannot_be_read_is_told(
    desk: Desk, put: Callable[..., str], tmp_path: Path
) -> None:
    put("codes.csv", CVV)
    (tmp_path / "data" / "vault" / KEY).unlink()
    assert desk.look().unread == "closed"


def test_it_is_looked_at_by_time(desk: Desk, put: Callable[..., str], clock: FakeClock) -> None:
    put("codes.csv", CVV)
    stop = threading.Event()
    thread = threading.Thread(target=desk.holds.run, args=(stop,))
    thread.start()
    for _ in range(500):
        clock.advance(EVERY)
        if desk.told and desk.told[-1].count == 0:
            break
        stop.wait(0.01)
    stop.set()
    clock.advance(EVERY)
    thread.join(10)
    assert not thread.is_alive()
    assert desk.told[-1].count == 0
