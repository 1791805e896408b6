"""The person at a real X11 session."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from agentguard.platforms import linux
from tests.desktop.harness import Desktop, Logind, eventually

OWNER = str(Path(__file__).parents[1] / "desktop" / "clipboard_owner.py")


class X11Person:
    """At a real desktop with xdotool, xclip and xterm."""

    copier, shower = "xclip", "xterm"

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
