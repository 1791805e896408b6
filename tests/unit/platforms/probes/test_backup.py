"""The newest backup, by real traces."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agentguard.model.facts import BackupSeen
from agentguard.model.moments import Moment
from agentguard.platforms import _backup_traces
from agentguard.platforms._backup_traces import AHEAD
from agentguard.platforms._linux.probes.backup import TRACES

AT = Moment(boot=10.0, wall=1_790_000_000.0)


def trace(path: Path, age: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (AT.wall - age, AT.wall - age))
    return path


def read(**traces: tuple[str, ...]) -> BackupSeen:
    return _backup_traces.read_from(traces, AT)


def test_the_newest_trace_counts(tmp_path: Path) -> None:
    trace(tmp_path / "marker", 5000)
    trace(tmp_path / "borg" / "a" / "stamp", 100)
    trace(tmp_path / "borg" / "b" / "stamp", 9000)
    seen = read(marker=(str(tmp_path / "marker"),), borg=(str(tmp_path / "borg" / "*" / "stamp"),))
    assert (seen.newest, seen.source, seen.unread) == (AT.wall - 100, "borg", "")


def test_no_trace_is_an_answer(tmp_path: Path) -> None:
    seen = read(marker=(str(tmp_path / "none"), str(tmp_path / "*" / "none")))
    assert (seen.newest, seen.source, seen.unread) == (None, "", "")


def test_a_trace_from_the_future_proves_nothing(tmp_path: Path) -> None:
    trace(tmp_path / "marker", -AHEAD - 60)
    assert read(marker=(str(tmp_path / "marker"),)).newest is None


def test_a_trace_that_cannot_be_looked_at_is_said(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert read(marker=(str(tmp_path / "*"),)).unread == "denied"
    trace(tmp_path / "good", 10)
    assert read(marker=(str(tmp_path / "*"),)).unread == ""


def test_the_home_of_the_user_is_meant_by_its_sign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    trace(tmp_path / ".cache" / "restic" / "0123" / "snapshots", 60)
    trace(tmp_path / ".config" / "borg" / "security" / "45" / "manifest-timestamp", 90)
    seen = _backup_traces.read_from(TRACES, AT)
    assert (seen.source, seen.newest) == ("restic", AT.wall - 60)
