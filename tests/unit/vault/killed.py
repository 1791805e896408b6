"""Kills the vault at every call it makes, and looks whether a file was ever in danger.

Run as a program: `killed.py put|restore|purge|renew|recover FOLDER EVERY`. For each EVERY-th call
that may change the disk a forked child is killed there with SIGKILL; with EVERY 1 it is proved
first that a kill finds each state of the disk. It prints how many kills there were; what is wrong
ends it with a traceback.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sys
from functools import partial
from pathlib import Path

import pyrage

from agentguard.platforms.simulated import FakeClock
from agentguard.store.agent_store import open_store
from agentguard.vault.keys import KEY
from agentguard.vault.sealed_files import MEMORY
from agentguard.vault.vault import Vault
from tests.unit.killing import killed_at, passed_over

CONTENT = hashlib.sha256(b"content").digest() * 4000  # two age chunks
RECOVERY = [pyrage.x25519.Identity.generate() for _ in range(2)]
"""The organisation's key as a file is put, and as it is when files are sealed anew."""
OTHER = b"another file that must never be touched"


class Desk:
    """A home with a file, a vault, and the journal between them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.file = self.home / "cards.csv"
        self.data = folder / "data"

    def lay(self, what: str) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.home.mkdir(parents=True)
        self.data.mkdir()
        self.file.write_bytes(CONTENT)
        (self.home / "other.txt").write_bytes(OTHER)
        if what in {"restore", "purge", "renew"}:
            self.run("put")
        if what == "recover":
            self.half_done()

    def half_done(self) -> None:
        """Leave a move that was cut just before the plain file is removed."""
        child = os.fork()
        if not child:
            self.run("put", stop_before="remove")
        os.waitpid(child, 0)

    def run(self, what: str, stop_before: str = "") -> None:
        def at_step(step: str) -> None:
            if step == stop_before:
                os.kill(os.getpid(), signal.SIGKILL)

        store = open_store(self.data, FakeClock())
        key = str(RECOVERY[what == "renew"].to_public())
        vault = Vault(
            self.data / "vault",
            store.journal,
            FakeClock(),
            recovery_keys=lambda: (key,),
            at_step=at_step,
        )
        if what == "put":
            vault.put(self.file)
        elif what == "restore":
            vault.restore(vault.items()[0].id)
        elif what == "purge":
            vault.purge(vault.items()[0].id, "asked")
        elif what == "renew":
            for item in vault.behind():
                vault.renew(item)
        else:
            vault.recover()
        store.close()

    def plain(self) -> list[Path]:
        """Give the places where the file is whole, hidden or not."""
        return [f for f in self.home.iterdir() if f.is_file() and f.read_bytes() == CONTENT]

    def proved(self) -> int:
        """Tell how many items give the file back, by the library alone."""
        own = self.data / "vault" / KEY
        if not own.exists():
            return 0
        return self.opened_by(pyrage.x25519.Identity.from_str(own.read_text("ascii").strip()))

    def opened_by(self, key: pyrage.x25519.Identity) -> int:
        """Tell how many items this key opens."""
        count = 0
        for sealed in (self.data / "vault" / "items").glob("*.age"):
            try:
                whole = pyrage.decrypt(sealed.read_bytes(), [key]).split(b"\n", 1)[1]
            except pyrage.DecryptError:
                continue
            count += whole == CONTENT
        return count


def look(desk: Desk, what: str, calls: int) -> None:
    """Judge what is on the disk after a kill, and after the recovery."""
    where = f"{what}, killed at call {calls}"
    if what != "purge":
        assert desk.plain() or desk.proved(), f"{where}: the file is lost"
    for again in range(2):
        desk.run("mend")
        store = open_store(desk.data, FakeClock())
        assert store.journal.memory(MEMORY) == {}, f"{where}: a move is left ({again})"
        assert store.journal.verify()[1], f"{where}: the journal is broken"
        vault = Vault(desk.data / "vault", store.journal, FakeClock())
        items = vault.items()
        store.close()
        hidden = [f.name for f in desk.home.iterdir() if f.name.startswith(".")]
        assert not hidden, f"{where}: {hidden} is left"
        assert not list((desk.data / "vault").rglob("*.tmp")), f"{where}: a temporary file is left"
        assert len(items) == desk.proved(), f"{where}: a sealed file is damaged"
        if what == "renew":
            assert sum(map(desk.opened_by, RECOVERY)) == 1, f"{where}: one recovery key opens it"
        if what != "purge":
            assert desk.plain() or items, f"{where}: the file is lost by the recovery"
        assert (desk.home / "other.txt").read_bytes() == OTHER
    if what == "renew":
        desk.run("renew")
        assert desk.opened_by(RECOVERY[1]) == 1, f"{where}: it goes on"
    note = desk.home / "cards.csv was moved to the vault.txt"
    assert not (note.exists() and what == "put" and not items), f"{where}: the note is wrong"


def main() -> None:
    what, folder, every = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    desk = Desk(folder)
    calls = kills = 0
    desk.lay(what)
    desk.run(what)  # loads what is loaded at the first time: a kill there is none of the vault's
    if every == 1:
        desk.lay(what)
        assert passed_over(partial(desk.run, what), folder) == []
    while True:
        desk.lay(what)
        if not killed_at(calls, partial(desk.run, what)):
            break
        look(desk, what, calls)
        kills += 1
        calls += every
    print(kills)


if __name__ == "__main__":
    main()
