"""Many folders are watched by one thread, which lets go of each whenever it is told to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.sensors.watch_hints import Kind
from agentguard.sensors.watcher import Watcher
from agentguard.sensors.windows_observer import Folder
from tests.windows.keeping import until

MANY = 12
ROUNDS = 20


class Hints:
    """What a watch tells, and how often it lost something."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Kind]] = []
        self.losses = 0

    def tell(self, path: str, kind: Kind) -> None:
        self.told.append((path, kind))

    def lost(self) -> None:
        self.losses += 1

    def of(self, kind: Kind) -> set[str]:
        return {path for path, said in tuple(self.told) if said is kind}

    @property
    def paths(self) -> set[str]:
        return {path for path, _ in tuple(self.told)}


@pytest.fixture
def hints() -> Hints:
    return Hints()


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    made = [tmp_path / f"folder-{n}" for n in range(MANY)]
    for folder in made:
        folder.mkdir()
    return made


@pytest.fixture
def watcher(hints: Hints) -> Iterator[Watcher]:
    made = Watcher(hints.tell, hints.lost)
    yield made
    made.close()


def test_row_472_more_folders_take_no_more_threads(
    watcher: Watcher, hints: Hints, folders: list[Path]
) -> None:
    before = threading.active_count()
    assert watcher.attach(map(str, folders))
    assert threading.active_count() - before == 1
    assert watcher.alive()
    for folder in folders:
        (folder / "deep").mkdir()
        (folder / "deep" / "note.txt").write_text("well")
    wanted = {str(folder / "deep" / "note.txt") for folder in folders}
    until(lambda: wanted <= hints.paths)
    watcher.close()
    until(lambda: threading.active_count() == before)
    assert hints.losses == 0


def test_row_472_each_folder_keeps_its_own_moves_together(
    watcher: Watcher, hints: Hints, folders: list[Path]
) -> None:
    first, second = folders[:2]
    assert watcher.attach(map(str, folders))
    (first / "a").write_text("a")
    (second / "b").write_text("b")
    until(lambda: {str(first / "a"), str(second / "b")} <= hints.paths)
    hints.told.clear()
    (first / "a").rename(first / "renamed")
    (second / "b").rename(second / "moved")
    until(lambda: {str(first / "a"), str(second / "b")} <= hints.of(Kind.GONE))
    until(lambda: {str(first / "renamed"), str(second / "moved")} <= hints.of(Kind.CLOSED))


def test_row_472_one_that_ends_is_seen_and_the_others_go_on(
    watcher: Watcher, hints: Hints, folders: list[Path]
) -> None:
    assert watcher.attach(map(str, folders))
    gone = next(one for one in watcher._observer.emitters if one.watch.path == str(folders[0]))
    gone.stop()
    assert not watcher.alive()
    until(lambda: gone._folder is None)
    (folders[0] / "unseen.txt").write_text("well")
    (folders[1] / "note.txt").write_text("well")
    until(lambda: str(folders[1] / "note.txt") in hints.paths)
    assert str(folders[0] / "unseen.txt") not in hints.paths


def test_row_472_what_is_told_while_another_folder_is_let_go_of_is_not_left_lying(
    watcher: Watcher, hints: Hints, folders: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for the last answer of one folder silences the bell of all."""
    assert watcher.attach(map(str, folders))
    of = {emitter.watch.path: emitter for emitter in watcher._observer.emitters}
    gone, other = of[str(folders[-1])], of[str(folders[1])]
    turned = list(watcher._observer._watched)
    assert turned.index(other) < turned.index(gone), "it is looked at before"
    plain, pending, looks = gone.end, Folder.pending.fget, [True, True]

    def ends_meanwhile() -> None:
        (folders[1] / "note.txt").write_text("well")
        until(lambda: not pending(other._folder))
        slow = gone._folder
        late = property(lambda one: looks.pop() if one is slow and looks else pending(one))
        monkeypatch.setattr(Folder, "pending", late)
        plain()

    monkeypatch.setattr(gone, "end", ends_meanwhile)
    gone.stop()
    until(lambda: str(folders[1] / "note.txt") in hints.paths)
    assert not looks, "the last answer was waited for"


def test_row_472_a_thread_that_died_is_seen(watcher: Watcher, folders: list[Path]) -> None:
    assert watcher.attach(map(str, folders))
    watcher._observer._stopped_event.set()
    watcher._observer.ring()
    until(lambda: not watcher.alive())


def test_row_472_what_is_no_folder_is_not_watched(
    watcher: Watcher, hints: Hints, folders: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that goes between the look and the watch: the others are watched."""
    monkeypatch.setattr("os.path.isdir", lambda _path: True)
    assert not watcher.attach([str(folders[0] / "nowhere"), str(folders[1])])
    monkeypatch.undo()
    (folders[1] / "note.txt").write_text("well")
    until(lambda: str(folders[1] / "note.txt") in hints.paths)


def test_a_watch_ends_whenever_it_is_told_to(watcher: Watcher, folders: list[Path]) -> None:
    """With changes on the way, with none, and at once after it has begun."""
    before = threading.active_count()
    for turn in range(ROUNDS):
        assert watcher.attach(map(str, folders[: 1 + turn % MANY]))
        if turn % 2:
            (folders[0] / f"{turn}.txt").write_text("well")
        watcher.close()
        assert threading.active_count() == before


def test_row_472_windows_that_has_the_short_form_alone_is_asked_for_that(
    watcher: Watcher, hints: Hints, folders: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Folder.__init__

    def made(folder: Folder, path: str, **more: object) -> None:
        plain(folder, path, **more)  # type: ignore[arg-type] # as it was given
        folder._long_form = False

    monkeypatch.setattr(Folder, "__init__", made)
    assert watcher.attach(map(str, folders))
    (folders[0] / "note.txt").write_text("well")
    until(lambda: str(folders[0] / "note.txt") in hints.paths)
