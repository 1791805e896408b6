"""agentguard scan as a person or a script meets it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from agentguard.cli import main
from tests.unit.scan.hostile import CARD, marked_encrypted, zipped

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


def test_people_get_a_table_with_every_file_accounted_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scan", str(folder)]) == 1
    told = capsys.readouterr().out
    assert "card number" in told
    assert "...6467" in told
    assert "Values of personal data: 3, in 2 of 3 files read." in told
    assert "It is encrypted" in told
    assert "It is a pipe" in told
    assert NUMBER[:8] not in told.replace(" ", "")


def test_nothing_found_is_fine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "clean.txt").write_text("order 4539148803436467")
    assert main(["scan", str(tmp_path)]) == 0
    assert "No personal data was found." in capsys.readouterr().out


def test_a_missing_path_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", str(tmp_path), str(tmp_path / "absent")]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert f"There is no {tmp_path / 'absent'}. Check the spelling" in told.err


@pytest.mark.parametrize("jobs", ["0", "65"])
def test_a_senseless_number_of_jobs_is_wrong_use(tmp_path: Path, jobs: str) -> None:
    assert main(["scan", str(tmp_path), "--jobs", jobs]) == 2


def test_only_unreadable_files_is_could_not(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert main(["scan", str(tmp_path / "fifo")]) == 3


def test_a_name_cannot_command_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a\x1b[2J\n.txt").write_text(f"card {CARD}")
    assert main(["scan", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "a\\x1b[2J\\n.txt" in told


def test_interrupting_ends_the_children(tmp_path: Path) -> None:
    for number in range(20_000):
        (tmp_path / f"{number}.txt").write_text("x")
    command = [sys.executable, "-m", "agentguard", "scan", str(tmp_path), "--jobs", "2"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    watched = psutil.Process(process.pid)
    while not (children := watched.children()) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(15) == 130
    assert psutil.wait_procs(children, timeout=10)[1] == []
