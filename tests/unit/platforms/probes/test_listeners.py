"""Sockets that other machines can reach: recorded ones, and a real one."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass

import psutil
import pytest

from agentguard.model.moments import Moment
from agentguard.platforms import _sockets

AT = Moment(boot=10.0, wall=1_790_000_000.0)


@dataclass(frozen=True, slots=True)
class Seen:
    laddr: tuple[str, int] | tuple[()]
    status: str = "LISTEN"
    pid: int | None = 7


@pytest.mark.parametrize(
    ("address", "reachable"),
    [
        ("0.0.0.0", True),  # noqa: S104 - what a socket is bound to, not one of ours
        ("::", True),
        ("192.0.2.7", True),
        ("fe80::1%eth0", True),
        ("::ffff:192.0.2.7", True),
        ("127.0.0.1", False),
        ("127.0.0.53", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
    ],
)
def test_only_loopback_is_out_of_reach(address: str, *, reachable: bool) -> None:
    seen = _sockets.read_from([Seen((address, 22))], lambda _pid: "sshd", AT)
    assert [(one.port, one.protocol, one.program) for one in seen.listeners] == (
        [(22, "tcp", "sshd")] if reachable else []
    )


def test_each_listener_is_told_once_in_the_order_of_ports() -> None:
    sockets = [
        Seen(("::", 80)),
        Seen(("0.0.0.0", 80)),  # noqa: S104 - what a socket is bound to, not one of ours
        Seen(("::", 22), pid=None),
        Seen(("192.0.2.7", 50_000), status="ESTABLISHED"),
        Seen(()),
    ]
    seen = _sockets.read_from(sockets, lambda _pid: "nginx", AT)
    assert [(one.port, one.program) for one in seen.listeners] == [(22, ""), (80, "nginx")]


def test_a_real_listener_is_seen_with_its_program(any_policy: object) -> None:
    with socket.create_server(("0.0.0.0", 0)) as server:  # noqa: S104 - it must be reachable
        port = server.getsockname()[1]
        seen = _sockets.read(AT, any_policy)
    mine = [one for one in seen.listeners if one.port == port]
    assert [one.program for one in mine] == [psutil.Process(os.getpid()).name().lower()]


def test_a_process_that_is_gone_has_no_name() -> None:
    assert _sockets.program_of(2**22 + 1) == ""


def test_a_listener_is_hers_whose_account_its_process_runs_under() -> None:
    sockets = [Seen(("::", 80), pid=7), Seen(("::", 81), pid=8), Seen(("::", 82), pid=None)]
    seen = _sockets.read_from(sockets, lambda _pid: "x", AT, lambda pid: pid == 7)
    assert {one.port: one.hers for one in seen.listeners} == {80: True, 81: False, 82: False}
    assert _sockets.runs_as_person(os.getpid())
    assert not _sockets.runs_as_person(2**30), "there is none"
