"""The same person at a real Wayland session, with wl-clipboard, wtype and foot."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from agentguard.platforms import linux
from tests.contract.drivers import eventually
from tests.desktop.harness import Logind
from tests.desktop.sway import Sway

MARKED = Path(__file__).parents[1] / "desktop" / "wayland_marked.py"


class WaylandPerson:
    """At sway, which does not tell who copies."""

    copier, shower = "", "foot"

    def __init__(self, desktop: Sway, logind: Logind) -> None:
        self.desktop = desktop
        self.backend = linux.backend(logind.env)

    def type_key(self) -> None:
        self.desktop.type_key()

    def be_idle(self, seconds: float) -> None:
        time.sleep(seconds + 1)  # of less than a second without input nobody tells

    def unlock(self) -> None:
        (locker,) = (child for child in psutil.Process().children() if child.name() == "swaylock")
        os.kill(locker.pid, signal.SIGUSR1)

    def copy(self, text: str, selection: str) -> None:
        self.desktop.copy(text, *_options(selection))

    def copy_secret(self) -> None:
        owner = self.desktop.start(sys.executable, MARKED, "correct horse", stdout=subprocess.PIPE)
        assert owner.stdout.readline() == "owned\n"
        eventually(lambda: "x-kde-passwordManagerHint" in self.desktop.paste("--list-types"))

    def paste(self, selection: str) -> str:
        return self.desktop.paste(*_options(selection))

    def open_window(self, name: str) -> None:
        self.desktop.open_window(name)
        self.turn_to(name)

    def turn_to(self, name: str) -> None:
        self.desktop.message(f'[app_id="{name}"]', "focus")


def _options(selection: str) -> tuple[str, ...]:
    return ("--primary",) if selection == "PRIMARY" else ()
