"""The programs that take pictures of the screen, by the video streams of PipeWire.

A desktop under Wayland gives a screen to others through PipeWire (the ScreenCast portal), after it
asked the person. Under X11 any program may read the screen, and nobody is told. A camera is a node
of a device, or says that it is one, and is no screen. Nothing of a stream is ever taken.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from agentguard.base.errors import PlatformError
from agentguard.model.machine import ScreenSharesSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._linux.pipewire import PipeWire, Thing
from agentguard.platforms._linux.probes._asked import NO_ANSWER
from agentguard.platforms._linux.wayland import is_wayland
from agentguard.platforms._linux.x11 import image_name
from agentguard.ports.desktop import Probe

X11, NO_DISPLAY = "x11-capture", "no-display"
"""Why it is not known whether a program reads the screen: ids of resources/text."""

_GIVES = frozenset({"Video/Source", "Stream/Output/Video"})
_TAKES = "Stream/Input/Video"
_CAMERA = "Camera"
_PORTALS = ("xdg-desktop-portal",)
"""Programs that connect to PipeWire for others."""

Things = Mapping[int, Thing]


def server(environment: Mapping[str, str]) -> Path | None:
    """Return PipeWire's socket; None where there is none."""
    name = environment.get("PIPEWIRE_REMOTE") or "pipewire-0"
    folders = (environment.get("PIPEWIRE_RUNTIME_DIR"), environment.get("XDG_RUNTIME_DIR"))
    places = (Path(folder) / name for folder in folders if folder)
    return next((place for place in places if place.is_socket()), None)


def takers(things: Things, processes: Path) -> Iterator[str]:
    """Yield the programs that take a stream that is no camera's, by image name."""
    for link in (one.told for one in things.values() if one.kind == "Link"):
        given = _node(things, link.get("link.output.node"))
        taken = _node(things, link.get("link.input.node"))
        if _is_screen(given) and taken.get("media.class") == _TAKES:
            yield _program(things, taken, processes)


def _node(things: Things, id_: str | None) -> Mapping[str, str]:
    thing = things.get(int(id_)) if id_ and id_.isdecimal() else None
    return thing.told if thing is not None and thing.kind == "Node" else {}


def _is_screen(told: Mapping[str, str]) -> bool:
    camera = "device.id" in told or told.get("media.role") == _CAMERA
    return told.get("media.class") in _GIVES and not camera


def _program(things: Things, node: Mapping[str, str], processes: Path) -> str:
    """Name it by its process, as the kernel tells it; behind a portal by its own word."""
    owner = node.get("client.id", "")
    client = things[int(owner)].told if owner.isdecimal() and int(owner) in things else {}
    process = processes / client.get("pipewire.sec.pid", "none")
    with suppress(OSError):
        image = image_name(str((process / "exe").readlink()))
        if not image.startswith(_PORTALS):
            return image
    told = client.get("application.name") or node.get("application.name") or node.get("node.name")
    return image_name(told or "?")


def _blind(environment: Mapping[str, str]) -> str:
    if is_wayland(environment):
        return ""
    return X11 if environment.get("DISPLAY") else NO_DISPLAY


class SharingProbe:
    """Keeps the connection to PipeWire, so that a look is one question."""

    def __init__(self, environment: Mapping[str, str], processes: Path = Path("/proc")) -> None:
        self._environment = environment
        self._processes = processes
        self._pipewire: PipeWire | None = None

    def read(self, at: Moment, _policy: Policy) -> ScreenSharesSeen:
        """Return who takes the screen; under X11 that may not be everybody."""
        blind = _blind(self._environment)
        path = server(self._environment)
        if path is None:
            return ScreenSharesSeen(at=at, unread=blind)
        if self._pipewire is None:
            self._pipewire = PipeWire(path)
        try:
            found = sorted(set(takers(self._pipewire.things(), self._processes)))
        except PlatformError:
            self._pipewire = None
            return ScreenSharesSeen(at=at, unread=NO_ANSWER)
        return ScreenSharesSeen(at=at, programs=tuple(found), unread=blind)


PROBE = Probe(name="screen-sharing", every=60, read=SharingProbe(os.environ).read)
