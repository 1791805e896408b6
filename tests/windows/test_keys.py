"""Keys in Windows' own stores: DPAPI, and Credential Manager of versions before."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from ctypes import wintypes
from pathlib import Path

import pytest

from agentguard import platforms
from agentguard.base.errors import SecretError
from agentguard.commands import _setup_data
from agentguard.commands._capabilities import Standing
from agentguard.commands._machine import keys
from agentguard.platforms._win32 import protected
from agentguard.platforms._win32.api import BOOL, DWORD, VOID, advanced
from agentguard.platforms._win32.protected import (
    BOUND,
    FORMER,
    UNBOUND,
    InCredentialManager,
    Protected,
    bound,
    former,
    seal,
    unbound,
    unseal,
)
from agentguard.ports.secrets import SecretPlace, Slot
from agentguard.trust.secret_store import FILE, Kept, Safe

SECRET, OTHER = b"s" * 32, b"o" * 32
NAMES = (BOUND, UNBOUND)
LOCAL_MACHINE = 2
_write = advanced("CredWriteW", BOOL, VOID, DWORD)


class Before(InCredentialManager):
    """A half as versions before made it."""

    def make(self, slot: Slot) -> bytes:
        half = b"h" * 32
        blob = ctypes.create_string_buffer(half, len(half))
        made = protected._Credential(
            type=1,
            target=f"AgentGuard/{slot.file.name}/{slot.id}",
            size=len(half),
            blob=ctypes.addressof(blob),
            persist=LOCAL_MACHINE,
            user="AgentGuard",
        )
        assert _write(ctypes.byref(made), 0)
        return half


def before() -> Protected:
    return Protected(FORMER, "bound", Before())


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "AgentGuard").mkdir()
    yield tmp_path / "AgentGuard" / "device.key"
    for name in targets():
        protected.delete_credential(name, "")


def targets() -> list[str]:
    """Give the names of what is kept in Credential Manager, as `cmdkey /list` does."""
    library = ctypes.WinDLL("advapi32")
    count, found = wintypes.DWORD(), ctypes.c_void_p()
    if not library.CredEnumerateW("AgentGuard/*", 0, ctypes.byref(count), ctypes.byref(found)):
        return []
    every = ctypes.cast(found, ctypes.POINTER(ctypes.POINTER(protected._Credential)))
    names = [every[i].contents.target for i in range(count.value)]
    assert all(every[i].contents.persist == LOCAL_MACHINE for i in range(count.value))
    library.CredFree(found)
    return names


def safe(file: Path, *places: SecretPlace) -> Safe:
    return Safe(file, places, whole=lambda secret: len(secret) == len(SECRET))


def held(folder: Path) -> bytes:
    return b"".join(found.read_bytes() for found in folder.iterdir())


def test_the_device_is_bound_to_this_computer_and_the_vault_to_its_person() -> None:
    places = platforms.secret_places()
    assert [place.name for place in places.device] == [*NAMES, FORMER]
    assert [place.name for place in places.vault] == [UNBOUND]


def test_what_is_sealed_opens_with_the_same_entropy_alone() -> None:
    sealed = seal(SECRET, b"one")
    assert sealed is not None
    assert SECRET not in sealed
    assert unseal(sealed, b"one") == SECRET
    assert unseal(sealed, b"two") is None
    assert unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), b"one") is None
    assert unseal(b"", b"one") is None


@pytest.mark.parametrize("made", [bound, unbound], ids=NAMES)
def test_a_secret_is_kept_given_back_and_forgotten(
    made: Callable[[], Protected], file: Path
) -> None:
    place, slot = made(), Slot(id="a" * 32, file=file)
    assert place.load(slot) is None
    place.save(slot, SECRET)
    assert place.load(slot) == SECRET
    place.save(slot, OTHER)
    assert made().load(slot) == OTHER
    assert SECRET not in held(file.parent)
    assert apart(file).is_dir() is (made is bound)
    place.forget(slot)
    place.forget(slot)
    assert place.load(slot) is None
    assert list(file.parent.iterdir()) == []
    assert not apart(file).exists()


def apart(file: Path) -> Path:
    return file.parent.with_name("AgentGuard-apart")


def test_row_139_nothing_is_put_into_credential_manager_any_more(file: Path) -> None:
    """Nobody but its person could take it out again, so that a removal would leave it."""
    safe(file, *platforms.secret_places().device).save(SECRET)
    assert targets() == []
    with pytest.raises(SecretError, match="former, credential-manager"):
        former().save(Slot(id="a" * 32, file=file), SECRET)
    assert targets() == []


def test_row_139_what_a_version_before_put_there_moves_and_nothing_of_it_stays(
    file: Path,
) -> None:
    assert safe(file, before()).save(SECRET).place == FORMER
    assert len(targets()) == 1
    kept = safe(file, *platforms.secret_places().device).load()
    assert kept == Kept(secret=SECRET, place=BOUND)
    assert targets() == []
    assert not list(file.parent.glob("*.bound"))


def test_row_139_a_removal_takes_both_folders_of_every_person(file: Path, tmp_path: Path) -> None:
    safe(file, *platforms.secret_places().device).save(SECRET)
    machine = tmp_path / "machine"
    (machine / "private").mkdir(parents=True)
    done = _setup_data.purge(machine, (file.parent, apart(file)))
    assert done == _setup_data.Purged(left=0, vaults=0)
    assert not file.parent.exists()
    assert not apart(file).exists()


def test_row_139_a_copy_of_the_data_folder_alone_opens_nothing(file: Path, tmp_path: Path) -> None:
    places = platforms.secret_places().device
    safe(file, *places).save(SECRET)
    copy = tmp_path / "elsewhere" / "AgentGuard"
    shutil.copytree(file.parent, copy)
    with pytest.raises(SecretError, match="gone, dpapi-apart"):
        safe(copy / file.name, *places).load()


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
    assert said.stdout.split() == [BOUND, SECRET.hex()]


def test_a_key_of_the_version_that_knew_files_alone_moves(file: Path) -> None:
    file.write_bytes(SECRET)
    places = platforms.secret_places().device
    assert safe(file, *places).load() == Kept(secret=SECRET, place=BOUND)
    assert not file.exists()
    assert SECRET not in held(file.parent)
    assert safe(file, *platforms.secret_places().device).load() == Kept(secret=SECRET, place=BOUND)


def test_a_half_that_is_gone_loses_the_device_and_not_the_vault(file: Path) -> None:
    places = platforms.secret_places()
    vault = file.with_name("vault.key")
    safe(file, *places.device).save(SECRET)
    safe(vault, *places.vault).save(OTHER)
    shutil.rmtree(apart(file))
    with pytest.raises(SecretError, match="gone, dpapi-apart"):
        safe(file, *places.device).load()
    assert safe(vault, *places.vault).load() == Kept(secret=OTHER, place=UNBOUND)


def test_a_half_that_was_changed_opens_nothing(file: Path) -> None:
    places = platforms.secret_places().device
    safe(file, *places).save(SECRET)
    (half,) = apart(file).iterdir()
    half.write_bytes(half.read_bytes()[:-1])
    with pytest.raises(SecretError, match="damaged, dpapi-apart"):
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


def test_where_the_half_cannot_be_kept_the_protected_file_serves_and_moves_later(
    file: Path,
) -> None:
    apart(file).write_text("in the way")
    places = platforms.secret_places().device
    assert safe(file, *places).save(SECRET).place == UNBOUND
    apart(file).unlink()
    assert safe(file, *places).load() == Kept(secret=SECRET, place=BOUND)
    assert not list(file.parent.glob("*.sealed"))


def test_without_windows_stores_the_file_serves(file: Path) -> None:
    file.write_bytes(SECRET)
    assert safe(file).load() == Kept(secret=SECRET, place=FILE)


def test_the_doctor_tries_both_places_and_leaves_nothing(file: Path) -> None:
    found = {one.name: one.standing for one in keys(file.parent, platforms.secret_places())}
    assert {found[name] for name in NAMES} == {Standing.WORKS}
    assert found[FORMER] is Standing.ABSENT
    assert list(file.parent.iterdir()) == []
    assert targets() == []
