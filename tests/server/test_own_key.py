"""An endpoint's key belongs to its database, and a wrong folder is no endpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agentguard.base.errors import StoreError
from agentguard.cli import main
from agentguard.server import own_key
from agentguard.server.admin import doctor
from agentguard.server.admin.accounts import Admin
from agentguard.server.compose import create
from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine import open_database
from tests.server.migrated import migrated

NOW = 1_800_000_000.0


@pytest.fixture
def settings(tmp_path: Path) -> ServerSettings:
    """Give an endpoint that was begun, with its key."""
    made = migrated(ServerSettings(data=tmp_path / "server"))
    Admin(made, lambda: NOW).close()
    return made


def of_keys(settings: ServerSettings) -> list[str]:
    return [one.what.id for one in doctor.examine(settings, lambda: NOW) if one.name == "keys"]


@pytest.mark.parametrize("begins", [Admin, create, own_key.opened])
class TestKey:
    def test_row_375_one_that_is_gone_is_not_made_anew(
        self, settings: ServerSettings, begins: Any
    ) -> None:
        settings.key_file.unlink()
        with pytest.raises(StoreError, match="is gone"):
            begins(settings, lambda: NOW)
        assert not settings.key_file.exists()
        assert of_keys(settings) == ["server.doctor.keys-none"]

    def test_row_375_another_one_is_refused_and_stays(
        self, settings: ServerSettings, begins: Any
    ) -> None:
        own = settings.key_file.read_bytes()
        settings.key_file.write_bytes(b"x" * 32)
        with pytest.raises(StoreError, match="another endpoint's"):
            begins(settings, lambda: NOW)
        assert settings.key_file.read_bytes() == b"x" * 32
        assert of_keys(settings) == ["server.doctor.keys-other"]
        settings.key_file.write_bytes(own)
        Admin(settings, lambda: NOW).close()
        assert of_keys(settings) == ["server.doctor.keys"]


@pytest.mark.parametrize("raw", [b"", b"x" * 31, b"x" * 33])
def test_row_375_a_damaged_one_is_not_called_readable(settings: ServerSettings, raw: bytes) -> None:
    settings.key_file.write_bytes(raw)
    assert of_keys(settings) == ["server.doctor.keys-damaged"]


class TestWrongFolder:
    @pytest.fixture(autouse=True)
    def no_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in (open_database.GIVEN, open_database.GIVEN_FILE):
            monkeypatch.delenv(name, raising=False)

    @pytest.mark.parametrize("empty", [False, True])
    @pytest.mark.parametrize(
        "words",
        [
            "hold", "hold person ana --reason x", "retention", "retention --list", "audit --key",
            "audit --export out", "backup out --recipient age1x", "metrics-token", "backups",
            "backups --off", "backups --json", "recovery-codes ana", "policy list",
            "policy ring --team A", "catalogue show", "evidence key", "status", "users",
        ],
    )  # fmt: skip
    def test_row_376_nothing_is_told_or_made_where_no_endpoint_is(
        self, words: str, empty: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        data = tmp_path / "wrong"
        if empty:
            data.mkdir()
            (data / "server.db").touch()
        assert main(["server", *words.split(), "--data", str(data)]) == 3
        said = capsys.readouterr()
        assert "There is no database in" in said.err
        assert str(data) in said.err
        assert not said.out
        assert [*tmp_path.rglob("*")] == ([data, data / "server.db"] if empty else [])

    def test_row_376_what_may_come_before_the_first_start_says_that_it_begins_one(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        words = ["server", "enrol-code", "--team", "A", "--data", str(tmp_path / "new")]
        assert main(words) == 0
        assert "one was begun now" in capsys.readouterr().err
        assert main(words) == 0
        assert not capsys.readouterr().err
