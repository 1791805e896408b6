"""What PipeWire says is read whole or not at all; what makes no sense is a failure in time."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux.pipewire import PipeWire, _message, _pods

pytestmark = pytest.mark.posix

CORE, REGISTRY = 0, 2
DONE, PING, ERROR = 1, 2, 3
HEAD = struct.Struct("=4I")
NODE = _message(REGISTRY, 0, 7, 0, "PipeWire:Interface:Node", 3, (1, "media.class", "Ü/x"))
DONE_1 = _message(CORE, DONE, 0, 1)


@contextmanager
def server(
    folder: Path, *says: bytes, then: Callable[[socket.socket], None] | None = None
) -> Iterator[PipeWire]:
    """Run a server that takes the four first messages, says these things, and goes on with them."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(folder / "pipewire-0"))
    listening.listen()

    def serve() -> None:
        one, _ = listening.accept()
        with one:
            for _ in range(4):
                message(one)
            one.sendall(b"".join(says))
            if then is not None:
                then(one)
            one.recv(1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    pipewire = PipeWire(folder / "pipewire-0")
    try:
        yield pipewire
    finally:
        pipewire.close()
        thread.join(5)
        listening.close()


def message(one: socket.socket) -> tuple[int, int, bytes]:
    """Take a message: id, method, body."""
    id_, second, _, _ = HEAD.unpack(one.recv(HEAD.size, socket.MSG_WAITALL))
    return id_, second >> 24, one.recv(second & 0xFFFFFF, socket.MSG_WAITALL)


def test_a_thing_is_known_until_it_is_removed(tmp_path: Path) -> None:
    gone = _message(REGISTRY, 1, 7)

    def later(one: socket.socket) -> None:
        message(one)
        one.sendall(gone + _message(CORE, DONE, 0, 2))

    with server(tmp_path, NODE, DONE_1, then=later) as pipewire:
        (thing,) = pipewire.things().values()
        assert (thing.kind, thing.told) == ("Node", {"media.class": "Ü/x"})
        assert pipewire.things() == {}


def test_a_ping_is_answered_and_a_footer_is_passed_over(tmp_path: Path) -> None:
    answered: list[tuple[int, int, bytes]] = []
    footer = struct.pack("=2I", 8, 14) + bytes(8)
    head = HEAD.unpack(DONE_1[: HEAD.size])
    done = HEAD.pack(head[0], head[1] + len(footer), 0, 0) + DONE_1[HEAD.size :] + footer

    def later(one: socket.socket) -> None:
        answered.append(message(one))
        one.sendall(done)

    with server(tmp_path, _message(CORE, PING, 0, 99), then=later) as pipewire:
        assert pipewire.things() == {}
    assert answered == [(CORE, 3, _message(CORE, 3, 0, 99)[HEAD.size :])]


def broken() -> Iterator[tuple[str, bytes]]:
    yield "error", _message(CORE, ERROR, 0, 1, -1, "no")
    yield "too-long", HEAD.pack(CORE, DONE << 24 | 0xFFFFFF, 0, 0)
    yield "no-struct", HEAD.pack(CORE, DONE << 24 | 16, 0, 0) + struct.pack("=2Iii", 4, 4, 1, 0)
    yield "empty", HEAD.pack(CORE, DONE << 24, 0, 0)
    yield "short", HEAD.pack(CORE, DONE << 24 | 8, 0, 0) + struct.pack("=2I", 99, 14)
    yield "odd-pairs", _message(REGISTRY, 0, 7, 0, "x", 3, (1, "alone"))
    yield "silent", b""


BROKEN = tuple(broken())


@pytest.mark.parametrize(("name", "said"), BROKEN, ids=[name for name, _ in BROKEN])
def test_what_makes_no_sense_is_a_failure_within_seconds(tmp_path: Path, name, said) -> None:
    began = time.monotonic()
    with server(tmp_path, said) as pipewire, pytest.raises(PlatformError):
        pipewire.things()
    assert time.monotonic() - began < 5, name


def test_no_server_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(PlatformError):
        PipeWire(tmp_path / "pipewire-0").things()


def test_values_of_kinds_that_are_not_asked_for_are_passed_over() -> None:
    assert list(_pods(struct.pack("=2Iq", 8, 5, 3))) == [None]
