"""Programs are run from a list, by full path, within a time, never through a shell."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agentguard.platforms._linux import commands
from agentguard.platforms._linux.commands import Program
from tests.desktop.harness import eventually


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., str]:
    """List a program of the test's own."""

    def add(script: str, seconds: float = 10) -> str:
        file = tmp_path / "tool"
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        programs = {**commands.PROGRAMS, "tool": Program((str(file),), seconds)}
        monkeypatch.setattr(commands, "PROGRAMS", programs)
        return "tool"

    return add


def test_every_program_has_full_paths_and_a_limit() -> None:
    for program in commands.PROGRAMS.values():
        assert all(path.startswith("/") for path in program.paths)
        assert 0 < program.seconds <= 60


def test_what_a_program_prints_is_given(listed) -> None:
    assert commands.run(listed('echo "$1|$2"'), "a b", "$HOME;ls") == "a b|$HOME;ls\n"


def test_a_failure_gives_nothing_but_its_code_can_be_told(listed) -> None:
    name = listed("echo said; exit 3")
    assert commands.run(name) is None
    ran = commands.attempt(name)
    assert (ran.output, ran.code, ran.problem) == ("said\n", 3, "")


def test_a_program_that_is_not_installed_says_so(monkeypatch) -> None:
    monkeypatch.setattr(commands, "PROGRAMS", {"gone": Program(("/nowhere/gone",), 1)})
    assert commands.run("gone") is None
    assert commands.attempt("gone").problem == "unread.no-tool"
    assert not commands.installed("gone")


def test_a_file_that_cannot_be_executed_counts_as_not_installed(listed, tmp_path) -> None:
    name = listed("true")
    (tmp_path / "tool").write_bytes(b"\x00\x01not a program")
    assert commands.attempt(name).problem == "unread.no-tool"


def test_a_program_that_does_not_end_is_ended_with_its_children(listed, tmp_path) -> None:
    name = listed(f"sleep 60 & echo $! > {tmp_path}/child; wait", seconds=0.5)
    began = time.monotonic()
    assert commands.attempt(name).problem == "unread.no-answer"
    assert time.monotonic() - began < 30, "it would have slept for sixty seconds"
    child = Path("/proc") / (tmp_path / "child").read_text().strip() / "stat"
    eventually(lambda: not child.exists() or ") Z " in child.read_text())


def test_programs_speak_english_and_know_little_of_the_environment(listed, monkeypatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("LD_PRELOAD_MADE_UP", "x")
    printed = commands.run(listed("env"))
    assert "LC_ALL=C.UTF-8" in printed
    assert "MADE_UP" not in printed


def test_bytes_that_are_no_text_do_not_break_it(listed) -> None:
    assert commands.run(listed(r"printf '\377ok'")) == "\ufffdok"


def test_an_unlisted_program_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        commands.run("rm", "-rf", "/")


def test_what_still_runs_is_ended_with_the_agent(listed, tmp_path: Path) -> None:
    started = tmp_path / "started"
    name = listed(f"touch {started}; exec sleep 60", seconds=60)
    ended: list[commands.Ran] = []
    thread = threading.Thread(target=lambda: ended.append(commands.attempt(name)))
    thread.start()
    eventually(started.exists)
    commands.end_all()
    thread.join(10)
    assert ended[0].code < 0
