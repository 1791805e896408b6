"""USB storage: named unless the policy allows it."""

from __future__ import annotations

from agentguard.checks.usb_storage import CHECK, Settings
from agentguard.model.machine import UsbSeen, UsbStorage
from agentguard.model.verdicts import State

STICK = UsbStorage(vendor="SanDisk", model="Ultra")


def test_a_stick_is_named(desk) -> None:
    told = desk.judge(CHECK, UsbSeen, devices=(STICK, UsbStorage(vendor="", model="")))
    assert told.state is State.FAIL
    assert told.words.endswith("(2): ?, SanDisk Ultra.")


def test_an_allowed_device_is_none(desk) -> None:
    own = Settings(allowed=("sandisk *",))
    assert desk.judge(CHECK, UsbSeen, own, devices=(STICK,)).state is State.PASS


def test_nothing_plugged_in_is_fine_and_unread_is_unknown(desk) -> None:
    assert desk.judge(CHECK, UsbSeen).state is State.PASS
    assert desk.judge(CHECK, UsbSeen, unread="denied").state is State.UNKNOWN
