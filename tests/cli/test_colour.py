"""Colours are for terminals that show them, and the word beside says the same."""

from __future__ import annotations

import io
import os
import pty

import pytest

from agentguard.commands._colour import shows_colours
from tests.cli.typed import PROGRAM, environment


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("around", "system", "wanted"),
    [
        ({"TERM": "xterm-256color"}, "linux", True),
        ({}, "linux", True),
        ({"TERM": "dumb"}, "linux", False),
        ({"NO_COLOR": "1", "TERM": "xterm"}, "linux", False),
        ({"NO_COLOR": ""}, "linux", True),
        ({}, "win32", False),
        ({"WT_SESSION": "a"}, "win32", True),
        ({"WT_SESSION": "a", "NO_COLOR": "1"}, "win32", False),
    ],
)
def test_a_terminal_is_asked_whether_it_shows_them(around, system: str, wanted: bool) -> None:
    assert shows_colours(Terminal(), around, system) is wanted
    assert not shows_colours(io.StringIO(), around, system)


@pytest.mark.posix
@pytest.mark.parametrize(("term", "coloured"), [("xterm", True), ("dumb", False)])
def test_a_person_at_a_terminal_sees_them_and_a_file_never(tmp_path, term, coloured) -> None:
    process, leader = pty.fork()
    if not process:  # the child has the terminal
        words = (*PROGRAM, "check", "--seconds", "20")
        os.execve(PROGRAM[0], words, environment(tmp_path, TERM=term))  # noqa: S606 - no shell
    shown = b""
    try:
        while piece := os.read(leader, 65536):
            shown += piece
    except OSError:  # the terminal is gone with its last program
        pass
    os.waitpid(process, 0)
    os.close(leader)
    assert (b"\x1b[31m" in shown) is coloured
    assert b"Traceback" not in shown
