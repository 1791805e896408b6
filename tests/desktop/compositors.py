"""Wayland sessions of KDE and GNOME: their compositors without a screen, with a session bus."""

from __future__ import annotations

from tests.desktop.harness import eventually
from tests.desktop.sway import Sway

NAME = "wayland-7"
MONITOR = ("org.gnome.Mutter.IdleMonitor", "/org/gnome/Mutter/IdleMonitor/Core")


class Kwin(Sway):
    """KDE Plasma's compositor."""

    desktop = "KDE"
    command = (
        "kwin_wayland", "--virtual", "--socket", NAME, "--no-lockscreen", "--no-global-shortcuts",
    )  # fmt: skip

    def _compositor(self) -> None:
        self.env.update(XDG_CURRENT_DESKTOP=self.desktop, WAYLAND_DISPLAY=NAME)
        self.env.pop("QT_QPA_PLATFORM", None)
        self._sway = self.start(*self.command)
        eventually(self.socket.exists, 60)


class Mutter(Kwin):
    """GNOME's compositor, as it runs within GNOME Shell."""

    desktop = "ubuntu:GNOME"
    command = (
        "mutter", "--headless", "--wayland", "--no-x11", "--virtual-monitor", "1280x800",
        "--wayland-display", NAME,
    )  # fmt: skip

    def _compositor(self) -> None:
        self.env["MUTTER_DEBUG_RESET_IDLETIME"] = "1"
        super()._compositor()

    def touch(self) -> None:
        """Have it count an input."""
        name, path = MONITOR
        self.run(
            "gdbus", "call", "--session", "--dest", name, "--object-path", path,
            "--method", f"{name}.ResetIdletime",
        )  # fmt: skip
