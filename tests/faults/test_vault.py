"""The vault under kills from outside, links that are swapped, and files that grow."""

from __future__ import annotations

import itertools
import os
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyrage
import pytest

from agentguard.base.errors import VaultError
from agentguard.platforms.simulated import FakeClock
from agentguard.store.agent_store import open_store
from agentguard.vault.keys import KEY
from agentguard.vault.source import opened
from agentguard.vault.vault import Vault
from tests.faults.forking import killed
from tests.faults.vault_victims import move, renew

pytestmark = [pytest.mark.heavy, pytest.mark.posix]

SECRET = b"a file of somebody else, which no link may bring here"
TRIES = 100_000
KILLS = 60


@contextmanager
def running(act: object, *arguments: object) -> Iterator[threading.Event]:
    """Let something happen all the time in another thread."""
    stop = threading.Event()
    thread = threading.Thread(target=act, args=(*arguments, stop))  # type: ignore[arg-type]
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(30)


def vault_of(folder: Path) -> Iterator[Vault]:
    (folder / "data").mkdir()
    store = open_store(folder / "data", FakeClock())
    yield Vault(folder / "data" / "vault", store.journal, FakeClock())
    store.close()


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    yield from vault_of(tmp_path)


@pytest.mark.timeout(600)
def test_row_02_killed_at_any_time_the_file_is_whole_somewhere(quick_path: Path) -> None:
    """Within the library that seals as well, where no call of Python's can be counted."""
    seed = random.randrange(1 << 32)
    chance, content = random.Random(seed), random.Random(seed).randbytes(3 << 20)
    file, data = quick_path / "home" / "cards.csv", quick_path / "data"
    file.parent.mkdir()
    data.mkdir()
    file.write_bytes(content)
    with killed(move) as kill:
        for number in range(KILLS):
            kill(chance.uniform(0, 0.25), data, file)
            plain = any(f.is_file() and f.read_bytes() == content for f in file.parent.iterdir())
            assert plain or _sealed(data, content), f"{number} of {seed}: the file is lost"
    store = open_store(data, FakeClock())
    vault = Vault(data / "vault", store.journal, FakeClock())
    vault.recover()
    assert not list((data / "vault").rglob("*.tmp")), f"seed {seed}"
    assert not [f.name for f in file.parent.iterdir() if f.name.startswith(".")], f"seed {seed}"
    assert store.journal.verify()[1], f"seed {seed}"
    store.close()


@pytest.mark.timeout(600)
def test_row_02_killed_while_files_are_sealed_anew_each_is_whole_and_one_key_opens_it(
    quick_path: Path,
) -> None:
    """In the copying and in the reading back, where no call of Python's can be counted."""
    seed = random.randrange(1 << 32)
    chance, content = random.Random(seed), random.Random(seed).randbytes(3 << 20)
    keys = [pyrage.x25519.Identity.generate() for _ in range(2)]
    names = [str(key.to_public()) for key in keys]
    data, file = quick_path / "data", quick_path / "cards.csv"
    data.mkdir()
    file.write_bytes(content)
    store = open_store(data, FakeClock())
    Vault(data / "vault", store.journal, FakeClock(), recovery_keys=lambda: (names[0],)).put(file)
    store.close()
    with killed(renew) as kill:
        for number in range(KILLS):
            kill(chance.uniform(0, 0.25), data, *names)
            assert _sealed(data, content), f"{number} of {seed}: the file is lost"
            opened_by = sum(_sealed(data, content, key) for key in keys)
            assert opened_by == 1, f"{number} of {seed}: {opened_by} recovery keys open it"
    store = open_store(data, FakeClock())
    vault = Vault(data / "vault", store.journal, FakeClock(), recovery_keys=lambda: (names[1],))
    vault.recover()
    assert not list((data / "vault").rglob("*.tmp")), f"seed {seed}"
    assert [vault.renew(item) for item in vault.behind()] in ([], [True]), f"seed {seed}"
    assert _sealed(data, content, keys[1]), f"seed {seed}"
    assert store.journal.verify()[1], f"seed {seed}"
    store.close()


