"""Every cause for which the endpoint cannot work is made to happen, and read wherever it shows.

The list of causes is that of the texts and of the tables in `causes`: one without a case fails.
"""

from __future__ import annotations

import resource
import shutil
import sqlite3
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from agentguard.base import translations
from agentguard.cli import main
from agentguard.server.ingest.readiness import STALE
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.engine import causes
from tests.server.test_causes import full, gone, locked, mounted, newer, older, on, plain

ROOT = Path(__file__).parents[2]
TEXT = ROOT / "resources/text/en/server-causes.toml"
WORDS = translations.load()
PATIENCE = 40.0
ROLE, SECRET = "desk_role", "of-a-test"
SQLITE, POSTGRESQL = "sqlite", "postgresql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A cause with how it is made to happen; `doctor` is the doctor's own text, if it has one."""

    why: str
    on: str
    breaks: Callable[[Any], None]
    doctor: str = ""
    begin: Callable[[Any], None] | None = None
    settings: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.why}-{self.on}-{self.breaks.__name__}"


def sentence(why: str) -> str:
    return causes.sentence(why, WORDS)


# --- SQLite


def unwritable(one: Any) -> None:
    """Let the disk meet an error, after which Linux lets nobody write to it."""
    subprocess.run(["mount", "-o", "remount,abort", str(one.disk)], check=True)


def replaced(one: Any) -> None:
    """Mount a copy in its place that nobody may write to, as a snapshot is mounted."""
    copy = one.open.enter_context(mounted(one.disk.with_name("copy")))
    shutil.copytree(one.data, copy / "server")
    for words in (
        ("--bind", str(copy / "server"), str(one.data)),
        ("-o", "remount,bind,ro", str(one.data)),
    ):
        subprocess.run(["mount", *words], check=True)
    one.open.callback(subprocess.run, ["umount", "--lazy", str(one.data)], check=True)


def moved(one: Any) -> None:
    for end in ("", "-wal", "-shm"):
        (one.data / f"server.db{end}").rename(one.disk / f"elsewhere{end}")


