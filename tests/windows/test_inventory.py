"""The inventory of a Windows machine: its real registry, files and processes."""

from __future__ import annotations

import ctypes
import json
import shutil
import subprocess
import winreg
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import wintypes
from pathlib import Path

import pytest

from agentguard.model.facts import Kind, Software, SoftwareSeen
from agentguard.platforms._win32 import api, people, registry, software_keys
from agentguard.platforms._win32.described import Security, descriptor
from agentguard.platforms._win32.installer_answers import packed
from agentguard.platforms._win32.people import LIST, PATH
from agentguard.platforms._win32.probes import software
from agentguard.platforms._win32.signers import version
from agentguard.platforms._win32.tokens import own_sid
from tests.windows.test_probes import AT, POLICY, Keys

NAME = "AgentGuard test Größe"
OTHER = "S-1-5-21-1111111111-2222222222-3333333333-1001"
PACKAGE = "Maker.Tool_1.2.3.0_x64__abcdefghjkmnp"
PRODUCT, UPGRADE = (f"{{{n * 8}-0000-0000-0000-000000000000}}" for n in "12")

_DACL = 4  # DACL_SECURITY_INFORMATION
_secure = api.advanced(
    "RegSetKeySecurity", wintypes.LONG, ctypes.c_void_p, api.DWORD, ctypes.c_void_p
)


@pytest.fixture
def keys() -> Iterator[Keys]:
    made = Keys()
    made(registry.USER, rf"{software.PACKAGES}\{PACKAGE}", PackageID=PACKAGE)
    made(registry.MACHINE, rf"{software.UNINSTALL}\{NAME}", DisplayName=NAME)
    yield made
    made.take_back()


@pytest.fixture
def other(keys: Keys) -> Iterator[Keys]:
    """Have somebody else be signed in, as far as the registry tells."""
    del keys
    made = Keys()
    yield made
    for tree in (OTHER, f"{OTHER}_Classes"):
        _remove(winreg.HKEY_USERS, tree)


def _remove(root: int, path: str) -> None:
    for child in registry.children(root, path):
        _remove(root, rf"{path}\{child}")
    if registry.there(root, path):
        winreg.DeleteKey(root, path)


def look() -> SoftwareSeen:
    seen = software.read(AT, POLICY)
    assert isinstance(seen, SoftwareSeen)
    return seen


def named(name: str) -> list[Software]:
    return [one for one in look().items if one.name == name]


def test_row_167_what_another_person_has_is_listed_without_her(other: Keys) -> None:
    entry = rf"{OTHER}\{software.UNINSTALL}\Dialler"
    other(winreg.HKEY_USERS, entry, DisplayName="Her dialler", DisplayVersion="1.0")
    packages = rf"{OTHER}_Classes\{software._PACKAGES}"
    other(winreg.HKEY_USERS, rf"{packages}\Her.Tool_1.0.0.0_x64__abcdefghjkmnp", PackageID="x")
    assert people.others() == (OTHER,)
    seen = look()
    hers = {(one.name, one.scope) for one in seen.items if one.scope == "other-user"}
    assert hers == {("Her dialler", "other-user"), ("Her.Tool", "other-user")}
    assert "S-1-5-21" not in repr(seen)
    assert own_sid() not in people.others()


def test_row_167_who_is_not_signed_in_is_told_and_never_none(keys: Keys, tmp_path: Path) -> None:
    assert look().unread == ""
    assert not people.absent()
    keys(registry.MACHINE, rf"{LIST}\{OTHER}", **{PATH: str(tmp_path / "gone")})
    assert not people.absent()  # an entry that was left behind
    keys(registry.MACHINE, rf"{LIST}\{OTHER}", **{PATH: str(tmp_path)})
    assert look().unread == "software-others"


@contextmanager
def closed(root: int, path: str) -> Iterator[None]:
    """Let nobody read a key, and give it back."""
    with winreg.OpenKey(root, path, 0, winreg.KEY_ALL_ACCESS) as key:
        _protect(key, "D:P(D;;KR;;;WD)(A;;KA;;;WD)")
        try:
            yield
        finally:
            _protect(key, "D:P(A;;KA;;;WD)")


def _protect(key: object, rights: str) -> None:
    with Security(rights) as attributes:
        assert _secure(int(key), _DACL, descriptor(attributes)) == 0  # type: ignore[call-overload]


def test_row_168_a_key_that_may_not_be_read_is_told_and_the_others_are_listed(keys: Keys) -> None:
    for name in ("Aa", "Zz"):
        keys(registry.USER, rf"{software.UNINSTALL}\{name}", DisplayName=name)
    with closed(winreg.HKEY_CURRENT_USER, rf"{software.UNINSTALL}\Aa"):
        seen = look()
    names = {one.name for one in seen.items}
    assert (seen.unread, "Zz" in names, "Aa" in names) == ("software-part", True, False)


def test_row_167_a_person_whose_keys_are_refused_is_told(other: Keys) -> None:
    entry = rf"{OTHER}\{software.UNINSTALL}"
    other(winreg.HKEY_USERS, entry, x="y")
    with closed(winreg.HKEY_USERS, entry):
        assert look().unread == "software-others"
    assert look().unread == ""


def test_a_package_of_windows_installer_has_its_upgrade_code(keys: Keys) -> None:
    entry = rf"{software.UNINSTALL}\{PRODUCT}"
    keys(registry.MACHINE, entry, DisplayName="Package", WindowsInstaller=1)
    codes = rf"{software_keys.UPGRADES}\{packed(UPGRADE)}"
    keys(registry.MACHINE, codes, **{packed(PRODUCT): ""})
    (item,) = named("Package")
    assert (item.ident, item.scope) == (UPGRADE, "machine")


