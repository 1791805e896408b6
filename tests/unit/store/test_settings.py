from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base import settings
from agentguard.base.errors import CannotError, UsageError
from agentguard.base.settings import MachineSettings


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    assert settings.load(tmp_path) == MachineSettings()


@given(st.text().filter(str.isprintable), st.text().filter(str.isprintable))
def test_what_is_saved_is_loaded(
    tmp_path_factory: pytest.TempPathFactory, label: str, ca_file: str
) -> None:
    folder = tmp_path_factory.mktemp("settings")
    chosen = MachineSettings(endpoint="https://guard.example", label=label, ca_file=ca_file)
    settings.save(folder, chosen)
    assert settings.load(folder) == chosen


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("endpoint = ", "is not TOML"),
        ("endpiont = 'https://x'", "there is no setting endpiont"),
        ("endpoint = 5", "must be text"),
        ("[endpoint]", "must be text"),
        ("\x00", "is not TOML"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(content: str, says: str, tmp_path: Path) -> None:
    (tmp_path / settings.FILE).write_text(content)
    with pytest.raises(UsageError, match=says) as refused:
        settings.load(tmp_path)
    assert str(tmp_path / settings.FILE) in str(refused.value)


def test_a_value_that_cannot_be_printed_is_refused_and_the_old_file_stays(tmp_path: Path) -> None:
    settings.save(tmp_path, MachineSettings(label="old"))
    with pytest.raises(UsageError, match="label"):
        settings.save(tmp_path, MachineSettings(label="new\nline"))
    assert settings.load(tmp_path).label == "old"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotError, match="could not be written"):
        settings.save(tmp_path / "none", MachineSettings())


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / settings.FILE).mkdir()
    with pytest.raises(CannotError, match="could not be read"):
        settings.load(tmp_path)
