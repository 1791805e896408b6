"""The files sensor on real files under a real watch, with a scan that is a few lines long."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agentguard.base import translations
from agentguard.base.errors import ScanError
from agentguard.model.events import Event, FileScanned, SensorState, SweepFinished, Watching
from agentguard.model.hits import Hit
from agentguard.model.outcomes import FileOutcome
from agentguard.model.policy import Contact, Policy, Watch
from agentguard.platforms import system_clock
from agentguard.platforms.simulated import FakeClock
from agentguard.sensors.file_look import GRAIN
from agentguard.sensors.files import FilesSensor
from agentguard.sensors.sweep_pacing import Circumstances
from tests.desktop.harness import eventually

CARD = "card 4111 1111 1111 1111"
HIT = Hit(kind="PAN", count=1, masked=("...1111",))
PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Answer:
    outcome: FileOutcome
    hits: tuple[Hit, ...] = ()
    reason: str = ""
    test_cards: int = 0
    left: int = 0
    size: int = 0
    total: bool = False


@dataclass
class Scan:
    """Finds the test card; counts what it was asked; `during` happens while it reads."""

    asked: list[str] = field(default_factory=list)
    during: Callable[[str], None] = lambda _path: None
    reasons: dict[str, list[str]] = field(default_factory=dict)

    def __call__(self, path: str) -> Answer:
        self.asked.append(path)
        self.during(path)
        waiting = self.reasons.get(Path(path).name)
        if waiting:
            raise ScanError(waiting.pop(0))
        try:
            text = Path(path).read_text(encoding="latin-1")
        except FileNotFoundError:
            return Answer(FileOutcome.GONE)
        if text.startswith("sealed"):
            return Answer(FileOutcome.SEALED, reason="reason.sealed")
        if text.startswith("large"):
            hits = (HIT,) if "4111" in text else ()
            return Answer(FileOutcome.READ, hits, "reason.partial")
        return Answer(FileOutcome.READ, (HIT,) if "4111" in text else ())

    def times(self, path: Path) -> int:
        return self.asked.count(str(path))


@dataclass
class Heard:
    """All events, with a way to wait for one."""

    events: list[Event] = field(default_factory=list)
    came: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, event: Event) -> None:
        with self.came:
            self.events.append(event)
            self.came.notify_all()

    def wait(self, wanted: Callable[[list[Event]], bool], seconds: float = PATIENCE) -> None:
        with self.came:
            assert self.came.wait_for(lambda: wanted(self.events), seconds), self.events[-5:]

    def files(self) -> list[FileScanned]:
        return [event for event in self.events if isinstance(event, FileScanned)]

    def of(self, path: Path) -> list[FileScanned]:
        return [event for event in self.files() if event.path == str(path)]

    def sweeps(self) -> list[SweepFinished]:
        return [event for event in self.events if isinstance(event, SweepFinished)]

    def found(self, path: Path) -> None:
        self.wait(lambda _e: any(event.hits for event in self.of(path)))

    def gone(self, path: Path) -> None:
        self.wait(lambda _e: any(event.outcome is FileOutcome.GONE for event in self.of(path)))

    def swept(self, times: int = 1) -> None:
        self.wait(lambda _e: len(self.sweeps()) >= times)


def policy_of(*folders: Path, exclude: tuple[str, ...] = (), minutes: int = 60) -> Policy:
    watch = Watch(folders=tuple(str(f) for f in folders), exclude=exclude, sweep_minutes=minutes)
    return Policy(
        name="test",
        version=1,
        description="",
        watch=watch,
        retention=(),
        backup_markers=(),
        contact=Contact(),
        controls={},
        digest="",
    )


@dataclass
class Desk:
    """A running sensor on one folder."""

    root: Path
    scan: Scan
    heard: Heard
    sensor: FilesSensor
    stop: threading.Event
    policy: list[Policy]


Start = Callable[..., Desk]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AGENTGUARD_HOME", str(tmp_path / "agent"))
    folder = tmp_path / "desk"
    folder.mkdir()
    return folder


@pytest.fixture
def start(root: Path) -> Iterator[Start]:
    running: list[tuple[Desk, threading.Thread]] = []

    def begin(*folders: Path, exclude: tuple[str, ...] = (), **more: object) -> Desk:
        policy = [policy_of(*(folders or (root,)), exclude=exclude)]
        scan, heard, stop = Scan(), Heard(), threading.Event()
        options = {"duty": 1.0, **more}
        sensor = FilesSensor(scan, lambda: policy[0], system_clock(), **options)
        thread = threading.Thread(target=sensor.run, args=(heard, stop))
        thread.start()
        desk = Desk(root, scan, heard, sensor, stop, policy)
        running.append((desk, thread))
        return desk

    yield begin
    for desk, thread in running:
        desk.stop.set()
        thread.join(10)
        assert not thread.is_alive()


def settled(root: Path) -> None:
    """Wait until a further change of the files would have another time than the last."""
    newest = max((os.lstat(p).st_ctime for p in root.rglob("*")), default=0.0)
    eventually(lambda: system_clock().now().wall - newest > GRAIN)


def once(root: Path, scan: Scan, **more: object) -> Heard:
    heard = Heard()
    settled(root)
    exclude = more.pop("exclude", ())
    policy = policy_of(root, exclude=exclude)
    sensor = FilesSensor(scan, lambda: policy, system_clock(), **more)
    sensor.look(heard, threading.Event())
    return heard


def test_row_111_a_sweep_tells_which_of_its_folders_are_not_there(root: Path) -> None:
    (root / "plain.txt").write_text("no folder")
    policy = policy_of(root, root.parent / "away", root.parent / "gone")
    heard = Heard()
    sensor = FilesSensor(Scan(), lambda: policy, system_clock())
    sensor.look(heard, threading.Event())
    (swept,) = heard.sweeps()
    assert (swept.folders, swept.absent, swept.files) == (3, 2, 1)
    nowhere = policy_of(root / "plain.txt")
    heard = Heard()
    FilesSensor(Scan(), lambda: nowhere, system_clock()).look(heard, threading.Event())
    (swept,) = heard.sweeps()
    assert (swept.folders, swept.absent, swept.files) == (1, 1, 0)


# --- the sweep ---------------------------------------------------------------


def test_a_sweep_tells_files_with_hits_and_counts_the_others(root: Path) -> None:
    (root / "cards.txt").write_text(CARD)
    (root / "plain.txt").write_text("nothing")
    heard = once(root, Scan())
    assert [(e.path, e.hits) for e in heard.files()] == [(str(root / "cards.txt"), (HIT,))]
    assert [(s.files, s.unread) for s in heard.sweeps()] == [(2, 0)]


def test_a_known_finding_whose_file_is_gone_is_told(root: Path) -> None:
    lost = root / "was-here.txt"
    heard = once(root, Scan(), known=lambda: (str(lost),))
    assert [e.outcome for e in heard.of(lost)] == [FileOutcome.GONE]


def test_a_known_finding_whose_file_is_clean_now_is_told(root: Path) -> None:
    mended = root / "mended.txt"
    mended.write_text("clean")
    heard = once(root, Scan(), known=lambda: (str(mended),))
    assert [(e.outcome, e.hits) for e in heard.of(mended)] == [(FileOutcome.READ, ())]


def test_a_known_finding_outside_of_the_folders_is_still_looked_at(
    root: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text(CARD)
    heard = once(root, Scan(), known=lambda: (str(outside),))
    assert [e.hits for e in heard.of(outside)] == [(HIT,)]


def test_a_file_that_cannot_be_read_is_told_once_with_its_reason(root: Path) -> None:
    (root / "bad.pdf").write_text("x")
    scan = Scan(reasons={"bad.pdf": ["reason.corrupt"]})
    heard = once(root, scan)
    assert [(e.outcome, e.reason) for e in heard.files()] == [
        (FileOutcome.UNREADABLE, "reason.corrupt")
    ]
    assert heard.sweeps()[0].unread == 1


def test_an_unreadable_file_stays_counted_without_being_read_again(
    root: Path, start: Start
) -> None:
    (root / "bad.pdf").write_text("x")
    desk = start()
    desk.scan.reasons["bad.pdf"] = []
    desk.heard.swept()
    desk.scan.reasons["bad.pdf"] = ["reason.corrupt", "reason.corrupt"]
    (root / "bad.pdf").write_text("xy")
    desk.heard.wait(lambda _e: bool(desk.heard.files()))
    asked = desk.scan.times(root / "bad.pdf")
    desk.sensor.poke()
    desk.heard.swept(2)
    assert desk.heard.sweeps()[-1].unread == 1
    assert desk.scan.times(root / "bad.pdf") == asked
    assert len(desk.heard.files()) == 1


def test_a_sealed_file_is_neither_told_nor_unread(root: Path) -> None:
    (root / "vault.age").write_text("sealed")
    heard = once(root, Scan())
    assert heard.files() == []
    assert [(s.files, s.unread) for s in heard.sweeps()] == [(1, 0)]


def test_a_finding_that_was_sealed_since_is_told(root: Path) -> None:
    path = root / "cards.zip"
    path.write_text("sealed")
    heard = once(root, Scan(), known=lambda: (str(path),))
    assert [e.outcome for e in heard.of(path)] == [FileOutcome.SEALED]


def test_a_file_that_was_read_in_part_is_told_with_or_without_hits(root: Path) -> None:
    (root / "a.log").write_text("large " + CARD)
    (root / "b.log").write_text("large")
    heard = once(root, Scan())
    assert sorted((Path(e.path).name, e.hits, e.reason) for e in heard.files()) == [
        ("a.log", (HIT,), "reason.partial"),
        ("b.log", (), "reason.partial"),
    ]
    assert heard.sweeps()[0].unread == 0


def test_a_reason_outside_of_the_file_is_tried_again_by_the_next_sweep(
    root: Path, start: Start
) -> None:
    path = root / "slow.pdf"
    path.write_text(CARD)
    settled(root)
    desk_ready: list[bool] = []
    desk = start(circumstances=Circumstances(busy=lambda: not desk_ready))
    desk.scan.reasons["slow.pdf"] = ["reason.timeout"]
    desk_ready.append(True)
    desk.heard.swept()
    assert [e.reason for e in desk.heard.of(path)] == ["reason.timeout"]
    desk.sensor.poke()
    desk.heard.found(path)


@pytest.mark.posix
def test_links_and_special_files_are_never_opened(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text(CARD)
    (root / "loop").symlink_to(root)
    (root / "away").symlink_to(outside)
    (root / "file-link").symlink_to(outside / "secret.txt")
    os.mkfifo(root / "pipe")
    scan = Scan()
    heard = once(root, scan)
    assert scan.asked == []
    assert [(s.files, s.unread) for s in heard.sweeps()] == [(0, 0)]


def test_a_file_with_two_names_is_read_once(root: Path) -> None:
    (root / "one.txt").write_text("text")
    os.link(root / "one.txt", root / "two.txt")
    scan = Scan()
    once(root, scan)
    assert len(scan.asked) == 1


@pytest.mark.posix
def test_a_watched_folder_may_itself_be_a_link(root: Path, tmp_path: Path) -> None:
    (root / "cards.txt").write_text(CARD)
    (tmp_path / "Documents").symlink_to(root)
    heard = once(tmp_path / "Documents", Scan())
    assert [e.path for e in heard.files()] == [str(root / "cards.txt")]


def test_excluded_folders_are_not_entered(root: Path) -> None:
    for name in ("node_modules", "src"):
        (root / name).mkdir()
        (root / name / "a.txt").write_text(CARD)
    heard = once(root, Scan(), exclude=("*/node_modules/*",))
    assert [e.path for e in heard.files()] == [str(root / "src" / "a.txt")]


def test_the_agents_own_folder_is_left_out(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTGUARD_HOME", str(root / "agent"))
    (root / "agent").mkdir()
    (root / "agent" / "journal.db").write_text(CARD)
    scan = Scan()
    once(root, scan)
    assert scan.asked == []


def test_a_folder_that_lies_too_deep_is_told(root: Path) -> None:
    deep = root
    for _ in range(70):
        deep = deep / "d"
    deep.mkdir(parents=True)
    (deep / "cards.txt").write_text(CARD)
    heard = once(root, Scan())
    assert [e.reason for e in heard.files()] == ["reason.folder-deep"]
    assert heard.sweeps()[0].unread == 1


def test_a_folder_that_goes_during_the_sweep_costs_nothing_else(root: Path) -> None:
    for name in ("a", "b", "c"):
        (root / name).mkdir()
        (root / name / "x.txt").write_text(CARD)

    def vanish(_path: str) -> None:
        for name in ("a", "b", "c"):
            if str(root / name) not in _path:
                shutil.rmtree(root / name, ignore_errors=True)

    heard = once(root, Scan(during=vanish))
    assert len([e for e in heard.files() if e.hits]) == 1
    assert len(heard.sweeps()) == 1


@pytest.mark.posix
def test_file_names_in_any_bytes_are_found(root: Path) -> None:
    name = os.fsencode(root) + b"/caf\xe9-\xff.txt"
    Path(os.fsdecode(name)).write_text(CARD)
    heard = once(root, Scan())
    assert [os.fsencode(e.path) for e in heard.files()] == [name]


def test_every_reason_has_its_sentence() -> None:
    reasons = (
        "folder-cloud",
        "folder-deep",
        "folder-denied",
        "folder-failed",
        "folder-network",
        "folder-stalled",
        "file-failed",
        "files-denied",
        "path-long",
    )
    assert all(translations.load().has(f"reason.{reason}") for reason in reasons)
    assert translations.load().has("files.degraded")
    assert translations.load().has("files.no-folder")
    assert translations.load().has("files.no-watch")


# --- the watch ---------------------------------------------------------------


def test_a_file_is_found_as_it_is_closed(start: Start) -> None:
    desk = start()
    desk.heard.swept()
    path = desk.root / "new.txt"
    path.write_text(CARD)
    desk.heard.found(path)
    assert len(desk.heard.sweeps()) == 1


def test_a_mended_file_is_told_as_clean_and_a_removed_one_as_gone(start: Start) -> None:
    desk = start()
    desk.heard.swept()
    path = desk.root / "new.txt"
    path.write_text(CARD)
    desk.heard.found(path)
    path.write_text("clean now")
    desk.heard.wait(lambda _e: desk.heard.of(path)[-1].hits == ())
    path.write_text(CARD)
    desk.heard.wait(lambda _e: desk.heard.of(path)[-1].hits != ())
    path.unlink()
    desk.heard.gone(path)


def test_a_renamed_file_is_gone_here_and_found_there(start: Start) -> None:
    desk = start()
    old, new = desk.root / "old.txt", desk.root / "new.txt"
    old.write_text(CARD)
    desk.heard.found(old)
    old.rename(new)
    desk.heard.found(new)
    desk.heard.gone(old)


def test_a_folder_that_is_moved_in_is_looked_through(start: Start, tmp_path: Path) -> None:
    desk = start()
    desk.heard.swept()
    (tmp_path / "parcel" / "deep").mkdir(parents=True)
    (tmp_path / "parcel" / "deep" / "cards.txt").write_text(CARD)
    (tmp_path / "parcel").rename(desk.root / "parcel")
    desk.heard.found(desk.root / "parcel" / "deep" / "cards.txt")


def test_a_folder_that_is_moved_away_takes_its_findings_along(start: Start, tmp_path: Path) -> None:
    desk = start()
    (desk.root / "box").mkdir()
    path = desk.root / "box" / "cards.txt"
    path.write_text(CARD)
    desk.heard.found(path)
    (desk.root / "box").rename(tmp_path / "box")
    desk.heard.gone(path)


def test_new_folders_are_watched_too(start: Start) -> None:
    desk = start()
    desk.heard.swept()
    path = desk.root / "a" / "b" / "c" / "cards.txt"
    path.parent.mkdir(parents=True)
    path.write_text(CARD)
    desk.heard.found(path)


def test_an_unchanged_file_is_not_read_again_by_the_next_sweep(root: Path, start: Start) -> None:
    path = root / "plain.txt"
    path.write_text("nothing")
    settled(root)
    desk = start()
    desk.heard.swept()
    desk.sensor.poke()
    desk.heard.swept(2)
    desk.sensor.poke()
    desk.heard.swept(3)
    assert desk.scan.times(path) == 1


def test_a_file_that_changes_while_it_is_read_is_read_again(start: Start) -> None:
    desk = start()
    desk.heard.swept()
    path = desk.root / "growing.txt"

    def grow(_path: str) -> None:
        if desk.scan.times(path) == 1:
            path.write_text("now with a " + CARD)

    desk.scan.during = grow
    path.write_text("first")
    desk.heard.found(path)


def test_a_locked_file_is_tried_again_without_noise(start: Start) -> None:
    desk = start()
    desk.heard.swept()
    desk.scan.reasons["open.txt"] = ["reason.busy", "reason.busy"]
    path = desk.root / "open.txt"
    path.write_text(CARD)
    desk.heard.found(path)
    assert [e.outcome for e in desk.heard.of(path)] == [FileOutcome.READ]


def test_a_file_that_stays_locked_is_told_at_last(start: Start) -> None:
    desk = start()
    desk.heard.swept()
    desk.scan.reasons["open.txt"] = ["reason.busy"] * 10
    path = desk.root / "open.txt"
    path.write_text(CARD)
    desk.heard.wait(lambda _e: bool(desk.heard.of(path)))
    assert [e.reason for e in desk.heard.of(path)] == ["reason.busy"]
    assert desk.scan.times(path) == 4


@pytest.mark.posix  # Wine tells nothing of a watched folder's end
def test_a_root_that_is_removed_and_made_again_is_watched_again(start: Start) -> None:
    desk = start()
    path = desk.root / "cards.txt"
    path.write_text(CARD)
    desk.heard.found(path)
    shutil.rmtree(desk.root)
    desk.heard.gone(path)
    desk.heard.wait(
        lambda events: any(
            isinstance(e, SensorState) and e.message and e.message.id == "files.no-folder"
            for e in events
        )
    )
    desk.root.mkdir()
    again = desk.root / "again.txt"
    again.write_text(CARD)
    desk.heard.found(again)
    states = [e for e in desk.heard.events if isinstance(e, SensorState)]
    assert states[-1].state is Watching.WATCHING
    assert states[-1].message is None


def test_a_root_that_is_swapped_for_another_is_noticed(start: Start, tmp_path: Path) -> None:
    desk = start()
    desk.heard.swept()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "cards.txt").write_text(CARD)
    desk.root.rename(tmp_path / "moved")
    (tmp_path / "other").rename(desk.root)
    desk.heard.found(desk.root / "cards.txt")
    later = desk.root / "later.txt"
    later.write_text(CARD)
    desk.heard.found(later)


def test_a_new_policy_is_followed(start: Start, tmp_path: Path) -> None:
    desk = start()
    desk.heard.swept()
    other = tmp_path / "other"
    other.mkdir()
    (other / "cards.txt").write_text(CARD)
    desk.policy[0] = policy_of(other)
    desk.heard.found(other / "cards.txt")


def test_a_sweep_waits_while_the_person_is_busy_and_hints_do_not(start: Start) -> None:
    busy = [True]
    desk = start(circumstances=Circumstances(busy=lambda: busy[0]))
    path = desk.root / "in-call.txt"
    desk.heard.wait(bool)
    path.write_text(CARD)
    desk.heard.found(path)
    assert desk.heard.sweeps() == []
    busy[0] = False
    desk.heard.swept()


def test_what_was_lost_on_the_way_is_told_again_by_the_next_sweep(start: Start) -> None:
    """The engine may drop events in a flood: an open finding and a closed one come again."""
    open_findings: list[str] = []
    desk = start(known=lambda: tuple(open_findings))
    desk.heard.swept()
    found, mended = desk.root / "found.txt", desk.root / "mended.txt"
    found.write_text(CARD)
    mended.write_text(CARD)
    desk.heard.found(found)
    desk.heard.found(mended)
    mended.write_text("clean")
    desk.heard.wait(lambda _e: desk.heard.of(mended)[-1].hits == ())
    lost = len(desk.heard.events)
    open_findings.append(str(mended))
    desk.sensor.poke()
    desk.heard.swept(2)
    again = [e for e in desk.heard.events[lost:] if isinstance(e, FileScanned)]
    assert sorted((e.path, e.hits) for e in again) == [(str(found), (HIT,)), (str(mended), ())]


@pytest.mark.posix
def test_a_file_that_became_a_pipe_or_a_folder_is_gone_as_a_file(start: Start) -> None:
    desk = start()
    desk.heard.swept()
    pipe, folder = desk.root / "pipe", desk.root / "folder"
    for path in (pipe, folder):
        path.write_text(CARD)
        desk.heard.found(path)
        path.unlink()
    os.mkfifo(pipe)
    folder.mkdir()
    desk.heard.gone(pipe)
    desk.heard.gone(folder)


def test_sweeps_come_by_the_boot_clock_alone(root: Path) -> None:
    clock, heard, stop = FakeClock(), Heard(), threading.Event()
    policy = policy_of(root, minutes=30)
    sensor = FilesSensor(Scan(), lambda: policy, clock, duty=1.0)
    thread = threading.Thread(target=sensor.run, args=(heard, stop))
    thread.start()
    heard.swept(1)
    clock.settle()
    clock.jump_wall(365 * 86400.0)
    clock.advance(29 * 60)
    sensor.poke()
    heard.swept(2)
    clock.settle()
    clock.advance(30 * 60 + 1)
    heard.swept(3)
    clock.settle()
    assert len(heard.sweeps()) == 3
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def test_a_sensor_that_is_started_again_goes_on(root: Path) -> None:
    path = root / "cards.txt"
    path.write_text(CARD)
    heard, policy = Heard(), policy_of(root)
    sensor = FilesSensor(Scan(), lambda: policy, system_clock(), duty=1.0)
    for times in (1, 2):
        stop = threading.Event()
        thread = threading.Thread(target=sensor.run, args=(heard, stop))
        thread.start()
        heard.swept(times)
        stop.set()
        thread.join(10)
        path.unlink(missing_ok=True)
    assert [e.outcome for e in heard.of(path)] == [FileOutcome.READ, FileOutcome.GONE]


def test_the_end_of_a_broken_watch_is_noticed_and_swept_over(start: Start) -> None:
    desk = start()
    desk.heard.swept()
    observer = desk.sensor._guard._watcher._observer
    assert observer is not None
    for emitter in list(observer.emitters):
        emitter.stop()
    path = desk.root / "unseen.txt"
    path.write_text(CARD)
    desk.heard.found(path)
    later = desk.root / "later.txt"
    desk.heard.wait(lambda _e: desk.sensor._guard._watcher.alive())
    later.write_text(CARD)
    desk.heard.found(later)
