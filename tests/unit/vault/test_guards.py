"""What is never moved without being asked, and what waits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from agentguard.model.custody import NO_RECOVERY, VaultRules
from agentguard.model.hits import Hit
from agentguard.vault.move_guards import busy, is_open, left_alone

CARD = (Hit(kind="PAN", count=1),)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "export.csv"
    made.write_text("made-up")
    return made


def test_an_ordinary_file_may_be_moved(file: Path) -> None:
    assert left_alone(file, CARD, NO_RECOVERY) == ""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("archive.PST", "mail"),
        ("Inbox.mbox", "mail"),
        ("crm.sqlite", "database"),
        ("calls.accdb", "database"),
        ("notes.txt", ""),
    ],
)
def test_mail_and_databases_are_their_programs(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / name).write_text("x")
    assert left_alone(tmp_path / name, CARD, NO_RECOVERY) == why


def test_a_message_of_a_maildir_is_mail(tmp_path: Path) -> None:
    for name in ("cur", "new", "tmp"):
        (tmp_path / "mail" / name).mkdir(parents=True)
    assert left_alone(tmp_path / "mail" / "cur" / "1.host:2,S", CARD, NO_RECOVERY) == "mail"
    (tmp_path / "cur").mkdir()
    assert left_alone(tmp_path / "cur" / "a.txt", CARD, NO_RECOVERY) == "", "a name alone is none"


@pytest.mark.parametrize("name", [".git", ".svn", "CVS"])
def test_a_project_under_version_control_stays_whole(tmp_path: Path, name: str) -> None:
    (tmp_path / "project" / name).mkdir(parents=True)
    assert left_alone(tmp_path / "project" / "src" / "a.csv", CARD, NO_RECOVERY) == "repository"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/opt/till/card.ini", "program"),
        ("/home/kim/AppData/Roaming/till/card.ini", "program"),
        ("/home/kim/AppData/Local/Temp/export.csv", ""),
        ("/Program Files/till/card.ini", "program"),
        ("/home/kim/Documents/Windows/cards.csv", ""),
        ("/media/kim/STICK/cards.csv", "removable"),
        ("/run/media/kim/STICK/cards.csv", "removable"),
        ("/home/kim/opt/cards.csv", ""),
        ("/var/home/kim/cards.csv", ""),
        ("/var/lib/till/cards.csv", "program"),
    ],
)
@pytest.mark.posix
def test_programs_and_sticks_are_left_alone(path: str, why: str) -> None:
    assert left_alone(Path(path), CARD, NO_RECOVERY) == why


def test_a_file_with_too_few_values_is_left_alone(file: Path) -> None:
    rules = VaultRules(least_values=10)
    many = (Hit(kind="PAN", count=4), Hit(kind="IBAN", count=6))
    assert left_alone(file, CARD, rules) == "few"
    assert left_alone(file, many, rules) == ""
    assert left_alone(file, (), rules) == "", "what is not known is no reason"


def test_a_file_that_was_changed_a_moment_ago_waits(file: Path) -> None:
    rules, changed = VaultRules(settled_minutes=5), file.stat().st_mtime
    assert busy(file, rules, changed + 299) == "settling"
    assert busy(file, rules, changed + 300) == ""
    assert busy(file, rules, changed - 10) == "", "a clock that was set back holds nothing up"
    assert busy(file.with_name("gone"), rules, changed) == ""


@pytest.mark.posix
def test_a_file_that_another_program_has_open_waits(file: Path) -> None:
    assert not is_open(file)
    script = "import sys; f = open(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script, file],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        assert busy(file, NO_RECOVERY, 0.0) == "open"
        other.communicate()
    assert busy(file, NO_RECOVERY, 0.0) == ""


@pytest.mark.posix
def test_what_the_system_does_not_tell_is_no_reason_to_wait(file: Path, tmp_path: Path) -> None:
    assert not is_open(file, tmp_path / "no-proc")
    (tmp_path / "proc" / "12").mkdir(parents=True)
    assert not is_open(file, tmp_path / "proc")
    (tmp_path / "proc" / "12" / "fd").mkdir()
    (tmp_path / "proc" / "12" / "fd" / "3").symlink_to(tmp_path / "gone")
    assert not is_open(file, tmp_path / "proc")
    (tmp_path / "proc" / "12" / "fd" / "4").symlink_to(file)
    assert is_open(file, tmp_path / "proc")
