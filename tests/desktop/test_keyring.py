"""A real GNOME Keyring on a session bus of its own: unlocked, locked, absent, mute, wiped."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.base.errors import SecretError
from agentguard.platforms._linux.secret_service import NAME, SecretService
from agentguard.ports.secrets import Slot
from agentguard.trust.secret_store import FILE, Kept, Safe
from tests.desktop.harness import Desktop, eventually

pytestmark = pytest.mark.heavy

SERVICE = str(Path(__file__).with_name("bus_service.py"))
BUS_NAME = "org.freedesktop.secrets"
SECRET, OTHER = bytes(range(224, 256)), b"o" * 32


class Keyring:
    """A GNOME Keyring of a session, with the password that it is unlocked with."""

    def __init__(self, desk: Desktop) -> None:
        self.desk = desk
        self._daemon: subprocess.Popen[str] | None = None

    def start(self, password: str | None = "correct horse") -> None:
        """Start it, unlocked as by a sign-in; without a password it starts locked."""
        self.end()
        command = ["gnome-keyring-daemon", "--foreground", "--components=secrets"]
        if password is not None:
            command.append("--unlock")
        self._daemon = self.desk.start(*command, stdin=subprocess.PIPE)
        assert self._daemon.stdin is not None
        self._daemon.stdin.write(password or "")
        self._daemon.stdin.close()
        eventually(lambda: BUS_NAME in self.names())

    def end(self) -> None:
        if self._daemon is not None:
            self.desk.end(self._daemon)
            eventually(lambda: BUS_NAME not in self.names())
        self._daemon = None

    def wipe(self) -> None:
        """Remove what it kept, as somebody does who forgot its password."""
        self.end()
        shutil.rmtree(self.desk.home / ".local" / "share" / "keyrings")
        self.start()

    def names(self) -> str:
        return self.desk.run(
            "dbus-send", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
            "org.freedesktop.DBus.ListNames",
        )  # fmt: skip

    def place(self) -> SecretService:
        """Give what a new process would have of it."""
        return SecretService(self.desk.env)


@pytest.fixture
def keyring(fresh_session: Desktop) -> Iterator[Keyring]:
    made = Keyring(fresh_session)
    yield made
    made.end()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "device.key"


def safe(file: Path, place: SecretService) -> Safe:
    return Safe(file, (place,), whole=lambda secret: len(secret) == len(SECRET))


def refused(file: Path, place: SecretService) -> str:
    """Give why the secret cannot be read."""
    with pytest.raises(SecretError) as error:
        safe(file, place).load()
    return error.value.reason


def test_an_unlocked_keyring_keeps_it_over_a_restart_of_its_own(
    keyring: Keyring, file: Path
) -> None:
    keyring.start()
    assert safe(file, keyring.place()).save(SECRET) == Kept(secret=SECRET, place=NAME)
    assert not file.exists()
    found = keyring.desk.run("secret-tool", "search", "application", "agentguard")
    assert "AgentGuard: device.key" in found
    keyring.start()
    assert safe(file, keyring.place()).load() == Kept(secret=SECRET, place=NAME)


def test_a_key_in_a_file_moves_once_it_is_unlocked(keyring: Keyring, file: Path) -> None:
    file.write_bytes(SECRET)
    keyring.start(None)
    assert safe(file, keyring.place()).load() == Kept(secret=SECRET, place=FILE)
    keyring.start()
    assert safe(file, keyring.place()).load() == Kept(secret=SECRET, place=NAME)
    assert not file.exists()


def test_a_locked_one_is_told_at_once_and_asks_nobody(keyring: Keyring, file: Path) -> None:
    keyring.start()
    safe(file, keyring.place()).save(SECRET)
    keyring.desk.run("secret-tool", "lock")
    assert refused(file, keyring.place()) == "locked", "it is not waited for until it is silent"
    new = file.with_name("new.key")
    assert safe(new, keyring.place()).save(OTHER).place == FILE
    assert "Prompt" not in keyring.names()
    keyring.start(None)
    assert refused(file, keyring.place()) == "locked"
    keyring.start()
    assert safe(file, keyring.place()).load() == Kept(secret=SECRET, place=NAME)


def test_an_absent_one_is_told_at_once(keyring: Keyring, file: Path) -> None:
    keyring.start()
    safe(file, keyring.place()).save(SECRET)
    nowhere = SecretService({})
    assert refused(file, nowhere) == "absent"
    gone = SecretService({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"})
    assert refused(file, gone) in {"absent", "silent"}
    keyring.end()
    new = file.with_name("new.key")
    assert safe(new, keyring.place()).save(OTHER).place == FILE
    assert BUS_NAME not in keyring.names(), "for nothing it is not woken"


def test_a_sleeping_one_is_woken_for_what_lies_there(keyring: Keyring, file: Path) -> None:
    keyring.start()
    safe(file, keyring.place()).save(SECRET)
    keyring.end()
    assert refused(file, keyring.place()) == "locked"
    assert BUS_NAME in keyring.names()


def test_a_mute_one_holds_nobody_up_and_is_left_alone_for_a_while(
    keyring: Keyring, file: Path
) -> None:
    keyring.start()
    safe(file, keyring.place()).save(SECRET)
    keyring.end()
    mute = keyring.desk.start(sys.executable, SERVICE, "silent", BUS_NAME, stdout=subprocess.PIPE)
    assert mute.stdout.readline() == "owned\n"
    place = keyring.place()
    assert refused(file, place) == "silent", "it never answers: without a limit nothing comes back"
    assert refused(file, place) == "silent"
    assert safe(file.with_name("new.key"), place).save(OTHER).place == FILE
    mute.terminate()
    assert mute.stdout.read().splitlines() == ["asked"], "once, and then it is left alone"
    keyring.desk.end(mute)
    eventually(lambda: BUS_NAME not in keyring.names())
    keyring.start()
    assert safe(file, keyring.place()).load() == Kept(secret=SECRET, place=NAME)


def test_a_bus_that_hangs_holds_nobody_up(keyring: Keyring, file: Path) -> None:
    keyring.start()
    safe(file, keyring.place()).save(SECRET)
    bus = keyring.desk._started[1]
    bus.send_signal(signal.SIGSTOP)
    try:
        assert refused(file, keyring.place()) == "silent"
    finally:
        bus.send_signal(signal.SIGCONT)


def test_a_wiped_one_has_lost_it_and_takes_a_new_one(keyring: Keyring, file: Path) -> None:
    keyring.start()
    safe(file, keyring.place()).save(SECRET)
    keyring.wipe()
    assert refused(file, keyring.place()) == "gone"
    assert safe(file, keyring.place()).save(OTHER).place == NAME
    assert safe(file, keyring.place()).load() == Kept(secret=OTHER, place=NAME)


def test_what_is_forgotten_is_gone_and_only_that(keyring: Keyring, file: Path) -> None:
    keyring.start()
    place, one, two = keyring.place(), Slot(id="1", file=file), Slot(id="2", file=file)
    place.save(one, SECRET)
    place.save(two, OTHER)
    place.save(one, OTHER)
    assert place.load(one) == OTHER
    place.forget(one)
    place.forget(one)
    assert place.load(one) is None
    assert place.load(two) == OTHER


def typed(keyring: Keyring, *words: str) -> subprocess.CompletedProcess[str]:
    """Type a command of the program in the session, with the person's own home."""
    root = str(Path(__file__).resolve().parents[2])
    env = {**keyring.desk.env, "PYTHONPATH": root, "AGENTGUARD_HOME": str(keyring.desk.home / "ag")}
    command = (sys.executable, "-m", "agentguard", *words)
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)


def test_a_file_in_the_vault_waits_for_a_keyring_that_is_locked(
    keyring: Keyring, tmp_path: Path
) -> None:
    plain = tmp_path / "cards.csv"
    plain.write_text("made-up")
    assert typed(keyring, "vault", "put", str(plain)).returncode == 0, "there is no keyring yet"
    key = keyring.desk.home / "ag" / "vault" / "vault.key"
    assert key.exists()
    keyring.start()
    (row,) = json.loads(typed(keyring, "vault", "list", "--json").stdout)
    assert not key.exists()
    keyring.start(None)
    refused = typed(keyring, "vault", "restore", row["id"])
    assert refused.returncode == 3
    assert "the desktop's keyring, which is locked" in refused.stderr
    keyring.start()
    assert typed(keyring, "vault", "restore", row["id"]).returncode == 0
    assert plain.read_text() == "made-up"
    found = json.loads(typed(keyring, "doctor", "--json").stdout)["capabilities"]
    rows = {one["name"]: (one["standing"], one["reason"]) for one in found}
    assert rows[NAME] == ("works", "")
    assert rows["vault-key"] == ("works", "The vault's key lies in the desktop's keyring.")