def _sealed(data: Path, content: bytes, key: pyrage.x25519.Identity | None = None) -> bool:
    """Tell whether a key, the vault's own unless it is given, gives the content back."""
    folder = data / "vault"
    own = (folder / KEY).read_text("ascii").strip()
    key = key or pyrage.x25519.Identity.from_str(own)
    for sealed in (folder / "items").glob("*.age"):
        try:
            if pyrage.decrypt(sealed.read_bytes(), [key]).split(b"\n", 1)[1] == content:
                return True
        except pyrage.DecryptError:
            continue
    return False


def _swap(link: Path, own: Path, foreign: Path, stop: threading.Event) -> None:
    """Let a name be now a file, now a link to somebody else's, as fast as the disk goes."""
    other = link.with_name("other")
    for count in itertools.count():
        if stop.is_set():
            return
        if count % 2:
            other.symlink_to(foreign)
        else:
            os.link(own, other)
            own.unlink()
            own.write_bytes(b"mine")
        other.replace(link)


@pytest.mark.timeout(900)
def test_row_39_a_link_that_is_swapped_in_never_leads_to_another_file(tmp_path: Path) -> None:
    foreign, link, own = tmp_path / "foreign", tmp_path / "a.csv", tmp_path / "own"
    foreign.write_bytes(SECRET)
    own.write_bytes(b"mine")
    link.write_bytes(b"mine")
    stranger = foreign.stat().st_ino
    had = refused = 0
    with running(_swap, link, own, foreign):
        for _ in range(TRIES):
            try:
                with opened(link) as source:
                    assert os.fstat(source.file.fileno()).st_ino != stranger
                    had += 1
            except VaultError:
                refused += 1
    assert had + refused == TRIES
    assert had, "the file itself was never opened, so nothing was tried"
    assert refused, "no link was ever met, so nothing was tried"


@pytest.mark.timeout(600)
def test_row_39_nothing_of_another_file_is_moved(tmp_path: Path, vault: Vault) -> None:
    foreign, link, own = tmp_path / "foreign", tmp_path / "home" / "a.csv", tmp_path / "own"
    link.parent.mkdir()
    foreign.write_bytes(SECRET)
    own.write_bytes(b"mine")
    link.write_bytes(b"mine")
    moved = 0
    with running(_swap, link, own, foreign):
        for _ in range(400):
            try:
                vault.put(link)
                moved += 1
            except VaultError:
                continue
    assert foreign.read_bytes() == SECRET
    for item in vault.items():
        back = vault.restore(item.id, tmp_path / "back" / item.id)
        assert back.read_bytes() == b"mine"


def _grow(file: Path, grown: threading.Semaphore, stop: threading.Event) -> None:
    """Write line after line, as a program that exports does; it never looks back."""
    with file.open("ab", buffering=0) as target:
        for number in itertools.count():
            if stop.is_set():
                return
            target.write(b"line %d\n" % number)
            grown.release()


@pytest.mark.timeout(600)
def test_row_42_a_file_that_grows_is_left_and_moved_once_it_rests(
    tmp_path: Path, vault: Vault
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    file = home / "export.csv"
    file.write_bytes(b"")
    grown = threading.Semaphore(0)
    with running(_grow, file, grown):
        for _ in range(60):
            assert grown.acquire(timeout=60), "the program writes, however busy the machine is"
            with pytest.raises(VaultError):
                vault.put(file)
    assert vault.items() == ()
    lines = file.read_bytes().splitlines()
    assert lines == [b"line %d" % number for number in range(len(lines))], "not a line is lost"
    whole = file.read_bytes()
    item = vault.put(file)
    assert not file.exists()
    assert vault.restore(item.id).read_bytes() == whole
