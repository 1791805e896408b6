"""The way of a code from the keeper to an agent: a pipe for one process, person and session.

Wine does not enforce a pipe's access list, so that a stranger's program comes as far as the
keeper's own look at it; that Windows keeps it out before shows on a real PC (release checklist).
"""

from __future__ import annotations

import ctypes
import msvcrt
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms import code_from_pipe
from agentguard.platforms._win32 import api, person_start, sessions
from agentguard.platforms._win32.code_pipe import CodePipe
from agentguard.platforms._win32.code_pipe_answers import Party, path
from agentguard.platforms._win32.tokens import own_sid
from tests.windows import session_zero
from tests.windows.keeping import PATIENCE, ROOT

CODE = "K7QM-4RTX-VANE-22"
TAKES = (
    "import sys; from agentguard.platforms import code_from_pipe; "
    "print(code_from_pipe(sys.argv[1]))"
)
SILENT = (
    "import sys, _winapi; "
    "pipe = _winapi.CreateFile(sys.argv[1], 0x12019b, 0, 0, 3, 0x110000, 0); "
    "print('open', flush=True); sys.stdin.read()"
)


@contextmanager
def client(program: str, word: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        (sys.executable, "-c", program, word), cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as made:  # fmt: skip
        try:
            yield made
        finally:
            made.kill()


def party(made: subprocess.Popen[str]) -> Party:
    return Party(pid=made.pid, session=api.own_session(), sid=own_sid())


def handle(made: subprocess.Popen[str]) -> int:
    return int(made._handle)  # type: ignore[attr-defined]


def test_the_awaited_program_gets_the_code_once_and_a_second_one_nothing() -> None:
    with closing(CodePipe(own_sid())) as pipe, client(TAKES, pipe.name) as first:
        assert pipe.hand(CODE, party(first), handle(first), comes=PATIENCE, seconds=PATIENCE)
        assert first.communicate(timeout=PATIENCE)[0].strip() == CODE
    with pytest.raises(PlatformError, match="gave no code"):
        code_from_pipe(pipe.name)


@pytest.mark.parametrize(
    "wrong", [{"pid": os.getpid()}, {"session": 77}, {"sid": "S-1-5-21-1-2-3-1001"}, {"sid": ""}]
)
def test_row_135_another_process_session_or_person_gets_no_code(wrong: dict[str, int]) -> None:
    with closing(CodePipe(own_sid())) as pipe, client(TAKES, pipe.name) as stranger:
        awaited = replace(party(stranger), **wrong)
        assert not pipe.hand(CODE, awaited, handle(stranger), comes=PATIENCE)
        said, complaint = stranger.communicate(timeout=PATIENCE)
    assert (said, stranger.returncode) == ("", 1)
    assert "gave no code" in complaint


def test_row_135_a_stranger_who_comes_first_does_not_keep_the_awaited_one_out() -> None:
    with closing(CodePipe(own_sid())) as pipe, client(TAKES, pipe.name) as stranger:
        with client(TAKES, pipe.name) as awaited:
            wait = {"comes": PATIENCE, "seconds": PATIENCE}
            assert pipe.hand(CODE, party(awaited), handle(awaited), **wait)
            assert awaited.communicate(timeout=PATIENCE)[0].strip() == CODE
        stranger.wait(PATIENCE)
        assert stranger.stdout is not None
        assert CODE not in stranger.stdout.read()


def test_row_135_one_who_comes_and_says_nothing_gets_no_code_and_holds_nobody_up() -> None:
    name = "5" * 32
    with closing(CodePipe(own_sid(), name)) as pipe, client(SILENT, path(name)) as silent:
        assert silent.stdout is not None
        assert silent.stdout.readline() == "open\n"
        begun = api.tick_count()
        assert not pipe.hand(CODE, party(silent), handle(silent), comes=1.0, seconds=0.5)
        assert api.tick_count() - begun < 10_000


def test_row_135_a_name_is_taken_once_and_only_ours_are_opened() -> None:
    with (
        closing(CodePipe(own_sid())) as pipe,
        pytest.raises(PlatformError, match="refused a pipe"),
    ):
        CodePipe(own_sid(), pipe.name)
    for name in (rf"x\..\{pipe.name}", r"\\server\pipe\x", "", "A" * 32):
        with pytest.raises(PlatformError, match="no name"):
            code_from_pipe(name)


def test_row_135_a_program_of_the_session_is_handed_the_code_as_from_session_zero(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started = session_zero.from_session_zero(person_start._start)
    monkeypatch.setattr(person_start, "_start", started)
    (session, *_) = sessions.logged_on()
    asks = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import agentguard.platforms as p; "
    told = f"raise SystemExit(7 if p.code_from_pipe(sys.argv[1]) == {CODE!r} else 8)"
    assert sessions.enrol(session, (sys.executable, "-c", asks + told), CODE) == 7
    assert sessions.enrol(session, (sys.executable, "-c", asks + told), "other") == 8


def test_a_program_of_the_session_runs_to_its_end_or_is_ended() -> None:
    (session, *_) = sessions.logged_on()
    assert sessions.run(session, (sys.executable, "-c", "raise SystemExit(7)")) == 7
    slow = "import time; time.sleep(600)"
    assert sessions.run(session, (sys.executable, "-c", slow), seconds=1.0) == 1


def test_row_135_nothing_is_inherited_by_a_program_of_the_session() -> None:
    """A handle that may be inherited is not there in the program."""
    reading, writing = os.pipe()
    try:
        os.set_inheritable(reading, True)
        os.set_inheritable(writing, True)
        number = msvcrt.get_osfhandle(writing)
        flags = ctypes.c_ulong()
        knows = ctypes.WinDLL("kernel32").GetHandleInformation
        assert knows(ctypes.c_void_p(number), ctypes.byref(flags))
        assert flags.value & 1
        writes = f"import os, msvcrt; os.write(msvcrt.open_osfhandle({number}, 0), b'inherited')"
        (session, *_) = sessions.logged_on()
        sessions.run(session, (sys.executable, "-c", writes))
        os.close(writing)
        assert os.read(reading, 100) == b""
    finally:
        os.close(reading)
