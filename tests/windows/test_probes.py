"""The facts of a Windows machine: its real registry, and components that Wine does not have."""

from __future__ import annotations

import importlib
import sys
import threading
import time
import winreg
from collections.abc import Callable, Iterator
from dataclasses import replace
from pkgutil import iter_modules
from typing import Any

import pytest

from agentguard import platforms
from agentguard.base.errors import PlatformError
from agentguard.base.translations import load
from agentguard.model.facts import AntivirusSeen, DisksSeen, FirewallSeen, Kind, ProgramsSeen
from agentguard.model.locking import LockLimitsSeen, Standing, effective
from agentguard.model.moments import Moment
from agentguard.model.policy import Contact, Policy, Watch
from agentguard.platforms._one_question import Question
from agentguard.platforms._software_gaps import PART
from agentguard.platforms._win32 import api, com, machine_answers, probes, registry
from agentguard.platforms._win32.adapters import adapters, connections
from agentguard.platforms._win32.component_answers import ComponentError
from agentguard.platforms._win32.lock_answers import INTUNE
from agentguard.platforms._win32.power import on_battery, plan
from agentguard.platforms._win32.print_answers import CHANNEL, OFF
from agentguard.platforms._win32.print_log import CHANNELS, events
from agentguard.platforms._win32.probes import (
    antivirus,
    auto_logon,
    backup,
    clipboard_history,
    disks,
    firewall,
    folders,
    lock_limits,
    networks,
    patches,
    printing,
    programs,
    remote_session,
    software,
    usb,
    vpn,
)
from agentguard.platforms._win32.remote_answers import session
from agentguard.platforms._win32.session import client_protocol

AT = Moment(boot=1.0, wall=1_700_000_000.0)
POLICY = Policy(
    name="test", version=1, description="", watch=Watch(folders=(), exclude=()), retention=(),
    backup_markers=(), contact=Contact(), controls={}, digest="",
)  # fmt: skip
NAME = "AgentGuard test Größe"
WORDS, NUMBER = winreg.REG_SZ, winreg.REG_DWORD


class Keys:
    """Writes values of the registry, and gives back what was there."""

    def __init__(self) -> None:
        self._made: list[tuple[int, str, int, str, tuple[object, int] | None]] = []
        self._new: list[tuple[int, str, int]] = []

    def __call__(self, root: int, path: str, view: int = registry.WIDE, **values: object) -> None:
        if not registry.there(root, path, view):
            self._new.append((root, path, view))
        with winreg.CreateKeyEx(root, path, 0, winreg.KEY_ALL_ACCESS | view) as key:
            for name, value in values.items():
                self._made.append((root, path, view, name, _before(key, name)))
                kind = NUMBER if isinstance(value, int) else WORDS
                winreg.SetValueEx(key, name, 0, kind, value)

    def take_back(self) -> None:
        while self._made:
            root, path, view, name, before = self._made.pop()
            with winreg.OpenKey(root, path, 0, winreg.KEY_ALL_ACCESS | view) as key:
                if before is None:
                    winreg.DeleteValue(key, name)
                else:
                    winreg.SetValueEx(key, name, 0, before[1], before[0])
        while self._new:
            root, path, view = self._new.pop()
            if registry.there(root, path, view):
                winreg.DeleteKeyEx(root, path, view, 0)


@pytest.fixture
def keys() -> Iterator[Keys]:
    made = Keys()
    yield made
    made.take_back()


def once(asked: Callable[[], Any]) -> Any:
    """Ask Windows a single question."""
    return com.question("test", 30, asked).ask()


def _before(key: object, name: str) -> tuple[object, int] | None:
    try:
        return winreg.QueryValueEx(key, name)
    except FileNotFoundError:
        return None


PACKAGE = "Maker.Tool_1.2.3.0_x64__abcdefghjkmnp"


