"""agentguard scan as a person or a script meets it."""

from __future__ import annotations

import io
import json
import os
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from agentguard.cli import main
from agentguard.commands._scan_work import Interrupt, cores
from tests.unit.detect.files.hostile import CARD, marked_encrypted, zipped

NUMBER = CARD.replace(" ", "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / "note.txt").write_text(f"card {CARD}, DOB 03/04/1980")
    (tmp_path / "sub" / "mail.txt").write_text("to ann.lee@quillpost.com")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path)
    (tmp_path / "clean.txt").write_text("nothing")
    (tmp_path / "safe.zip").write_bytes(marked_encrypted(zipped({"a": CARD.encode()})))
    os.mkfifo(tmp_path / "fifo")
    return tmp_path


def lines(text: str) -> dict[tuple[str, str | None], dict[str, object]]:
    rows = [json.loads(line) for line in text.splitlines()]
    return {(Path(row["path"]).name, row["entity"]): row for row in rows}


@pytest.mark.posix
@pytest.mark.parametrize("jobs", ["1", "3"])
def test_programs_get_one_line_for_each_file_and_kind(
    folder: Path, capsys: pytest.CaptureFixture[str], jobs: str
) -> None:
    assert main(["scan", str(folder), "--format", "jsonl", "--jobs", jobs]) == 1
    told = capsys.readouterr()
    rows = lines(told.out)
    assert rows["note.txt", "PAN"] == {
        "path": str(folder / "note.txt"),
        "entity": "PAN",
        "count": 1,
        "masked": ["...6467"],
        "sealed": False,
    }
    assert rows["note.txt", "DOB"]["masked"] == []
    assert rows["mail.txt", "EMAIL"]["count"] == 1
    assert rows["safe.zip", None]["sealed"] is True
    assert rows["safe.zip", None]["unread"] == "reason.sealed"
    assert rows["fifo", None]["unread"] == "reason.not-regular"
    assert rows["loop", None]["unread"] == "reason.link"
    assert len(rows) == 6
    assert told.err == ""


@pytest.mark.posix
def test_people_get_a_table_with_every_file_accounted_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scan", str(folder)]) == 1
    told = capsys.readouterr().out
    assert "card number" in told
    assert "...6467" in told
    assert "Values of personal data: 3, in 2 of 3 files read in full." in told
    assert "It is encrypted" in told
    assert "It is a pipe" in told
    assert NUMBER[:8] not in told.replace(" ", "")


def test_nothing_found_is_fine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "clean.txt").write_text("order 4539148803436467")
    assert main(["scan", str(tmp_path)]) == 0
    assert "No personal data was found." in capsys.readouterr().out


def test_row_406_published_test_numbers_are_told_apart_and_are_no_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tests = "try card 4111 1111 1111 1111 or 4242424242424242, again 4111-1111-1111-1111"
    (tmp_path / "tests.txt").write_text(tests)
    (tmp_path / "both.txt").write_text(f"card {CARD}, not 5555555555554444")
    assert main(["scan", str(tmp_path / "tests.txt")]) == 0
    told = capsys.readouterr().out
    assert "No personal data was found." in told
    assert "which are nobody's and not counted: 2 (files: 1)." in told
    assert main(["scan", "--format", "jsonl", str(tmp_path)]) == 1
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    said = {(Path(r["path"]).name, r["entity"]): r.get("test_cards", r["count"]) for r in rows}
    assert said == {("tests.txt", None): 2, ("both.txt", "PAN"): 1, ("both.txt", None): 1}


def test_row_406_digits_that_nobody_published_are_not_called_test_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("card 4444 4444 4444 4448 or 4111 1111 1111 1111")
    assert main(["scan", "--explain", str(tmp_path / "a.txt")]) == 0
    told = capsys.readouterr().out
    assert "Counted apart: published test card numbers, which are nobody's (1)." in told
    assert told.count("the card schemes publish for tests") == 1
    assert told.count("a row of the same or counting digits") == 1


def test_a_missing_path_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", str(tmp_path), str(tmp_path / "absent")]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert f"There is no {tmp_path / 'absent'}. Check the spelling" in told.err


@pytest.mark.parametrize("jobs", ["0", "65"])
def test_a_senseless_number_of_jobs_is_wrong_use(tmp_path: Path, jobs: str) -> None:
    assert main(["scan", str(tmp_path), "--jobs", jobs]) == 2


