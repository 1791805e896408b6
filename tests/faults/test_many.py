"""Row 33: very many small files are looked at in little memory, and known again afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

from tests.cli.typed import environment

FILES = 200_000
MEBIBYTES = 80
"""What the process may have used at its worst: 200 for a million files, and a fifth are here."""

SWEEP = textwrap.dedent(
    """
    import json, os, sys, threading
    from pathlib import Path
    from agentguard.model.events import SweepFinished
    from agentguard.model.outcomes import FileOutcome
    from agentguard.model.policy import Contact, Policy, Watch
    from agentguard.platforms import system_clock
    from agentguard.sensors.files import FilesSensor
    from agentguard.store.file_memory import SeenDatabase

    place, files = Path(sys.argv[1]), int(sys.argv[2])
    root = place / "desk"
    for folder in range(files // 1000):
        (root / str(folder)).mkdir(parents=True)
        for name in range(1000):
            os.close(os.open(f"{root}/{folder}/{name}.txt", os.O_CREAT | os.O_WRONLY))

    class Clean:
        outcome, hits, reason, test_cards, left, size = FileOutcome.READ, (), "", 0, 0, 0

    reads, told = [0], []

    def scan(path):
        reads[0] += 1
        return Clean

    policy = Policy(
        name="x", version=1, description="", retention=(), backup_markers=(), contact=Contact(),
        watch=Watch(folders=(str(root),), exclude=()), controls={}, digest="",
    )
    seen = SeenDatabase(place, system_clock())
    for _ in range(2):  # the second one as after a restart
        sensor = FilesSensor(scan, lambda: policy, system_clock(), seen=seen, duty=1.0)
        sensor.look(told.append, threading.Event())
    seen.close()
    status = Path("/proc/self/status").read_text().splitlines()
    used = next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM"))
    swept = [event.files for event in told if isinstance(event, SweepFinished)]
    print(json.dumps({"used": used, "reads": reads[0], "swept": swept}))
    """
)


@pytest.mark.heavy
@pytest.mark.timeout(600)
def test_row_33_two_hundred_thousand_files_take_little_memory_and_are_read_once() -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as place:
        ended = subprocess.run(
            (sys.executable, "-c", SWEEP, place, str(FILES)),
            env=environment(Path(place)), capture_output=True, text=True, check=True, timeout=500,
        )  # fmt: skip
    told = json.loads(ended.stdout)
    assert told["swept"] == [FILES, FILES]
    assert told["reads"] == FILES
    assert told["used"] < MEBIBYTES