def test_packages_of_the_user_are_listed_and_where_there_are_none_the_list_is_not_whole(
    keys,
) -> None:
    keys(registry.MACHINE, f"{software.UNINSTALL}\\{NAME}", DisplayName=NAME)
    assert software.read(AT, POLICY).unread == PART
    keys(registry.USER, f"{software.PACKAGES}\\{PACKAGE}", PackageID=PACKAGE)
    seen = software.read(AT, POLICY)
    assert not seen.unread
    found = [(i.name, i.version, i.kind) for i in seen.items if i.source == "appx"]
    assert found == [("Maker.Tool", "1.2.3.0", Kind.PROGRAM)]


def test_packages_that_the_computer_keeps_ready_are_listed_once(keys) -> None:
    keys(registry.USER, f"{software.PACKAGES}\\{PACKAGE}", PackageID=PACKAGE)
    for place, full in zip(
        software.PROVISIONED,
        ("Maker.Tool_9.0.0.0_neutral_~_abcdefghjkmnp", "Maker.Other_2.0.0.0_x64__abcdefghjkmnp"),
        strict=True,
    ):
        keys(registry.MACHINE, f"{place}\\{full}", Path="C:\\")
    found = {(i.name, i.version, i.source) for i in software.read(AT, POLICY).items}
    assert ("Maker.Tool", "1.2.3.0", "appx") in found
    assert ("Maker.Other", "2.0.0.0", "appx-machine") in found
    assert ("Maker.Tool", "9.0.0.0", "appx-machine") not in found


def test_software_of_both_views_and_of_the_user_is_listed(keys) -> None:
    for root, view, version in (
        (registry.MACHINE, registry.WIDE, "1.64"),
        (registry.MACHINE, registry.NARROW, "1.32"),
        (registry.USER, registry.WIDE, "1.1"),
    ):
        path = f"{software.UNINSTALL}\\{NAME} {version}"
        keys(root, path, view, DisplayName=NAME, DisplayVersion=version, Publisher="Åbo & Co")
    keys(registry.USER, f"{software.PACKAGES}\\{PACKAGE}", PackageID=PACKAGE)
    seen = software.read(AT, POLICY)
    found = {(i.version, i.source) for i in seen.items if i.name == NAME}
    assert found == {("1.64", "registry"), ("1.32", "registry-32"), ("1.1", "registry-user")}
    assert not seen.unread


def test_a_windows_without_a_single_program_is_not_believed() -> None:
    seen = software.read(AT, POLICY)
    sources = {item.source for item in seen.items if not item.source.startswith("portable-")}
    assert sources == {"windows"}
    assert seen.unread == PART


def test_a_hidden_component_is_not_listed(keys) -> None:
    path = f"{software.UNINSTALL}\\{NAME} part"
    keys(registry.MACHINE, path, DisplayName=f"{NAME} part", SystemComponent=1)
    assert f"{NAME} part" not in {item.name for item in software.read(AT, POLICY).items}


def test_windows_itself_is_listed() -> None:
    (windows,) = (i for i in software.read(AT, POLICY).items if i.source == "windows")
    build = sys.getwindowsversion().build
    assert windows.name.startswith("Windows")
    assert windows.version.split(".")[2] == str(build)
    entry = registry.values(registry.MACHINE, software.WINDOWS)
    assert (windows.kind, windows.edition) == (Kind.SYSTEM, entry.get("EditionID", ""))
    assert patches.read(AT, POLICY).build == windows.version.partition(".0.")[2]


@pytest.mark.parametrize(
    ("values", "edition"),
    [
        ({"EditionID": "EnterpriseS", "InstallationType": "Client"}, "EnterpriseS"),
        ({"EditionID": "ServerStandard", "InstallationType": "Server"}, "ServerStandard"),
        ({"EditionID": "ServerStandard", "InstallationType": "Client"}, ""),
    ],
)
def test_the_edition_is_read_and_believed_where_nothing_speaks_against_it(
    keys, values, edition
) -> None:
    keys(registry.MACHINE, software.WINDOWS, **values)
    (windows,) = (i for i in software.read(AT, POLICY).items if i.source == "windows")
    assert windows.edition == edition