@pytest.mark.posix
def test_only_unreadable_files_is_could_not(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert main(["scan", str(tmp_path / "fifo")]) == 3


@pytest.mark.posix
def test_a_name_cannot_command_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a\x1b[2J\n.txt").write_text(f"card {CARD}")
    assert main(["scan", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "a\\x1b[2J\\n.txt" in told


SCAN = (sys.executable, "-m", "agentguard", "scan", "--jobs", "2")


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """Give a folder that takes far longer to scan than a test lasts."""
    for number in range(20_000):
        (tmp_path / f"{number}.txt").write_text(f"card {CARD}")
    return tmp_path


@pytest.mark.posix
def test_interrupting_tells_what_was_found_and_ends_the_children_at_once(endless: Path) -> None:
    command = [*SCAN, "--format", "jsonl", str(endless)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        rest, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told == b"Stopped before the end. What is shown was found so far.\n"
    rows = [json.loads(line) for line in (first + rest).splitlines()]
    assert {row["entity"] for row in rows} == {"PAN"}
    assert len(rows) < 20_000
    assert children
    assert psutil.wait_procs(children, timeout=10)[1] == []


class Pressed(io.StringIO):
    """A terminal on which Ctrl-C is pressed in the middle of a line."""

    def write(self, text: str) -> int:
        half = len(text) // 2
        super().write(text[:half])
        if len(self.getvalue()) == half:
            signal.raise_signal(signal.SIGINT)
        return super().write(text[half:])


def test_row_109_ctrl_c_in_the_middle_of_a_line_leaves_it_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(50):
        (tmp_path / f"{number}.txt").write_text(f"card {CARD}")
    before, said = signal.getsignal(signal.SIGINT), Pressed()
    monkeypatch.setattr(sys, "stdout", said)
    assert main(["scan", "--format", "jsonl", "--jobs", "2", str(tmp_path)]) == 130
    rows = [json.loads(line) for line in said.getvalue().splitlines()]
    assert 1 <= len(rows) < 50
    assert {row["entity"] for row in rows} == {"PAN"}
    assert "Stopped before the end" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before


def test_row_109_ctrl_c_where_python_can_tell_nobody_is_not_lost() -> None:
    class Swallows:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    ended = []
    with Interrupt() as interrupt:
        interrupt.ends(lambda: ended.append(True))
        interrupt.look()
        Swallows()
        assert ended == [True]
        with pytest.raises(KeyboardInterrupt):
            interrupt.look()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@pytest.mark.posix
def test_an_interrupted_report_says_that_it_is_not_whole(endless: Path, tmp_path: Path) -> None:
    file = tmp_path / "r.html"
    command = [*SCAN, "--report", "html", "--output", str(file), str(endless)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        watched = psutil.Process(process.pid)
        deadline = time.monotonic() + 30
        while not watched.children() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=15)
    assert process.returncode == 130
    assert b"Stopped before the end" in told
    assert "The scan was stopped before its end." in file.read_text(encoding="utf-8")


@pytest.mark.posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "ended"])
def test_nothing_is_left_of_a_scan_that_is_stopped_while_its_child_starts(
    endless: Path, number: signal.Signals
) -> None:
    with subprocess.Popen(
        [*SCAN, str(endless)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        watched = psutil.Process(process.pid)
        deadline = time.monotonic() + 30
        while not (children := watched.children()) and time.monotonic() < deadline:
            time.sleep(0.001)
        process.send_signal(number)
        _, told = process.communicate(timeout=15)
    assert b"Traceback" not in told
    assert process.returncode == (130 if number == signal.SIGINT else -signal.SIGTERM)
    assert psutil.wait_procs(children, timeout=10)[1] == []


def test_the_children_are_as_many_as_there_is_work_and_cores(tmp_path: Path) -> None:
    assert 1 <= cores() <= len(psutil.Process().cpu_affinity())
    (tmp_path / "a.txt").write_text("x")
    assert main(["scan", str(tmp_path)]) == 0


POLICY = """\
policy: site
version: 7
detection:
  off: [EMAIL]
  recognisers:
    - kind: CASE_NO
      name: "case number"
      pattern: 'CASE-[0-9]{6}'
      finds: ["CASE-123456"]
"""


@pytest.fixture
def cases(tmp_path: Path) -> tuple[Path, Path]:
    """Give a policy with a site's own kind, and a folder with one such value."""
    policy = tmp_path / "site.yaml"
    policy.write_text(POLICY)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("CASE-123456 of ann.lee@quillpost.com")
    return policy, tmp_path / "in"


def test_a_policy_says_what_is_looked_for(
    cases: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    policy, folder = map(str, cases)
    assert main(["scan", folder]) == 1
    assert "e-mail address" in capsys.readouterr().out
    assert main(["scan", folder, "--policy", policy]) == 1
    told = capsys.readouterr().out
    assert "case number" in told
    assert "e-mail" not in told
    assert main(["scan", folder, "--policy", policy, "--explain"]) == 1
    assert "It matches your organisation's own pattern." in capsys.readouterr().out
    assert main(["scan", folder, "--policy", policy, "--report", "html"]) == 1
    told = capsys.readouterr().out
    assert "policy site, version 7" in told
    assert "case number" in told


def test_a_wrong_policy_is_wrong_use(
    cases: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    policy, folder = cases
    policy.write_text(POLICY.replace("{6}", "*"))
    assert main(["scan", str(folder), "--policy", str(policy)]) == 2
    assert f"{policy}:8: " in capsys.readouterr().err
    assert main(["scan", str(folder), "--policy", str(policy / "absent")]) == 2


@pytest.mark.posix
@pytest.mark.parametrize("terminal", [True, False], ids=["terminal", "file"])
def test_a_terminal_is_shown_how_far_the_scan_is(
    folder: Path,
    terminal: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import fcntl  # noqa: PLC0415 - Windows has none
    import termios  # noqa: PLC0415 - Windows has none

    seen, shown = os.openpty() if terminal else os.pipe()
    if terminal:
        fcntl.ioctl(seen, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
    with os.fdopen(shown, "w", encoding="utf-8") as errors:
        monkeypatch.setattr(sys, "stderr", errors)
        assert main(["scan", str(folder), "--jobs", "1"]) == 1
        errors.write("end")
        errors.flush()
        told = os.read(seen, 1 << 16).decode()
    os.close(seen)
    assert ("file/s" in told) is terminal, told
    assert "note.txt" in capsys.readouterr().out
