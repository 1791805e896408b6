"""Watched files: the first look is the baseline; a change stays until it is mended or accepted."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from agentguard.base.errors import StoreError
from agentguard.model.events import SensorState, Watching
from agentguard.model.machine import ChangesSeen
from agentguard.platforms.simulated import FakeClock
from agentguard.sensors.file_changes import Baseline, ChangesSensor, Rules, own_folder
from tests.desktop.harness import eventually
from tests.unit.engine.conftest import ListJournal
from tests.unit.sensors.running import Running

SECRET = "canary of the content"


class Desk:
    """A sensor with a journal in memory; `look` looks once, as after a restart with `restart`."""

    def __init__(self, *files: str) -> None:
        self.clock = FakeClock()
        self.journal = ListJournal()
        self.rules = Rules(files=files)
        self.restart()

    def restart(self) -> None:
        self.sensor = ChangesSensor(lambda: self.rules, self.journal, self.clock)
        self.baseline = Baseline(self.journal)

    def look(self) -> ChangesSeen:
        self.clock.advance(60)
        return self.sensor.compare(self.baseline)

    def changes(self) -> list[tuple[str, str]]:
        return [(Path(one.path).name, one.how) for one in self.look().changed]

    @property
    def kinds(self) -> list[str]:
        return [record.kind for record in self.journal.records]


@pytest.fixture
def hosts(tmp_path: Path) -> Path:
    file = tmp_path / "hosts"
    file.write_text("127.0.0.1 localhost\n")
    return file


@pytest.fixture
def desk(hosts: Path) -> Desk:
    made = Desk(str(hosts))
    assert made.look().first
    return made


def test_the_first_look_takes_files_as_they_are(desk: Desk) -> None:
    seen = desk.look()
    assert (seen.watched, seen.changed, seen.unread, seen.first) == (1, (), "", False)
    assert desk.kinds == ["file.baselined"]


def test_a_change_is_told_with_its_time_until_it_is_mended(desk: Desk, hosts: Path) -> None:
    before = hosts.read_text()
    hosts.write_text(SECRET)
    (changed,) = desk.look().changed
    assert (changed.path, changed.how, changed.since) == (
        str(hosts),
        "changed",
        desk.clock.now().wall,
    )
    assert desk.look().changed == (changed,)
    hosts.write_text(before)
    assert desk.look().changed == ()
    assert desk.kinds == ["file.baselined", "file.changed", "file.restored"]


def test_no_content_is_written_down(desk: Desk, hosts: Path) -> None:
    hosts.write_text(SECRET)
    assert SECRET not in repr((desk.look(), desk.journal.records, desk.journal.known))


def test_a_file_that_goes_or_comes_is_a_change(tmp_path: Path) -> None:
    here, later = tmp_path / "here", tmp_path / "later"
    here.touch()
    desk = Desk(str(here), str(later))
    assert desk.changes() == []
    here.unlink()
    later.write_text("x")
    assert desk.changes() == [("here", "gone"), ("later", "new")]


def test_a_new_file_of_a_pattern_is_a_change(tmp_path: Path) -> None:
    (tmp_path / "a.conf").touch()
    (tmp_path / "folder.conf").mkdir()
    desk = Desk(f"{tmp_path}/*.conf")
    assert desk.look().watched == 1
    (tmp_path / "b.conf").touch()
    assert desk.changes() == [("b.conf", "new")]


def test_a_change_outlives_a_restart_and_so_does_one_made_meanwhile(
    desk: Desk, hosts: Path
) -> None:
    hosts.write_text("one")
    first = desk.look().changed[0].since
    desk.restart()
    assert desk.look().changed[0].since == first
    hosts.write_text("two")
    desk.restart()
    assert desk.changes() == [("hosts", "changed")]
    assert desk.kinds.count("file.changed") == 2


def test_a_content_that_the_policy_accepts_is_the_new_baseline(desk: Desk, hosts: Path) -> None:
    hosts.write_text("known to be good")
    digest = hashlib.sha256(b"known to be good").hexdigest()
    desk.rules = Rules(files=desk.rules.files, accepted=(digest.upper(),))
    assert desk.changes() == []
    desk.rules = Rules(files=desk.rules.files)
    assert desk.changes() == []
    assert desk.kinds == ["file.baselined", "file.accepted"]


def test_a_forged_state_is_found_by_the_daily_hash(desk: Desk, hosts: Path, monkeypatch) -> None:
    told = hosts.stat()
    hosts.write_text("127.0.0.1 elsewhere\n")
    os.utime(hosts, ns=(told.st_atime_ns, told.st_mtime_ns))
    real = Path.stat
    monkeypatch.setattr(Path, "stat", lambda self, **_: told if self == hosts else real(self))
    assert desk.changes() == []
    desk.clock.advance(24 * 3600)
    assert desk.changes() == [("hosts", "changed")]


def test_a_jump_of_the_wall_clock_changes_nothing(desk: Desk) -> None:
    desk.clock.jump_wall(10 * 365 * 86400)
    assert desk.changes() == []


def test_a_file_that_cannot_be_read_is_neither_gone_nor_changed(desk: Desk, hosts: Path) -> None:
    hosts.unlink()
    hosts.mkdir()
    seen = desk.look()
    assert (seen.changed, seen.unread) == ((), "denied")


def test_the_programs_own_files_are_one(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "code.py").write_text("x")
    desk = Desk()
    desk.rules = Rules(files=(), own=tmp_path)
    assert desk.look().watched == 1
    (tmp_path / "a" / "__pycache__").mkdir()
    (tmp_path / "a" / "__pycache__" / "code.pyc").touch()
    assert desk.changes() == []
    (tmp_path / "a" / "more.py").touch()
    assert [how for _, how in desk.changes()] == ["changed"]


def test_a_program_that_runs_from_its_sources_is_not_watched() -> None:
    assert own_folder() is None


def test_what_cannot_be_kept_is_compared_again(desk: Desk, hosts: Path) -> None:
    hosts.write_text("other")
    desk.journal.full = True
    with pytest.raises(StoreError):
        desk.look()
    desk.journal.full = False
    assert desk.changes() == [("hosts", "changed")]


def test_the_sensor_looks_each_minute_and_at_once_when_it_is_asked(desk: Desk, hosts: Path) -> None:
    with Running(desk.sensor, desk.clock) as running:
        running.until(2)
        assert isinstance(running.events[0], SensorState)
        hosts.write_text("other")
        desk.clock.settle()
        desk.sensor.poke()
        running.until(3)
        assert len(running.events[2].changed) == 1
        desk.journal.full = True
        hosts.write_text("again")
        eventually(lambda: passes(desk.clock) and failed(running))


def passes(clock: FakeClock) -> bool:
    clock.advance(61)
    return True


def failed(running: Running) -> bool:
    return any(getattr(e, "state", None) is Watching.FAILED for e in running.events)