def test_the_limit_of_device_management_is_read(keys) -> None:
    keys(
        registry.MACHINE, lock_limits.MANAGED, MaxInactivityTimeDeviceLock=7,
        DevicePasswordEnabled=0,
    )  # fmt: skip
    found = {s.name: s for s in lock_limits.read(AT, POLICY).sources}
    assert (found[INTUNE].standing, found[INTUNE].seconds) == (Standing.LOCKS, 420)


def test_what_policies_order_of_the_firewall_is_read(keys) -> None:
    none = {profile: (None,) * (2 * len(names)) for profile, names in firewall.NAMES.items()}
    assert firewall.managed() == none
    keys(registry.MACHINE, f"{firewall.STORES[0]}\\PublicProfile", EnableFirewall=0)
    keys(registry.MACHINE, f"{firewall.STORES[0]}\\StandardProfile", EnableFirewall=1)
    keys(registry.MACHINE, f"{firewall.STORES[1]}\\DomainProfile", EnableFirewall=0)
    assert firewall.managed() == {1: (None, 0), 2: (1, None, None, None), 4: (0, None)}


class Made:
    """An object of the update client, which Wine has not, with the properties as documented."""

    def __init__(self, **properties: object) -> None:
        self._properties = properties

    def get(self, name: str, *arguments: object) -> object:
        value = self._properties[name]
        return value[arguments[0]] if arguments else value


def listed(*items: object) -> Made:
    """Make a collection, as of updates or categories."""
    return Made(Count=len(items), Item=items)


def an_update(*categories: str, **properties: object) -> Made:
    return Made(
        Identity=Made(UpdateID="A-1"),
        Categories=listed(*(Made(CategoryID=one) for one in categories)),
        **{"MsrcSeverity": None, "LastDeploymentChangeTime": 45244.0, **properties},
    )


def test_what_waits_is_read_update_by_update() -> None:
    found = patches.found(
        Made(
            ResultCode=2,
            Updates=listed(
                an_update("0FA1201D-4330-4FA8-8AE9-B877473B6441", LastDeploymentChangeTime=45230.5),
                an_update("E0789628-CE08-4437-BE74-2495B842F43B", MsrcSeverity="Critical"),
                an_update("drivers"),
            ),
        )
    )
    seen = machine_answers.patches((45244.0, 45244.0), found, (), "26100.1", AT)
    assert (seen.security, seen.waiting, seen.oldest) == (1, ("a-1",), 1_698_753_600.0)


@pytest.mark.parametrize("code", [1, 3, 4, 5])
def test_a_search_that_did_not_end_well_counts_nothing(code: int) -> None:
    assert patches.found(Made(ResultCode=code, Updates=listed())) is None


def test_the_users_screen_saver_is_read(keys) -> None:
    keys(
        registry.USER, lock_limits.USER, ScreenSaveActive="1", ScreenSaverIsSecure="1",
        ScreenSaveTimeOut="420", **{"SCRNSAVE.EXE": "scrnsave.scr"},
    )  # fmt: skip
    winner = effective(lock_limits.read(AT, POLICY).sources)
    assert (winner.name, winner.seconds, winner.managed) == ("Screen saver", 420, False)


def test_policy_and_machine_limit_are_read(keys) -> None:
    keys(registry.USER, lock_limits.POLICY, ScreenSaveActive="0")
    keys(registry.MACHINE, lock_limits.MACHINE, InactivityTimeoutSecs=840)
    seen = lock_limits.read(AT, POLICY)
    winner = effective(seen.sources)
    assert (winner.name, winner.seconds) == ("Machine inactivity limit", 840)
    assert Standing.OVERRULED in {source.standing for source in seen.sources}


def test_automatic_sign_in_is_read(keys) -> None:
    assert auto_logon.read(AT, POLICY).on is False
    keys(registry.MACHINE, auto_logon.WINLOGON, AutoAdminLogon="1", DefaultUserName="agent")
    assert auto_logon.read(AT, POLICY).on is True
    keys(registry.MACHINE, auto_logon.WINLOGON, AutoAdminLogon="0")
    assert auto_logon.read(AT, POLICY).on is False


