"""What an agent ends with, and what the service hears of a session that ends."""

from __future__ import annotations

import ctypes
import threading

from agentguard.platforms import exit_code
from agentguard.platforms._win32.service import LEAVING, Service, _Session
from agentguard.platforms._win32.sign_outs import LOGOFF, LOGON
from agentguard.ports.session_host import SIGNED_OUT

SESSION_CHANGE = 14  # SERVICE_CONTROL_SESSIONCHANGE


def test_row_136_an_agent_says_by_its_end_that_the_session_ends() -> None:
    assert exit_code(lambda: True) == SIGNED_OUT
    assert exit_code(lambda: False) == 0
    assert exit_code() == 0, "this session goes on"


def test_row_136_the_service_hears_who_signs_out() -> None:
    """Wine tells services of no session, so that its call is made with Windows' own structure."""
    service = Service("AgentGuardNowhere", lambda _stop, _changed: None)
    told = _Session(size=ctypes.sizeof(_Session), id=77)
    for kind, leaves in ((LOGOFF, True), (LOGON, False)):
        assert service._heard(SESSION_CHANGE, kind, ctypes.addressof(told), None) == 0
        assert (77 in LEAVING.leaving()) is leaves
    assert service._heard(SESSION_CHANGE, LOGOFF, None, None) == 0
    assert isinstance(service._changed, threading.Event)
    assert service._changed.is_set()
