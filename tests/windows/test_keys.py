"""Keys in Windows' own stores: Credential Manager and DPAPI, as one person's programs see them."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Iterator
from ctypes import wintypes
from pathlib import Path

import pytest

from agentguard import platforms
from agentguard.base.errors import SecretError
from agentguard.commands._capabilities import Standing
from agentguard.commands._keys import keys
from agentguard.platforms._win32 import credentials
from agentguard.platforms._win32.protected import Protected, seal, unseal
from agentguard.ports.secrets import SecretPlace, Slot
from agentguard.trust.secret_store import FILE, Kept, Safe

SECRET, OTHER = b"s" * 32, b"o" * 32
NAMES = ("credential-manager", "dpapi")
LOCAL_MACHINE = 2


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "device.key"
    for name in targets():
        credentials.delete(name, "")


def targets() -> list[str]:
    """Give the names of what is kept in Credential Manager, as `cmdkey /list` does."""
    advanced = ctypes.WinDLL("advapi32")
    count, found = wintypes.DWORD(), ctypes.c_void_p()
    if not advanced.CredEnumerateW("AgentGuard/*", 0, ctypes.byref(count), ctypes.byref(found)):
        return []
    every = ctypes.cast(found, ctypes.POINTER(ctypes.POINTER(credentials._Credential)))
    names = [every[i].contents.target for i in range(count.value)]
    assert all(every[i].contents.persist == LOCAL_MACHINE for i in range(count.value))
    advanced.CredFree(found)
    return names


def safe(file: Path, *places: SecretPlace) -> Safe:
    return Safe(file, places, whole=lambda secret: len(secret) == len(SECRET))


def held(folder: Path) -> bytes:
    return b"".join(found.read_bytes() for found in folder.iterdir())


def test_the_device_is_bound_to_this_computer_and_the_vault_to_its_person() -> None:
    places = platforms.secret_places()
    assert [place.name for place in places.device] == [*NAMES]
    assert [place.name for place in places.vault] == ["dpapi"]


def test_what_is_sealed_opens_with_the_same_entropy_alone() -> None:
    sealed = seal(SECRET, b"one")
    assert sealed is not None
    assert SECRET not in sealed
    assert unseal(sealed, b"one") == SECRET
    assert unseal(sealed, b"two") is None
    assert unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), b"one") is None
    assert unseal(b"", b"one") is None


@pytest.mark.parametrize("bound", [True, False], ids=NAMES)
def test_a_secret_is_kept_given_back_and_forgotten(bound: bool, file: Path) -> None:
    place, slot = Protected(bound=bound), Slot(id="a" * 32, file=file)
    assert place.load(slot) is None
    place.save(slot, SECRET)
    assert place.load(slot) == SECRET
    place.save(slot, OTHER)
    assert Protected(bound=bound).load(slot) == OTHER
    assert SECRET not in held(file.parent)
    assert len(targets()) == int(bound)
    place.forget(slot)
    place.forget(slot)
    assert place.load(slot) is None
    assert targets() == []
    assert list(file.parent.iterdir()) == []


def test_another_program_of_the_person_reads_it(file: Path) -> None:
    safe(file, *platforms.secret_places().device).save(SECRET)
    show = (
        "import sys; from pathlib import Path; from agentguard import platforms\n"
        "from agentguard.trust import secret_store\n"
        "kept = secret_store.Safe(Path(sys.argv[1]), platforms.secret_places().device).load()\n"
        "print(kept.place, kept.secret.hex())"
    )
    said = subprocess.run(
        (sys.executable, "-c", show, file), capture_output=True, text=True, check=True, timeout=90
    )
    assert said.stdout.split() == ["credential-manager", SECRET.hex()]


def test_a_key_of_the_version_that_knew_files_alone_moves(file: Path) -> None:
    file.write_bytes(SECRET)
    places = platforms.secret_places().device
    assert safe(file, *places).load() == Kept(secret=SECRET, place="credential-manager")
    assert not file.exists()
    assert SECRET not in held(file.parent)
    assert safe(file, *platforms.secret_places().device).load() == Kept(
        secret=SECRET, place="credential-manager"
    )


def test_a_cleared_credential_manager_loses_the_device_and_not_the_vault(file: Path) -> None:
    places = platforms.secret_places()
    vault = file.with_name("vault.key")
    safe(file, *places.device).save(SECRET)
    safe(vault, *places.vault).save(OTHER)
    for name in targets():
        credentials.delete(name, "")
    with pytest.raises(SecretError, match="gone, credential-manager"):
        safe(file, *places.device).load()
    assert safe(vault, *places.vault).load() == Kept(secret=OTHER, place="dpapi")


def test_a_half_that_was_changed_opens_nothing(file: Path) -> None:
    places = platforms.secret_places().device
    safe(file, *places).save(SECRET)
    (name,) = targets()
    credentials.write(name, b"x" * 32, "")
    with pytest.raises(SecretError, match="damaged, credential-manager"):
        safe(file, *places).load()


def test_a_sealed_file_that_is_gone_or_damaged_is_told(file: Path) -> None:
    (place,) = platforms.secret_places().vault
    safe(file, place).save(SECRET)
    (sealed,) = file.parent.glob("*.sealed")
    data = sealed.read_bytes()
    sealed.write_bytes(data[:-1])
    with pytest.raises(SecretError, match="damaged, dpapi"):
        safe(file, place).load()
    sealed.unlink()
    with pytest.raises(SecretError, match="gone, dpapi"):
        safe(file, place).load()


def test_where_credential_manager_is_forbidden_the_protected_file_serves_and_moves_later(
    file: Path,
) -> None:
    """As under the rule "Do not allow storage of passwords and credentials"."""
    bound, unbound = platforms.secret_places().device
    assert safe(file, unbound).save(SECRET).place == "dpapi"
    assert safe(file, bound, unbound).load() == Kept(secret=SECRET, place="credential-manager")
    assert not list(file.parent.glob("*.sealed"))


def test_without_windows_stores_the_file_serves(file: Path) -> None:
    file.write_bytes(SECRET)
    assert safe(file).load() == Kept(secret=SECRET, place=FILE)


def test_the_doctor_tries_both_places_and_leaves_nothing(file: Path) -> None:
    found = {one.name: one.standing for one in keys(file.parent, platforms.secret_places())}
    assert {found[name] for name in NAMES} == {Standing.WORKS}
    assert list(file.parent.iterdir()) == []
    assert targets() == []