def test_what_leaves_a_remote_session_is_read_from_its_policies(keys) -> None:
    assert client_protocol() in {0, None}
    assert remote_session.read(AT, POLICY).protocol == ""
    keys(registry.USER, f"{remote_session.VIEWS}\\{api.own_session()}", ViewClient_Protocol="PCOIP")
    for path, state, goes_out in ((1, 2, False), (0, 1, True)):
        keys(
            registry.MACHINE,
            remote_session.PCOIP[path],
            **{"pcoip.server_clipboard_state": state},
        )
        seen = remote_session.read(AT, POLICY)
        assert (seen.protocol, seen.clipboard, seen.drives) == ("PCOIP", goes_out, None)


def test_row_144_the_signs_of_a_session_that_is_shown_elsewhere_are_read(keys) -> None:
    here = api.own_session()
    assert (remote_session.signs().glass, remote_session.signs().cloud) == (None, False)
    keys(registry.MACHINE, remote_session.SERVER, GlassSessionId=here)
    assert remote_session.read(AT, POLICY).protocol == ""
    keys(registry.MACHINE, remote_session.SERVER, GlassSessionId=here + 1)
    assert remote_session.signs().glass == here + 1
    assert remote_session.read(AT, POLICY).protocol == "remote"
    with winreg.CreateKey(registry.MACHINE, remote_session.CLOUD_AGENT):
        try:
            assert remote_session.read(AT, POLICY).protocol == "Azure Virtual Desktop"
        finally:
            winreg.DeleteKey(registry.MACHINE, remote_session.CLOUD_AGENT)


def test_row_144_the_library_of_citrix_is_taken_by_its_full_path_and_only_where_it_is() -> None:
    every = list(remote_session.places())
    assert len(every) == 3
    assert all(place.is_absolute() for place in every)
    assert remote_session.citrix_protocol() is None
    kernel = every[0].with_name("kernel32.dll")
    assert remote_session.citrix_protocol((kernel,)) is None
    assert remote_session.citrix_protocol((every[0], kernel), function="SetHandleCount") is not None


def test_the_policies_of_remote_desktop_are_read(keys) -> None:
    keys(registry.MACHINE, remote_session.LISTENER, fDisableClip=0, fDisableCdm=1)

    def now() -> tuple[bool | None, bool | None]:
        seen = session("RDP", *remote_session.settings(), AT)
        return seen.clipboard, seen.drives

    assert now() == (True, False)
    keys(registry.USER, remote_session.POLICY, SCClipLevel=0)
    keys(registry.MACHINE, remote_session.POLICY, fDisableCdm=0)
    assert now() == (False, True)


def test_the_clipboards_history_and_its_cloud_are_read(keys) -> None:
    seen = clipboard_history.read(AT, POLICY)
    assert (seen.kept, seen.sent, seen.unread) == (False, False, "")
    keys(registry.USER, clipboard_history.USER, EnableClipboardHistory=1, EnableCloudClipboard=1)
    seen = clipboard_history.read(AT, POLICY)
    assert (seen.kept, seen.sent, seen.products) == (True, True, ("Windows",))
    managed = f"{clipboard_history.MANAGED}\\{clipboard_history.AREAS[0]}"
    keys(registry.MACHINE, managed, AllowClipboardHistory=0)
    keys(registry.MACHINE, clipboard_history.POLICY, AllowCrossDeviceClipboard=0)
    seen = clipboard_history.read(AT, POLICY)
    assert (seen.kept, seen.sent, seen.products) == (False, False, ())


def test_a_restart_that_is_due_is_known_since_when(keys) -> None:
    assert list(patches._restarts()) == []
    keys(registry.MACHINE, patches.RESTARTS[0], AgentGuardTest="1")
    try:
        (ticks,) = patches._restarts()
    finally:
        keys.take_back()
    assert abs(ticks / 10_000_000 - 11_644_473_600 - time.time()) < 300


