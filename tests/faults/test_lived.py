"""Row 83: a clock that leapt before the start destroys nothing, and is told in plain words."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from agentguard.model.hits import Hit
from agentguard.platforms import system_clock
from agentguard.policy.last_good import Keeper
from agentguard.runtime.known_checks import shapes
from agentguard.store.agent_store import open_store
from agentguard.vault.vault import Vault
from tests.cli.typed import environment
from tests.desktop.harness import eventually
from tests.faults.clocks import WallClock

DAY = 86_400.0
YEARS = 365 * DAY
LONG_AGO = 15 * YEARS
"""So long ago was a file made that goes whatever the clock shows: then all was looked at."""
POLICY = """
policy: lived
version: 1
retention: [{{folder: "{folder}", days: 30, pattern: "*.csv"}}]
controls:
  retention: {{respond: [purge]}}
"""


class Home:
    """A home with files of a minute ago, one of which lies in the vault."""

    def __init__(self, place: Path) -> None:
        self.place, self.data = place, place / "data"
        self.exports = place / "Exports"
        self.data.mkdir(mode=0o700)
        self.exports.mkdir()
        policy = POLICY.format(folder=self.exports).encode()
        Keeper(self.data, shapes(), system_clock()).offer(policy, "lived.yaml")
        self.young = [self.exports / f"call-{n}.csv" for n in range(3)]
        for file in self.young:
            file.write_text("made a minute ago")
            os.utime(file, (time.time() - 60, time.time() - 60))
        self.item = self._held()

    def _held(self) -> Path:
        file = self.place / "card.txt"
        file.write_text("made-up")
        store = open_store(self.data, system_clock())
        vault = Vault(self.data / "vault", store.journal, system_clock())
        item = vault.put(file, (Hit(kind="CVV", count=1),))
        store.close()
        (found,) = (self.data / "vault").rglob(f"{item.id}*.age")
        return found

    def ask(self, sql: str) -> list[Any]:
        address = f"file:{self.data / 'journal.db'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as journal:
            return list(journal.execute(sql))

    def said(self, kind: str) -> list[dict[str, object]]:
        rows = self.ask(f"SELECT payload FROM entries WHERE kind = '{kind}' ORDER BY seq")  # noqa: S608
        return [json.loads(text) for (text,) in rows]

    def lived(self) -> bool:
        return bool(self.ask("SELECT 1 FROM memory WHERE key LIKE 'clock/%'"))

    @contextmanager
    def guarded(self, env: Mapping[str, str] | None = None) -> Iterator[None]:
        process = subprocess.Popen(
            (sys.executable, "-m", "agentguard", "run"),
            env=environment(self.place, **(env or {})),
            stderr=subprocess.DEVNULL,
            cwd=self.place,
        )
        try:
            yield
            assert process.poll() is None, "it guards on"
        finally:
            process.terminate()
            try:
                process.wait(30)
            finally:
                process.kill()

    def looked_through(self) -> None:
        """Wait until the old file went: the vault was looked at before, and every file with it."""
        before = len(self.said("retention.removed"))
        old = self.exports / "ancient.csv"
        old.write_text("old")
        os.utime(old, (time.time() - LONG_AGO, time.time() - LONG_AGO))
        eventually(lambda: len(self.said("retention.removed")) > before, within=150)
        eventually(lambda: "forbidden-held" in str(self.said("finding.opened")), within=60)

    def whole(self) -> bool:
        return self.item.is_file() and all(file.is_file() for file in self.young)


@pytest.mark.heavy
@pytest.mark.parametrize("leap", [400 * DAY, 10 * YEARS, -10 * YEARS], ids=["400d", "+10y", "-10y"])
def test_row_83_a_start_under_a_wrong_clock_destroys_nothing(tmp_path: Path, leap: float) -> None:
    """A 30-day rule with `purge` and files of a minute ago; a card code that is held 72 hours."""
    home = Home(tmp_path)
    with home.guarded():
        eventually(home.lived, within=60)
    wall = WallClock(tmp_path, time.time() + leap)
    with home.guarded(wall.env):
        home.looked_through()
        assert home.whole()
    (said,) = home.said("clock.changed")
    assert said["how"] == "start"
    assert abs(float(str(said["seconds"])) - leap) < 300
    assert "agent-health.clock-" in str(home.said("finding.opened"))


@pytest.mark.heavy
def test_row_83_a_very_first_start_under_a_wrong_clock_destroys_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with home.guarded(WallClock(tmp_path, time.time() + 400 * DAY).env):
        home.looked_through()
        assert home.whole()
