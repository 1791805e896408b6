"""Many folders are watched by as many threads as one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.sensors.watch_hints import Kind
from agentguard.sensors.watcher import Watcher
from tests.flow.centre import until

pytestmark = pytest.mark.posix  # inotify is Linux's

MANY = 12


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[Watcher, list[Path], list[tuple[str, Kind]], int]]:
    told: list[tuple[str, Kind]] = []
    folders = [tmp_path / f"folder-{n}" for n in range(MANY)]
    for folder in folders:
        folder.mkdir()
    before = threading.active_count()
    watcher = Watcher(lambda path, kind: told.append((path, kind)), lambda: None)
    assert watcher.attach(map(str, folders))
    yield watcher, folders, told, before
    watcher.close()


def test_row_365_more_folders_take_no_more_threads(watched) -> None:
    watcher, folders, told, before = watched
    assert threading.active_count() - before == 2
    assert watcher.alive()
    for folder in folders:
        (folder / "note.txt").write_text("well")
    wanted = {str(folder / "note.txt") for folder in folders}
    until(lambda: wanted <= {path for path, kind in told if kind is Kind.CLOSED})
    watcher.close()
    until(lambda: threading.active_count() == before)


def test_row_365_each_folder_keeps_its_own_moves_together(watched) -> None:
    """A move within one folder is told as one; to another it is an end and a beginning."""
    _watcher, folders, told, _before = watched
    first, second = folders[:2]
    (first / "a").write_text("a")
    (second / "b").write_text("b")
    until(lambda: {str(first / "a"), str(second / "b")} <= {path for path, _ in told})
    told.clear()
    (first / "a").rename(first / "renamed")
    (second / "b").rename(first / "moved")
    expected = {
        (str(first / "a"), Kind.GONE),
        (str(first / "renamed"), Kind.CLOSED),
        (str(second / "b"), Kind.GONE),
    }
    until(lambda: expected <= set(told))
    until(lambda: str(first / "moved") in {path for path, _ in told})


def test_row_365_a_folder_that_is_taken_away_ends_alone(watched) -> None:
    watcher, folders, told, _before = watched
    folders[0].rmdir()
    until(lambda: not watcher.alive())
    (folders[1] / "note.txt").write_text("well")
    until(lambda: (str(folders[1] / "note.txt"), Kind.CLOSED) in told)


def test_row_365_a_reader_that_died_is_seen(watched) -> None:
    watcher, _folders, _told, _before = watched
    watcher._observer._common.queue.close()
    until(lambda: not watcher.alive())
