"""What Windows says of plugged devices: an interface of the HID class comes, and is pulled.

Wine has no USB here. A device is there for its programs when the registry says that its interface
is linked, which is what the system writes as a device is plugged in; so that is written here.
"""

from __future__ import annotations

import winreg
from collections.abc import Iterator

import pytest

from agentguard.model.gate import Ended, ProofsEnded
from agentguard.platforms._win32 import hid
from agentguard.platforms._win32.key_answers import CAPS, Known
from agentguard.platforms.simulated import FakeClock
from agentguard.sensors.security_keys import SocketSensor

HID = "{4d1e55b2-f16f-11cf-88cb-001111000030}"
DEVICE = r"HID\VID_1050&PID_0407\AGENTGUARD"
CLASSES = rf"System\CurrentControlSet\Control\DeviceClasses\{HID}"
PLACE = rf"{CLASSES}\##?#HID#VID_1050&PID_0407#AGENTGUARD#{HID}"
ENUM = rf"System\CurrentControlSet\Enum\{DEVICE}"
LINKED = rf"{PLACE}\#\Control"
KEY = bytes.fromhex("0100d0f1") + bytes(CAPS - 4)


def write(path: str, name: str, value: str | int) -> None:
    kind = winreg.REG_DWORD if isinstance(value, int) else winreg.REG_SZ
    with winreg.CreateKey(winreg.HKEY_LOCAL_MACHINE, path) as key:
        winreg.SetValueEx(key, name, 0, kind, value)


def remove(path: str) -> None:
    """Remove a key with all that is below."""
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path) as key:
            below = [winreg.EnumKey(key, n) for n in range(winreg.QueryInfoKey(key)[0])]
    except FileNotFoundError:
        return
    for name in below:
        remove(rf"{path}\{name}")
    winreg.DeleteKey(winreg.HKEY_LOCAL_MACHINE, path)


@pytest.fixture
def plugged() -> Iterator[None]:
    write(ENUM, "ClassGUID", "{745a17a0-74d3-11d0-b6fe-00a0c90f57da}")
    write(PLACE, "DeviceInstance", DEVICE)
    write(rf"{PLACE}\#", "SymbolicLink", rf"\\?\hid#vid_1050&pid_0407#agentguard#{HID}")
    write(LINKED, "Linked", 1)
    yield
    remove(PLACE)
    remove(ENUM)


def pull() -> None:
    write(LINKED, "Linked", 0)


def ours(paths: frozenset[str] | tuple[str, ...] | None) -> list[str]:
    assert paths is not None
    return [path for path in paths if "agentguard" in path.lower()]


def test_without_devices_none_is_listed() -> None:
    assert ours(hid.listed()) == []
    assert hid.KEYS.now() is not None


@pytest.mark.usefixtures("plugged")
def test_a_device_is_listed_while_it_is_plugged_in() -> None:
    assert len(ours(hid.listed())) == 1
    pull()
    assert ours(hid.listed()) == []


@pytest.mark.usefixtures("plugged")
def test_a_device_that_does_not_answer_is_no_key() -> None:
    (path,) = ours(hid.listed())
    assert hid.described(path) == b""
    assert ours(Known(hid.listed, hid.described).now()) == []


class Pulled:
    """The authenticator of this computer, with a device that says it is a key."""

    own_dialog = True

    def __init__(self) -> None:
        self.plugged = Known(hid.listed, lambda _path: KEY).now


class Stop:
    """Ends the sensor after some looks; the key is pulled before one of them."""

    def __init__(self) -> None:
        self.looks = 0

    def is_set(self) -> bool:
        return self.looks > 3

    def wait(self, _timeout: float | None = None) -> bool:
        self.looks += 1
        if self.looks == 2:
            pull()
        return self.is_set()


class Clock(FakeClock):
    """A clock whose waits are counted."""

    def wait(self, stop: Stop, seconds: float) -> bool:  # type: ignore[override] # a Stop of ours
        self.advance(seconds)
        return stop.wait(seconds)


@pytest.mark.usefixtures("plugged")
def test_a_key_that_is_pulled_ends_the_proofs_once() -> None:
    told: list[object] = []
    sensor = SocketSensor(Pulled(), Clock())  # type: ignore[arg-type] # only `plugged` is asked
    sensor.run(told.append, Stop())
    assert [type(one) for one in told] == [ProofsEnded]
    assert [one.why for one in told if isinstance(one, ProofsEnded)] == [Ended.KEY_GONE]
