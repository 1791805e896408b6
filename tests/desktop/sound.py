"""A real sound server of one's own, PulseAudio or PipeWire, with a microphone and a loudspeaker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Self

from agentguard.platforms._linux.microphones import Microphones, server
from tests.desktop.harness import Desktop, Programs, eventually

MODULES = (
    "module-native-protocol-unix",
    "module-null-sink sink_name=speaker",
    "module-null-source source_name=mic",
)


class Sound(Programs):
    """The sound server of a desktop; `record` makes a program that takes sound from a source."""

    def __init__(self, desktop: Desktop, kind: str) -> None:
        super().__init__(desktop.env)
        self.kind = kind
        self._media: tuple[subprocess.Popen[str], ...] | None = None

    def __enter__(self) -> Self:
        self.begin()
        return self

    def begin(self) -> None:
        """Start the server, again when it was ended, and wait for its devices."""
        if self.kind == "pulseaudio":
            loads = [word for module in MODULES for word in ("-L", module)]
            self.server = self.start(
                "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1",
                "--use-pid-file=no", "--disallow-exit", *loads,
            )  # fmt: skip
        else:
            if self._media is None:  # what is behind the server stays when the server ends
                self._media = (self.start("pipewire"), self.start("wireplumber"))
            self.server = self.start("pipewire-pulse")
        eventually(lambda: server(self.env))
        eventually(self._answers)
        if self.kind == "pipewire":
            self.run("pactl", "load-module", "module-null-sink", "sink_name=speaker")
            more = ("media.class=Audio/Source/Virtual", "sink_name=mic", "channel_map=mono")
            self.run("pactl", "load-module", "module-null-sink", *more)
        eventually(lambda: {"mic", "speaker.monitor"} <= set(self._sources()))

    def __exit__(self, *_: object) -> None:
        self.end_all()

    @property
    def microphones(self) -> Microphones:
        return Microphones(self.env)

    def record(self, *options: str, source: str = "mic") -> subprocess.Popen[str]:
        return self.start("parec", "-d", source, *options)

    def _answers(self) -> bool:
        try:
            self.run("pactl", "info")
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            return False
        return True

    def _sources(self) -> list[str]:
        told = self.run("pactl", "list", "short", "sources")
        return [line.split("\t")[1] for line in told.splitlines()]


def mute_server(folder: Path) -> str:
    """Give a program that owns a sound server's socket in `folder` and answers nothing."""
    return (
        "import socket, sys, time; s = socket.socket(socket.AF_UNIX);"
        f"s.bind({str(folder / 'native')!r}); s.listen(); print('there', flush=True);"
        "kept = [s.accept() for _ in range(9)]"
    )


PYTHON = sys.executable
