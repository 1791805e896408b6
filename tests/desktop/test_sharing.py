"""Who takes a screen, as a real PipeWire tells it.

No compositor here gives one without a person who allows it, so two of PipeWire's own programs stand
for the desktop that gives a screen and the one that takes it: they name their streams as such.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.model.machine import ScreenSharesSeen
from agentguard.model.moments import Moment
from agentguard.platforms._linux.probes.sharing import SharingProbe, server
from tests.desktop.harness import Desktop, Programs, eventually

pytestmark = pytest.mark.heavy

AT = Moment(boot=1.0, wall=1.0)
TAKER = "pw-cat"
"""The program that pw-record is another name of: its file tells, not what it is called."""
PORTS = "adapter.auto-port-config={ mode=dsp }"


class Streams(Programs):
    """A PipeWire of one's own, with streams that are called what they are not."""

    def begin(self) -> None:
        self.server = self.start("pipewire")
        eventually(lambda: server(self.env))
        eventually(lambda: self._said("pw-cli", "info", "0"))

    def give(self, kind: str, more: str = "") -> subprocess.Popen[str]:
        """Have a stream that gives pictures."""
        told = f"{{ media.class={kind} node.name=giver {more} {PORTS} }}"
        with Path("/dev/zero").open(encoding="latin-1") as zero:
            return self.start("pw-cat", "-p", "--raw", "--target", "0", "-P", told, "-", stdin=zero)

    def take(self, folder: Path) -> subprocess.Popen[str]:
        """Have a stream that takes pictures."""
        told = f"{{ media.class=Stream/Input/Video node.name=taker {PORTS} }}"
        return self.start("pw-record", "--target", "0", "-P", told, str(folder / "taken.wav"))

    def link(self) -> None:
        eventually(lambda: "giver:output_FL" in self._said("pw-link", "-o"))
        eventually(lambda: "taker:input_FL" in self._said("pw-link", "-i"))
        self.run("pw-link", "giver:output_FL", "taker:input_FL")

    def _said(self, *command: str) -> str:
        try:
            return self.run(*command)
        except subprocess.CalledProcessError:
            return ""


@pytest.fixture
def streams(fresh_session: Desktop) -> Iterator[Streams]:
    running = Streams({**fresh_session.env, "XDG_SESSION_TYPE": "wayland"})
    running.begin()
    yield running
    running.end_all()


def read(probe: SharingProbe) -> ScreenSharesSeen:
    return probe.read(AT, None)  # type: ignore[arg-type] # it asks none


def test_row_147_who_takes_the_screen_is_named_until_it_ends(streams, tmp_path) -> None:
    probe = SharingProbe(streams.env)
    assert read(probe) == ScreenSharesSeen(at=AT)
    streams.give("Stream/Output/Video")
    taker = streams.take(tmp_path)
    assert read(probe).programs == ()
    streams.link()
    eventually(lambda: read(probe).programs == (TAKER,))
    streams.end(taker)
    eventually(lambda: read(probe) == ScreenSharesSeen(at=AT))


def test_a_camera_is_no_screen(streams, tmp_path) -> None:
    probe = SharingProbe(streams.env)
    streams.give("Stream/Output/Video", "media.role=Camera")
    streams.take(tmp_path)
    streams.link()
    assert read(probe).programs == ()


def test_a_server_that_is_started_again_is_found_again(streams, tmp_path) -> None:
    probe = SharingProbe(streams.env)
    assert read(probe).unread == ""
    streams.end(streams.server)
    eventually(lambda: read(probe).unread == "no-answer" or not server(streams.env))
    streams.begin()
    streams.give("Stream/Output/Video")
    streams.take(tmp_path)
    streams.link()
    eventually(lambda: read(probe).programs == (TAKER,))
