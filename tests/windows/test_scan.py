"""The scan as an admin of a Windows desk starts it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from agentguard.detect.sandbox.client import Limits, ScanClient
from agentguard.platforms import child_starter, leash
from agentguard.platforms.simulated import FakeClock

NOTE = "card 4539 1488 0343 6467, receipt to ann.lee@quillpost.com\r\n"


def scan(*words: str | Path) -> tuple[int, list[dict[str, object]]]:
    command = (sys.executable, "-m", "agentguard", "scan", "--format", "jsonl", *words)
    ended = subprocess.run(command, capture_output=True, check=False, timeout=100)
    assert b"Traceback" not in ended.stderr
    return ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()]


def kinds(lines: list[dict[str, object]]) -> set[object]:
    return {line["entity"] for line in lines if line["entity"]}


def test_files_are_found_under_names_of_any_letters(tmp_path: Path) -> None:
    folder = tmp_path / "Müller & Søn" / "жалобы"
    folder.mkdir(parents=True)
    (folder / "noté €.txt").write_text(NOTE, encoding="utf-16")
    code, lines = scan(tmp_path)
    assert code == 1
    assert kinds(lines) == {"PAN", "EMAIL"}


def test_paths_longer_than_260_letters_are_read(tmp_path: Path) -> None:
    folder = tmp_path
    while len(str(folder)) < 300:
        folder /= "a-folder-with-a-long-name"
    Path(f"\\\\?\\{folder}").mkdir(parents=True)
    Path(f"\\\\?\\{folder}\\note.txt").write_text(NOTE, encoding="utf-8")
    assert kinds(scan(tmp_path)[1]) == {"PAN", "EMAIL"}


def test_a_file_that_another_program_holds_open_for_itself_is_told(tmp_path: Path) -> None:
    import msvcrt  # noqa: PLC0415 - Windows has it alone

    path = tmp_path / "held.txt"
    path.write_text(NOTE, encoding="utf-8")
    with path.open("r+b") as file:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 4)
        _, lines = scan(tmp_path)
    assert lines
    assert "4539" not in json.dumps(lines)


def test_windows_line_ends_and_code_pages_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(
        b"Kunde;Karte;E-Mail\r\nM\xfcller;4539148803436467;a.lee@quillpost.com\r\nBo;;\r\n"
    )
    assert kinds(scan(tmp_path)[1]) == {"PAN", "EMAIL"}


def told(*words: str | Path) -> tuple[int, str]:
    command = (sys.executable, "-m", "agentguard", "scan", *words)
    ended = subprocess.run(command, capture_output=True, check=False, timeout=100)
    assert b"Traceback" not in ended.stderr
    return ended.returncode, ended.stdout.decode()


def test_people_get_a_table_and_admins_a_page(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "note.txt").write_text(NOTE)
    page = tmp_path / "page.html"
    code, table = told(tmp_path / "in")
    assert code == 1
    assert "card number" in table
    assert "4539 1488" not in table
    assert told(tmp_path / "in", "--report", "html", "--output", page)[0] == 1
    assert "note.txt" in page.read_text("utf-8")
    assert "4539 1488" not in page.read_text("utf-8")


def test_what_is_no_file_or_has_no_name_is_told(tmp_path: Path) -> None:
    with ScanClient(Limits(), FakeClock(), leash=leash, start=child_starter()) as client:
        reasons = {
            "": "reason.not-regular",
            "no\0name": "reason.name",
            "a?b": "reason.name",
            "NUL": "reason.not-regular",
        }
        for name, reason in reasons.items():
            assert client.scan(f"{tmp_path}\\{name}").reason == reason, name
