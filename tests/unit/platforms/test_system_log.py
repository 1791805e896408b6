"""The lines that Linux' own logs get, through real sockets."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux.system_log import LinuxSystemLog, offers
from agentguard.ports.desktop import Weight

pytestmark = pytest.mark.posix


@contextmanager
def listening(place: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(place))
        heard.settimeout(20)
        yield heard


def test_journald_gets_fields_and_one_line_of_text(tmp_path: Path) -> None:
    with listening(tmp_path / "journal") as heard:
        log = LinuxSystemLog(tmp_path / "journal", tmp_path / "none")
        assert log.tried()
        log.write(30, Weight.WARNING, "two\nlines\nPRIORITY=0")
        fields = dict(line.split("=", 1) for line in heard.recv(9999).decode().splitlines())
    assert fields == {
        "MESSAGE": "two lines PRIORITY=0",
        "PRIORITY": "4",
        "SYSLOG_IDENTIFIER": "agentguard",
        "AGENTGUARD_EVENT": "30",
    }


def test_syslog_gets_a_line_where_there_is_no_journald(tmp_path: Path) -> None:
    with listening(tmp_path / "log") as heard:
        LinuxSystemLog(tmp_path / "none", tmp_path / "log").write(1, Weight.ERROR, "broken")
        assert heard.recv(9999).decode() == f"<11>agentguard[{os.getpid()}]: event 1: broken"


def test_a_full_socket_loses_the_line_and_says_so(tmp_path: Path) -> None:
    with listening(tmp_path / "log"):
        log = LinuxSystemLog(tmp_path / "none", tmp_path / "log")

        def flood() -> None:
            for _ in range(100_000):
                log.write(1, Weight.INFORMATION, "x" * 1000)

        with pytest.raises(PlatformError, match="does not take"):
            flood()


def test_without_a_socket_there_is_no_log(tmp_path: Path) -> None:
    log = LinuxSystemLog(tmp_path / "none", tmp_path / "no")
    assert not offers(tmp_path / "none", tmp_path / "no")
    with pytest.raises(PlatformError):
        log.write(1, Weight.ERROR, "x")
    with pytest.raises(PlatformError):
        log.tried()


def test_a_socket_that_nobody_serves_refuses(tmp_path: Path) -> None:
    with listening(tmp_path / "log"):
        pass
    assert offers(tmp_path / "none", tmp_path / "log")
    with pytest.raises(PlatformError, match="does not take"):
        LinuxSystemLog(tmp_path / "none", tmp_path / "log").tried()
