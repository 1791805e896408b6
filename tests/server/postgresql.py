"""A PostgreSQL of the tests' own: on a socket in a folder that goes away, a database for each."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine.open_database import open_database
from tests.memory import SHARED, memory

USER, PASSWORD = "agentguard", "only-for-these-tests"
PREFIX = "agentguard-pg-"  # then the number of the process that runs it
READY = "ready"
ROUNDS = 1  # of 4096, which each connection would spend on a password that is no secret
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # nothing of a test must outlive the machine
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "64MB",
    "autovacuum": "off",  # it would look through each test's database, and none lives for a minute
    "shared_buffers": "32MB",
    "max_connections": "120",
    "log_min_messages": "log",  # a refused row is no news here, and nobody reads
    "log_checkpoints": "off",
}


class PostgreSQL:
    """A server that runs."""

    def __init__(self, folder: Path, process: int) -> None:
        self.process = psutil.Process(process)
        self._folder = folder
        self._names = count()
        self._is_ready = False
        self._own = self.connect()
        self._own.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(USER), _scram(PASSWORD))
        )

    def close(self) -> None:
        """Let go of it before it ends."""
        self._own.close()

    def address(self, name: str, password: str = PASSWORD) -> str:
        """Give the address of a database as the endpoint is told it."""
        secret = f":{password}" if password else ""
        return f"postgresql+psycopg://{USER}{secret}@/{name}?host={self._folder}"

    def new(self) -> str:
        """Make a database whose schema is up to date, and give its address."""
        if not self._is_ready:
            self._ready()
        name = f"test{next(self._names)}"
        self._make(name, READY)
        return self.address(name)

    def empty(self) -> str:
        """Make a database without any table, and give its address."""
        name = f"empty{next(self._names)}"
        self._make(name, "template0")
        return self.address(name)

    def drop(self, address: str) -> None:
        """Remove a database that `new` made, whoever still is connected."""
        name = sql.Identifier(address.partition("@/")[2].partition("?")[0])
        self._own.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def _ready(self) -> None:
        self._make(READY, "template0")
        with tempfile.TemporaryDirectory() as data:
            open_database(ServerSettings(data=Path(data), database=self.address(READY))).close()
        self._is_ready = True

    def _make(self, name: str, template: str) -> None:
        # A copy of files: to log each block of them, as the server would, costs six times as much.
        words = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._own.execute(words.format(sql.Identifier(name), sql.Identifier(template)))

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """Connect as the superuser."""
        return psycopg.connect(
            host=str(self._folder),
            user=USER,
            password=PASSWORD,
            dbname="postgres",
            autocommit=True,
        )


@contextmanager
def running(place: Path | None = None) -> Iterator[PostgreSQL]:
    """Run a server, in memory or in `place`; it refuses root, who lends it another's rights."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"))
    user = "postgres" if os.geteuid() == 0 else None
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=place or memory()))
    secret = folder / "password"
    secret.write_text(PASSWORD)
    if user:
        for path in (folder, secret):
            os.chown(path, pwd.getpwnam(user).pw_uid, -1)
    as_user = {"user": user, "group": user, "extra_groups": []} if user else {}
    data = folder / "data"
    try:
        subprocess.run(
            [
                *(programs / "initdb", "--pgdata", data, "--username", USER),
                *("--auth", "scram-sha-256", "--pwfile", secret, "--no-sync"),
                *("--encoding", "UTF8", "--locale", "C.UTF-8"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            **as_user,
        )
        words = [f"--{name}={value}" for name, value in SETTINGS.items()]
        words += [f"--unix_socket_directories={folder}"]
        with subprocess.Popen(
            ["setpriv", "--pdeathsig", "INT", programs / "postgres", "-D", data, *words],
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            **as_user,
        ) as server:
            _await(server)
            try:
                with closing(PostgreSQL(folder, server.pid)) as made:
                    yield made
            finally:
                server.send_signal(signal.SIGINT)
                server.communicate(timeout=60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _scram(password: str) -> str:
    """Give what PostgreSQL keeps of a password (RFC 5803), of fewer rounds than it makes itself."""
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ROUNDS)
    client, server = (
        hmac.digest(salted, name, "sha256") for name in (b"Client Key", b"Server Key")
    )
    parts = (salt, hashlib.sha256(client).digest(), server)
    first, stored, known = (base64.b64encode(part).decode() for part in parts)
    return f"SCRAM-SHA-256${ROUNDS}:{first}${stored}:{known}"


def _sweep() -> None:
    """Remove what runs have left that were killed, whose server has ended with them."""
    places = {SHARED, Path(tempfile.gettempdir())}
    for left in (one for place in places for one in place.glob(f"{PREFIX}*-*")):
        owner = left.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not Path("/proc", owner).exists():
            shutil.rmtree(left, ignore_errors=True)


def _await(server: subprocess.Popen[str]) -> None:
    assert server.stderr is not None
    said = ""
    while "ready to accept connections" not in said:
        line = server.stderr.readline()
        assert line, said
        said += line
