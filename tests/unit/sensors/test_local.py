"""The local door takes signals from whoever can read its file, and from nobody else."""

from __future__ import annotations

import errno
import json
import os
import socket
import stat
import threading
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from agentguard.base import paths
from agentguard.base.errors import CannotError
from agentguard.commands import _local
from agentguard.model.events import Event
from agentguard.model.locking import Asker, LockAsked, ShiftEnded, ShiftEnder
from agentguard.platforms import end_agents, only_one, quitting
from agentguard.platforms.simulated import FakeClock
from agentguard.sensors.call import CallSignals
from agentguard.sensors.local_door import FILE, LocalDoor
from agentguard.sensors.local_http import LARGEST, WHOLE, Hurried
from tests.cli.typed import Type, typing
from tests.desktop.harness import eventually


class Door:
    """A door that is open for a test."""

    def __init__(self, folder: Path, file: Path | None = None) -> None:
        self.clock = FakeClock()
        self.signals = CallSignals()
        self.events: list[Event] = []
        self.file = file or folder / FILE
        self.forms: list[dict[str, str]] = []
        self.stop = threading.Event()
        door = LocalDoor(
            folder=folder,
            signals=self.signals,
            clock=self.clock,
            status=lambda: b'{"overall": "good"}',
            exception=self.form,
        )
        self.thread = threading.Thread(target=door.run, args=(self.events.append, self.stop))
        self.thread.start()
        self.told: dict[str, Any] = eventually(self._read)

    def _read(self) -> dict[str, Any]:
        try:
            told: dict[str, Any] = json.loads(self.file.read_text())
        except (FileNotFoundError, PermissionError):  # Windows opens none that is put in its place
            return {}
        return told

    def form(self, fields: Mapping[str, str]) -> bool:
        self.forms.append(dict(fields))
        return bool(fields)

    def close(self) -> None:
        self.stop.set()
        self.thread.join(5)
        assert not self.thread.is_alive()

    def ask(self, path: str, body: bytes = b"", *, method: str = "POST", **headers: str) -> int:
        connection = HTTPConnection("127.0.0.1", self.told["port"], timeout=5)
        given = {"Authorization": f"Bearer {self.told['token']}", **headers}
        connection.request(method, path, body=body, headers=given)
        status = connection.getresponse().status
        connection.close()
        return status

    @property
    def live(self) -> tuple[str, ...]:
        return self.signals.live(self.clock.now())


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    opened = Door(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def type_(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Type:
    monkeypatch.setenv("AGENTGUARD_HOME", str(tmp_path))
    return typing(capsys)


@pytest.mark.posix
@pytest.mark.parametrize("left", [False, True], ids=["nothing", "of the past"])
def test_row_528_a_disk_that_takes_nothing_does_not_shut_the_door(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, left: bool
) -> None:
    """Its file stands where the session's signs do; what an agent of the past left is passed."""
    home, run = tmp_path / "home", tmp_path / "run"
    home.mkdir()
    run.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(run))
    monkeypatch.setenv(paths.HOME_VARIABLE, str(home))
    if left:
        (home / FILE).write_text('{"port": 1, "token": "old"}')
    full(home, monkeypatch)
    beside = paths.runtime_folder(home)
    assert beside is not None
    door = Door(home, beside / FILE)
    try:
        _local.tell("call/start", name="Desk phone")
        assert door.live == ("Desk phone",)
        assert _local.ask("status") == {"overall": "good"}
        assert stat.S_IMODE(beside.stat().st_mode) == 0o700
        assert stat.S_IMODE((beside / FILE).stat().st_mode) == 0o600
    finally:
        door.close()
    assert not (beside / FILE).exists()


@pytest.mark.posix
def test_row_528_where_the_disk_takes_nothing_an_agent_is_told_to_end_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not after fifteen seconds in vain, and once."""
    home, run = tmp_path / "home", tmp_path / "run"
    home.mkdir()
    run.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(run))
    ended = threading.Event()
    hears = quitting(home)

    def guard() -> None:
        with only_one(home) as first:
            assert first
            held.set()
            while not hears():
                held.wait(0.01)
            ended.set()

    held, thread = threading.Event(), threading.Thread(target=guard)
    thread.start()
    assert held.wait(5)
    full(home, monkeypatch)
    assert end_agents(home, 5.0, mine=True)
    thread.join(5)
    assert ended.is_set()
    assert not hears(), "the sign is taken away"


@pytest.mark.posix
@pytest.mark.parametrize("first", ["writable", "read-only"])
def test_row_528_a_disk_that_changes_makes_no_room_for_a_second_agent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    with monkeypatch.context() as before:
        if first == "read-only":
            full(tmp_path, before)
        one = only_one(tmp_path)
        assert one.__enter__()
    try:
        with monkeypatch.context() as after:
            if first == "writable":
                full(tmp_path, after)
            with only_one(tmp_path) as another:
                assert not another
    finally:
        one.__exit__(None, None, None)
    with only_one(tmp_path) as free:
        assert free


@pytest.mark.posix
def test_row_528_a_folder_of_somebody_else_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "agentguard").symlink_to(tmp_path / "elsewhere")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert paths.make_runtime_folder(tmp_path / "home") is None
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "none"))
    assert paths.runtime_folder(tmp_path / "home") is None


def full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a folder be read-only."""
    made = os.open

    def refuse(path: Any, flags: int, *more: Any, **named: Any) -> int:
        inside = Path(os.fsdecode(path)).parent == folder
        if inside and flags & (os.O_CREAT | os.O_WRONLY | os.O_RDWR):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return made(path, flags, *more, **named)

    monkeypatch.setattr(os, "open", refuse)


def asked(door: Door) -> list[tuple[type[Event], str]]:
    """Give what the agent was asked for, and by whom."""
    return [(type(e), e.by) for e in door.events if isinstance(e, LockAsked | ShiftEnded)]


def test_a_call_begins_and_ends_by_name(door: Door) -> None:
    assert door.ask("/v1/call/start", b'{"name": "Desk phone"}') == 204
    assert door.live == ("Desk phone",)
    assert door.ask("/v1/call/end", b'{"name": "Desk phone"}') == 204
    assert door.live == ()


def test_without_a_body_one_name_is_taken_and_all_calls_end(door: Door) -> None:
    door.ask("/v1/call/start")
    door.ask("/v1/call/start", b'{"name": "b"}')
    assert door.live == ("softphone", "b")
    door.ask("/v1/call/end")
    assert door.live == ()


def test_a_lock_can_be_asked_for_and_a_shift_can_end(door: Door) -> None:
    assert (door.ask("/v1/lock"), door.ask("/v1/shift/end")) == (204, 204)
    assert asked(door) == [(LockAsked, Asker.PERSON), (ShiftEnded, ShiftEnder.PERSON)]


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer wrong", "Basic eDp5", "Bearer ü"])
def test_without_the_token_nothing_is_done(door: Door, token: str) -> None:
    assert door.ask("/v1/call/start", Authorization=token) == 401
    assert door.live == ()


@pytest.mark.parametrize("host", ["desk.example:80", "127.0.0.1.example:80", "", "[::1]:80"])
def test_a_page_of_another_host_cannot_reach_it(door: Door, host: str) -> None:
    assert door.ask("/v1/call/start", Host=host) == 421


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/nothing", b"", 404),
        ("/call/start", b"", 404),
        ("/", b"", 404),
        ("/v1/call/start", b"no json", 400),
        ("/v1/call/start", b"[]", 400),
        ("/v1/call/start", b'{"name": ""}', 400),
        ("/v1/call/start", b'{"name": 7}', 400),
        ("/v1/call/start", b'{"name": "a\\nb"}', 400),
        ("/v1/call/start", b'{"name": "' + b"a" * 61 + b'"}', 400),
        ("/v1/call/start", b" " * (LARGEST + 1), 400),
    ],
    ids=["deed", "version", "root", "text", "list", "empty", "number", "line", "long", "huge"],
)
def test_what_it_does_not_know_it_refuses(door: Door, path: str, body: bytes, status: int) -> None:
    assert door.ask(path, body) == status
    assert door.live == ()