def failing(one: Any) -> None:
    """Refuse the process each further byte of a file, which SQLite calls an error of the disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    one.open.callback(resource.setrlimit, resource.RLIMIT_FSIZE, before)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))


def damaged(one: Any) -> None:
    """Write over all pages but the first, and let nobody have them in mind."""
    file = one.data / "server.db"
    with closing(sqlite3.connect(file)) as lite:
        size = lite.execute("PRAGMA page_size").fetchone()[0]
        lite.execute("CREATE TABLE more (x)")
        lite.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as written:
        written.seek(size)
        written.write(b"\x5a" * (file.stat().st_size - size))


def odd(one: Any) -> None:
    """Have it refuse what it is asked, for a reason of its own."""
    if one.address:
        on(
            one,
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION '4111111111111111'; END $$",
            "CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON job"
            " FOR EACH ROW EXECUTE FUNCTION refuse()",
        )
        return
    for when in ("INSERT", "UPDATE"):
        on(
            one,
            f"CREATE TRIGGER refuse_{when} BEFORE {when} ON job"
            " BEGIN SELECT RAISE(ABORT, '4111111111111111'); END",
        )


def invited(one: Any) -> None:
    one.desk = one.enrol(one.running, one.running.admin.enrol_code("Billing"))
    one.open.callback(one.desk.http.close)


def crowded_queue(one: Any) -> None:
    """Let more reports come than can wait, while nothing is written."""
    locked(one)
    for seq in range(1, 5):
        words = one.desk, one.event(seq), seq
        each = Thread(target=one.quietly, args=words, daemon=True)
        each.start()
        one.open.callback(each.join, PATIENCE)


def stopped(one: Any) -> None:
    """Let what the endpoint does by itself fail for a while."""
    limit = time.monotonic() + PATIENCE
    asked = "SELECT count(*) FROM job WHERE name = 'tamper'"
    while time.monotonic() < limit and not one.running.admin._database.run(
        lambda c: c.exec_driver_sql(asked).scalar()
    ):
        pass
    on(
        one,
        "CREATE TRIGGER refuse BEFORE UPDATE ON job WHEN NEW.name <> 'readyz'"
        " BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    one.running.time.at += STALE + 60


# --- PostgreSQL


def great(one: Any, *statements: str) -> None:
    """Change the server as its superuser."""
    for statement in statements:
        one.server._own.execute(statement)


def of(name: str, *statements: str, ends: bool = True) -> Callable[[Any], None]:
    """Give what changes the server so, and ends the connections that are open."""

    def breaks(one: Any) -> None:
        great(one, *(each.format(role=ROLE, base=one.base) for each in statements))
        if ends:
            gone(one)

    breaks.__name__ = name
    return breaks


def unasked(one: Any) -> None:
    """Let the role in without a password, as a server on the same computer is often set."""
    file = one.server._folder / "data" / "pg_hba.conf"
    before = file.read_text()
    one.open.callback(great, one, "SELECT pg_reload_conf()")
    one.open.callback(file.write_text, before)
    file.write_text(f"local all {ROLE} trust\n{before}")
    great(one, "SELECT pg_reload_conf()")


def dropped(one: Any) -> None:
    on(one, f"REASSIGN OWNED BY {ROLE} TO agentguard", f"DROP OWNED BY {ROLE}")
    great(one, f"REVOKE ALL ON DATABASE {one.base} FROM {ROLE}", f"DROP ROLE {ROLE}")
    gone(one)


def silent(one: Any) -> None:
    """Take away the socket at which it listens."""
    (socket,) = (each for each in one.server._folder.glob(".s.PGSQL.*") if each.suffix != ".lock")
    aside = socket.with_name("aside")
    socket.rename(aside)
    one.open.callback(aside.rename, socket)
    great(
        one,
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{one.base}'",  # noqa: S608 - ours
    )


def torn(one: Any) -> None:
    """Write over a table of a copy that nobody has looked into yet."""
    on(one, "INSERT INTO job VALUES ('x', 1)")
    gone(one)
    copy = f"{one.base}_torn"
    great(one, f"CREATE DATABASE {copy} TEMPLATE {one.base} STRATEGY FILE_COPY")
    with psycopg.connect(plain(one.address)) as asked:
        file = asked.execute("SELECT pg_relation_filepath('job')").fetchone()
        base = asked.execute("SELECT oid FROM pg_database WHERE datname = %s", (copy,)).fetchone()
    assert file
    assert base
    table = one.server._folder / "data" / "base" / str(base[0]) / Path(file[0]).name
    table.write_bytes(b"\x5a" * table.stat().st_size)
    one.address = one.address.replace(f"/{one.base}?", f"/{copy}?")
    one.base = copy


def small(one: Any) -> None:
    """Lay the database on a small disk of its own."""
    top = Path(tempfile.gettempdir())
    within = [folder for folder in one.disk.parents if top in folder.parents]
    for folder in (one.disk, *within):  # which the server's user enters
        folder.chmod(0o755)
    room = one.disk / "room"
    room.mkdir()
    shutil.chown(room, "postgres")
    great(
        one,
        f"CREATE TABLESPACE small LOCATION '{room}'",
        f"ALTER DATABASE {one.base} SET TABLESPACE small",
    )
    invite = f"ALTER DATABASE {one.base} SET TABLESPACE pg_default"
    one.open.callback(great, one, invite, "DROP TABLESPACE small")
    one.open.callback(gone, one)
    one.open.callback((one.disk / "ballast").unlink, missing_ok=True)


def unroomed(one: Any) -> None:
    """Fill the disk, then let reports come until one finds no room."""
    desk = one.enrol(one.running, one.running.admin.enrol_code("Billing"))
    full(SimpleNamespace(data=one.disk))
    one.open.callback(desk.http.close)
    for seq in range(1, 400):
        if desk.send(one.event(seq), seq=seq).status_code == 503:
            break


def replaced_steps(one: Any) -> None:
    """Have it stand within the steps from before the first release."""
    on(one, "UPDATE alembic_version SET version_num = '0015'")


def nothing(_one: Any) -> None:
    """Begin broken."""


CASES = (
    Case(why="full", on=SQLITE, breaks=full),
    Case(why="read-only", on=SQLITE, breaks=replaced),
    Case(why="disk", on=SQLITE, breaks=unwritable, doctor="server.cause.read-only"),
    Case(why="locked", on=SQLITE, breaks=locked),
    Case(why="no-file", on=SQLITE, breaks=moved, doctor="server.doctor.database-none"),
    Case(why="disk", on=SQLITE, breaks=failing),
    Case(why="damaged", on=SQLITE, breaks=damaged),
    Case(why="newer", on=SQLITE, breaks=newer, doctor="server.doctor.schema-new"),
    Case(why="older", on=SQLITE, breaks=older, doctor="server.doctor.schema-old"),
    Case(why="replaced", on=SQLITE, breaks=replaced_steps),
    Case(why="other", on=SQLITE, breaks=odd),
    Case(
        why="queue",
        on=SQLITE,
        begin=invited,
        breaks=crowded_queue,
        doctor="server.cause.locked",
        settings={"limits": Limits(waiting_writes=2)},
    ),
    Case(
        why="work",
        on=SQLITE,
        breaks=stopped,
        doctor="server.doctor.work-stopped",
        settings={"jobs": True},
    ),
    Case(why="slow", on=POSTGRESQL, breaks=locked, doctor="server.cause.locked"),
    Case(why="newer", on=POSTGRESQL, breaks=newer, doctor="server.doctor.schema-new"),
    Case(why="older", on=POSTGRESQL, breaks=older, doctor="server.doctor.schema-old"),
    Case(why="replaced", on=POSTGRESQL, breaks=replaced_steps),
    Case(why="other", on=POSTGRESQL, breaks=odd),
    Case(why="damaged", on=POSTGRESQL, begin=torn, breaks=nothing),
    Case(why="away", on=POSTGRESQL, breaks=silent),
    Case(why="no-role", on=POSTGRESQL, begin=unasked, breaks=dropped),
    Case(why="no-role", on=POSTGRESQL, breaks=of("not_let_in", "ALTER ROLE {role} NOLOGIN")),
    Case(why="password", on=POSTGRESQL, breaks=dropped),
    Case(
        why="password",
        on=POSTGRESQL,
        breaks=of("changed", "ALTER ROLE {role} PASSWORD 'another'"),
    ),
    Case(
        why="read-only",
        on=POSTGRESQL,
        breaks=of("read_only", "ALTER DATABASE {base} SET default_transaction_read_only = on"),
    ),
    Case(
        why="crowded",
        on=POSTGRESQL,
        breaks=of("limited", "ALTER ROLE {role} CONNECTION LIMIT 0"),
    ),
    Case(why="rights", on=POSTGRESQL, breaks=lambda one: on(one, f"REVOKE ALL ON job FROM {ROLE}")),
    Case(
        why="no-database",
        on=POSTGRESQL,
        breaks=of("gone", "DROP DATABASE {base} WITH (FORCE)", ends=False),
    ),
    Case(why="full", on=POSTGRESQL, begin=small, breaks=unroomed, doctor="-"),
)
AT_A_START = {
    "expired": "test_outside.py::test_row_96_outside_a_certificates_time_readiness_and_doctor_say",
    "not-yet-valid": "test_outside.py::test_row_96_a_certificate_that_no_desk_takes_is_told_at",
    "other-key": "test_outside.py::test_row_96_a_certificate_that_does_not_fit_its_key_is_told",
    "no-rights": "test_outside.py::test_row_96_a_port_that_needs_rights_is_not_said_to_be_taken",
    "no-host": "test_outside.py::test_row_96_a_port_that_is_taken_and_a_host_that_is_not_here",
    "backup": "test_backups.py::test_row_370_one_that_is_not_whole_is_taken_away_and_told",
    "backup-old": "test_backups.py::test_row_371_a_backup_that_nobody_makes_is_missed",
    "audit-head": "test_audit_check.py::test_row_343_what_could_not_be_read_is_said_to_be_unknown",
    "mistake": "test_failing.py::test_row_107_what_could_not_be_deleted_is_tried_again_before",
}
"""Causes that no database has, with the test that makes each happen."""


def test_row_96_every_cause_has_a_case_that_makes_it_happen() -> None:
    said = tomllib.loads(TEXT.read_text(encoding="utf-8"))["server"]["cause"]
    every = {one for one in said if not one.endswith("-advice")}
    assert {one.removesuffix("-advice") for one in said if one not in every} == every
    told = {*causes._SQLITE.values(), *causes._STATES.values(), *causes.SYSTEM.values()}
    told |= {one for *_, one in causes._SAID} | {
        causes.NEWER,
        causes.REPLACED,
        causes.OTHER,
        causes.MISTAKE,
    }
    assert told <= every
    assert {one.why for one in CASES} | set(AT_A_START) == every
    for place in AT_A_START.values():
        file, _, name = place.partition("::")
        assert f"def {name}" in (Path(__file__).parent / file).read_text(encoding="utf-8")


@contextmanager
def disk(folder: Path, case: Case) -> Iterator[Path]:
    """Give a small disk; a real one where it is to fail."""
    if case.breaks is not unwritable:
        with mounted(folder) as small_one:
            yield small_one
        return
    image = folder.with_name("image")
    with image.open("wb") as file:
        file.truncate(32 * 1024**2)
    folder.mkdir()
    subprocess.run(["mkfs.ext4", "-q", str(image)], check=True)
    subprocess.run(["mount", "-o", "loop", str(image), str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def owned(one: Any) -> None:
    """Give the endpoint a role that may do what it needs and no more."""
    great(one, f"DROP ROLE IF EXISTS {ROLE}", f"CREATE ROLE {ROLE} LOGIN PASSWORD '{SECRET}'")
    on(
        one,
        f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {ROLE}",
        f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {ROLE}",
    )


def disowned(one: Any) -> None:
    """Take the role away, so that the next case begins anew."""
    bases = one.server._own.execute("SELECT datname FROM pg_database WHERE NOT datistemplate")
    for (name,) in bases.fetchall():
        if name.startswith(one.base.removesuffix("_torn")):
            great(one, f"DROP DATABASE {name} WITH (FORCE)")
    great(one, f"DROP ROLE IF EXISTS {ROLE}")


def as_role(address: str) -> str:
    before, _, after = address.partition("@/")
    assert before
    return f"postgresql+psycopg://{ROLE}:{SECRET}@/{after}"


def quietly(desk: Any, event: Any, seq: int) -> None:
    """Report, whatever is answered."""
    try:
        desk.send(event, seq=seq)
    except Exception:  # noqa: BLE001 - the endpoint may end meanwhile
        return


@contextmanager
def made(case: Case, tmp_path: Path, get: Callable[[str], Any]) -> Iterator[Any]:
    """Give all that a case needs; what it has opened is put right at the end."""
    with disk(tmp_path / "disk", case) as room, ExitStack() as opened:
        one = SimpleNamespace(
            disk=room, data=room / "server", address="", base="", open=opened, quietly=quietly
        )
        one.enrol, one.event = get("enrol"), get("event")
        if case.on == POSTGRESQL:
            one.server = get("postgresql")
            one.address = one.server.new()
            one.base = one.address.partition("@/")[2].partition("?")[0]
            one.data = tmp_path / "server"
            opened.callback(disowned, one)
            owned(one)
        yield one


def asked(running: Any, connect: Any) -> tuple[int, str]:
    with connect(running) as http:
        answer = http.get("/readyz", timeout=60)
    return answer.status_code, str(answer.json().get("detail", ""))


@pytest.mark.heavy
@pytest.mark.posix
@pytest.mark.parametrize("case", CASES, ids=str)
def test_row_96_readiness_doctor_and_log_name_the_cause_and_the_next_step(
    case: Case,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start, connect = (request.getfixturevalue(name) for name in ("start", "connect"))
    with made(case, tmp_path, request.getfixturevalue) as one:
        if case.begin is not None and case.on == POSTGRESQL:
            case.begin(one)
        address = as_role(one.address) if one.address else ""
        more = {"jobs": False, **case.settings}
        one.running = start(ServerSettings(data=one.data, database=address, **more))
        if case.begin is not None and case.on == SQLITE:
            case.begin(one)
        case.breaks(one)
        limit, status, told = time.monotonic() + PATIENCE, 200, ""
        while not told.startswith(sentence(case.why)) and time.monotonic() < limit:
            status, told = asked(one.running, connect)
        assert (status, told.startswith(sentence(case.why))) == (503, True), told
        assert f"refused at /readyz: not-ready (503) {sentence(case.why)}" in caplog.text
        if case.doctor != "-":
            if address:
                monkeypatch.setenv("AGENTGUARD_DATABASE", plain(address))
            capsys.readouterr()
            ended = main(["server", "doctor", "--data", str(one.data)])
            looked = capsys.readouterr().out
            wanted = WORDS.say(case.doctor).partition("{")[0] if case.doctor else sentence(case.why)
            assert ended == 1, looked
            assert wanted in looked, looked
            assert "4111" not in looked + caplog.text
        one.open.close()  # lets go of what was held, before the endpoint is stopped
