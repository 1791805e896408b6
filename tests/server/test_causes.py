"""Whoever runs the endpoint is told why it cannot work, wherever that shows: each cause for real.

Readiness, the answer to a report, and the commands name the same cause in the same words; none of
them speaks of a mistake of the program, and none says that it is ready when a report would fail.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from agentguard import cli
from agentguard.base import translations
from agentguard.server.settings import ServerSettings

PATIENCE = 30.0
WORDS = translations.load()
Break = Callable[[Any], None]


def sentence(why: str) -> str:
    return WORDS.say(f"server.cause.{why}")


@contextmanager
def mounted(folder: Path) -> Iterator[Path]:
    """Give a small disk of its own."""
    folder.mkdir()
    size = "size=12m"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def plain(address: str) -> str:
    return address.replace("+psycopg", "")


def on(one: Any, *statements: str) -> None:
    """Change the database behind the endpoint's back."""
    if one.address:
        with psycopg.connect(plain(one.address), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)
        return
    with closing(sqlite3.connect(one.data / "server.db")) as lite:
        for statement in statements:
            lite.execute(statement)
        lite.commit()


def full(one: Any) -> None:
    with (one.data / "ballast").open("wb") as file:
        try:
            while True:
                file.write(bytes(65536))
                file.flush()
        except OSError:
            pass


def newer(one: Any) -> None:
    on(
        one,
        "UPDATE alembic_version SET version_num = '9999'",
        "UPDATE schema_least SET revision = '9999'",
    )


def older(one: Any) -> None:
    on(one, "ALTER TABLE job RENAME TO job_of_before", "DELETE FROM alembic_version")


def locked(one: Any) -> None:
    if one.address:
        held = one.open.enter_context(psycopg.connect(plain(one.address)))
        held.execute("LOCK TABLE job, device, device_seen, event IN ACCESS EXCLUSIVE MODE")
        return
    lite = one.open.enter_context(closing(sqlite3.connect(one.data / "server.db")))
    lite.execute("BEGIN EXCLUSIVE")


