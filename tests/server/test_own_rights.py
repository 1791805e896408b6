"""Files' rights after a day's work of real programs, whatever umask they were started with.

A folder is 0700 and a file 0600: at the endpoint, at the desk, and wherever a command writes one.
"""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pyrage
import pytest

from agentguard.base import atomic_files

pytestmark = [pytest.mark.heavy, pytest.mark.posix]
PATIENCE = 90.0


def until(true: Callable[[], bool], one: subprocess.Popen[str]) -> None:
    limit = time.monotonic() + PATIENCE
    while not true():
        assert one.poll() is None, "it ended"
        assert time.monotonic() < limit
        time.sleep(0.2)


class Work:
    """What runs with one umask: commands, the endpoint and an agent, each with a fresh folder."""

    def __init__(self, folder: Path, umask: int) -> None:
        self.umask = umask
        self.made = folder / "made" / "by" / "us"
        self.server, self.home, self.out = (
            self.made / name for name in ("server/data", "desk/home", "out")
        )
        self.there = folder / "there"
        self.there.mkdir(mode=0o700)
        self._env = {**os.environ, "AGENTGUARD_HOME": str(self.home), "HOME": str(self.there)}

    def started(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "agentguard", *words],
            stdout=subprocess.PIPE,
            text=True,
            env=self._env,
            umask=self.umask,
        )

    def do(self, *words: object) -> str:
        with self.started(*map(str, words)) as one:
            said, _ = one.communicate(timeout=PATIENCE)
        assert one.returncode in {0, 1}, (words, said)
        return said

    @contextmanager
    def serving(self) -> Iterator[str]:
        with self.started("serve", "--port", "0", "--data", str(self.server)) as one:
            said, found = "", None
            assert one.stdout is not None
            while found is None:
                line = one.stdout.readline()
                assert line, said
                said += line
                found = re.search(r"answers at (https://\S+:\d+)", said)
            yield found[1].rstrip(".")
            one.send_signal(signal.SIGTERM)
            one.wait(PATIENCE)

    def reported(self) -> bool:
        """Tell whether a desk's report was taken in."""
        with closing(sqlite3.connect(self.server / "server.db")) as lite:
            return bool(lite.execute("SELECT count(*) FROM device_seen").fetchone()[0])

    def wrong(self) -> dict[str, str]:
        """Give what others than the owner may look into, or that is more than the owner's."""
        found = {}
        for file in self.made.parent.parent.rglob("*"):
            mode = file.lstat().st_mode & 0o7777
            if not file.is_symlink() and mode != (0o700 if file.is_dir() else 0o600):
                found[str(file.relative_to(self.made.parent.parent))] = oct(mode)
        return found


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_row_97_after_a_day_s_work_every_file_is_its_owner_s_alone(
    tmp_path: Path, umask: int
) -> None:
    work = Work(tmp_path, umask)
    key = pyrage.x25519.Identity.generate()
    identity, code = work.there / "identity", work.there / "code"
    identity.write_text(f"{key}\n")
    said = work.do("server", "enrol-code", "--team", "Billing", "--data", work.server)
    code.write_text(re.findall(r"[A-Z0-9]{4}(?:-[A-Z0-9]{4})+", said)[0] + "\n")
    with work.serving() as address:
        ca = work.server / "ca.pem"
        work.do("enroll", "--endpoint", address, "--ca", ca, "--code-file", code)
        with work.started("run") as agent:
            until(work.reported, agent)
            agent.send_signal(signal.SIGTERM)
            agent.wait(PATIENCE)
        atomic_files.make_folder(work.out)
        work.do("journal", "export", work.out / "journal.jsonl")
        work.do("held", "--save", work.out / "held.json")
        for kind in ("html", "csv"):
            target = work.out / f"report.{kind}"
            work.do("scan", work.there, "--report", kind, "--output", target)
        backup = work.out / "backup.age"
        server = ("--data", work.server)
        work.do("server", "metrics-token", *server)
        work.do("server", "backup", backup, "--recipient", key.to_public(), *server)
        work.do("server", "audit", "--export", work.out / "audit.jsonl", *server)
    restored = work.made / "again" / "data"
    work.do("server", "restore", backup, "--identity", identity, "--data", restored)
    names = {file.name for file in work.made.rglob("*")}
    wanted = {"server.db", "server.key", "ca.pem", "metrics.token", "journal.db", "journal.jsonl"}
    wanted |= {"held.json", "report.html", "report.csv", "backup.age", "audit.jsonl"}
    assert wanted <= names, wanted - names
    assert {"again", "out", "home"} <= names
    assert work.wrong() == {}


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_row_97_a_file_that_is_there_is_its_owner_s_once_it_is_written_anew(
    tmp_path: Path, umask: int
) -> None:
    before = os.umask(umask)
    try:
        old = tmp_path / "old"
        old.write_text("open to all")
        for write in (atomic_files.blank, _anew):
            old.chmod(0o644)
            write(old)
            assert old.stat().st_mode & 0o777 == 0o600
        inner = tmp_path / "a" / "b" / "c"
        for _ in range(2):
            atomic_files.make_folder(inner)
        modes = [one.stat().st_mode & 0o777 for one in (inner, *inner.parents[:2])]
        assert modes == [0o700] * 3
        with pytest.raises(FileExistsError):
            atomic_files.open_new(old)
    finally:
        os.umask(before)


def _anew(file: Path) -> None:
    atomic_files.write(file, b"x")
