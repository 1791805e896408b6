"""A file with a card number of nobody: the watch sees it, the scan finds it, the check says so."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from agentguard.base import atomic_files
from agentguard.detect.recognition.drill_values import draw
from agentguard.model.events import SensorState, Watching
from agentguard.runtime.drills.base import Bench, Drill, NotPossibleError
from agentguard.sensors.self_test import KIND, made_up
from agentguard.sensors.watch_guard import NAME

CHECK = "pii-files"
WITHIN = 60.0  # seconds: the scan's child may have to come first, on a busy computer
ENDING = ".drill.txt"


def run(bench: Bench) -> float:
    """Put the file into the drills' own folder, which is watched as the person's are."""
    policy = bench.rooms.policy()
    if KIND in policy.detection.off or policy.controls[CHECK].paused:
        raise NotPossibleError("policy-off")
    watching = bench.rooms.known.latest(SensorState, NAME)
    if watching is None or watching.state is not Watching.WATCHING or watching.message is not None:
        raise NotPossibleError("not-watched")
    number = draw()
    content = made_up(number).encode()
    file = _file(bench)
    bench.step("mark")
    bench.mark(str(file), content, number)
    bench.step("put")
    begun = bench.clock.now()
    _put(file, content)
    bench.step("look")
    return bench.noticed(WITHIN).noticed_after(begun)


def restore(bench: Bench) -> None:
    """Take away every file of this drill."""
    bench.rooms.labels.close(str(_file(bench)))
    for file in bench.folder.glob(f"*{ENDING}"):
        with suppress(FileNotFoundError):
            file.unlink()


def _file(bench: Bench) -> Path:
    return Path(os.path.realpath(bench.folder)) / f"{bench.run}{ENDING}"


def _put(file: Path, content: bytes) -> None:
    try:
        opened = atomic_files.open_new(file)
    except OSError as error:
        raise NotPossibleError("no-room") from error
    with opened:
        opened.write(content)


DRILL = Drill(id="card-file", proves=(CHECK,), run=run, restore=restore)
