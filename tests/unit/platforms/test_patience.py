"""Files on shares that are away, and displays that are silent, hold up no start."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.platforms import _display, _secret_time_limit
from agentguard.platforms._secret_time_limit import PatientReader

pytestmark = [
    pytest.mark.posix,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Xlib leaves them open
]


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"policy")
    reader = PatientReader()
    assert reader(tmp_path / "a") == b"policy"
    with pytest.raises(FileNotFoundError):
        reader(tmp_path / "b")
    with (tmp_path / "c").open("wb") as large:
        large.truncate(_secret_time_limit.MOST + 1)
    with pytest.raises(OSError, match="too long"):
        reader(tmp_path / "c")


def test_one_that_does_not_answer_is_given_up_and_had_when_it_comes_back(tmp_path: Path) -> None:
    away = tmp_path / "share"
    os.mkfifo(away)
    reader, begun = PatientReader(0.2), time.monotonic()
    for _ in range(3):
        with pytest.raises(TimeoutError):
            reader(away)
    assert time.monotonic() - begun < 5
    with away.open("wb") as back:
        back.write(b"policy")
    assert reader(away) == b"policy", "one question waits, not three"


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A compositor that takes no connection: its queue is full."""
    with socket.socket(socket.AF_UNIX) as listens:
        listens.bind(str(tmp_path / "wayland-9"))
        listens.listen(1)
        yield {"WAYLAND_DISPLAY": "wayland-9", "XDG_RUNTIME_DIR": str(tmp_path)}


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({}, _display.NO_DISPLAY),
        ({"QT_QPA_PLATFORM": "offscreen"}, ""),
        ({"QT_QPA_PLATFORM": "vnc:size=1x1"}, ""),
        ({"QT_QPA_PLATFORM": "xcb"}, _display.NO_DISPLAY),
        ({"DISPLAY": ":4711"}, _display.REFUSED),
        ({"DISPLAY": "nonsense"}, _display.REFUSED),
        ({"WAYLAND_DISPLAY": "none", "XDG_RUNTIME_DIR": "/no/such"}, _display.REFUSED),
    ],
)
def test_where_no_window_can_be_shown_it_is_known(environment: dict[str, str], why: str) -> None:
    assert _display.not_shown(environment) == why


def test_a_compositor_is_enough_unless_x_is_wanted(silent: dict[str, str]) -> None:
    assert _display.not_shown(silent) == ""
    assert _display.not_shown({**silent, "QT_QPA_PLATFORM": "xcb"}) == _display.REFUSED


def test_an_x_server_that_never_answers_is_silent(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET) as listens:
        for number in range(4700, 4800):  # a display's port is 6000 and its number
            try:
                listens.bind(("127.0.0.1", 6000 + number))
            except OSError:
                continue
            break
        listens.listen(8)
        assert _display.not_shown({"DISPLAY": f"127.0.0.1:{number}"}) == _display.SILENT
