"""What the systems say when events of a watch were lost."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from agentguard.sensors import folder_answers, watcher
from agentguard.sensors.watcher import observer_of


@dataclass
class Losses:
    """Counts how often a loss was told."""

    count: int = 0

    def __call__(self) -> None:
        self.count += 1


@pytest.mark.parametrize(
    ("status", "size", "means"),
    [
        (0x0, 96, folder_answers.Told.CHANGES),
        (0x0, 0, folder_answers.Told.LOST),  # Windows 11: success with 0 bytes
        (0x10C, 0, folder_answers.Told.LOST),  # Wine and older Windows: error 1022
        (0xC0000010, 0, folder_answers.Told.SHORT_FORM),
        (0xC00000BB, 0, folder_answers.Told.SHORT_FORM),
        (0xC0000056, 0, folder_answers.Told.END),  # the folder is deleted
        (0xC0000120, 0, folder_answers.Told.END),  # broken off
    ],
)
def test_row_472_what_windows_answers_is_changes_a_loss_or_the_end(
    status: int, size: int, means: folder_answers.Told
) -> None:
    assert folder_answers.told(status, size) is means


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
