"""Who uses the microphone, as real sound servers tell it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux.microphones import Microphones
from tests.desktop.harness import Desktop, eventually
from tests.desktop.sound import PYTHON, Sound, mute_server

pytestmark = pytest.mark.heavy


@pytest.fixture(params=["pulseaudio", "pipewire"])
def sound(fresh_session: Desktop, request: pytest.FixtureRequest) -> Iterator[Sound]:
    with Sound(fresh_session, request.param) as running:
        yield running


def test_a_program_that_records_is_told_by_its_name_until_it_ends(sound: Sound) -> None:
    microphones = sound.microphones
    assert microphones.recording() == ()
    recorder = sound.record()
    eventually(lambda: microphones.recording() == ("pacat",))
    second = sound.record()
    assert eventually(microphones.recording) == ("pacat",)
    for one in (recorder, second):
        sound.end(one)
    eventually(lambda: microphones.recording() == ())


def test_what_takes_no_voice_is_no_recording(sound: Sound) -> None:
    """A recording of what is played, and one that only measures the loudness."""
    microphones = sound.microphones
    sound.record(source="speaker.monitor")
    sound.record("--property=application.process.binary=Linphone")
    eventually(lambda: microphones.recording() == ("linphone",))


def test_a_server_that_is_started_again_is_found_again(sound: Sound) -> None:
    microphones = sound.microphones
    assert microphones.recording() == ()
    sound.end(sound.server)
    eventually(lambda: told_by(microphones) != ("pacat",))
    sound.begin()
    sound.record()
    eventually(lambda: told_by(microphones) == ("pacat",))


def told_by(microphones: Microphones) -> tuple[str, ...]:
    """Ask as the sensor does, which is started again after a failure."""
    try:
        return microphones.recording()
    except PlatformError:
        return ()


def test_without_a_sound_server_nobody_records(x_session: Desktop, tmp_path: Path) -> None:
    assert Microphones({"XDG_RUNTIME_DIR": str(tmp_path)}).recording() == ()


def test_a_server_that_never_answers_is_a_failure_within_seconds(
    x_session: Desktop, tmp_path: Path
) -> None:
    mute = x_session.start(PYTHON, "-c", mute_server(tmp_path), stdout=subprocess.PIPE)
    assert mute.stdout.readline() == "there\n"
    microphones = Microphones({"PULSE_SERVER": f"unix:{tmp_path / 'native'}"})
    began = time.monotonic()
    with pytest.raises(PlatformError):
        microphones.recording()
    assert time.monotonic() - began < 5
