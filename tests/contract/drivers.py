"""The same person at every desktop; here what they can do, and the simulated desktop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from agentguard.platforms.simulated import FakeClock, SimulatedDesktop
from agentguard.ports.desktop import Backend

WITHIN = 20.0  # seconds in which anything that is waited for must happen


def eventually(holds: Callable[[], object]) -> None:
    """Look again and again until it holds."""
    end, pause = time.monotonic() + WITHIN, threading.Event()
    while not holds():
        assert time.monotonic() < end, "not in time"
        pause.wait(0.02)


class Person(Protocol):
    """What a person can do at a desk; `copier` and `shower` are the programs used for it."""

    backend: Backend
    copier: str
    shower: str

    def type_key(self) -> None: ...
    def be_idle(self, seconds: float) -> None: ...
    def unlock(self) -> None: ...
    def copy(self, text: str, selection: str) -> None: ...
    def copy_secret(self) -> None: ...
    def paste(self, selection: str) -> str: ...
    def open_window(self, name: str) -> None: ...
    def turn_to(self, name: str) -> None: ...


class SimulatedPerson:
    """At the simulated desktop, whose time passes when the person does nothing."""

    copier, shower = "xclip", "xterm"

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.desktop = SimulatedDesktop(self.clock)
        self.backend = self.desktop.backend

    def type_key(self) -> None:
        self.desktop.type_key()

    def be_idle(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def unlock(self) -> None:
        self.desktop.unlock()

    def copy(self, text: str, selection: str) -> None:
        self.desktop.copy(text, self.copier, selection=selection)

    def copy_secret(self) -> None:
        self.desktop.copy("correct horse", "keepassxc", marked=True)

    def paste(self, selection: str) -> str:
        return self.desktop.paste(selection)

    def open_window(self, name: str) -> None:
        self.turn_to(name)

    def turn_to(self, name: str) -> None:
        self.desktop.focus(self.shower, window_class=name, window=hash(name))
