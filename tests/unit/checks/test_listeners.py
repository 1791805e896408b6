"""Listeners: expected by port or by program, else named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentguard.checks.listeners import CHECK, Settings
from agentguard.model.facts import Listener, ListenersSeen
from agentguard.model.verdicts import State


def listener(port: int, program: str = "", protocol: str = "tcp") -> Listener:
    """Make a listener."""
    return Listener(port=port, protocol=protocol, program=program)


@pytest.mark.parametrize(
    "one",
    [
        listener(5353, "chrome", "udp"),
        listener(68, protocol="udp"),
        listener(49_664, "lsass.exe"),
        listener(135, "SVCHOST"),
        listener(5355, "systemd-resolved"),
    ],
)
def test_parts_of_the_system_may_listen(desk, one) -> None:
    assert desk.judge(CHECK, ListenersSeen, listeners=(one,)).state is State.PASS


def test_a_strange_listener_is_named_with_its_port(desk) -> None:
    strange = (listener(8000, "python3"), listener(4444), listener(68))
    told = desk.judge(CHECK, ListenersSeen, listeners=strange)
    assert told.state is State.FAIL
    assert told.words.endswith("(2): ? tcp/4444, python3 tcp/8000.")


def test_no_listener_is_fine(desk) -> None:
    assert desk.judge(CHECK, ListenersSeen).state is State.PASS


def test_the_policy_allows_more(desk) -> None:
    settings = Settings(allowed_ports=(22,), allowed_programs=("citrix*",))
    listeners = (listener(22, "sshd"), listener(1494, "CitrixWorkspace.exe"))
    assert desk.judge(CHECK, ListenersSeen, settings, listeners=listeners).state is State.PASS


def test_a_program_that_could_not_be_told_is_allowed_by_port_alone(desk) -> None:
    settings = Settings(allowed_ports=(), allowed_programs=("*",))
    told = desk.judge(CHECK, ListenersSeen, settings, listeners=(listener(22),))
    assert told.state is State.FAIL


def test_what_could_not_be_read_is_unknown(desk) -> None:
    assert desk.judge(CHECK, ListenersSeen, unread="denied").state is State.UNKNOWN


def test_what_the_person_started_is_hers_to_close(desk) -> None:
    hers = replace(listener(8000, "python3"), hers=True)
    told = desk.judge(CHECK, ListenersSeen, listeners=(hers, listener(4444)))
    assert told.state is State.FAIL
    assert told.words.endswith("At least one of them was started by you.")