def test_a_package_for_one_person_has_its_upgrade_code_too(keys: Keys) -> None:
    entry = rf"{software.UNINSTALL}\{PRODUCT}"
    keys(registry.USER, entry, DisplayName="Her package", WindowsInstaller=1)
    codes = rf"{software_keys.OWN_UPGRADES}\{packed(UPGRADE)}"
    keys(registry.USER, codes, **{packed(PRODUCT): ""})
    (item,) = named("Her package")
    assert (item.ident, item.scope) == (UPGRADE, "user")


def test_runtimes_are_found_by_their_own_keys(keys: Keys) -> None:
    path = rf"{software_keys.DOTNET}\x64\sharedfx\Microsoft.NETCore.App"
    keys(registry.MACHINE, path, registry.NARROW, **{"8.0.11": 1, "6.0.36": 1})
    keys(registry.MACHINE, rf"{software_keys.VISUAL_C}\x86", registry.NARROW,
         Installed=1, Major=14, Minor=38, Bld=33135)  # fmt: skip
    keys(
        registry.MACHINE, rf"{software_keys.FRAMEWORK}\v4\Full", Release=528040, Version="4.8.04084"
    )
    found = {one.name: one for one in look().items if one.kind is Kind.RUNTIME}
    assert {
        "Microsoft .NET Runtime - 8.0.11 (x64)", "Microsoft .NET Runtime - 6.0.36 (x64)",
        "Microsoft Visual C++ v14 Redistributable (x86) - 14.38.33135",
        "Microsoft .NET Framework 4.8",
    } <= set(found)  # fmt: skip
    assert found["Microsoft .NET Framework 4.8"].version == "4.8.04084"


def test_office_tells_its_channel(keys: Keys) -> None:
    address = "http://officecdn.microsoft.com/pr/7ffbc6bf-bc32-4f92-8982-f9dd17fd3114"
    keys(registry.MACHINE, software_keys.OFFICE, ProductReleaseIds="O365ProPlusRetail",
         UpdateChannel=address, VersionToReport="16.0.17928.20588", Platform="x86")  # fmt: skip
    name = "Microsoft 365 Apps for enterprise - en-us"
    keys(registry.MACHINE, rf"{software.UNINSTALL}\O365ProPlusRetail - en-us", DisplayName=name)
    (item,) = named(name)
    assert (item.channel, item.version, item.arch) == (
        "semi-annual-enterprise", "16.0.17928.20588", "x86",
    )  # fmt: skip


def test_citrix_follows_its_long_term_release_where_that_is_set(keys: Keys) -> None:
    keys(registry.MACHINE, rf"{software.UNINSTALL}\CitrixOnlinePluginPackWeb",
         DisplayName="Citrix Workspace 2507")  # fmt: skip
    assert named("Citrix Workspace 2507")[0].channel == ""
    keys(registry.MACHINE, software_keys.CITRIX, registry.NARROW, LTSROnly="true")
    assert named("Citrix Workspace 2507")[0].channel == "ltsr"


def test_extensions_of_the_person_at_the_desk_are_listed(keys: Keys) -> None:
    del keys
    profile = Path.home() / "AppData/Local/Google/Chrome/User Data/Default"
    assert not profile.exists()
    profile.mkdir(parents=True)
    try:
        recorded = Path("tests/vectors/browsers/chrome-135-windows.json").read_bytes()
        (profile / "Preferences").write_text("{}")
        (profile / "Secure Preferences").write_bytes(recorded)
        seen = look()
        found = {one.name for one in seen.items if one.kind is Kind.EXTENSION}
        assert (found, seen.unread) == ({"Tab Namer", "Company Sign-in"}, "")
        folder = profile / "Extensions" / ("a" * 32) / "1_0"
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text('{"name": "On disk", "version": "1"}')
        entry = {"location": 1, "path": f"{'a' * 32}\\1_0"}
        told = {"extensions": {"settings": {"a" * 32: entry}}}
        (profile / "Preferences").write_text(json.dumps(told))
        assert "On disk" in {one.name for one in look().items}
        (profile / "Secure Preferences").write_text("{")
        assert look().unread == "software-extensions"
    finally:
        shutil.rmtree(profile.parents[3] / "Google")


def test_a_portable_program_that_runs_is_named_with_the_kind_of_its_folder(keys: Keys) -> None:
    del keys
    folder = Path.home() / "Downloads" / "maria.huber"
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / "Own Tool.exe"
    shutil.copy(r"C:\Windows\System32\cmd.exe", copy)
    child = subprocess.Popen([str(copy)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        found = [one for one in look().items if one.name == "Own Tool"]
    finally:
        child.communicate(b"exit\r\n", timeout=60)
        shutil.rmtree(folder, ignore_errors=True)
    assert [(one.source, one.scope) for one in found] == [("portable-downloads", "user")]
    assert "maria" not in repr(found)


def test_a_file_tells_its_version_where_it_has_one(tmp_path: Path) -> None:
    for file in ("kernel32.dll", "explorer.exe"):
        assert version(rf"C:\Windows\System32\{file}").count(".") == 3
    (tmp_path / "no program.exe").write_bytes(b"MZ")
    assert version(str(tmp_path / "no program.exe")) == version(str(tmp_path / "none")) == ""
