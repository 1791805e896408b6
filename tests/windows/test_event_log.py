"""Windows' event log: Wine's own takes the lines, and gives none back to read."""

from __future__ import annotations

import winreg

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms import win32
from agentguard.platforms._win32 import event_log
from agentguard.ports.desktop import Absent, Weight


def test_the_door_writes_every_weight() -> None:
    log = win32.backend().system_log
    assert not isinstance(log, Absent)
    for number, weight in enumerate(Weight, start=1):
        log.write(number, weight, "Größe " * 10_000)


def test_a_log_that_cannot_be_opened_is_refused_with_windows_number() -> None:
    log = event_log.WindowsEventLog(lambda: 0)
    with pytest.raises(PlatformError, match="error"):
        log.write(1, Weight.ERROR, "x")
    with pytest.raises(PlatformError, match="error"):
        log.tried()


def test_a_source_is_whole_once_it_is_registered_with_a_file_of_texts() -> None:
    log = event_log.WindowsEventLog()
    assert not log.tried()
    with winreg.CreateKeyEx(
        winreg.HKEY_LOCAL_MACHINE, event_log.KEY, 0, winreg.KEY_ALL_ACCESS | winreg.KEY_WOW64_64KEY
    ) as key:
        winreg.SetValueEx(
            key, event_log.FILE, 0, winreg.REG_EXPAND_SZ, r"%SystemRoot%\System32\EventCreate.exe"
        )
        assert log.tried()
        winreg.DeleteValue(key, event_log.FILE)
    assert not log.tried()
