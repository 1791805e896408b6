"""A key that is pulled ends what it gave; one that is put in, and none at all, say nothing."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from agentguard.model.gate import Ended, ProofsEnded
from agentguard.platforms._linux.plugged_keys import USAGE_PAGE, plugged_keys
from agentguard.platforms._linux.security_keys import SecurityKeys
from agentguard.sensors.security_keys import EVERY, SocketSensor
from tests.desktop.harness import eventually
from tests.unit.sensors.desk import clock
from tests.unit.sensors.running import Running

__all__ = ["clock"]


@pytest.fixture
def sockets(tmp_path: Path) -> Path:
    return tmp_path


def put(sockets: Path, name: str, descriptor: bytes = USAGE_PAGE + b"\x09\x01") -> Path:
    folder = sockets / name / "device"
    folder.mkdir(parents=True)
    (folder / "report_descriptor").write_bytes(descriptor)
    return folder / "report_descriptor"


def pull(sockets: Path, name: str) -> None:
    """Take it away, as soon as nobody reads it: Windows removes no file that is open."""
    file = sockets / name / "device" / "report_descriptor"

    def gone() -> bool:
        with suppress(PermissionError):
            file.unlink()
        return not file.exists()

    eventually(gone)


def test_only_keys_count_as_keys(sockets) -> None:
    put(sockets, "hidraw0", b"\x05\x01\x09\x06")  # a keyboard
    put(sockets, "hidraw1")
    (sockets / "hidraw2").mkdir()
    assert plugged_keys(sockets) == frozenset({"hidraw1"})
    assert plugged_keys(sockets / "none") == frozenset()


def test_a_pulled_key_is_told_once(sockets, clock) -> None:
    put(sockets, "hidraw1")
    looks: list[frozenset[str]] = []

    def named() -> frozenset[str]:
        looks.append(plugged_keys(sockets))
        return looks[-1]

    keys = SecurityKeys(named=named)

    def told(running: Running) -> list[Ended]:
        return [e.why for e in running.events if isinstance(e, ProofsEnded)]

    with Running(SocketSensor(keys, clock), clock) as running:
        eventually(lambda: looks)
        put(sockets, "hidraw2")
        eventually(lambda: (clock.advance(EVERY), len(looks[-1]) == 2)[1])
        pull(sockets, "hidraw1")
        eventually(lambda: (clock.advance(EVERY), told(running) == [Ended.KEY_GONE])[1])
        pull(sockets, "hidraw2")
        eventually(lambda: (clock.advance(EVERY), len(told(running)) == 2)[1])


def test_where_the_system_tells_no_keys_it_ends(clock) -> None:
    class Mute:
        own_dialog = True

        def plugged(self) -> None:
            return None

    events: list[object] = []
    SocketSensor(Mute(), clock).run(events.append, None)
    assert events == []
