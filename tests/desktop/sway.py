"""A real Wayland session of one's own: sway without a screen, with a session bus.

In a test: `with Sway() as desk: desk.start("foot")`. Everything that was started ends with it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Self

from tests.desktop.harness import KEPT, Programs, eventually

CONFIGURATION = """
xwayland disable
output HEADLESS-1 resolution 1280x800
focus_follows_mouse no
"""


class Sway(Programs):
    """A Wayland session: `env` is the environment of its programs, `home` its user's folder."""

    def __init__(self) -> None:
        self._root = Path(tempfile.mkdtemp(prefix="sway-"))
        self.home = self._root / "home"
        self.runtime = self._root / "runtime"
        self.home.mkdir()
        self.runtime.mkdir(mode=0o700)
        super().__init__(
            {
                **{name: os.environ[name] for name in KEPT if name in os.environ},
                "HOME": str(self.home),
                "XDG_RUNTIME_DIR": str(self.runtime),
                "XDG_SESSION_TYPE": "wayland",
                "XDG_CURRENT_DESKTOP": "sway",
                "WLR_BACKENDS": "headless",
                "WLR_RENDERER": "pixman",
                "WLR_LIBINPUT_NO_DEVICES": "1",
                "LIBGL_ALWAYS_SOFTWARE": "1",
            }
        )

    def __enter__(self) -> Self:
        try:
            self._session_bus()
            self._compositor()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def socket(self) -> Path:
        """Where the compositor listens."""
        return self.runtime / self.env["WAYLAND_DISPLAY"]

    def close(self) -> None:
        """End the session."""
        self.end_all()
        shutil.rmtree(self._root, ignore_errors=True)

    def stop_compositor(self) -> None:
        """Let the compositor die."""
        self.end(self._sway)

    def message(self, *words: str) -> str:
        """Say something to sway."""
        return self.run("swaymsg", *words)

    def type_key(self) -> None:
        """Press and release a key."""
        self.run("wtype", "-k", "Shift_L")

    def copy(self, text: str, *options: str) -> subprocess.Popen[str]:
        """Copy with wl-copy, and wait until it can be pasted."""
        owner = self.start("wl-copy", "--foreground", *options, stdin=subprocess.PIPE)
        owner.stdin.write(text)
        owner.stdin.close()
        primary = ["--primary"] if "--primary" in options else []
        eventually(lambda: self.paste(*primary) == text)
        return owner

    def paste(self, *options: str) -> str:
        """Give what a paste would give; empty when there is nothing."""
        with suppress(subprocess.CalledProcessError):
            return self.run("wl-paste", "--no-newline", *options)
        return ""

    def open_window(self, app_id: str) -> subprocess.Popen[str]:
        """Open a terminal's window, which comes to the front."""
        window = self.start("foot", f"--app-id={app_id}")
        eventually(lambda: f'"app_id": "{app_id}"' in self.message("-t", "get_tree"))
        return window

    def _session_bus(self) -> None:
        bus = self.start(
            "dbus-daemon", "--session", "--nofork", "--print-address", stdout=subprocess.PIPE
        )
        self.env["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()

    def _compositor(self) -> None:
        file = self._root / "sway.conf"
        file.write_text(CONFIGURATION)
        self._sway = self.start("sway", "--config", str(file), "--unsupported-gpu")
        sockets = eventually(lambda: list(self.runtime.glob("wayland-[0-9]")))
        self.env["WAYLAND_DISPLAY"] = sockets[0].name
        asked = eventually(lambda: list(self.runtime.glob("sway-ipc.*.sock")))
        self.env["SWAYSOCK"] = str(asked[0])
        eventually(lambda: "HEADLESS-1" in self._told())

    def _told(self) -> str:
        with suppress(subprocess.SubprocessError):
            return self.message("-t", "get_outputs")
        return ""