def test_what_is_done_is_not_read_and_nothing_else_is_offered(door: Door) -> None:
    assert door.ask("/v1/call/start", method="GET") == 404
    assert door.ask("/v1/call/start", method="PUT") == 501
    assert door.live == ()


def test_how_it_stands_is_told_to_who_has_the_token(
    door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENTGUARD_HOME", str(tmp_path))
    assert _local.ask("status") == {"overall": "good"}
    assert door.ask("/v1/status", method="GET", Authorization="Bearer wrong") == 401
    assert door.ask("/v1/status", method="GET", Host="desk.example:80") == 421
    assert door.ask("/v1/status") == 404


def test_who_is_gone_and_who_is_silent_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENTGUARD_HOME", str(tmp_path))
    assert _local.ask("status") is None
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        (tmp_path / FILE).write_text(json.dumps({"port": port, "token": "t"}))
        stranger = threading.Thread(target=answering, args=(other, b"HTTP/1.1 200 OK\r\n\r\n[]"))
        stranger.start()
        with pytest.raises(CannotError, match="could not be told"):
            _local.ask("status")
        stranger.join(5)
    assert _local.ask("status") is None
    (tmp_path / FILE).write_text("{")
    with pytest.raises(CannotError, match="could not be told"):
        _local.ask("status")


def answering(door: socket.socket, whole: bytes) -> None:
    """Answer one caller with what no agent says."""
    caller, _ = door.accept()
    with caller:
        caller.recv(65536)
        caller.sendall(whole)


def test_a_caller_that_hangs_up_or_sends_rubbish_closes_nothing(door: Door) -> None:
    connection = HTTPConnection("127.0.0.1", door.told["port"], timeout=5)
    connection.connect()
    connection.sock.sendall(b"\x16\x03\x01 no http\r\n\r\n")
    connection.close()
    assert door.ask("/v1/call/start") == 204


def test_a_caller_who_sends_a_byte_now_and_then_keeps_nobody_out() -> None:
    """Every user of the computer may call; who has no token must not silence who has."""
    clock, (caller, door) = FakeClock(), socket.socketpair()
    with caller, door:
        hurried = Hurried(door, lambda: clock.now().boot)
        sent = b"POST /v1/call/start"
        for place in range(len(sent)):
            caller.sendall(sent[place : place + 1])
            clock.advance(WHOLE / 10)
            if place < 9:
                assert hurried.read(1) == sent[place : place + 1]
            else:
                with pytest.raises(TimeoutError):
                    hurried.read(1)


@pytest.mark.posix
def test_only_the_user_can_read_the_token(door: Door) -> None:
    assert stat.S_IMODE(door.file.stat().st_mode) == 0o600


def test_every_start_has_a_token_of_its_own_and_the_file_goes_at_the_end(tmp_path: Path) -> None:
    tokens = set()
    for _ in range(3):
        opened = Door(tmp_path)
        tokens.add(opened.told["token"])
        opened.close()
        assert not opened.file.exists()
    assert len(tokens) == 3
    assert all(len(token) >= 40 for token in tokens)


def test_the_command_line_tells_calls_and_locks(door: Door, type_: Type) -> None:
    assert type_("call", "start", "--name", "Desk phone").code == 0
    assert door.live == ("Desk phone",)
    assert type_("call", "end", "--name", "Desk phone").code == 0
    assert door.live == ()
    assert type_("lock").code == 0
    assert type_("lock", "--shift-end").code == 0
    assert asked(door) == [(LockAsked, Asker.PERSON), (ShiftEnded, ShiftEnder.PERSON)]


def test_the_command_line_says_when_no_agent_runs(type_: Type) -> None:
    said = type_("call", "start")
    assert said.code == 3
    assert said.err.startswith("agentguard: No agent of this user answers.")


@pytest.mark.parametrize("content", ["", "{}", '{"port": "x", "token": 1}', '{"port": 1}', "[1]"])
def test_a_damaged_file_is_no_agent(type_: Type, tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    assert type_("call", "end").code == 3


def test_a_refusal_is_told(door: Door, type_: Type) -> None:
    assert type_("call", "start", "--name", "x" * 100).code == 3
    with pytest.raises(CannotError, match="404"):
        _local.tell("nothing")


def test_row_314_a_request_for_an_exception_is_taken_as_words_by_name(door: Door) -> None:
    body = json.dumps({"control": "usb-storage", "hours": "8", "odd": 3}).encode()
    assert door.ask("/v1/exception/ask", body) == 204
    assert door.ask("/v1/exception/ask", b"[]") == 429
    assert door.ask("/v1/exception/ask", b"{") == 429
    assert door.ask("/v1/exception/ask", body, Authorization="Bearer wrong") == 401
    assert door.forms == [{"control": "usb-storage", "hours": "8"}, {}, {}]
