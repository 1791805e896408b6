"""Who takes the screen on Linux, by what PipeWire tells of its streams."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.model.moments import Moment
from agentguard.platforms._linux.pipewire import Thing
from agentguard.platforms._linux.probes.sharing import SharingProbe, takers

AT = Moment(boot=10.0, wall=1_790_000_000.0)
SCREEN = {"media.class": "Stream/Output/Video", "node.name": "gnome-shell"}
TAKER = {"media.class": "Stream/Input/Video", "client.id": "50"}
CLIENT = {"pipewire.sec.pid": "700", "application.name": "OBS Studio"}
LINK = {"link.output.node": "1", "link.input.node": "2"}


def things(screen=SCREEN, taker=TAKER, client=CLIENT, link=LINK) -> dict[int, Thing]:
    given = {1: ("Node", screen), 2: ("Node", taker), 50: ("Client", client), 9: ("Link", link)}
    return {id_: Thing(kind=kind, told=told) for id_, (kind, told) in given.items()}


@pytest.fixture
def processes(tmp_path: Path) -> Path:
    for pid, exe in (("700", "/usr/bin/obs"), ("701", "/usr/libexec/xdg-desktop-portal")):
        (tmp_path / pid).mkdir()
        (tmp_path / pid / "exe").symlink_to(exe)
    return tmp_path


@pytest.mark.posix
@pytest.mark.parametrize(
    ("given", "programs"),
    [
        (things(), ["obs"]),
        (things(screen={"media.class": "Video/Source"}), ["obs"]),
        (things(screen={"media.class": "Video/Source", "device.id": "40"}), []),
        (things(screen={"media.class": "Video/Source", "media.role": "Camera"}), []),
        (things(taker={"media.class": "Stream/Input/Audio", "client.id": "50"}), []),
        (things(link={"link.output.node": "1", "link.input.node": "77"}), []),
        (things(link={"link.output.node": "50", "link.input.node": "2"}), []),
        (things(link={}), []),
        (things(client={"pipewire.sec.pid": "701", "application.name": "Chrome"}), ["chrome"]),
        (things(client={"pipewire.sec.pid": "702", "application.name": "Zoom"}), ["zoom"]),
        (things(taker={**TAKER, "client.id": "8", "node.name": "Taker"}), ["taker"]),
        (things(taker={"media.class": "Stream/Input/Video"}), ["?"]),
    ],
    ids=[
        "screen", "source", "camera", "called-camera", "sound", "no-taker", "no-node", "no-link",
        "portal", "gone", "no-client", "nameless",
    ],
)  # fmt: skip
def test_row_147_only_who_takes_a_screen_is_named(processes: Path, given, programs) -> None:
    assert list(takers(given, processes)) == programs


@pytest.mark.parametrize(
    ("environment", "unread"),
    [
        ({"XDG_SESSION_TYPE": "wayland"}, ""),
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, ""),
        ({"XDG_SESSION_TYPE": "x11", "DISPLAY": ":0"}, "x11-capture"),
        ({"DISPLAY": ":0"}, "x11-capture"),
        ({}, "no-display"),
        ({"XDG_SESSION_TYPE": "tty"}, "no-display"),
    ],
)
def test_row_147_under_x11_nobody_seen_proves_nothing(tmp_path, environment, unread) -> None:
    probe = SharingProbe({**environment, "XDG_RUNTIME_DIR": str(tmp_path)})
    seen = probe.read(AT, None)
    assert (seen.programs, seen.unread) == ((), unread)
