"""What Windows says of USB storage, sign-in, wireless networks and updates."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.model.machine import UsbStorage
from agentguard.model.moments import Moment
from agentguard.platforms._win32.machine_answers import (
    DEFINITIONS,
    Update,
    auto_logon,
    networks,
    patches,
    usb,
)
from agentguard.platforms._win32.machine_answers import SECURITY as SECURITIES
from tests.recorded_answers import cases

AT = Moment(boot=1.0, wall=1_700_000_000.0)
OWN = {
    "InterfaceType": "SCSI",
    "MediaType": "Fixed hard disk media",
    "Model": "Samsung SSD 980",
    "PNPDeviceID": "SCSI\\DISK&VEN_NVME&PROD_SAMSUNG_SSD_980\\5&1",
}
STICK = {
    "InterfaceType": "USB",
    "MediaType": "Removable Media",
    "Model": "SanDisk Ultra USB Device",
    "PNPDeviceID": "USBSTOR\\DISK&VEN_SANDISK&PROD_ULTRA_FIT&REV_1.00\\4C530001&0",
}
FAST = {**OWN, "MediaType": "External hard disk media", "Model": "T7", "PNPDeviceID": "SCSI\\X\\1"}


def test_a_stick_is_told_by_what_it_says_of_itself_without_its_number() -> None:
    assert usb([OWN, STICK], AT).devices == (UsbStorage(vendor="SANDISK", model="ULTRA FIT"),)


def test_a_fast_disk_that_looks_like_scsi_is_told() -> None:
    assert usb([OWN, FAST], AT).devices == (UsbStorage(vendor="", model="T7"),)


def test_the_computers_own_disk_is_none() -> None:
    assert usb([OWN], AT).devices == ()
    assert not usb([OWN], AT).unread


def test_no_disk_at_all_is_no_answer() -> None:
    assert usb([], AT).unread == "no-answer"


def test_properties_without_values_are_no_stick() -> None:
    assert usb([dict.fromkeys(STICK)], AT).devices == ()


@pytest.mark.parametrize(
    ("key", "on"),
    [
        ({"AutoAdminLogon": "1", "DefaultUserName": "agent"}, True),
        ({"AutoAdminLogon": 1, "DefaultUserName": "agent"}, True),
        ({"AutoAdminLogon": "1", "DefaultUserName": "agent", "DefaultPassword": ""}, True),
        ({"AutoAdminLogon": "1"}, False),
        ({"AutoAdminLogon": "0", "DefaultUserName": "agent", "DefaultPassword": "x"}, False),
        ({"Shell": "explorer.exe"}, False),
        ({}, None),
    ],
    ids=["on", "number", "secret-elsewhere", "nobody", "off", "never", "unread"],
)
def test_automatic_sign_in(key: dict[str, object], on) -> None:
    seen = auto_logon(key, AT)
    assert (seen.on, bool(seen.unread)) == (on, on is None)


WIRELESS = cases("wifi.profile")
PROMPTING = (
    "WlanQueryInterface",
    "WlanGetAvailableNetworkList",
    "WlanGetNetworkBssList",
    "WlanScan",
    "Windows.Devices.WiFi",
)


@pytest.mark.parametrize("name", WIRELESS)
def test_wireless_networks_are_open_weak_protected_or_not_known(name: str) -> None:
    line = WIRELESS[name]
    (told,) = line["answer"]["networks"]
    found = networks([(told["authentication"], told["encryption"])], AT, wireless=True)
    assert list(found.wifi) == line["decoded"]["wifi"]


@given(st.none() | st.integers(-1, 40), st.none() | st.integers(-1, 40))
def test_no_numbers_of_a_network_are_taken_for_a_protection_that_they_are_not(
    authentication: int | None, encryption: int | None
) -> None:
    (kind,) = networks([(authentication, encryption)], AT, wireless=True).wifi
    assert kind in {"open", "weak", "protected", "unknown"}
    if authentication in {None, 0, 1, 2, 9} or encryption in {2, 3, 4}:
        assert kind != "protected"


def test_row_143_nothing_is_called_for_which_windows_asks_the_person_for_the_location() -> None:
    """As Microsoft lists it: "Changes to API behavior for Wi-Fi access and location"."""
    files = list((Path(__file__).parents[3] / "agentguard/platforms").rglob("*.py"))
    assert len(files) > 50
    for file in files:
        text = file.read_text("utf-8")
        assert not [name for name in PROMPTING if f'"{name}' in text], file.name


def test_the_update_clients_dates_are_utc() -> None:
    seen = patches((45244.0, 45230.5), (), (), "7.1", AT)  # 2023-11-14 and 2023-10-31, noon
    assert (seen.looked, seen.installed) == (1_699_920_000.0, 1_698_753_600.0)
    assert (seen.security, seen.reboot, seen.build) == (0, None, "7.1")


@pytest.mark.parametrize("never", [0.0, None, "x", -1.0], ids=str)
def test_a_date_that_is_none_is_not_known(never: object) -> None:
    assert patches((never, never), None, (), "", AT).looked is None


def test_the_oldest_restart_that_is_due_counts() -> None:
    ticks = [(int(wall) + 11_644_473_600) * 10_000_000 for wall in (1_700_000_000, 1_699_000_000)]
    assert patches((0.0, 0.0), None, ticks, "", AT).reboot == 1_699_000_000.0


SECURITY, CRITICAL = sorted(SECURITIES)
DRIVERS = "ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0"


def update(*categories: str, severity: str = "", released: object = 45244.0) -> Update:
    return Update(id="x", categories=frozenset(categories), severity=severity, released=released)


@pytest.mark.parametrize(
    ("one", "counts"),
    [
        (update(SECURITY), True),
        (update(CRITICAL), True),
        (update(DRIVERS, SECURITY), True),
        (update(DRIVERS), False),
        (update(), False),
        (update(DRIVERS, severity="Important"), True),
        (update(DEFINITIONS), False),
        (update(DEFINITIONS, SECURITY, severity="Critical"), False),
    ],
    ids=["security", "critical", "two", "driver", "none", "severe", "definitions", "both"],
)
def test_definitions_of_an_antivirus_are_no_security_update(one: Update, counts: bool) -> None:
    seen = patches((45244.0, 45244.0), (one,), (), "", AT)
    assert (seen.security, seen.waiting) == ((1, ("x",)) if counts else (0, ()))


def test_the_oldest_of_what_waits_counts_and_one_without_a_date_leaves_it_open() -> None:
    young, old = update(SECURITY), update(SECURITY, released=45230.5)
    definitions = update(DEFINITIONS, released=40000.0)
    seen = patches((0.0, 0.0), (young, old, definitions), (), "", AT)
    assert (seen.oldest, seen.earliest) == (1_698_753_600.0, 1_698_753_600.0)
    seen = patches((0.0, 0.0), (young, old, update(SECURITY, released=None)), (), "", AT)
    assert (seen.security, seen.oldest, seen.earliest) == (3, 1_698_753_600.0, None)


def test_what_waits_but_was_not_told_in_full_is_not_counted() -> None:
    seen = patches((45244.0, 45244.0), None, (), "", AT)
    assert (seen.security, seen.oldest, seen.earliest, seen.waiting) == (None, None, None, ())
