"""A message bus that lets one in and then says nothing holds nobody up."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux.bus import Bus
from agentguard.platforms._linux.probes.vpn import VpnProbe
from agentguard.platforms._linux.sleep import _connected
from tests.unit.platforms.probes.test_vpn import AT

pytestmark = pytest.mark.posix


@pytest.fixture
def mute(tmp_path: Path) -> Iterator[str]:
    """Give the address of a bus that authenticates as D-Bus does, and answers no message."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "bus"))
    server.listen()
    kept: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                one, _ = server.accept()
            except OSError:
                return
            kept.append(one)
            while (said := one.recv(4096)) and b"BEGIN" not in said:
                one.sendall(b"AGREE_UNIX_FD\r\n" if b"NEGOTIATE" in said else b"OK 1234\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"unix:path={tmp_path / 'bus'}"
    server.shutdown(socket.SHUT_RDWR)
    for one in (server, *kept):
        one.close()
    thread.join(5)


def test_row_148_a_bus_that_says_no_first_word_is_a_failure_within_seconds(mute: str) -> None:
    began = time.monotonic()
    with pytest.raises(PlatformError):
        Bus(mute).names()
    with pytest.raises(PlatformError), _connected(mute):
        pytest.fail("it took a silent bus for one that answers")
    assert time.monotonic() - began < 8


def test_row_148_a_probe_of_such_a_bus_does_not_know(mute: str, tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    probe = VpnProbe(tmp_path / "net", tmp_path / "resolv.conf", Bus(mute))
    assert probe.read(AT, None).unread == "no-answer"
