"""What a Wayland compositor says is lost by nobody, in whatever pieces it comes."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agentguard.platforms._linux.wayland import Connection

SYNC, DONE = 0, 0
DEVICE = 77


def message(sender: int, opcode: int, *numbers: int) -> bytes:
    body = b"".join(struct.pack("=I", one) for one in numbers)
    return struct.pack("=IHH", sender, opcode, 8 + len(body)) + body


class Compositor:
    """Answers each sync; `with_it` comes in one piece with the answer, behind it."""

    def __init__(self, place: Path) -> None:
        self.with_it = b""
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(place))
        self._listening.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        try:
            talk, _ = self._listening.accept()
        except OSError:
            return
        with talk:
            while head := talk.recv(8):
                target, opcode, size = struct.unpack("=IHH", head)
                body = talk.recv(size - 8)
                if (target, opcode) == (1, SYNC):
                    talk.sendall(message(struct.unpack("=I", body)[0], DONE, 0) + self.with_it)

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def compositor(tmp_path: Path) -> Iterator[Callable[[], tuple[Compositor, Connection]]]:
    opened: list[Compositor | Connection] = []

    def begin() -> tuple[Compositor, Connection]:
        made = Compositor(tmp_path / "wayland")
        connection = Connection(tmp_path / "wayland")
        opened.extend((connection, made))
        return made, connection

    yield begin
    for one in opened:
        one.close()


@pytest.mark.parametrize("pieces", [1, 3])
def test_what_comes_behind_an_answer_in_one_piece_with_it_is_not_lost(compositor, pieces) -> None:
    """A copy that is told so would else be cleared unjudged: nobody would count it."""
    made, connection = compositor()
    made.with_it = b"".join(message(DEVICE, 1, number) for number in range(pieces))
    assert list(connection.round_trip()) == []
    made.with_it = b""
    told = [event.uint() for event in connection.round_trip() if event.sender == DEVICE]
    assert told == list(range(pieces))


def test_what_came_behind_an_answer_is_there_for_who_waits_for_events(compositor) -> None:
    made, connection = compositor()
    made.with_it = message(DEVICE, 1, 5)
    assert list(connection.round_trip()) == []
    assert [event.uint() for event in connection.events(0)] == [5]
