"""A PgBouncer of the tests' own, which lends sessions of PostgreSQL for one transaction each."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.server.postgresql import PASSWORD, USER

SESSIONS = 1
"""Sessions of PostgreSQL that all share, so that each follows every other."""
PORT = 6432
_SETTINGS = f"""
[databases]
* = host={{server}}
[pgbouncer]
listen_addr =
listen_port = {PORT}
unix_socket_dir = {{folder}}
auth_type = trust
auth_file = {{folder}}/users
pool_mode = transaction
default_pool_size = {SESSIONS}
logfile = {{folder}}/log
"""


def address(folder: Path, behind: str) -> str:
    """Return the address behind the pooler of a database that has another of its own."""
    name = behind.partition("@/")[2].partition("?")[0]
    return f"postgresql+psycopg://{USER}@/{name}?host={folder}&port={PORT}"


@contextmanager
def running(folder: Path, behind: str) -> Iterator[None]:
    """Run it before the server of a database's address; it refuses root, as PostgreSQL does."""
    server = behind.partition("?host=")[2]
    (folder / "users").write_text(f'"{USER}" "{PASSWORD}"\n')
    (folder / "ini").write_text(_SETTINGS.format(server=server, folder=folder))
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        for one in (folder, *folder.iterdir()):
            os.chown(one, pwd.getpwnam(user).pw_uid, -1)
    as_user = {"user": user, "group": user, "extra_groups": []} if user else {}
    with subprocess.Popen(
        ["setpriv", "--pdeathsig", "QUIT", "/usr/sbin/pgbouncer", folder / "ini"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        **as_user,
    ) as one:
        _await(one)
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(str(folder / f".s.PGSQL.{PORT}"))
        try:
            yield
        finally:
            one.send_signal(signal.SIGQUIT)  # it closes what is open at once
            one.communicate(timeout=60)


def _await(one: subprocess.Popen[str]) -> None:
    assert one.stderr is not None
    said = ""
    while "process up" not in said:
        line = one.stderr.readline()
        assert line, said
        said += line
