"""What the service manager of Windows tells of the keeper."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentguard.platforms._win32.service_answers import (
    RESTART,
    WANTED,
    Failure,
    quoted,
    recovery,
    with_quotes,
)
from agentguard.ports.session_host import Recovery

NOTHING, REBOOT = Failure(reset=0, actions=()), (2, 0)


def test_the_service_is_started_after_a_second_then_five_then_a_minute() -> None:
    assert WANTED.actions == ((RESTART, 1_000), (RESTART, 5_000), (RESTART, 60_000))
    assert WANTED.reset == 86_400


@pytest.mark.parametrize(
    ("actions", "flag", "is_"),
    [
        (WANTED, True, Recovery.SET),
        (WANTED, False, Recovery.REFUSED),
        (WANTED, None, Recovery.UNKNOWN),
        (NOTHING, True, Recovery.REFUSED),
        (replace(WANTED, actions=(*WANTED.actions, REBOOT)), True, Recovery.REFUSED),
        (None, None, Recovery.UNKNOWN),
        (None, True, Recovery.UNKNOWN),
    ],
)
def test_row_137_set_is_what_was_read_back(
    actions: Failure | None, flag: bool | None, is_: Recovery
) -> None:
    assert recovery(actions, flag=flag) is is_


@pytest.mark.parametrize(
    ("path", "is_"),
    [
        (r'"C:\Program Files\AgentGuard\agentguard-ctl.exe" keeper service', True),
        (r"C:\Program Files\AgentGuard\agentguard-ctl.exe keeper service", False),
        (r"C:\AgentGuard\agentguard-ctl.exe keeper service", True),
        (r"C:\AgentGuard\agentguard-ctl keeper", False),
        ("", False),
    ],
)
def test_row_137_a_path_without_quotes_is_seen(path: str, is_: bool) -> None:
    assert quoted(path) is is_


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        (r"C:\Program Files\A\a.exe keeper service", r'"C:\Program Files\A\a.exe" keeper service'),
        (r"C:\Program Files\A\a.EXE", r'"C:\Program Files\A\a.EXE"'),
        (r'"C:\Program Files\A\a.exe" keeper', r'"C:\Program Files\A\a.exe" keeper'),
        (r"C:\A\a.exe keeper", r"C:\A\a.exe keeper"),
        (r"C:\Program Files\a driver.sys", r"C:\Program Files\a driver.sys"),
        ("", ""),
    ],
)
def test_row_137_a_path_gets_the_quotes_that_it_lacks(path: str, wanted: str) -> None:
    assert with_quotes(path) == wanted
    assert with_quotes(wanted) == wanted
