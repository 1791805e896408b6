"""One file that a hint or an open finding leads to: looked at as the walk would, or left alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agentguard.base.errors import ScanError
from agentguard.model.events import Event, FileScanned
from agentguard.model.hits import Hit
from agentguard.model.outcomes import FileOutcome
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.file_memory import Looked
from agentguard.sensors import file_look
from agentguard.sensors.file_look import COARSE_GRAIN, GRAIN, TRIES, Looker
from agentguard.sensors.file_memory import MemorySeen
from agentguard.sensors.mounts import Mounts
from agentguard.sensors.watch_hints import Hints
from agentguard.sensors.watch_scope import Scope
from tests.unit.sensors.test_sweep import sparse

HIT = Hit(kind="PAN", count=1)


@dataclass(frozen=True, slots=True)
class Found:
    outcome: FileOutcome = FileOutcome.READ
    hits: tuple[Hit, ...] = (HIT,)
    reason: str = ""
    test_cards: int = 0
    left: int = 0
    size: int = 0


@dataclass
class Desk:
    """A looker, what it read, and what it told."""

    root: Path
    clock: FakeClock
    read: list[str] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)
    refuses: Callable[[str], str] = lambda _path: ""

    def __post_init__(self) -> None:
        self.hints = Hints()
        self.looker = Looker(self.scan, self.clock, self.hints, MemorySeen(), rules="1")

    def scan(self, path: str) -> Found:
        self.read.append(Path(path).name)
        if reason := self.refuses(path):
            raise ScanError(reason)
        return Found()

    def look(self, path: Path, *, held: bool = False) -> list[FileScanned]:
        """Look at a path; give what was told of it."""
        self.told.clear()
        self.looker.look_at(str(path), self.told.append, held=held)
        return [event for event in self.told if isinstance(event, FileScanned)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    wall = os.lstat(tmp_path).st_ctime
    return Desk(tmp_path, FakeClock(wall=wall + 3600))


@pytest.mark.posix
def test_a_file_that_is_only_in_a_cloud_is_not_fetched_for_a_hint(desk: Desk) -> None:
    """A cloud's program makes such files all day long, and the watch tells of each."""
    desk.looker.table = Mounts(fuse=frozenset({desk.root.stat().st_dev}))
    sparse(desk.root / "far.pdf")
    (desk.root / "near.txt").write_text("x")
    assert desk.look(desk.root / "far.pdf") == []
    assert [e.hits for e in desk.look(desk.root / "near.txt")] == [(HIT,)]
    assert desk.read == ["near.txt"]


@pytest.mark.posix
def test_a_finding_whose_file_went_to_a_cloud_alone_stands(desk: Desk) -> None:
    """The data is still a click away; neither fetched nor called gone."""
    sparse(desk.root / "far.pdf")
    assert desk.look(desk.root / "far.pdf")
    desk.looker.table = Mounts(fuse=frozenset({desk.root.stat().st_dev}))
    assert desk.look(desk.root / "far.pdf", held=True) == []
    assert str(desk.root / "far.pdf") in desk.looker.told
    assert desk.read == ["far.pdf"]


@pytest.mark.posix
def test_a_finding_on_another_computer_is_not_touched(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stat alone would hang while that computer is away."""
    path = desk.root / "share" / "export.txt"
    desk.looker.table = Mounts(places=((str(desk.root / "share"), True),))
    real = os.lstat

    def lstat(asked: str) -> os.stat_result:
        assert "share" not in asked
        return real(asked)

    monkeypatch.setattr(file_look.os, "lstat", lstat)
    assert desk.look(path, held=True) == []


def test_nothing_is_told_of_a_file_whose_reading_the_agents_end_cuts_short(desk: Desk) -> None:
    (desk.root / "export.txt").write_text("x")
    desk.refuses = lambda _path: "reason.stopped"
    assert desk.look(desk.root / "export.txt") == []


def test_the_policy_may_have_it_looked_at(desk: Desk) -> None:
    (desk.root / "export.txt").write_text("x")
    desk.looker.table = Mounts(places=((str(desk.root), True),))
    desk.looker.scope = Scope(roots=(), exclude=None, network=True)
    assert [e.hits for e in desk.look(desk.root / "export.txt", held=True)] == [(HIT,)]


@pytest.mark.posix
def test_a_finding_on_another_computer_that_does_not_answer_stands(desk: Desk) -> None:
    path = desk.root / "export.txt"
    path.write_text("x")
    desk.looker.table = Mounts(places=((str(desk.root), True),))
    here = [True]
    desk.looker.scope = Scope(roots=(), exclude=None, network=True, answers=lambda _point: here[0])
    assert desk.look(path)
    path.unlink()
    here[0] = False
    assert desk.look(path, held=True) == []
    here[0] = True
    assert [e.outcome for e in desk.look(path)] == [FileOutcome.GONE]


@pytest.mark.posix
def test_what_is_no_more_asked_for_on_another_computer_is_no_more_unread(desk: Desk) -> None:
    share = desk.root / "share"
    desk.looker.table = Mounts(places=((str(share), True),))
    refused = Looked(outcome=FileOutcome.UNREADABLE, reason="reason.folder-network")
    desk.looker.tell(str(share), refused, desk.told.append)
    assert [e.outcome for e in desk.look(share)] == [FileOutcome.READ]
    assert desk.look(share) == []


@pytest.mark.posix
@pytest.mark.parametrize("weak", [False, True])
def test_on_a_stick_with_coarse_times_a_file_is_looked_at_again_for_longer(
    desk: Desk, *, weak: bool
) -> None:
    """FAT keeps whole seconds: two changes within two of them look alike."""
    path = desk.root / "x.txt"
    path.write_text("x")
    desk.clock.jump_wall(path.stat().st_ctime + (COARSE_GRAIN + GRAIN) / 2 - desk.clock.now().wall)
    devices = frozenset({desk.root.stat().st_dev}) if weak else frozenset()
    desk.looker.table = Mounts(weak=devices)
    desk.look(path)
    assert len(desk.hints) == weak


@pytest.mark.posix
def test_a_link_in_place_of_a_file_is_not_followed(desk: Desk) -> None:
    (desk.root / "real").write_text("x")
    (desk.root / "link").symlink_to(desk.root / "real")
    assert desk.look(desk.root / "link") == []
    assert desk.read == []


def test_of_very_many_locked_files_only_some_are_tried_again_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are told, and tried by the next sweep: memory has an end."""
    monkeypatch.setattr(file_look, "TRIED", 5)
    desk.refuses = lambda _path: "reason.busy"
    for number in range(20):
        (desk.root / f"{number}").write_text("x")
    told = [desk.look(desk.root / f"{number}") for number in range(20)]
    assert len(desk.hints) == len(desk.looker._tries) == 5
    assert [len(each) for each in told] == [0] * 5 + [1] * 15
    for _ in range(TRIES):
        told_of_first = desk.look(desk.root / "0")
    assert [e.reason for e in told_of_first] == ["reason.busy"]
    desk.refuses = lambda _path: ""
    assert [e.hits for e in desk.look(desk.root / "0")] == [(HIT,)]
    assert len(desk.looker._tries) == 4


def test_readings_are_counted(desk: Desk) -> None:
    (desk.root / "x").write_text("x")
    for _ in range(3):
        desk.look(desk.root / "x")
    assert desk.looker.reads == 1
