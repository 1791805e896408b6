"""What can be wrong as an agent starts: how it is brought about, and what is told of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agentguard.policy.last_good import LAST_GOOD
from agentguard.store.sqlite_file import Database


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """One thing that is wrong.

    `make` is given the data folder, `script` runs before the agent where it sees the same mounts,
    with the data folder as $DATA. `told` is the sentence of the finding, of
    `starting` unless it names another table, empty where nothing is to be told. `home` says that
    the data folder can be used, so that the endpoint is told, `screen` that there is a clipboard.
    """

    name: str
    told: str = ""
    make: Callable[[Path], object] = lambda _data: None
    script: str = "true"
    env: Mapping[str, str] = field(default_factory=dict)
    home: bool = True
    screen: bool = True


def _file(name: str, raw: bytes) -> Callable[[Path], object]:
    return lambda data: (data / name).write_bytes(raw)


def _policy(raw: bytes) -> Callable[[Path], object]:
    def make(data: Path) -> None:
        file = data.parent / "site.yaml"
        file.write_bytes(raw)
        _named(file)(data)

    return make


def _named(file: Path) -> Callable[[Path], object]:
    return lambda data: (data / "settings.toml").write_text(f'policy = "{file}"\n')


def _away(data: Path) -> None:
    """A file that never answers, as on a share that is away."""
    file = data.parent / "share.yaml"
    os.mkfifo(file)
    _named(file)(data)


def _newer(name: str) -> Callable[[Path], object]:
    def make(data: Path) -> None:
        database = Database(data / name)
        database.rows("PRAGMA user_version=999")
        database.close()

    return make


def _folder(name: str) -> Callable[[Path], object]:
    def make(data: Path) -> None:
        (data / name).unlink(missing_ok=True)
        shutil.rmtree(data / name, ignore_errors=True)
        (data / name).mkdir()

    return make


def _without(*names: str) -> Callable[[Path], object]:
    def make(data: Path) -> None:
        for name in names:
            for file in data.glob(name):
                file.unlink()

    return make


def _keyless(data: Path) -> None:
    for file in data.glob("device*"):
        file.unlink()


def _pipes(*names: str) -> Callable[[Path], object]:
    """Put pipes, of which no other end is open, where an agent reads and writes."""

    def make(data: Path) -> None:
        for name in names:
            (data / name).parent.mkdir(exist_ok=True)
            (data / name).unlink(missing_ok=True)
            os.mkfifo(data / name)

    return make


FULL = """
mkdir $DATA.kept && cp -a $DATA/. $DATA.kept/ && mount -t tmpfs -o size={size} tmpfs $DATA &&
cp -a $DATA.kept/. $DATA/ && {before} && cat /dev/zero > $DATA/filler 2>/dev/null; true
"""
TEMPORARY = """
mkdir $DATA.tmp && mount -t tmpfs -o size=4k tmpfs $DATA.tmp && export TMPDIR=$DATA.tmp
cat /dev/zero > $DATA.tmp/filler 2>/dev/null
"""
READ_ONLY = "mount --bind $DATA $DATA && mount -o remount,ro,bind $DATA"
BALLAST = "head -c 8388608 /dev/urandom > $DATA/journal.ballast"

SETTINGS = "settings.toml"
EVERY = (
    Wrong(name="nothing"),
    Wrong(name="settings-broken", told="settings-broken", make=_file(SETTINGS, b"endpoint =\n")),
    Wrong(
        name="settings-unknown",
        told="settings-unknown",
        make=_file(SETTINGS, b"endpoit = ''\n"),
    ),
    Wrong(name="settings-type", told="settings-value", make=_file(SETTINGS, b"label = 7\n")),
    Wrong(
        name="settings-encoding",
        told="settings-encoding",
        make=_file(SETTINGS, b"\xff\xfe\x00"),
    ),
    Wrong(name="settings-folder", told="settings-unread", make=_folder("settings.toml")),
    Wrong(name="policy-missing", told="policy-unread", make=_named(Path("/no/such.yaml"))),
    Wrong(name="policy-wrong", told="policy-wrong", make=_policy(b"policy: x\nverson: 1\n")),
    Wrong(name="policy-away", told="policy-away", make=_away),
    Wrong(
        name="policy-damaged", told="policy.last-good-refused", make=_file(LAST_GOOD, b"policy: [")
    ),
    Wrong(name="store-corrupt", make=_file("journal.db", b"no database" * 1000)),
    Wrong(name="store-folder", told="journal", make=_folder("journal.db")),
    Wrong(name="store-newer", told="journal-newer", make=_newer("journal.db")),
    Wrong(name="seen-corrupt", make=_file("seen.db", b"no database" * 1000)),
    Wrong(name="seen-folder", make=_folder("seen.db")),
    Wrong(name="seen-newer", make=_newer("seen.db")),
    Wrong(
        name="full-with-journal", told="journal-full", script=FULL.format(size="4m", before="true")
    ),
    Wrong(
        name="full-without-journal",
        told="journal-full",
        make=_without("journal.db*"),
        script=FULL.format(size="4m", before="true"),
    ),
    Wrong(
        name="full-with-ballast",
        make=_without("journal.db*"),
        script=FULL.format(size="16m", before=BALLAST),
    ),
    Wrong(
        name="full-without-seen-and-logs",
        told="journal-full",
        make=_without("seen.db*"),
        script=FULL.format(size="4m", before="rm -rf $DATA/logs"),
    ),
    Wrong(
        name="full-with-nothing",
        told="journal-full",
        make=_without("journal.*", "seen.db*", "agent.*"),
        script=FULL.format(size="4m", before="rm -rf $DATA/logs"),
    ),
    Wrong(name="home-read-only", told="journal", script=READ_ONLY),
    Wrong(
        name="home-no-folder",
        told="folder",
        env={"AGENTGUARD_HOME": "/proc/sys/none"},
        home=False,
    ),
    Wrong(
        name="home-a-file",
        told="folder",
        env={"AGENTGUARD_HOME": "/etc/hostname"},
        home=False,
    ),
    Wrong(name="temporary-missing", env={"TMPDIR": "/no/such"}),
    Wrong(name="temporary-full", script=TEMPORARY),
    Wrong(name="no-display", told="display", env={"DISPLAY": ""}, screen=False),
    Wrong(name="display-gone", told="display", env={"DISPLAY": ":4711"}, screen=False),
    Wrong(name="no-bus", env={"DBUS_SESSION_BUS_ADDRESS": "", "XDG_RUNTIME_DIR": "/no/such"}),
    Wrong(name="key-lost", make=_keyless, home=False),
    Wrong(name="logs-folder", told="logs", make=_file("logs", b"")),
    Wrong(name="beat-folder", make=_folder("agent.beat")),
    Wrong(
        name="pipes",
        told="impostors",
        make=_pipes("memory.key", "journal.ballast", "journal.epoch", "logs/agentguard.log"),
    ),
)
