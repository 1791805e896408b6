"""The `age` program opens what the vault wrote, with the device's key and with the recovery key.

The program is another implementation (Go) of the same format; the one here is Rust's. The broken
files follow the cases of C2SP/CCTV's age vectors: each is made here from a file of our own.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest

from agentguard.base.errors import VaultError
from agentguard.platforms.simulated import FakeClock
from agentguard.store.agent_store import Store
from agentguard.vault.keys import KEY
from agentguard.vault.sealed_file import BrokenSeal, Nothing, peek, unseal
from agentguard.vault.vault import Vault

pytestmark = pytest.mark.posix  # the program is Debian's
SIZES = (0, 1, 65_535, 65_536, 65_537, 200_000)
"""Around the format's chunks of 64 KiB (https://c2sp.org/age)."""


def opened_by_age(sealed: Path, key: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["age", "--decrypt", "--identity", key, sealed], capture_output=True, check=False
    )


@pytest.fixture
def rescue(tmp_path: Path) -> Path:
    """Make the organisation's key with the program itself, as an officer would."""
    file = tmp_path / "recovery.txt"
    subprocess.run(["age-keygen", "-o", file], check=True, capture_output=True)
    return file


@pytest.fixture
def shared(tmp_path: Path, store: Store, clock: FakeClock, rescue: Path) -> Vault:
    public = re.findall(r"public key: (age1\S+)", rescue.read_text())
    return Vault(
        tmp_path / "data" / "vault", store.journal, clock, recovery_keys=lambda: tuple(public)
    )


@pytest.mark.parametrize("size", SIZES)
def test_both_keys_open_a_file_of_any_size(
    shared: Vault, home: Path, tmp_path: Path, rescue: Path, size: int
) -> None:
    content = bytes(range(256)) * (size // 256) + bytes(size % 256)
    (home / "a.bin").write_bytes(content)
    item = shared.put(home / "a.bin")
    folder = tmp_path / "data" / "vault"
    for key in (folder / KEY, rescue):
        said = opened_by_age(folder / "items" / f"{item.id}.age", key)
        assert said.returncode == 0, said.stderr
        assert said.stdout.partition(b"\n")[2] == content, key.name


@pytest.mark.parametrize("size", SIZES)
def test_a_file_that_was_sealed_anew_is_opened_by_the_new_key_alone(
    tmp_path: Path, store: Store, clock: FakeClock, home: Path, size: int
) -> None:
    """The new header is our own work: the program, another's, must read it."""
    files = [tmp_path / name for name in ("earlier.txt", "later.txt")]
    for file in files:
        subprocess.run(["age-keygen", "-o", file], check=True, capture_output=True)
    publics = [re.findall(r"public key: (age1\S+)", file.read_text())[0] for file in files]
    folder, named = tmp_path / "data" / "vault", publics[:1]
    vault = Vault(folder, store.journal, clock, recovery_keys=lambda: tuple(named))
    (home / "a.bin").write_bytes(b"x" * size)
    item = vault.put(home / "a.bin").id
    named[0] = publics[1]
    assert vault.renew(item)
    sealed = folder / "items" / f"{item}.age"
    assert opened_by_age(sealed, files[0]).returncode != 0
    for key in (folder / KEY, files[1]):
        said = opened_by_age(sealed, key)
        assert said.returncode == 0, said.stderr
        assert said.stdout.partition(b"\n")[2] == b"x" * size


def test_a_key_of_somebody_else_opens_nothing(shared: Vault, home: Path, tmp_path: Path) -> None:
    (home / "a.bin").write_bytes(b"made-up")
    item = shared.put(home / "a.bin")
    other = tmp_path / "other.txt"
    subprocess.run(["age-keygen", "-o", other], check=True, capture_output=True)
    said = opened_by_age(tmp_path / "data" / "vault" / "items" / f"{item.id}.age", other)
    assert said.returncode != 0
    assert said.stdout == b""


def test_what_the_program_sealed_is_read_here(tmp_path: Path, rescue: Path) -> None:
    """The same format, not just our own reading of it; another inner line is refused in words."""
    public = re.findall(r"public key: (age1\S+)", rescue.read_text())[0]
    plain, sealed = tmp_path / "plain", tmp_path / "sealed"
    plain.write_bytes(b"no line of ours\nmade-up")
    subprocess.run(["age", "-r", public, "-o", sealed, plain], check=True)
    secret = re.findall(r"AGE-SECRET-KEY-\S+", rescue.read_text())[0]
    key = pyrage.x25519.Identity.from_str(secret)
    assert pyrage.decrypt(sealed.read_bytes(), [key]) == plain.read_bytes()
    with sealed.open("rb") as file, pytest.raises(BrokenSeal):
        peek(file, key)


def _no_mac(sealed: bytes) -> bytes:
    return re.sub(rb"\n--- [^\n]*\n", b"\n---\n", sealed, count=1)


def _other_mac(sealed: bytes) -> bytes:
    return re.sub(
        rb"\n--- (.)", lambda m: b"\n--- " + (b"A" if m[1] != b"A" else b"B"), sealed, count=1
    )


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "another version": lambda s: s.replace(b"/v1\n", b"/v2\n", 1),
    "a header without its MAC": _no_mac,
    "a header with another MAC": _other_mac,
    "a carriage return in the header": lambda s: s.replace(b"/v1\n", b"/v1\r\n", 1),
    "no recipient": lambda s: re.sub(rb"-> X25519 [^\n]*\n[^\n]*\n", b"", s),
    "an empty file": lambda _s: b"",
    "a header alone": lambda s: s[: s.index(b"\n--- ") + 48],
    "no last chunk": lambda s: s[:-40],
    "a chunk cut short": lambda s: s[:-1],
    "something behind the end": lambda s: s + b"\0",
    "a flipped bit of the last chunk": lambda s: s[:-1] + bytes([s[-1] ^ 1]),
    "the last chunk twice": lambda s: s + s[-(len(s) % 65_552 or 65_552) :],
    "armoured": lambda s: b"-----BEGIN AGE ENCRYPTED FILE-----\n" + s,
}


@pytest.mark.parametrize("case", BROKEN)
def test_neither_opens_what_is_broken(shared: Vault, home: Path, tmp_path: Path, case: str) -> None:
    (home / "a.bin").write_bytes(b"x" * 100_000)
    item = shared.put(home / "a.bin")
    folder = tmp_path / "data" / "vault"
    sealed = folder / "items" / f"{item.id}.age"
    broken = BROKEN[case](sealed.read_bytes())
    assert broken != sealed.read_bytes()
    sealed.write_bytes(broken)
    assert opened_by_age(sealed, folder / KEY).returncode != 0
    key = pyrage.x25519.Identity.from_str((folder / KEY).read_text("ascii").strip())
    with sealed.open("rb") as file, pytest.raises(BrokenSeal):
        unseal(file, Nothing(), key)
    with pytest.raises(VaultError):
        shared.restore(item.id)
    assert sealed.exists(), "a damaged file is kept for who may mend it"
    assert not [f for f in home.iterdir() if f.suffix == ".bin"], "nothing half is put back"
