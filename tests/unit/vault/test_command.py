"""agentguard vault, as a person types it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from agentguard import cli
from agentguard.base.paths import HOME_VARIABLE
from agentguard.platforms.simulated import FakeClock
from agentguard.store.agent_store import open_store

Said = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "data"))
    return tmp_path / "data"


def put(path: Path, capsys: Said) -> str:
    assert cli.main(["vault", "put", str(path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{path} is in the vault now, as ")
    return said.rstrip().removesuffix(".").rpartition(" ")[2]


def test_an_empty_vault_says_so(capsys: Said) -> None:
    assert cli.main(["vault", "list"]) == 0
    assert capsys.readouterr().out == "The vault is empty.\n"
    assert cli.main(["vault", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_put_list_restore(home: Path, capsys: Said) -> None:
    (home / "a.csv").write_text("x" * 2000)
    item = put(home / "a.csv", capsys)
    assert cli.main(["vault", "list"]) == 0
    row = capsys.readouterr().out
    assert row.startswith(item)
    assert row.endswith(f"2 KiB  {home / 'a.csv'}\n")
    assert cli.main(["vault", "list", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["id"], found["path"], found["size"]) == (item, str(home / "a.csv"), 2000)
    assert cli.main(["vault", "restore", item]) == 0
    assert capsys.readouterr().out == f"The file is back: {home / 'a.csv'}\n"
    assert (home / "a.csv").read_text() == "x" * 2000


def test_restore_to_another_place(home: Path, capsys: Said) -> None:
    (home / "a").write_text("x")
    item = put(home / "a", capsys)
    assert cli.main(["vault", "restore", item, "--to", str(home / "b")]) == 0
    assert (home / "b").read_text() == "x"
    assert not (home / "a").exists()


def test_purge_has_a_reason_in_the_journal(home: Path, data: Path, capsys: Said) -> None:
    (home / "a").write_text("x")
    item = put(home / "a", capsys)
    assert cli.main(["vault", "purge", item, "--reason", "card-data"]) == 0
    store = open_store(data, FakeClock())
    last = store.journal.read(0, 100)[-1].record
    store.close()
    assert (last.kind, last.payload["reason"]) == ("vault.purged", "card-data")


@pytest.mark.parametrize("verb", ["restore", "purge"])
def test_an_unknown_item_could_not_be_done(verb: str, capsys: Said) -> None:
    assert cli.main(["vault", verb, "0" * 16]) == 3
    assert "The vault holds no file" in capsys.readouterr().err


def test_a_file_that_cannot_be_moved_says_why(home: Path, capsys: Said) -> None:
    assert cli.main(["vault", "put", str(home)]) == 3
    assert "is not an ordinary file" in capsys.readouterr().err


def test_a_damaged_item_is_listed_as_such(home: Path, data: Path, capsys: Said) -> None:
    (home / "a").write_text("x")
    item = put(home / "a", capsys)
    (data / "vault" / "items" / f"{item}.age").write_bytes(b"spoilt")
    assert cli.main(["vault", "list"]) == 0
    assert "(damaged, or sealed with another key)" in capsys.readouterr().out
    assert cli.main(["vault", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["path"] is None


def test_many_commands_at_once_lose_nothing(home: Path, data: Path) -> None:
    """The agent and a person at the command line may use the vault at the same time."""
    data.mkdir()
    open_store(data, FakeClock()).close()
    for number in range(6):
        (home / str(number)).write_text(str(number))
    running = [
        subprocess.Popen([sys.executable, "-m", "agentguard", "vault", "put", str(file)])
        for file in home.iterdir()
    ]
    assert [process.wait(60) for process in running] == [0] * 6
    store = open_store(data, FakeClock())
    assert store.journal.verify()[1]
    assert sum(e.record.kind == "vault.put" for e in store.journal.read(0, 1000)) == 6
    store.close()
