"""Folders of other computers whose server is away: asked by a thread that hangs in our place."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.platforms.simulated import FakeClock
from agentguard.sensors.mounts import FRESH, Afar, touch


class Server:
    """A server that answers or does not."""

    def __init__(self) -> None:
        self.here = threading.Event()
        self.asked = 0

    def __call__(self, _folder: str) -> None:
        self.asked += 1
        self.here.wait()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.here.set()


def test_an_answer_is_believed_for_a_moment(server: Server) -> None:
    server.here.set()
    clock = FakeClock()
    afar = Afar(clock, patience=60, ask=server)
    for _ in range(3):
        assert afar.answers("/share")
    assert server.asked == 1
    clock.advance(FRESH)
    assert afar.answers("/share")
    assert server.asked == 2


def test_a_folder_that_hangs_is_asked_by_one_thread_and_heard_when_it_answers(
    server: Server,
) -> None:
    afar = Afar(FakeClock(), patience=0, ask=server)
    for _ in range(3):
        assert not afar.answers("/share")
    assert server.asked == 1
    (asking,) = afar._asking.values()
    server.here.set()
    asking.join(60)
    assert afar.answers("/share")
    assert server.asked == 1


def test_one_that_hangs_holds_up_no_other(server: Server, tmp_path: Path) -> None:
    def ask(folder: str) -> None:
        if folder == "/away":
            server(folder)

    clock = FakeClock()
    assert not Afar(clock, patience=0, ask=ask).answers("/away")
    assert Afar(clock, patience=60, ask=ask).answers(str(tmp_path))


def test_a_folder_that_stops_answering_is_no_more_believed(server: Server) -> None:
    clock = FakeClock()
    server.here.set()
    afar = Afar(clock, patience=60, ask=server)
    assert afar.answers("/share")
    server.here.clear()
    afar._patience = 0
    clock.advance(FRESH)
    assert not afar.answers("/share")
    assert not afar.answers("/share")


def test_a_refusal_is_an_answer(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file", tmp_path / "none"):
        touch(str(path))
        assert Afar(FakeClock(), patience=60).answers(str(path))
