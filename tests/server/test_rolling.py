"""Two releases on one database: the one of before serves on while it may, and else says so."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pyrage import x25519
from sqlalchemy import func, select, text

from agentguard.base import translations
from agentguard.base.errors import StoreError
from agentguard.cli import main
from agentguard.server.admin import doctor
from agentguard.server.admin.accounts import Admin
from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine import revisions
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.schema.tables import event as events
from tests.server.migrated import migrated

ROOT = Path(__file__).parents[2]
WORDS = translations.load()
PATIENCE = 90.0
LONG = pytest.mark.timeout(600)  # three programs start, one after the other
NEXT = '''"""A release to come."""

import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{before}"
{least}


def upgrade() -> None:
    op.add_column("team", sa.Column("colour", sa.String(10)))
'''


def next_release(folder: Path, *, lets_write: bool) -> Path:
    """Make the program of the next release: this one with a migration more."""
    tree = folder / "next"
    shutil.copytree(ROOT / "agentguard", tree / "agentguard")
    (tree / "resources").symlink_to(ROOT / "resources")
    (inside,) = (tree / "agentguard").rglob("migrations/versions")
    least = f'LEAST = "{revisions.newest()}"' if lets_write else ""
    (inside / "r9001_next.py").write_text(NEXT.format(before=revisions.newest(), least=least))
    return tree


@contextmanager
def process(tree: Path, data: Path, address: str) -> Iterator[Any]:
    """Run a release until the end."""
    words = ("serve", "--port", "0", "--data", str(data), "--database", plain(address))
    file = data.parent / "address"
    file.write_text(f"{plain(address)}\n")
    with subprocess.Popen(
        [sys.executable, "-m", "agentguard", *words[:-2]],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tree,
        env={**os.environ, "AGENTGUARD_DATABASE_FILE": str(file)},
    ) as one:
        try:
            assert one.stdout is not None
            said = ""
            while "answers at" not in said:
                line = one.stdout.readline()
                assert line, said
                said += line
            found = re.search(r"https://127\.0\.0\.1:\d+", said)
            assert found is not None
            yield SimpleNamespace(address=found[0], ca=data / "ca.pem", time=time.time)
        finally:
            one.kill()
            one.wait(PATIENCE)


def plain(address: str) -> str:
    return address.replace("+psycopg", "")


def ready(running: Any, connect: Any) -> tuple[int, str]:
    with connect(running) as http:
        answer = http.get("/readyz")
    return answer.status_code, str(answer.json().get("detail", ""))


@LONG
@pytest.mark.heavy
@pytest.mark.posix
@pytest.mark.parametrize("lets_write", [True, False])
def test_row_106_the_release_of_before_serves_on_while_the_next_one_lets_it(
    tmp_path: Path, postgresql: Any, connect: Any, enrol: Any, event: Any, *, lets_write: bool
) -> None:
    data, address = tmp_path / "server", postgresql.new()
    settings = ServerSettings(data=data, database=address)
    tree = next_release(tmp_path, lets_write=lets_write)
    with process(ROOT, data, address) as old, Admin(settings, time.time) as admin:
        desk = enrol(old, admin.enrol_code("Billing"))
        desk.receipt(desk.send(event(1), seq=1))
        with process(tree, data, address) as new:
            twin = desk.moved(new)
            twin.receipt(twin.send(event(2), seq=2))
            assert ready(new, connect)[0] == 200
            status, detail = ready(old, connect)
            answer = desk.send(event(3), seq=3)
            if lets_write:
                assert status == 200
                desk.receipt(answer)
                again_under_the_new_schema(settings)
            else:
                assert status == 503
                assert detail.startswith(WORDS.say("server.cause.newer"))
                assert answer.status_code == 503, "nothing is written that the newer one would not"
                twin.receipt(twin.send(event(3), seq=3))
            asked = select(func.count()).select_from(events)
            with open_with(settings) as connection:
                assert connection.scalar(asked) == 3
        for one in (desk, twin):
            one.http.close()


def again_under_the_new_schema(settings: ServerSettings) -> None:
    """The one of before starts anew and its commands work, but it makes no backup."""
    open_database(settings).close()
    with Admin(settings, time.time) as admin, pytest.raises(StoreError) as refused:
        admin.keeping.backup(settings.data / "backup", [x25519.Identity.generate().to_public()])
    assert WORDS.say("server.cause.newer") in str(refused.value)
    found = {one.name: one for one in doctor.examine(settings, time.time)}
    assert found["schema"].what.id == "server.doctor.schema-newer"


@contextmanager
def open_with(settings: ServerSettings) -> Iterator[Any]:
    """Look into the database without writing."""
    from sqlalchemy import create_engine  # noqa: PLC0415 - only here

    engine = create_engine(settings.database_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.mark.heavy
@pytest.mark.posix
def test_row_106_an_upgrade_that_fails_lets_the_release_of_before_write_again(
    tmp_path: Path, postgresql: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = ServerSettings(data=tmp_path / "s", database=postgresql.new())
    monkeypatch.setattr(revisions, "_least", lambda _revision: "9001")

    def fail(_connection: Any, _revision: str = "head") -> None:
        raise StoreError("no")

    seen: list[str] = []

    def upgrade(connection: Any, _revision: str = "head") -> None:
        seen.append(revisions.least(connection))
        fail(connection)

    known = revisions.known
    monkeypatch.setattr(revisions, "known", lambda one: one == "9001" or known(one))
    monkeypatch.setattr(revisions, "upgrade", upgrade)
    with pytest.raises(StoreError):
        open_database(settings)
    assert seen == ["9001"], "those of before are told first"
    with open_with(settings) as connection:
        assert revisions.least(connection) not in {"", "9001"}


def test_row_106_every_migration_says_who_may_write_after_it(tmp_path: Path) -> None:
    """Else the oldest is the migration itself, which ends the release of before."""
    settings = migrated(ServerSettings(data=tmp_path))
    database = open_database(settings)
    least = database.run(revisions.least)
    assert revisions.known(least) or revisions.replaced(least)
    assert least >= "0019"
    database.run(lambda c: c.execute(text("UPDATE schema_least SET revision = '9001'")))
    database.close()
    with pytest.raises(StoreError) as refused:
        open_database(settings)
    assert WORDS.say("server.cause.newer") in str(refused.value)
    assert main(["server", "enrol-code", "--team", "A", "--data", str(tmp_path)]) == 3