def read_only(one: Any) -> None:
    name = one.address.partition("@/")[2].partition("?")[0]
    on(one, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    gone(one)


def gone(one: Any) -> None:
    """End the connections that are open, as a server that starts anew does."""
    with psycopg.connect(plain(one.address), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


LITE: dict[str, tuple[Break, str]] = {
    "full": (full, "full"),
    "newer": (newer, "newer"),
    "older": (older, "older"),
    "locked": (locked, "slow"),
}
GREAT: dict[str, tuple[Break, str]] = {
    "newer": (newer, "newer"),
    "older": (older, "older"),
    "locked": (locked, "slow"),
    "read-only": (read_only, "read-only"),
}


def _ask(running: Any, connect: Any) -> tuple[int, str]:
    with connect(running) as http:
        answer = http.get("/readyz", timeout=60)
    return answer.status_code, str(answer.json().get("detail", ""))


@pytest.mark.heavy
@pytest.mark.posix
@pytest.mark.parametrize("how", LITE)
def test_row_96_readiness_on_sqlite_fails_with_the_cause(
    tmp_path: Path, start: Any, connect: Any, how: str
) -> None:
    with ExitStack() as opened, mounted(tmp_path / "disk") as disk:
        running = start(ServerSettings(data=disk / "server", jobs=False))
        assert _ask(running, connect) == (200, "")
        breaks, why = LITE[how]
        breaks(SimpleNamespace(data=disk / "server", address="", open=opened))
        _wait_for(running, connect, why)
        opened.close()


@pytest.mark.heavy
@pytest.mark.posix
@pytest.mark.parametrize("how", GREAT)
def test_row_96_readiness_on_postgresql_fails_with_the_cause(
    tmp_path: Path, start: Any, connect: Any, postgresql: Any, how: str
) -> None:
    address = postgresql.new()
    with ExitStack() as opened:
        running = start(ServerSettings(data=tmp_path / "s", database=address, jobs=False))
        assert _ask(running, connect) == (200, "")
        breaks, why = GREAT[how]
        breaks(SimpleNamespace(data=tmp_path / "s", address=address, open=opened))
        _wait_for(running, connect, why)
        opened.close()


def _wait_for(running: Any, connect: Any, why: str) -> None:
    """Ask until the answer of a moment ago counts no more."""
    limit = time.monotonic() + PATIENCE
    status, told = 200, ""
    while status == 200 and time.monotonic() < limit:
        status, told = _ask(running, connect)
    assert (status, told.startswith(sentence(why))) == (503, True), told


def command(data: Path, address: str = "") -> subprocess.CompletedProcess[str]:
    words = ["server", "enrol-code", "--team", "Billing", "--data", str(data)]
    return agentguard(words, {"AGENTGUARD_DATABASE": plain(address)} if address else {})


def agentguard(
    words: list[str], more: dict[str, str], given: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agentguard", *words],
        env={**os.environ, **more},
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def _told(done: subprocess.CompletedProcess[str], why: str) -> None:
    assert done.returncode == 3, done.stderr
    assert done.stderr.startswith(f"agentguard: {sentence(why)}"), done.stderr


@pytest.mark.heavy
@pytest.mark.posix
def test_row_96_commands_on_sqlite_name_the_cause(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk") as disk:
        assert command(disk).returncode == 0
        one = SimpleNamespace(data=disk, address="")
        newer(one)
        _told(command(disk), "newer")
        on(
            one,
            "UPDATE alembic_version SET version_num = '0015'",
            "UPDATE schema_least SET revision = '0015'",
        )
        _told(command(disk), "replaced")
        (disk / "server.db").write_bytes(b"no database at all" * 500)
        for end in ("-wal", "-shm"):
            (disk / f"server.db{end}").unlink(missing_ok=True)
        _told(command(disk), "damaged")
        (disk / "server.db").unlink()
        full(one)
        _told(command(disk), "full")


@pytest.mark.heavy
@pytest.mark.posix
def test_row_96_commands_on_postgresql_name_the_cause(tmp_path: Path, postgresql: Any) -> None:
    address = postgresql.new()
    one = SimpleNamespace(data=tmp_path, address=address)
    assert command(tmp_path, address).returncode == 0
    name = address.partition("@/")[2].partition("?")[0]
    cases = {
        "no-database": address.replace(f"/{name}?", "/no_such_database?"),
        "password": address.replace("only-for-these-tests", "wrong"),
        "away": f"postgresql+psycopg://agentguard@/{name}?host={tmp_path}",
    }
    for why, wrong in cases.items():
        _told(command(tmp_path, wrong), why)
    newer(one)
    _told(command(tmp_path, address), "newer")
    read_only(one)
    _told(command(tmp_path, address), "newer")


def test_row_96_no_password_at_the_end_of_input_is_a_wrong_use(tmp_path: Path) -> None:
    words = ["server", "add-user", "sam", "--data", str(tmp_path)]
    done = agentguard(words, {})
    assert (done.returncode, WORDS.say("cli.server.no-password") in done.stderr) == (2, True)
    assert cli.COULD_NOT == 3


@pytest.mark.posix
@pytest.mark.parametrize("there", [True, False])
def test_row_97_nothing_that_the_endpoint_makes_is_for_others_whatever_the_umask(
    tmp_path: Path, there: bool
) -> None:
    data = tmp_path / "server"
    if there:
        data.mkdir(mode=0o755)
        with closing(sqlite3.connect(data / "server.db")) as made:
            made.execute("PRAGMA journal_mode=WAL")
        (data / "server.db").chmod(0o644)
    before = os.umask(0)
    try:
        for words in (["enrol-code", "--team", "B"], ["metrics-token"]):
            done = agentguard(["server", *words, "--data", str(data)], {})
            assert done.returncode == 0, done.stderr
    finally:
        os.umask(before)
    made = {file.name: file.stat().st_mode & 0o077 for file in data.rglob("*") if file.is_file()}
    assert {"server.db", "server.key", "metrics.token"} <= set(made)
    assert not {name for name, mode in made.items() if mode}
