"""The installer's steps: what is kept for a new version, and what a removal leaves behind."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from agentguard.base import paths
from agentguard.cli import main
from agentguard.commands import _setup_data
from agentguard.service.identity import CODE_FILE

CODE = "correct-horse-battery"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "machine"
    (place / "private").mkdir(parents=True)
    monkeypatch.setenv(paths.MACHINE_VARIABLE, str(place))
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path / "own"))
    return place


def stamped(folder: Path, age: float) -> None:
    (folder / _setup_data.MARKER).write_text(f"{time.time() - age:.0f}\n", encoding="ascii")


def log(folder: Path) -> str:
    return (folder / "install.log").read_text(encoding="utf-8")


def test_a_removal_leaves_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "private" / "key").write_text("k")
    (folder / "keeper.json").write_text("{}")
    assert main(["setup", "purge"]) == 0
    assert list(folder.iterdir()) == []
    assert "All data were removed." in capsys.readouterr().out


def test_a_vault_that_holds_a_file_is_never_removed(folder: Path, tmp_path: Path) -> None:
    full, empty = tmp_path / "full", tmp_path / "empty"
    for user in (full, empty):
        (user / "vault" / "items").mkdir(parents=True)
        (user / "noted.txt").write_text("n")
    (full / "vault" / "items" / "3f.age").write_bytes(b"sealed")
    (full / "vault" / "key").write_text("k")
    done = _setup_data.purge(folder, (full, empty))
    assert (done.left, done.vaults) == (0, 1)
    assert (full / "vault" / "items" / "3f.age").read_bytes() == b"sealed"
    assert (full / "vault" / "key").read_text() == "k"
    assert not empty.exists()
    assert list(folder.iterdir()) == []


def a_vault(user: Path, *, full: bool) -> Path:
    (user / "vault" / "items").mkdir(parents=True)
    sealed = user / "vault" / "items" / "3f.age"
    if full:
        sealed.write_bytes(b"sealed")
    return sealed


@pytest.mark.posix
def test_a_link_that_leads_to_anothers_vault_meanwhile_removes_nothing_of_it(
    folder: Path, tmp_path: Path
) -> None:
    """Who owns a folder changes where its name leads to after any look at it, before the move."""
    a_vault(tmp_path / "bob" / "AgentGuard", full=False)
    sealed = a_vault(tmp_path / "alice" / "AgentGuard", full=True)

    class Led(type(Path())):  # type: ignore[misc] # which kind of path depends on the system
        def rename(self, target: Path) -> Path:
            if self.parent.name == "bob" and not self.parent.is_symlink():
                Path(self.parent).rename(tmp_path / "was-bob")
                Path(self.parent).symlink_to(tmp_path / "alice")
            return Path(self).rename(target)

    done = _setup_data.purge(folder, (Led(tmp_path / "bob" / "AgentGuard"),))
    assert (done.left, done.vaults) == (0, 1)
    assert sealed.read_bytes() == b"sealed"
    assert list(folder.iterdir()) == []


def test_a_vault_that_cannot_be_moved_back_stays_aside(folder: Path, tmp_path: Path) -> None:
    a_vault(tmp_path / "own", full=True)

    class Taken(type(Path())):  # type: ignore[misc] # as above
        def rename(self, target: Path) -> Path:
            gone = Path(self).rename(target)
            Path(self).mkdir()
            (Path(self) / "in the way").write_text("x")
            return gone

    done = _setup_data.purge(folder, (Taken(tmp_path / "own"),))
    assert (done.left, done.vaults) == (1, 1)
    (kept,) = folder.rglob("*.age")
    assert kept.read_bytes() == b"sealed"
    assert [one.name for one in folder.iterdir()] == ["private"]


def test_a_vault_that_a_broken_removal_left_aside_is_kept(folder: Path) -> None:
    sealed = a_vault(folder / "private" / "going-0" / "0", full=True)
    a_vault(folder / "private" / "going-0" / "1", full=False)
    (folder / "private" / "key").write_text("k")
    done = _setup_data.purge(folder, ())
    assert (done.left, done.vaults) == (1, 1)
    assert sealed.read_bytes() == b"sealed"
    assert [one.name for one in sealed.parents[2].parent.iterdir()] == ["0"]
    assert not (folder / "private" / "key").exists()


def test_a_vault_that_cannot_be_looked_into_is_left(folder: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd"
    (odd / "vault").mkdir(parents=True)
    (odd / "vault" / "items").symlink_to(odd / "vault" / "items")
    assert _setup_data.purge(folder, (odd,)).vaults == 1


def test_a_removal_does_not_follow_links(folder: Path, tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()
    (away / "letter.txt").write_text("mine")
    (folder / "link").symlink_to(away, target_is_directory=True)
    (folder / "private" / "deep").symlink_to(away, target_is_directory=True)
    assert main(["setup", "purge"]) == 0
    assert (away / "letter.txt").read_text() == "mine"
    assert list(folder.iterdir()) == []


def test_a_folder_that_is_not_there_is_as_good_as_empty(folder: Path) -> None:
    (folder / "private").rmdir()
    folder.rmdir()
    assert main(["setup", "purge"]) == 0


def test_the_data_stay_when_a_new_version_follows(folder: Path) -> None:
    (folder / "private" / "key").write_text("k")
    stamped(folder, 10.0)
    assert main(["setup", "purge"]) == 0
    assert (folder / "private" / "key").read_text() == "k"
    assert not (folder / _setup_data.MARKER).exists()
    assert "stay for the new version" in log(folder)


@pytest.mark.parametrize("age", [_setup_data.FRESH + 5, -600.0])
def test_what_a_broken_upgrade_left_keeps_nothing(folder: Path, age: float) -> None:
    (folder / "private" / "key").write_text("k")
    stamped(folder, age)
    assert main(["setup", "purge"]) == 0
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("written", ["", "soon", "\0"])
def test_a_damaged_marker_keeps_nothing(folder: Path, written: str) -> None:
    (folder / _setup_data.MARKER).write_text(written)
    assert not _setup_data.kept(folder)


def test_agents_are_ended_for_a_new_version(folder: Path) -> None:
    assert main(["setup", "close", "--seconds", "5", "--upgrade"]) == 0
    assert _setup_data.kept(folder)
    assert not (folder.parent / "own").exists()  # SYSTEM gets no data of its own


def test_only_the_installed_program_ends_a_whole_folder(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["setup", "close", "--all", "--kill"]) == 2
    assert "Only the installed program" in capsys.readouterr().err


@pytest.mark.parametrize("seconds", ["0", "-1", "1e9", "nan"])
def test_a_time_that_cannot_be_waited_is_refused(folder: Path, seconds: str) -> None:
    assert main(["setup", "close", f"--seconds={seconds}"]) == 2


def test_an_enrolment_file_is_kept_for_the_keeper_alone(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "code.txt"
    file.write_text(f"  {CODE}\r\n")
    assert main(["setup", "take", str(file)]) == 0
    taken = folder / "private" / CODE_FILE
    assert taken.read_text() == f"{CODE}\n"
    assert taken.stat().st_mode & 0o077 == 0
    assert file.exists()  # it may be for many computers
    assert not (folder / "install.log").exists()


@pytest.mark.parametrize("content", [None, b"", b" \r\n", b"\xff\xfe", b"two\nlines"])
def test_a_file_without_a_code_fails_the_install_and_says_why(
    folder: Path, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "code.txt"
    if content is not None:
        file.write_bytes(content)
    assert main(["setup", "take", str(file)]) == 2
    assert str(file) in log(folder)
    assert "lines" not in log(folder)
    assert not (folder / "private" / CODE_FILE).exists()


def test_where_the_code_cannot_be_kept_the_install_fails(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "code.txt"
    file.write_text(CODE)
    (folder / "private" / CODE_FILE).mkdir()
    assert main(["setup", "take", str(file)]) == 3
    assert CODE not in log(folder)


def test_a_computer_that_is_not_enrolled_has_nobody_to_tell(folder: Path) -> None:
    assert main(["setup", "farewell"]) == 3
    assert "could not be told" in log(folder)


def test_nobody_is_told_when_a_new_version_follows(folder: Path) -> None:
    stamped(folder, 10.0)
    assert main(["setup", "farewell"]) == 0
