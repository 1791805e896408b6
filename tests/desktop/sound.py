"""A real sound server of one's own, PulseAudio or PipeWire, with a microphone and a loudspeaker."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
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
        eventually(
            lambda: {"mic", "speaker.monitor"} <= {name for _, name in self._listed("sources")}
        )

    def __exit__(self, *_: object) -> None:
        self.end_all()

    @property
    def microphones(self) -> Microphones:
        return Microphones(self.env)

    def record(self, *options: str, source: str = "mic") -> subprocess.Popen[str]:
        """Start a program that takes sound, and wait until it does so from that source.

        A session manager that has not met the source yet gives it another one.
        """
        one = self.start("parec", "-d", source, *options)
        eventually(lambda: self._takes(one.pid, source))
        return one

    def _takes(self, pid: int, source: str) -> bool:
        """Tell whether a program takes sound from a source, and move it there where it does not."""
        names = dict(self._listed("sources"))
        streams = json.loads(self.run("pactl", "--format=json", "list", "source-outputs"))
        mine = [
            one for one in streams if one["properties"].get("application.process.id") == f"{pid}"
        ]
        for one in mine:
            if names.get(f"{one['source']}") == source:
                return True
            with suppress(subprocess.SubprocessError):  # it may be on its way meanwhile
                self.run("pactl", "move-source-output", f"{one['index']}", source)
        return False

    def _answers(self) -> bool:
        try:
            self.run("pactl", "info")
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            return False
        return True

    def _listed(self, kind: str) -> list[list[str]]:
        """Return the number and the name of each thing of a kind."""
        told = self.run("pactl", "list", "short", kind)
        return [line.split("\t")[:2] for line in told.splitlines()]


def mute_server(folder: Path) -> str:
    """Give a program that owns a sound server's socket in `folder` and answers nothing."""
    return (
        "import socket, sys, time; s = socket.socket(socket.AF_UNIX);"
        f"s.bind({str(folder / 'native')!r}); s.listen(); print('there', flush=True);"
        "kept = [s.accept() for _ in range(9)]"
    )


PYTHON = sys.executable
