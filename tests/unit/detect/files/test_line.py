"""The line between a scan's two processes: whole messages, bounds, and the other end's end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from threading import Thread

import pytest

from agentguard.detect.sandbox.ipc_channel import Line, pair

pytestmark = pytest.mark.posix


@pytest.fixture
def ends() -> Iterator[tuple[Line, Line]]:
    one, other = pair()
    yield one, other
    one.close()
    other.close()


@pytest.mark.parametrize("size", [0, 1, 100, 3 << 20])
def test_messages_arrive_whole_and_in_order(ends: tuple[Line, Line], size: int) -> None:
    one, other = ends
    said = [bytes([sign]) * size for sign in b"ab"]

    def speak() -> None:
        for message in said:
            one.send_bytes(message)

    speaker = Thread(target=speak)
    speaker.start()
    assert [other.recv_bytes(), other.recv_bytes(size)] == said
    speaker.join()
    assert not other.poll(0)


def test_a_message_over_its_bound_is_refused(ends: tuple[Line, Line]) -> None:
    ends[0].send_bytes(b"12345")
    assert ends[1].poll(5)
    with pytest.raises(OSError, match="too long"):
        ends[1].recv_bytes(4)


def test_an_end_that_is_gone_is_told_at_once(ends: tuple[Line, Line]) -> None:
    ends[0].close()
    ends[0].close()
    assert ends[1].poll(None)
    with pytest.raises(EOFError):
        ends[1].recv_bytes()
    with pytest.raises(OSError, match=r"pipe|reset"):
        ends[1].send_bytes(b"x")
    with pytest.raises(OSError, match="closed"):
        ends[0].poll()


def test_half_a_message_is_none(ends: tuple[Line, Line]) -> None:
    os.write(ends[0].fileno(), b"\0\0\0\x05ab")
    ends[0].close()
    with pytest.raises(EOFError):
        ends[1].recv_bytes()
