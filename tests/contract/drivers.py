"""The same person at two desktops: the simulated one, and a real X11 session."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Protocol

from agentguard.platforms import linux
from agentguard.platforms.simulated import FakeClock, SimulatedDesktop
from agentguard.ports.desktop import Backend
from tests.desktop.harness import Desktop, Logind, eventually

OWNER = str(Path(__file__).parents[1] / "desktop" / "clipboard_owner.py")


class Person(Protocol):
    """What a person can do at a desk."""

    backend: Backend

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
        self.desktop.copy(text, "xclip", selection=selection)

    def copy_secret(self) -> None:
        self.desktop.copy("correct horse", "keepassxc", secret=True)

    def paste(self, selection: str) -> str:
        return self.desktop.paste(selection)

    def open_window(self, name: str) -> None:
        self.turn_to(name)

    def turn_to(self, name: str) -> None:
        self.desktop.focus("xterm", window_class=name, window=hash(name))


class X11Person:
    """At a real desktop with xdotool, xclip and xterm."""

    def __init__(self, desktop: Desktop, logind: Logind) -> None:
        self.desktop = desktop
        self.logind = logind
        self.backend = linux.backend(logind.env)

    def type_key(self) -> None:
        self.desktop.run("xdotool", "key", "shift")

    def be_idle(self, seconds: float) -> None:
        time.sleep(seconds)

    def unlock(self) -> None:
        self.logind.unlock()

    def copy(self, text: str, selection: str) -> None:
        owner = self.desktop.start(
            "xclip", "-quiet", "-selection", selection.lower(), stdin=subprocess.PIPE
        )
        owner.stdin.write(text)
        owner.stdin.close()
        eventually(lambda: self.paste(selection) == text)

    def copy_secret(self) -> None:
        owner = self.desktop.start(sys.executable, OWNER, "secret", stdout=subprocess.PIPE)
        assert owner.stdout.readline() == "owned\n"

    def paste(self, selection: str) -> str:
        pasted = subprocess.run(
            ["xclip", "-o", "-selection", selection.lower()],
            env=self.desktop.env,
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
        return pasted.stdout

    def open_window(self, name: str) -> None:
        self.desktop.start("xterm", "-class", name)
        self.desktop.run("xdotool", "search", "--sync", "--onlyvisible", "--class", name)
        self.turn_to(name)

    def turn_to(self, name: str) -> None:
        self.desktop.run("xdotool", "search", "--class", name, "windowactivate", "--sync")
