"""Which door is opened, and what a session without X11 is told."""

from __future__ import annotations

import pytest

from agentguard import platforms
from agentguard.base.translations import load
from agentguard.platforms import linux
from agentguard.ports.desktop import Absent, Backend

CAPABILITIES = ("session", "clipboard", "foreground", "calls", "notifier")

X11 = {"DISPLAY": ":77", "XDG_SESSION_TYPE": "x11", "XDG_RUNTIME_DIR": "/run/user/1000"}
WAYLAND = {**X11, "XDG_SESSION_TYPE": "wayland", "WAYLAND_DISPLAY": "wayland-0"}


def reasons(backend: Backend) -> dict[str, str]:
    parts = {name: getattr(backend, name) for name in CAPABILITIES}
    return {name: part.reason.id for name, part in parts.items() if isinstance(part, Absent)}


def test_this_system_has_a_door() -> None:
    assert platforms.load().name == "linux"


def test_under_x11_nothing_is_absent() -> None:
    assert reasons(linux.backend(X11)) == {}


@pytest.mark.parametrize(
    "environment", [WAYLAND, {k: v for k, v in WAYLAND.items() if k != "XDG_SESSION_TYPE"}]
)
def test_under_wayland_an_x_display_beside_it_is_not_trusted(environment) -> None:
    assert reasons(linux.backend(environment)) == {
        "clipboard": "desktop.wayland",
        "foreground": "desktop.wayland",
    }


def test_an_x11_session_started_from_a_wayland_terminal_is_x11() -> None:
    environment = {**X11, "WAYLAND_DISPLAY": "wayland-0"}
    assert "clipboard" not in reasons(linux.backend(environment))


def test_without_a_display_nothing_is_watched() -> None:
    assert reasons(linux.backend({})) == {
        "session": "desktop.no-display",
        "clipboard": "desktop.no-display",
        "foreground": "desktop.no-display",
        "notifier": "desktop.no-bus",
    }


@pytest.mark.parametrize("environment", [{}, X11, WAYLAND])
def test_every_reason_is_a_sentence(environment) -> None:
    assert all(load().has(reason) for reason in reasons(linux.backend(environment)).values())


def test_the_probes_are_all_there_without_a_display() -> None:
    assert {p.name for p in linux.backend({}).probes} >= {"disks", "firewall", "software"}
