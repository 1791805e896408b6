"""The watch on Windows, by what Windows was seen to say when its buffer ran over."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from agentguard.sensors import watcher
from agentguard.sensors.folder_observer import Buffers, observer_of, reads
from agentguard.sensors.watch_hints import Kind
from agentguard.sensors.watcher import Watcher


@dataclass
class Losses:
    """Counts how often a loss was told."""

    count: int = 0

    def __call__(self) -> None:
        self.count += 1


def test_an_empty_buffer_after_the_first_is_a_loss_and_is_passed_on() -> None:
    """Windows 11: success with 0 bytes; the first is watchdog's own word that it reads."""
    lost = Losses()
    buffers = Buffers(lost)
    buffers.put((b"", True))
    assert lost.count == 0
    buffers.put((b"event", True))
    assert lost.count == 0
    buffers.put((b"", True))
    buffers.put((b"", False))
    assert lost.count == 2
    assert [buffers.get(timeout=1)[0] for _ in range(4)] == [b"", b"event", b"", b""]


def test_a_reading_thread_that_ended_is_noticed() -> None:
    """Wine and older Windows: error 1022 ends the reader, while its emitter seems to live."""
    go = threading.Event()
    thread = threading.Thread(target=go.wait)
    thread.start()
    emitter = SimpleNamespace(_reader=SimpleNamespace(_reader_thread=thread))
    assert reads(emitter)
    go.set()
    thread.join(5)
    assert not reads(emitter)


def test_an_emitter_without_a_reading_thread_reads() -> None:
    assert reads(SimpleNamespace())
    assert reads(SimpleNamespace(_reader=None))
    assert reads(SimpleNamespace(_reader=SimpleNamespace(_reader_thread=None)))


@dataclass
class Told:
    """What an observer told."""

    hints: list[tuple[str, Kind]] = field(default_factory=list)

    def __call__(self, path: str, kind: Kind) -> None:
        self.hints.append((path, kind))


@pytest.mark.posix
def test_a_watch_whose_reader_ended_is_not_alive(tmp_path: object) -> None:
    watch = Watcher(Told(), Losses())
    try:
        assert watch.attach([str(tmp_path)])
        assert watch.alive()
        (emitter,) = watch._observer.emitters
        ended = threading.Thread(target=int)
        ended.start()
        ended.join(5)
        emitter._reader = SimpleNamespace(_reader_thread=ended)
        assert not watch.alive()
    finally:
        watch.close()


def test_linux_tells_a_loss_in_the_log_alone() -> None:
    lost = Losses()
    ear = watcher._Ear(lost)
    for said in ("Inotify queue overflowed; filesystem events were lost", "anything else"):
        record = SimpleNamespace(levelno=30, getMessage=lambda said=said: said)
        ear.emit(record)
    assert lost.count == 1


def test_an_observer_is_that_of_the_system() -> None:
    observer = observer_of(0.05, Losses())
    assert observer.timeout == 0.05
    assert not observer.is_alive()
