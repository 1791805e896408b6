"""The vault against a model: every text that was ever written is somewhere, until it is purged."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pyrage
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from pyrage import x25519

from agentguard.model.events import Event
from agentguard.model.hits import Hit
from agentguard.model.lived_time import HOUR
from agentguard.platforms.simulated import FakeClock
from agentguard.policy.parser import parse
from agentguard.runtime.known_checks import shapes
from agentguard.store.agent_store import open_store
from agentguard.vault.forbidden_data import Holds
from agentguard.vault.sealed_files import BACK as BROUGHT_BACK
from agentguard.vault.vault import Vault

STEPS = ("seal", "read-back", "prove", "aside", "look-again", "note", "remove", "done")
ANEW = ("rewrap", "prove-new", "replace", "renewed")
KEYS = tuple(x25519.Identity.generate() for _ in range(2))
BACK = ("unseal", "settle", "restored", "drop", "forget")
CARD, CODE = (Hit(kind="PAN", count=1),), (Hit(kind="CVV", count=1),)
PLAIN = parse(b"policy: p\nversion: 1\n", "p", shapes())
NAMES = st.sampled_from(["a.txt", "b", "c d.csv"])


class Crash(BaseException):
    """The power goes."""


class Desk(RuleBasedStateMachine):
    """A person who writes files, an agent that moves them, and a power supply that fails."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.home = self.root / "home"
        self.home.mkdir()
        (self.root / "data").mkdir()
        self.clock = FakeClock()
        self.store = open_store(self.root / "data", self.clock)
        self.written = 0
        self.policy = PLAIN
        self.ends: dict[str, float] = {}
        self.expected: set[str] = set()
        self.told: list[Event] = []
        self.cut_at = ""
        self.recovery = KEYS[0]
        self.vault = self.new_vault()

    def new_vault(self) -> Vault:
        def at_step(step: str) -> None:
            if step == self.cut_at:
                self.cut_at = ""
                raise Crash

        folder = self.root / "data" / "vault"
        return Vault(
            folder,
            self.store.journal,
            self.clock,
            recovery_keys=lambda: (str(self.recovery.to_public()),),
            at_step=at_step,
        )

    def holds(self) -> Holds:
        return Holds(
            vault=self.vault,
            policy=lambda: self.policy,
            clock=self.clock,
            age=lambda then: self.clock.now().wall - then,
            claimed=lambda: self.clock.now().wall,
            submit=self.told.append,
        )

    def start_again(self) -> None:
        """Start after a cut, as the agent does."""
        self.cut_at = ""
        self.store.close()
        self.store = open_store(self.root / "data", self.clock)
        self.vault = self.new_vault()
        self.vault.recover()
        assert self.vault.recover() == 0

    def files(self) -> list[Path]:
        return [f for f in self.home.iterdir() if not f.name.endswith("moved to the vault.txt")]

    @rule(name=NAMES)
    def write(self, name: str) -> None:
        path = self.home / name
        if path.exists():
            self.expected.discard(path.read_text())
        self.written += 1
        path.write_text(f"text {self.written}")
        self.expected.add(f"text {self.written}")

    @precondition(lambda self: self.files())
    @rule(data=st.data(), cut=st.sampled_from(["", *STEPS]), hits=st.sampled_from(((), CARD, CODE)))
    def put(self, data: st.DataObject, cut: str, hits: tuple[Hit, ...]) -> None:
        path = data.draw(st.sampled_from(sorted(self.files())))
        before = {item.id for item in self.vault.items()}
        self.cut_at = cut
        try:
            self.vault.put(path, hits)
        except Crash:
            self.start_again()
        if hits == CODE:
            new = {item.id for item in self.vault.items()} - before
            self.ends.update(dict.fromkeys(new, self.clock.now().wall + 72 * HOUR))

    @rule(hours=st.integers(1, 100))
    def time_passes(self, hours: int) -> None:
        self.clock.advance(hours * HOUR)

    @rule(on=st.booleans())
    def a_legal_hold_begins_or_ends(self, on: bool) -> None:
        self.policy = replace(PLAIN, legal_hold=on)

    @rule(cut=st.sampled_from(["", "drop", "forget"]))
    def the_vault_is_looked_through(self, cut: str) -> None:
        before = self.texts()
        kept = {item.id for item in self.vault.items()}
        self.cut_at = cut
        try:
            self.holds().look()
        except Crash:
            self.start_again()
            self.holds().look()
        self.cut_at = ""
        now, left = self.clock.now().wall, {item.id for item in self.vault.items()}
        due = {id_ for id_, end in self.ends.items() if end <= now and id_ in kept}
        assert kept - left == (set() if self.policy.legal_hold else due)
        self.expected -= before - self.texts()

    @precondition(lambda self: self.vault.items())
    @rule(data=st.data(), cut=st.sampled_from(["", *BACK]))
    def restore(self, data: st.DataObject, cut: str) -> None:
        item = data.draw(st.sampled_from([found.id for found in self.vault.items()]))
        self.cut_at = cut
        try:
            assert self.vault.back_since(self.vault.restore(item)) is not None
        except Crash:
            self.start_again()

    @precondition(lambda self: self.vault.items())
    @rule(data=st.data(), cut=st.sampled_from(["", "drop", "forget"]))
    def purge(self, data: st.DataObject, cut: str) -> None:
        item = data.draw(st.sampled_from([found.id for found in self.vault.items()]))
        before = self.texts()
        self.cut_at = cut
        try:
            self.vault.purge(item, "asked")
        except Crash:
            self.start_again()
        self.expected -= before - self.texts()
        assert item not in [found.id for found in self.vault.items()]

    @rule(key=st.sampled_from(KEYS), cut=st.sampled_from(["", *ANEW]))
    def the_organisation_names_its_key(self, key: x25519.Identity, cut: str) -> None:
        """Every file is sealed to it, also when the power goes in between."""
        self.recovery, self.cut_at = key, cut
        try:
            self.renew()
        except Crash:
            self.start_again()
            self.renew()
        self.cut_at = ""
        assert not self.vault.behind()
        for sealed in (self.root / "data" / "vault" / "items").iterdir():
            pyrage.decrypt(sealed.read_bytes(), [key])

    def renew(self) -> None:
        for item in self.vault.behind():
            assert self.vault.renew(item)

    @rule()
    def restart(self) -> None:
        self.start_again()

    def texts(self) -> set[str]:
        """Give every text that can be had: from the folder, and from a copy of the vault."""
        found = {path.read_text() for path in self.files()}
        copy = self.root / "copy"
        shutil.copytree(
            self.root / "data", copy, ignore=lambda _d, names: {"journal.db"} & {*names}
        )
        store = open_store(copy, FakeClock())
        vault = Vault(copy / "vault", store.journal, FakeClock())
        for item in vault.items():
            found.add(vault.restore(item.id, copy / f"{item.id}.out").read_text())
        store.close()
        shutil.rmtree(copy)
        return found

    @invariant()
    def nothing_is_lost(self) -> None:
        assert self.expected <= self.texts()

    @invariant()
    def nothing_half_done_is_left(self) -> None:
        assert not [path.name for path in self.home.iterdir() if path.name.startswith(".")]
        back = self.store.journal.memory(BROUGHT_BACK).keys()
        assert not self.store.journal.memory("vault.").keys() - back

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.root)


TestDesk = Desk.TestCase
TestDesk.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)
