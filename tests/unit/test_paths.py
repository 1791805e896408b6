"""Where the program's resources and a user's data are, and what is said when they cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.base import paths
from agentguard.base.errors import CannotError


def test_the_resources_and_policies_are_there() -> None:
    assert (paths.resources() / "text" / "en" / "cli.toml").is_file()
    assert (paths.shipped_policies() / "baseline.yaml").is_file()


def test_a_program_without_a_folder_says_which() -> None:
    with pytest.raises(CannotError, match=r"'nothing' is missing\. Install the program again"):
        paths._root("nothing")


@pytest.mark.posix
def test_the_data_folder_is_made_for_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = tmp_path / "deep" / "bébé 🔑"
    monkeypatch.setenv(paths.HOME_VARIABLE, str(chosen))
    assert paths.data_folder() == chosen
    assert chosen.stat().st_mode & 0o777 == 0o700
    (chosen / "kept").write_text("x")
    assert paths.data_folder() == chosen
    assert (chosen / "kept").exists()


@pytest.mark.posix
@pytest.mark.parametrize("value", [None, ""])
def test_without_a_wish_it_is_the_users_own(
    value: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    if value is None:
        monkeypatch.delenv(paths.HOME_VARIABLE, raising=False)
    else:
        monkeypatch.setenv(paths.HOME_VARIABLE, value)
    assert paths.data_folder() == tmp_path / ".local" / "share" / paths.APP
    assert paths.data_folder().is_dir()


@pytest.mark.posix
@pytest.mark.parametrize("name", ["file", "file/below", "loop", "n" * 300])
def test_one_that_cannot_be_made_is_told_with_what_to_do(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "loop").symlink_to("loop")
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path / name))
    with pytest.raises(CannotError, match="could not be made") as told:
        paths.data_folder()
    assert paths.HOME_VARIABLE in told.value.advice
    assert (tmp_path / "file").read_text() == "mine"