def test_the_computers_own_disk_is_no_usb_storage() -> None:
    seen = usb.read(AT, POLICY)
    assert (seen.unread, seen.devices) == ("", ())


def test_a_computer_without_a_wireless_interface_uses_none() -> None:
    seen = networks.read(AT, POLICY)
    assert seen.wifi == ()
    assert not seen.wireless


def test_row_145_the_adapters_are_listed_without_a_vpn_among_them() -> None:
    """What a VPN's adapter says is decoded in tests/unit/platforms/test_vpn_answers.py."""
    found = adapters()
    assert found
    assert all(one.name and one.kind in range(1, 300) for one in found)
    assert {one.state for one in found} <= set(range(1, 8))
    assert connections() == ()
    seen = vpn.read(AT, POLICY)
    assert (seen.unread, seen.links) == ("", ())


def test_row_146_the_log_of_print_jobs_is_read_only_where_it_is_on(keys) -> None:
    """Wine has the library and no log: its entries are those of test_print_answers.py."""
    assert printing.read(AT, POLICY).unread == "unsupported"
    keys(registry.MACHINE, rf"{CHANNELS}\{CHANNEL}", Enabled=0)
    assert printing.read(AT, POLICY).unread == OFF
    keys(registry.MACHINE, rf"{CHANNELS}\{CHANNEL}", Enabled=1)
    with pytest.raises(PlatformError):
        events()
    assert printing.read(AT, POLICY).unread == "no-answer"


def test_row_466_what_hangs_is_told_as_asked_and_not_as_refused(monkeypatch, keys) -> None:
    never = threading.Event()
    keys(registry.MACHINE, rf"{CHANNELS}\{CHANNEL}", Enabled=1)
    dialled = Question("never", 0.05, never.wait, silent=vpn._silent)
    logged = Question("never", 0.05, never.wait, silent=printing._silent)
    monkeypatch.setattr(vpn, "DIALLED", dialled)
    monkeypatch.setattr(printing, "LOGGED", logged)
    seen = (vpn.read(AT, POLICY), printing.read(AT, POLICY))
    assert [one.unread for one in seen] == ["still-asking"] * 2
    assert all(one.open is not None for one in (dialled, logged))
    never.set()


def test_the_rights_of_folders_are_read_from_their_own_lists(tmp_path) -> None:
    watched = replace(POLICY, watch=Watch(folders=(str(tmp_path), "C:\\no such"), exclude=()))
    seen = folders.read(AT, watched)
    (found,) = (folder for folder in seen.folders if folder.path == str(tmp_path))
    assert found.others_read in {True, False}
    assert found.others_write in {True, False}
    assert found.hers, "whoever makes a folder owns it"
    assert all(one.startswith("S-1-5-") for one in folders.own_sids())
    assert folders.own_sids()
    assert folders.descriptor("C:\\no such") is None


def test_no_key_is_no_value() -> None:
    assert registry.values(registry.USER, "Software\\AgentGuard\\No such") == {}
    assert registry.children(registry.USER, "Software\\AgentGuard\\No such") == ()


@pytest.mark.parametrize("probe", [antivirus, disks, firewall, patches], ids=lambda p: p.PROBE.name)
def test_what_this_windows_does_not_tell_is_not_known_and_says_why(probe) -> None:
    """Wine has none of these components: that must be neither green nor red."""
    seen: AntivirusSeen | DisksSeen | FirewallSeen = probe.read(AT, POLICY)
    assert seen.unread
    assert load().has(f"unread.{seen.unread}")


def test_the_fixed_drives_are_named_by_letters() -> None:
    assert "C:" in disks.fixed_drives()


def test_running_programs_are_named_in_small_letters() -> None:
    seen: ProgramsSeen = programs.read(AT, POLICY)
    assert "python" in seen.images


def test_without_a_marker_nothing_is_said_of_backups(tmp_path) -> None:
    assert backup.read(AT, POLICY).unread


