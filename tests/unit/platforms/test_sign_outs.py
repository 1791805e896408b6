"""Which sessions are being left, by what the service manager tells."""

from __future__ import annotations

import pytest

from agentguard.platforms import exit_code
from agentguard.platforms._win32.sign_outs import GRACE, LOGOFF, LOGON, SignOuts
from agentguard.platforms.simulated import FakeClock

LOCK = 7  # WTS_SESSION_LOCK


def test_row_136_a_session_is_being_left_for_half_a_minute() -> None:
    clock = FakeClock()
    outs = SignOuts(lambda: clock.now().boot)
    outs.heard(LOGOFF, 2)
    outs.heard(LOCK, 3)
    assert outs.leaving() == {2}
    clock.advance(GRACE)
    assert outs.leaving() == frozenset(), "one that is still there goes on"


def test_row_136_who_logs_on_in_a_session_of_that_number_is_no_leaver() -> None:
    outs = SignOuts(lambda: FakeClock().now().boot)
    outs.heard(LOGOFF, 2)
    outs.heard(LOGON, 2)
    outs.heard(LOGON, 5)
    assert outs.leaving() == frozenset()


@pytest.mark.posix
def test_elsewhere_an_agent_ends_with_nothing_to_tell() -> None:
    assert exit_code(lambda: True) == 0, "systemd would take anything else for a failure"
