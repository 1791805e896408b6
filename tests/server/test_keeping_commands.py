"""Ages, holds, backups and the database's address, as an administrator meets them."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from pyrage import x25519

from agentguard.base.errors import UsageError
from agentguard.base.translations import load
from agentguard.cli import main
from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine import open_database
from agentguard.server.store.records.classes import RECORDS
from tests.server.migrated import migrated

WORDS = load()


@pytest.fixture
def server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Run `agentguard server`: give its code, and what it said."""
    for name in (open_database.GIVEN, open_database.GIVEN_FILE):
        monkeypatch.delenv(name, raising=False)

    migrated(ServerSettings(data=tmp_path / "server"))  # an endpoint was begun

    def run(*words: str, data: str = "server") -> tuple[int, str]:
        code = main(["server", *words, "--data", str(tmp_path / data)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def test_ages_are_listed_and_set(server: Any) -> None:
    code, said = server("retention", "--list")
    assert (code, said.count("usual")) == (0, len(RECORDS))
    code, said = server("retention", "--set", "posture=30", "--set", "audit=400", "--by", "ada")
    assert (code, said.count("set by ada")) == (0, 2)
    code, said = server("retention", "--dry-run")
    assert (code, said.count("would delete 0")) == (0, len(RECORDS))
    assert server("retention")[0] == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("audit=30", "at least 365 days"),
        ("posture=99999", "at most 3650 days"),
        ("nothing=30", "no record class nothing"),
        ("posture", "CLASS=DAYS"),
        ("posture=-1", "CLASS=DAYS"),
        ("posture=1e3", "CLASS=DAYS"),
        ("posture=999999999999", "CLASS=DAYS"),
    ],
)
def test_an_age_that_cannot_be_is_told_plainly(server: Any, given: str, said: str) -> None:
    code, told = server("retention", "--set", given)
    assert code == 2
    assert said in told


def test_a_hold_is_placed_listed_and_ended(server: Any) -> None:
    assert server("hold") == (0, "Nothing is held.\n")
    server("enrol-code", "--team", "Billing")
    code, said = server("hold", "team", "Billing", "--reason", "inquiry 7", "--by", "ada")
    assert (code, said) == (0, "Hold 1 is placed on the team Billing.\n")
    assert "inquiry 7  (by ada)" in server("hold")[1]
    assert server("hold", "--end", "1") == (0, "Hold 1 has ended.\n")
    code, said = server("hold", "--end", "1")
    assert code == 2
    assert "no hold 1" in said
    assert server("hold", "team", "Nobody", "--reason", "x")[0] == 2
    assert "Give a reason" in server("hold", "person", "sam")[1]


def test_a_backup_is_made_checked_and_brought_back(server: Any, tmp_path: Path) -> None:
    key = x25519.Identity.generate()
    identity, file = tmp_path / "key.txt", tmp_path / "b.age"
    identity.write_text(f"{key}\n")
    server("enrol-code", "--team", "Billing")
    code, said = server("backup", str(file), "--recipient", str(key.to_public()))
    assert code == 0
    assert "--check" in said
    assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0
    restore = ("restore", str(file), "--identity", str(identity))
    code, said = server(*restore, "--check", data="none")
    assert (code, "can be brought back" in said) == (0, True)
    assert not (tmp_path / "none").exists()
    code, said = server(*restore, data="new")
    assert (code, "were brought back, and compared" in said) == (0, True)
    code, said = server(*restore, data="new")
    assert code == 3
    assert "not empty" in said
    assert server("backup", str(file), "--recipient", "age1x")[0] == 2


@pytest.mark.parametrize(
    ("given", "environment", "wanted"),
    [
        ("", {}, ""),
        ("postgresql://a@h/d", {}, "postgresql+psycopg://a@h/d"),
        ("postgres://a@h/d", {}, None),
        ("sqlite:////data/x.db", {}, "sqlite:////data/x.db"),
        ("", {"AGENTGUARD_DATABASE": "postgresql://a:p@h/d"}, "postgresql+psycopg://a:p@h/d"),
        ("postgresql://a@h/d", {"AGENTGUARD_DATABASE": "x"}, "postgresql+psycopg://a@h/d"),
    ],
)
def test_the_database_s_address_is_taken_from_where_it_stands(
    given: str, environment: dict[str, str], wanted: str | None
) -> None:
    found = open_database.chosen(given, environment, WORDS)
    assert found == (wanted if wanted is not None else "postgresql+psycopg://a@h/d")


def test_a_file_holds_the_address_in_its_first_line(tmp_path: Path) -> None:
    file = tmp_path / "address"
    file.write_text("postgresql://a:p@h/d\nmore\n")
    found = open_database.chosen("", {open_database.GIVEN_FILE: str(file)}, WORDS)
    assert found == "postgresql+psycopg://a:p@h/d"


@pytest.mark.parametrize(
    ("given", "environment", "said"),
    [
        ("postgresql://a:secret@h/d", {}, "holds a password"),
        ("no address", {}, "no address of a database"),
        ("", {"AGENTGUARD_DATABASE_FILE": "/nowhere/at/all"}, "could not be read"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_without_its_password(
    given: str, environment: dict[str, str], said: str
) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        open_database.chosen(given, environment, WORDS)
    assert "secret" not in str(refused.value)
