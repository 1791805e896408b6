"""The sensors on a real desktop, from the person's copy to the event and back to the clear."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard import platforms
from agentguard.model.events import AppFocused, ClipboardScanned, Event, SessionState
from agentguard.model.hits import Hit
from agentguard.platforms import linux
from agentguard.ports.desktop import Backend
from agentguard.sensors.desktop import desktop_sensors
from tests.desktop.harness import Logind, eventually

pytestmark = pytest.mark.heavy

OWNER = str(Path(__file__).with_name("clipboard_owner.py"))
CARD = "4111 1111 1111 1111"


def judge(text: str) -> tuple[Hit, ...]:
    return (Hit(kind="PAN", count=1),) if CARD in text else ()


class Seen:
    """All four sensors at work, and what they saw."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.events: list[Event] = []
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=sensor.run, args=(self.events.append, self._stop))
            for sensor in desktop_sensors(backend, judge, platforms.system_clock())
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()
        eventually(lambda: len(self.scans()) >= 2)

    def end(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive()

    def scans(self) -> list[ClipboardScanned]:
        return [event for event in self.events if isinstance(event, ClipboardScanned)]

    def sessions(self) -> list[SessionState]:
        return [event for event in self.events if isinstance(event, SessionState)]


@pytest.fixture
def seen(lockable: Logind) -> Iterator[Seen]:
    watching = Seen(linux.backend(lockable.env))
    watching.start()
    yield watching
    watching.end()


def copy(inside: Logind, text: str) -> None:
    owner = inside.start("xclip", "-quiet", "-selection", "clipboard", stdin=subprocess.PIPE)
    owner.stdin.write(text)
    owner.stdin.close()


def test_a_card_number_is_seen_in_its_program_and_can_be_cleared(seen, lockable) -> None:
    copy(lockable, f"card {CARD}")
    scanned = eventually(lambda: next((scan for scan in seen.scans() if scan.hits), None))
    assert (scanned.app, scanned.selection) == ("xclip", "CLIPBOARD")
    seen.backend.clipboard.clear("CLIPBOARD")
    eventually(lambda: seen.scans()[-1].hits == ())
    pasted = subprocess.run(
        ["xclip", "-o", "-selection", "clipboard"],
        env=lockable.env,
        capture_output=True,
        check=False,
    )
    assert CARD.encode() not in pasted.stdout


def test_a_flood_of_copies_neither_blocks_nor_outruns_the_sensor(seen, lockable) -> None:
    lockable.start(sys.executable, OWNER, "restless")
    eventually(lambda: seen.scans()[-1].app.startswith("python"))
    copy(lockable, CARD)
    eventually(lambda: seen.scans()[-1].hits)
    assert len(seen.scans()) < 60


def test_an_owner_that_never_answers_is_passed_and_the_next_copy_is_judged(seen, lockable) -> None:
    lockable.start(sys.executable, OWNER, "silent")
    eventually(lambda: seen.scans()[-1].judged is False)
    copy(lockable, CARD)
    eventually(lambda: seen.scans()[-1].hits)


def test_the_lock_and_the_unlock_are_seen(seen, lockable) -> None:
    seen.backend.session.lock()
    eventually(lambda: seen.sessions()[-1].locked is True)
    lockable.unlock()
    eventually(lambda: seen.sessions()[-1].locked is False)


def test_a_window_that_stays_in_front_is_seen(seen, lockable) -> None:
    began = time.monotonic()
    lockable.start("xterm", "-class", "Crm")
    focused = eventually(
        lambda: next((e for e in seen.events if isinstance(e, AppFocused) and e.image), None)
    )
    assert (focused.image, focused.window_class) == ("xterm", "Crm")
    assert time.monotonic() - began > 1.4
