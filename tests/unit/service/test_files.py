"""Files of the program that are gone are named, and files of another version are not missed."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.service.files import LIST, ProgramFiles


@pytest.fixture
def program(tmp_path: Path) -> Path:
    folder = tmp_path / "program"
    for name in ("agentguard.exe", "_internal/qt.dll", "_internal/re2.pyd", "notes.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder


@pytest.fixture
def private(tmp_path: Path) -> Path:
    folder = tmp_path / "private"
    folder.mkdir()
    return folder


def test_a_whole_program_misses_nothing(program: Path, private: Path) -> None:
    files = ProgramFiles(program, private, "1.0.0")
    assert files.gone() == ()
    assert files.gone() == ()


def test_a_file_in_quarantine_is_named_until_it_is_back(program: Path, private: Path) -> None:
    ProgramFiles(program, private, "1.0.0").gone()
    (program / "_internal/qt.dll").rename(private / "quarantine")
    again = ProgramFiles(program, private, "1.0.0")  # the keeper was started again meanwhile
    assert [Path(name).name for name in again.gone()] == ["qt.dll"]
    (private / "quarantine").rename(program / "_internal/qt.dll")
    assert again.gone() == ()


def test_a_new_version_has_its_own_files(program: Path, private: Path) -> None:
    ProgramFiles(program, private, "1.0.0").gone()
    (program / "_internal/qt.dll").unlink()
    assert ProgramFiles(program, private, "1.1.0").gone() == ()


def test_what_is_no_part_of_the_program_may_go(program: Path, private: Path) -> None:
    files = ProgramFiles(program, private, "1.0.0")
    files.gone()
    (program / "notes.txt").unlink()
    assert files.gone() == ()


def test_a_damaged_list_is_made_anew(program: Path, private: Path) -> None:
    (private / LIST).write_bytes(b"{")
    assert ProgramFiles(program, private, "1.0.0").gone() == ()


def test_a_folder_that_cannot_be_written_is_an_error(program: Path, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        ProgramFiles(program, tmp_path / "nowhere", "1.0.0").gone()
