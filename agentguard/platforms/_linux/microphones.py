"""The programs that record from a microphone, by what the sound server tells of their streams.

Not counted are streams that stand still (corked), that take what is played (a monitor source), or
that only take the loudness, as volume controls do. A program names itself to the sound server.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux.pulse import Pulse, Recording
from agentguard.platforms._linux.x11 import image_name

SYSTEM = Path("/run/pulse/native")


class Microphones:
    """The Calls port of Linux."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._pulse: Pulse | None = None

    def recording(self) -> tuple[str, ...]:
        """Return the image names of the programs that record now, each once.

        Raises:
            PlatformError: there is a sound server, and it does not answer.

        """
        path = server(self._environment)
        if path is None:
            return ()
        if self._pulse is None:
            self._pulse = Pulse(path, _cookie(self._environment))
        try:
            return self._programs(self._pulse)
        except PlatformError:
            self._pulse = None
            raise

    @staticmethod
    def _programs(pulse: Pulse) -> tuple[str, ...]:
        live = [one for one in pulse.recordings() if not (one.corked or one.peaks)]
        if not live:
            return ()
        played = pulse.monitors()
        return tuple(sorted({_program(one) for one in live if one.source not in played}))


def server(environment: Mapping[str, str]) -> Path | None:
    """Return the sound server's socket; None when there is none on this computer."""
    named = environment.get("PULSE_SERVER", "").rpartition("}")[2].removeprefix("unix:")
    runtime = environment.get("PULSE_RUNTIME_PATH", "")
    session = environment.get("XDG_RUNTIME_DIR", "")
    places = (
        Path(named) if named.startswith("/") else None,
        Path(runtime) / "native" if runtime else None,
        Path(session) / "pulse" / "native" if session else None,
        SYSTEM,
    )
    return next((place for place in places if place is not None and place.is_socket()), None)


def _cookie(environment: Mapping[str, str]) -> bytes:
    """Return the shared secret where there is one; a server of the same user asks for none."""
    home = environment.get("HOME", "/")
    config = environment.get("XDG_CONFIG_HOME") or f"{home}/.config"
    for place in (environment.get("PULSE_COOKIE", ""), f"{config}/pulse/cookie"):
        with suppress(OSError):
            if place:
                return Path(place).read_bytes()
    return b""


def _program(one: Recording) -> str:
    told = one.properties
    name = told.get("application.process.binary") or told.get("application.name") or "?"
    return image_name(name)
