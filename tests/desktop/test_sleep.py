"""What logind says of sleep is told, and the computer waits for us no longer than it must."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pytest

from agentguard.platforms._linux.sleep import LogindSleep
from agentguard.ports.clock import Ending

pytestmark = [pytest.mark.heavy, pytest.mark.posix]
PATIENCE = 20.0
SERVICE = Path(__file__).with_name("login_service.py")


@dataclass
class Login:
    """A bus with a logind of ours."""

    address: str
    process: subprocess.Popen[str]

    def says(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def do(self, word: str) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        return self.says()


@pytest.fixture
def bus() -> Iterator[str]:
    with subprocess.Popen(
        ("dbus-daemon", "--session", "--nofork", "--print-address"),
        stdout=subprocess.PIPE,
        text=True,
    ) as daemon:
        assert daemon.stdout is not None
        yield daemon.stdout.readline().strip()
        daemon.terminate()


@pytest.fixture
def login(bus: str) -> Iterator[Login]:
    with subprocess.Popen(
        (sys.executable, str(SERVICE)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "DBUS_SESSION_BUS_ADDRESS": bus},
    ) as process:
        one = Login(bus, process)
        assert one.says() == "owned"
        yield one
        process.terminate()


@dataclass
class Watcher:
    """Watches in a thread, as the agent does."""

    address: str
    stop: Ending = field(default_factory=Ending)
    told: queue.Queue[bool] = field(default_factory=queue.Queue)
    go_on: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        sleep = LogindSleep({"DBUS_SYSTEM_BUS_ADDRESS": self.address})
        self.thread = threading.Thread(target=sleep.watch, args=(self.tell, self.stop))
        self.thread.start()
        return self

    def tell(self, sleeps: bool) -> None:
        self.told.put(sleeps)
        assert self.go_on.wait(PATIENCE)

    def __exit__(self, *_: object) -> None:
        self.go_on.set()
        self.stop.set()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


def test_the_computer_waits_until_the_word_is_said_and_no_longer(login: Login) -> None:
    with Watcher(login.address) as watcher:
        assert login.says() == "inhibit sleep delay"
        assert login.do("sleep") == "sleep"
        assert watcher.told.get(timeout=PATIENCE)
        watcher.go_on.set()
        assert login.do("held") == "free"
        assert login.do("wake") == "wake"
        assert not watcher.told.get(timeout=PATIENCE)
        assert login.says() == "inhibit sleep delay", "it is held up the next time as well"
    assert login.do("held") == "free", "nothing is left behind at the end"


def test_without_logind_nothing_is_told_and_the_end_is_not_held_up(bus: str) -> None:
    for address in (bus, "unix:path=/nowhere/at/all"):
        with Watcher(address) as watcher:
            pass
        assert watcher.told.empty()
