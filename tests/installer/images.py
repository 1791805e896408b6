"""What stands in for the images of a registry: Debian's own packages, laid out as those images are.

Told here is what their recipes say (docker-library/postgres, nginx/docker-nginx,
nats-io/nats-docker): who runs them, their words, their settings, and how they are asked to end.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from installer.server.parcels import SERVER
from tests.installer import bare

NEXT = "forky"
"""Debian's next release: it has nginx of the branch that is `stable`, whose `resolve` 13 lacks.

Nothing else is taken from it: what is not released yet may go from it any day.
"""

POSTGRES = """#!/bin/sh
# The steps of the image's own, in its order: the password is read by root, and the database is
# made by a server that nobody reaches but by its socket.
set -eu
POSTGRES_PASSWORD=$(cat "$POSTGRES_PASSWORD_FILE")
mkdir -p "$PGDATA" /var/run/postgresql
chmod 700 "$PGDATA"
chown -R postgres "$PGDATA" /var/run/postgresql
as() { setpriv --reuid postgres --regid postgres --init-groups "$@"; }
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    umask 077
    echo "$POSTGRES_PASSWORD" > /tmp/password
    chown postgres /tmp/password
    as initdb -D "$PGDATA" --username "$POSTGRES_USER" --pwfile /tmp/password --encoding UTF8
    echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
    as pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
    as psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres -c "CREATE DATABASE $POSTGRES_DB"
    as pg_ctl -D "$PGDATA" -m fast -w stop
fi
exec setpriv --reuid postgres --regid postgres --init-groups "$@" -c listen_addresses='*'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A root, of which the last layer is seen first, and how it is started."""

    layers: tuple[Path, ...]
    entrypoint: tuple[str, ...]
    command: tuple[str, ...] = ()
    env: Mapping[str, str]
    user: str = "0:0"
    stop: signal.Signals = signal.SIGTERM
    computer: tuple[str, ...] = ()
    """How a mount namespace is entered in which the layers are seen, where it is another one."""


def _layer(folder: Path, name: str, text: str = "", link: str = "") -> Path:
    """Lay one file, or a link, into a layer of its own."""
    file = folder / name
    file.parent.mkdir(parents=True)
    if link:
        file.symlink_to(link)
    else:
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755)
    return folder


def stand_ins(folder: Path) -> dict[str, Image]:
    """Return them by the names that stand in the compose file."""
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    following, released = bare.root(("nginx",), NEXT), bare.root((*SERVER.depends, *bare.BESIDE))
    return {
        "postgres:17": Image(
            layers=(released,
                    _layer(folder / "postgres", "usr/local/bin/docker-entrypoint.sh", POSTGRES)),
            entrypoint=("docker-entrypoint.sh",),
            command=("postgres",),
            env={"PATH": f"{path}:/usr/lib/postgresql/17/bin", "LANG": "C.UTF-8",
                 "PGDATA": "/var/lib/postgresql/data"},
            stop=signal.SIGINT,
        ),
        "nginx:stable": Image(
            # Its folder for what it puts by is another one than Debian's.
            layers=(following, _layer(folder / "nginx", "var/lib/nginx", link="/var/cache/nginx")),
            entrypoint=(),
            command=("nginx", "-g", "daemon off;"),
            env={"PATH": path},
            stop=signal.SIGQUIT,
        ),
        "nats:2": Image(
            layers=(released,),
            entrypoint=("/usr/sbin/nats-server",),
            command=("--config", "nats-server.conf"),
            env={"PATH": path},
        ),
    }  # fmt: skip
