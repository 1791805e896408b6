"""The hands that take files away: what they leave alone, what they wait for, what they prove."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agentguard.base.errors import CannotError
from agentguard.engine.action_runner import LeftAlone, NotDone, NotYet
from agentguard.model.actions import Action, ActionKind, Outcome
from agentguard.model.custody import VaultRules
from agentguard.model.events import Event, FileScanned
from agentguard.model.facts import OldFile, RetentionSeen
from agentguard.model.hits import Hit
from agentguard.model.lived_time import DAY
from agentguard.model.moments import Moment
from agentguard.model.outcomes import FileOutcome
from agentguard.model.policy import Policy
from agentguard.model.retention_rules import RetentionRule, rule_name
from agentguard.model.verdicts import Finding, Severity
from agentguard.platforms.simulated import FakeClock
from agentguard.policy.parser import parse
from agentguard.runtime.known_checks import shapes
from agentguard.runtime.vault_actions import PurgeHand, VaultHand
from agentguard.store.memory import InMemoryJournal
from agentguard.trust.removal_proof import proves
from agentguard.vault import sealed_files
from agentguard.vault.vault import Vault

PLAIN = parse(b"policy: p\nversion: 1\n", "p", shapes())


class Desk:
    """A vault, a journal in memory, and what the hands tell."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.journal = FakeClock(), InMemoryJournal()
        self.vault = Vault(folder / "vault", self.journal, self.clock)
        self.policy: Policy = PLAIN
        self.told: list[Event] = []
        self.alarms = 0
        self.home = folder / "home"
        self.home.mkdir()

    def file(self, name: str, days: float = 1.0, content: bytes = b"made-up") -> Path:
        made = self.home / name
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_bytes(content)
        then = self.clock.now().wall - days * DAY
        os.utime(made, (then, then))
        return made

    def vaults(self, path: Path, *hits: Hit) -> str:
        """Have a file moved, as for a finding; give the id of what was said."""
        finding = Finding(
            check="pii-files",
            subject=str(path),
            severity=Severity.HIGH,
            message=None,
            since=Moment(boot=0.0, wall=0.0),
            hits=hits or (Hit(kind="PAN", count=1),),
        )
        hand = VaultHand(
            vault=self.vault,
            findings=lambda: (finding,),
            policy=lambda: self.policy,
            clock=self.clock,
            submit=self.told.append,
            age=lambda then: self.clock.now().wall - then,
            alarm=self._alarm,
        )
        action = Action(id="1", kind=ActionKind.VAULT, check="pii-files", subject=str(path))
        return hand(action).id

    def _alarm(self) -> None:
        self.alarms += 1

    def purges(self, rule: RetentionRule, *files: Path) -> Callable[[], str]:
        """Have files taken away that a look found; give what does it."""
        self.policy = replace(self.policy, retention=(rule,))
        old = tuple(OldFile(path=str(f), rule=rule_name(rule), age_days=40) for f in files)
        hand = PurgeHand(
            policy=lambda: self.policy,
            old=lambda: RetentionSeen(at=self.clock.now(), rules=1, old=old, count=len(old)),
            vault=self.vault,
            journal=self.journal,
            clock=self.clock,
            age=lambda then: self.clock.now().wall - then,
        )
        action = Action(id="1", kind=ActionKind.PURGE, check="retention", subject="")
        return lambda: hand(action).id

    def kinds(self) -> list[str]:
        return [entry.record.kind for entry in self.journal.read(0, 1000)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_file_of_a_finding_goes_to_the_vault_and_is_told_gone(desk: Desk) -> None:
    file = desk.file("cards.csv")
    assert desk.vaults(file) == "action.vaulted"
    assert [item.path for item in desk.vault.items()] == [str(file)]
    (told,) = desk.told
    assert isinstance(told, FileScanned)
    assert (told.path, told.outcome) == (str(file), FileOutcome.GONE)
    assert desk.alarms == 0


@pytest.mark.parametrize("kind", ["CVV", "TRACK"])
def test_what_may_not_even_be_kept_there_raises_the_alarm_at_once(desk: Desk, kind: str) -> None:
    desk.vaults(desk.file("codes.csv"), Hit(kind=kind, count=1))
    assert desk.alarms == 1


def test_a_file_that_is_gone_already_is_told_and_no_more(desk: Desk) -> None:
    """What was never moved is not said to be in the vault."""
    with pytest.raises(LeftAlone) as left:
        desk.vaults(desk.home / "gone")
    assert left.value.said.id == "vault.left.gone"
    assert [one.outcome for one in desk.told if isinstance(one, FileScanned)] == [FileOutcome.GONE]
    assert desk.kinds() == []


def test_what_is_left_alone_is_said_once_and_for_all(desk: Desk) -> None:
    file = desk.file("archive.pst")
    with pytest.raises(LeftAlone) as left:
        desk.vaults(file)
    assert left.value.said.id == "vault.left.mail"
    assert file.exists()
    assert desk.told == []


def test_a_file_in_the_making_waits(desk: Desk) -> None:
    desk.policy = replace(PLAIN, vault=VaultRules(settled_minutes=5))
    file = desk.file("cards.csv", days=0)
    with pytest.raises(NotYet) as waits:
        desk.vaults(file)
    assert waits.value.said.id == "vault.left.settling"
    assert file.exists()
    desk.clock.advance(300)
    assert desk.vaults(file) == "action.vaulted"


def test_row_518_a_vault_that_takes_nothing_is_the_reason_and_no_program(desk: Desk) -> None:
    file = desk.file("cards.csv")
    (desk.home.parent / "vault").write_text("no folder")
    with pytest.raises(NotDone) as failed:
        desk.vaults(file)
    assert failed.value.said.id == "vault.left.unwritten"
    assert failed.value.outcome is Outcome.FAILED, "it is tried again"
    assert file.exists()
    assert desk.told == []


def test_what_a_person_brought_back_stays_for_the_time_that_was_told(desk: Desk) -> None:
    """Its old time of change is restored with it, so it looks as settled as ever."""
    file = desk.file("cards.csv", days=3)
    desk.vaults(file)
    (item,) = desk.vault.items()
    assert desk.vault.restore(item.id) == file
    desk.clock.advance(2)
    with pytest.raises(NotYet) as waits:
        desk.vaults(file)
    assert (waits.value.said.id, waits.value.said.params) == (
        "vault.left.returned",
        {"minutes": 60},
    )
    desk.clock.advance(58 * 60 + 33)
    with pytest.raises(NotYet) as waits:
        desk.vaults(file)
    assert waits.value.said.params == {"minutes": 2}, "85 seconds are more than a minute"
    assert file.exists()
    desk.clock.advance(85)
    assert desk.vaults(file) == "action.vaulted"
    assert not file.exists()


def test_a_file_that_came_back_under_another_name_stays_there_too(desk: Desk) -> None:
    file = desk.file("cards.csv", days=3)
    desk.vaults(file)
    (item,) = desk.vault.items()
    desk.file("cards.csv", content=b"another by now")
    placed = desk.vault.restore(item.id)
    assert placed != file
    with pytest.raises(NotYet):
        desk.vaults(placed)


def test_the_places_of_files_that_came_back_are_not_remembered_without_end(desk: Desk) -> None:
    shelf = desk.vault._shelf
    for number in range(sealed_files.MOST_BACK + 3):
        shelf.brought_back(desk.home / f"{number}.csv")
        desk.clock.advance(1)
    assert len(desk.journal.memory(sealed_files.BACK)) == sealed_files.MOST_BACK
    assert shelf.back_since(desk.home / "0.csv") is None
    assert shelf.back_since(desk.home / f"{sealed_files.MOST_BACK}.csv") is not None
    assert not any("csv" in key for key in desk.journal.memory(sealed_files.BACK))


def test_an_old_file_is_removed_with_its_proof_before_and_after(desk: Desk) -> None:
    file = desk.file("old.csv", days=40)
    rule = RetentionRule(folder=str(desk.home), days=30)
    assert desk.purges(rule, file)() == "action.purged"
    assert not file.exists()
    before, after, total = (entry.record for entry in desk.journal.read(0, 10))
    assert (before.kind, after.kind) == ("retention.removing", "retention.removed")
    assert before.payload == after.payload
    assert proves(dict(after.payload), b"made-up")
    assert (after.payload["rule"], after.payload["age"]) == ("30 days", 40)
    assert (total.kind, total.payload) == ("retention.ended", {"count": 1, "left": 0})


def test_a_rule_may_move_to_the_vault_instead(desk: Desk) -> None:
    file, young = desk.file("old.csv", days=40), desk.file("young.csv", days=2)
    rule = RetentionRule(folder=str(desk.home), days=30, then="vault")
    with pytest.raises(CannotError, match="1 files could not be removed"):
        desk.purges(rule, file, young)()
    assert young.exists(), "it is judged again before it goes"
    assert [item.path for item in desk.vault.items()] == [str(file)]
    assert "retention.removed" not in desk.kinds()


def test_a_legal_hold_keeps_everything(desk: Desk) -> None:
    file = desk.file("old.csv", days=400)
    purge = desk.purges(RetentionRule(folder=str(desk.home), days=30), file)
    desk.policy = replace(desk.policy, legal_hold=True)
    assert purge() == "action.on-hold"
    assert file.exists()
    assert desk.kinds() == []


def test_a_file_whose_rule_is_gone_stays(desk: Desk) -> None:
    file = desk.file("old.csv", days=400)
    purge = desk.purges(RetentionRule(folder=str(desk.home), days=30), file)
    desk.policy = replace(desk.policy, retention=())
    assert purge() == "action.purged"
    assert file.exists()
