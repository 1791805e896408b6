"""`agentguard doctor --record`: one command, one new file, whole whatever ends it."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from agentguard import cli
from agentguard.base import atomic_files, translations
from agentguard.base.errors import CannotError
from agentguard.commands._record import record
from agentguard.commands.base import COULD_NOT, FINDINGS, FINE, INTERRUPTED, WRONG_USE
from agentguard.platforms.recorder.catalogue import STEPS
from agentguard.platforms.recorder.lines import read
from agentguard.platforms.recorder.questions import Question, call
from agentguard.platforms.recorder.recording import Refusal
from agentguard.platforms.recorder.shapes import FLAG, NUMBER, fields
from agentguard.platforms.recorder.topics.sessions import INFORMATION
from agentguard.ports.clock import Stop

WORDS = translations.load()
SHAPE = fields(on=FLAG, code=NUMBER)
FLAG_SHAPE = fields(also_without_crash=FLAG)
QUESTIONS = (
    call("a.told", "x", SHAPE),
    call("a.refused", "x", SHAPE),
    call("service.failure-flag", "x", FLAG_SHAPE, row=20),
)


class Computer:
    """A computer that is asked; one of its questions it refuses."""

    def __init__(self, *, wine: bool = False, crashes: bool = True) -> None:
        self.wine, self.crashes = wine, crashes
        self.asked: list[str] = []

    def computer(self) -> Mapping[str, object]:
        return {"build": "26100", "wine": self.wine}

    def system(self) -> bool:
        return True

    def ask(self, question: Question) -> object:
        self.asked.append(question.id)
        if question.id == "a.refused":
            raise Refusal(hresult=-2147217394)
        return {"on": True, "code": 1, "also_without_crash": self.crashes}

    def watch(self, stop: Stop) -> object:
        stop.wait()
        return {"seconds": 1}


def recorded(file: Path, computer: Computer, *, walk: bool = False) -> int:
    return record(file, WORDS, computer, walk=walk, asked=QUESTIONS)


def ids(file: Path) -> list[str]:
    return [line["id"] for line in read(file)]


def test_row_160_everything_is_asked_and_told(tmp_path, capsys) -> None:
    file = tmp_path / "answers.jsonl"
    assert recorded(file, Computer()) == FINE
    head, *lines, end = read(file)
    assert (head["as"], head["computer"]["build"]) == ("system", "26100")
    assert [line["id"] for line in lines] == [one.id for one in QUESTIONS]
    assert [line["expected"] for line in lines] == ["no vector"] * 3
    assert end == {"id": "end", "lines": 3, "interrupted": False}
    told = capsys.readouterr()
    assert "[  1/3] a.told" in told.err
    assert "not known yet" in told.err
    assert "refused (0x8004100e)" in told.err
    assert "Windows gave no answer to 1: a.refused" in told.out
    assert "Release checklist, row 20: service.failure-flag is right" in told.out
    assert f"{file} has 3 answers" in told.out


def test_what_differs_from_the_checklist_is_told_and_is_a_finding(tmp_path, capsys) -> None:
    assert recorded(tmp_path / "x", Computer(crashes=False)) == FINDINGS
    assert "row 20: service.failure-flag is not right" in capsys.readouterr().out


def test_row_163_wine_is_told_what_it_lacks(tmp_path, capsys) -> None:
    recorded(tmp_path / "x", Computer(wine=True))
    assert "This is Wine, which lacks what answers 1: a.refused" in capsys.readouterr().out


def test_what_differs_from_the_vectors_is_named_by_its_fields(tmp_path, capsys) -> None:
    class Other(Computer):
        def ask(self, _question: Question) -> object:
            return bytes(16) + b"\x07\0\0\0"

    asked = (call("session.information", "x", INFORMATION),)
    file = tmp_path / "x"
    assert record(file, WORDS, Other(), walk=False, asked=asked) == FINDINGS
    assert "Differs: session.information (" in capsys.readouterr().out
    (line,) = read(file)[1:-1]
    assert line["expected"] == "differs"
    assert line["differs"]


@pytest.mark.parametrize("at", [one.id for one in QUESTIONS])
def test_row_162_ctrl_c_leaves_a_file_that_is_whole_as_far_as_it_goes(
    tmp_path, capsys, monkeypatch, at: str
) -> None:
    """The keyboard speaks to the main thread, while a question is open in another."""
    file, before = tmp_path / "x", [one.id for one in QUESTIONS]

    class Pressed(io.StringIO):
        def write(self, text: str) -> int:
            if at in text:
                raise KeyboardInterrupt
            return super().write(text)

    monkeypatch.setattr(sys, "stderr", Pressed())
    assert recorded(file, Computer()) == INTERRUPTED
    asked = before[: before.index(at)]
    assert ids(file) == ["head", *asked, "end"]
    assert read(file)[-1] == {"id": "end", "lines": len(asked), "interrupted": True}
    assert f"You stopped it: {3 - len(asked)} more" in capsys.readouterr().out


def test_a_file_that_is_there_is_left_as_it_is(tmp_path) -> None:
    file = tmp_path / "x"
    file.write_text("mine")
    with pytest.raises(CannotError, match="is there already"):
        recorded(file, Computer())
    assert file.read_text() == "mine"


def test_a_folder_that_is_not_there_is_said(tmp_path) -> None:
    with pytest.raises(CannotError, match="could not be made or written"):
        recorded(tmp_path / "no such" / "x", Computer())


@pytest.mark.posix
def test_a_disk_that_is_full_is_said(tmp_path, monkeypatch) -> None:
    """No new file can be made on a device that is always full, so it is opened in its place."""
    full = Path("/dev/full")
    monkeypatch.setattr(atomic_files, "open_new", lambda _file: full.open("wb"))
    with pytest.raises(CannotError, match="No space left"):
        recorded(tmp_path / "x", Computer())


def test_row_162_ctrl_c_while_a_step_is_open_leaves_what_was_walked(
    tmp_path, monkeypatch, capsys
) -> None:
    class Keyboard(io.StringIO):
        def readline(self, *_size: int) -> str:
            line = super().readline()
            if not line:
                raise KeyboardInterrupt
            return line

    monkeypatch.setattr(sys, "stdin", Keyboard("s\ns\n"))
    file = tmp_path / "x"
    assert recorded(file, Computer(), walk=True) == INTERRUPTED
    assert ids(file) == ["head", *(q.id for q in QUESTIONS), STEPS[0].id, STEPS[1].id, "end"]
    assert f"You stopped it: {len(STEPS) - 2} more" in capsys.readouterr().out


def test_who_is_no_administrator_is_told_that_much_is_refused(tmp_path, capsys) -> None:
    class User(Computer):
        def system(self) -> bool:
            return False

    recorded(tmp_path / "x", User())
    assert "You are no administrator here" in capsys.readouterr().err
    recorded(tmp_path / "y", Computer())
    assert "administrator" not in capsys.readouterr().err


def walked(typed: str, monkeypatch: pytest.MonkeyPatch, file: Path) -> dict[str, dict]:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    recorded(file, Computer(), walk=True)
    return {one["id"]: one for one in read(file) if one["id"].startswith("walk.")}


def test_row_164_a_walk_asks_step_by_step_and_says_what_to_do(
    tmp_path, monkeypatch, capsys
) -> None:
    typed = "".join("y\n" if step.asks else "\n" for step in STEPS)
    found = walked(typed, monkeypatch, tmp_path / "x")
    assert list(found) == [step.id for step in STEPS]
    assert {one["answer"]["person"] for one in found.values()} == {"yes"}
    assert {one["answer"]["seconds"] for one in found.values()} == {1}
    assert [id_ for id_, one in found.items() if one["right"]] == [s.id for s in STEPS if s.asks]
    told = capsys.readouterr()
    assert "Lock the screen with Windows+L" in told.err
    assert "Release checklist, row 31: walk.task-manager is right" in told.out


def test_a_step_may_be_left_out_or_denied_and_is_asked_again_until_it_is_understood(
    tmp_path, monkeypatch, capsys
) -> None:
    step = next(step for step in STEPS if step.asks)
    before = "s\n" * STEPS.index(step)
    found = walked(f"{before}perhaps\n\nN\n", monkeypatch, tmp_path / "x")
    assert (found[step.id]["answer"]["person"], found[step.id]["right"]) == ("no", False)
    assert capsys.readouterr().err.count("Is it so?") >= 3
    left = [one for id_, one in found.items() if id_ != step.id]
    assert {one["answer"]["person"] for one in left} == {"skipped"}
    assert {one["answer"]["seconds"] for one in left} == {None}


def test_a_walk_needs_a_file(capsys) -> None:
    assert cli.main(["doctor", "--walk"]) == WRONG_USE
    assert "agentguard-ctl doctor --record FILE --walk" in capsys.readouterr().err


@pytest.mark.posix
def test_row_163_another_system_says_that_only_windows_is_recorded(tmp_path, capsys) -> None:
    file = tmp_path / "x"
    assert cli.main(["doctor", "--record", str(file)]) == COULD_NOT
    assert "Only Windows is recorded" in capsys.readouterr().err
    assert not file.exists()


WITHOUT = """
import sys
from importlib.abc import MetaPathFinder

class Gone(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if "._win32" in name:
            raise ModuleNotFoundError(name)
        return None

sys.meta_path.insert(0, Gone())
from agentguard import cli
raise SystemExit(cli.main(["doctor", "--record", sys.argv[1]]))
"""


@pytest.mark.posix
def test_row_163_another_systems_package_has_nothing_of_windows(tmp_path) -> None:
    """The packages for Linux leave out what speaks to Windows, with what reads its answers."""
    ended = subprocess.run(
        (sys.executable, "-c", WITHOUT, str(tmp_path / "x")),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Only Windows is recorded" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.returncode == COULD_NOT
