"""The vault against a model: every text that was ever written is somewhere, until it is purged."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from agentguard.platforms.simulated import FakeClock
from agentguard.store.db import open_store
from agentguard.vault.vault import Vault

STEPS = ("seal", "read-back", "prove", "aside", "look-again", "note", "remove", "done")
BACK = ("unseal", "settle", "restored", "drop", "forget")
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
        self.store = open_store(self.root / "data", FakeClock())
        self.written = 0
        self.expected: set[str] = set()
        self.cut_at = ""
        self.vault = self.new_vault()

    def new_vault(self) -> Vault:
        def at_step(step: str) -> None:
            if step == self.cut_at:
                self.cut_at = ""
                raise Crash

        folder = self.root / "data" / "vault"
        return Vault(folder, self.store.journal, FakeClock(), at_step=at_step)

    def start_again(self) -> None:
        """Start after a cut, as the agent does."""
        self.cut_at = ""
        self.store.close()
        self.store = open_store(self.root / "data", FakeClock())
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
    @rule(data=st.data(), cut=st.sampled_from(["", *STEPS]))
    def put(self, data: st.DataObject, cut: str) -> None:
        path = data.draw(st.sampled_from(sorted(self.files())))
        self.cut_at = cut
        try:
            self.vault.put(path)
        except Crash:
            self.start_again()

    @precondition(lambda self: self.vault.items())
    @rule(data=st.data(), cut=st.sampled_from(["", *BACK]))
    def restore(self, data: st.DataObject, cut: str) -> None:
        item = data.draw(st.sampled_from([found.id for found in self.vault.items()]))
        self.cut_at = cut
        try:
            self.vault.restore(item)
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
        assert not self.store.journal.memory("vault.")

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.root)


TestDesk = Desk.TestCase
TestDesk.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)