def test_wmi_is_asked_by_named_properties() -> None:
    asked = "SELECT Caption, BuildNumber FROM Win32_OperatingSystem"
    (row,) = once(lambda: com.rows(r"root\cimv2", asked, "Caption", "BuildNumber"))
    assert "Windows" in row["Caption"]
    assert row["BuildNumber"] == str(sys.getwindowsversion().build)


def test_a_property_that_a_class_does_not_have_is_none_and_a_context_is_taken() -> None:
    asked = "SELECT * FROM Win32_OperatingSystem"
    names = ("Caption", "NoSuchProperty")
    space = r"root\cimv2"
    for context in (None, ("PolicyStore", "ActiveStore")):
        (row,) = once(lambda how=context: com.rows(space, asked, *names, context=how))
        assert "Windows" in row["Caption"]
        assert row["NoSuchProperty"] is None


@pytest.mark.parametrize(
    "question",
    [
        lambda: com.create("No.Such.Thing"),
        lambda: com.rows(r"root\no-such-space", "SELECT x FROM y", "x"),
        lambda: com.create("WScript.Shell").get("NoSuchName"),
    ],
    ids=["class", "space", "name"],
)
def test_a_refusal_is_an_error_of_ours(question) -> None:
    with pytest.raises(ComponentError) as caught:
        once(question)
    assert caught.value.unread in {"unsupported", "denied", "no-answer"}


@pytest.mark.parametrize(
    "key",
    [
        "WbemScripting.SWbemLocator",
        r"CLSID\{76A64158-CB41-11D1-8B02-00600806D9B6}",
        r"CLSID\{4590F811-1D3A-11D0-891F-00AA004B2E24}",
    ],
    ids=["its name", "its number", "what it makes itself"],
)
def test_row_92_a_class_of_the_users_own_is_not_asked(key: str) -> None:
    """COM would prefer it to Windows' own and load it into this program."""
    asked = "SELECT Caption FROM Win32_OperatingSystem"
    path = rf"Software\Classes\{key}"
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, path):
        try:
            with pytest.raises(ComponentError) as caught:
                once(lambda: com.rows(r"root\cimv2", asked, "Caption"))
        finally:
            winreg.DeleteKey(winreg.HKEY_CURRENT_USER, path)
    assert caught.value.unread == "replaced"
    assert once(lambda: com.rows(r"root\cimv2", asked, "Caption"))


def test_texts_go_in_and_come_out() -> None:
    shown = once(lambda: com.create("WScript.Shell").get("ExpandEnvironmentStrings", "ü %OS%"))
    assert shown.rstrip("\0") == "ü Windows_NT"


def test_a_property_is_set() -> None:
    def compared() -> object:
        words = com.create("Scripting.Dictionary")
        words.put("CompareMode", value=1)
        return words.get("CompareMode")

    assert once(compared) == 1


def test_row_141_a_component_that_never_answers_costs_one_thread() -> None:
    never = threading.Event()
    asked = com.question("never", 0.05, never.wait)
    before = threading.active_count()
    for _ in range(60):
        with pytest.raises(ComponentError) as caught:
            asked.ask()
        assert caught.value.unread == "still-asking"
    assert threading.active_count() <= before + 1
    never.set()


def test_row_141_every_component_is_asked_by_a_question_of_its_own() -> None:
    names = [f"{probes.__name__}.{one.name}" for one in iter_modules(probes.__path__)]
    modules = [importlib.import_module(name) for name in names]
    made = [v for m in modules for v in vars(m).values() if isinstance(v, Question)]
    assert len({one.name for one in made}) == len(made) >= 7


def test_every_probe_of_the_door_reads() -> None:
    backend = platforms.load()
    for probe in backend.probes:
        assert probe.read(AT, POLICY).at == AT
    assert {"software", "lock-limits", "firewall"} <= {probe.name for probe in backend.probes}


def test_power_is_told_or_not_known() -> None:
    assert on_battery() in {True, False, None}
    assert isinstance(lock_limits.read(AT, POLICY), LockLimitsSeen)
    assert plan().display is None or plan().display >= 0
