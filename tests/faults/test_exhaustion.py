"""Rows 65 to 67: a scan child that is stuck, nothing more to open or start, a storm in the log."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from agentguard.base import logs
from tests.cli.typed import environment
from tests.desktop.harness import eventually
from tests.faults.seated import CARD, Seated, seated

SOON = 60.0
"""Seconds in which what was short is made up for, however busy the computer is."""


def put(desk: Seated, name: str) -> str:
    file = desk.folder / name
    file.write_text(f"name,card\nA,{CARD}\n")
    return f"pii-files: {file}"


def found(desk: Seated, finding: str) -> bool:
    return finding in desk.ask("state")["findings"]


def guards(desk: Seated) -> None:
    """What is most urgent works: a copied card is taken away."""
    desk.ask("copy", f"card {CARD}")
    eventually(lambda: desk.ask("state")["paste"] == "")


def child(desk: Seated) -> int:
    return int(eventually(lambda: desk.ask("state")["child"]))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Seated]:
    with seated(tmp_path) as running:
        first = put(running, "first.csv")
        eventually(lambda: found(running, first), within=SOON)
        yield running
        ended(running)


def ended(desk: Seated) -> None:
    children = psutil.Process(desk.process.pid).children(recursive=True)
    desk.end()
    assert psutil.wait_procs(children, timeout=5)[1] == []
    assert "Traceback" not in desk.log()


@pytest.mark.posix
def test_row_65_a_scan_child_that_is_stopped_is_killed_at_its_limit_and_replaced(
    desk: Seated,
) -> None:
    stuck = child(desk)
    os.kill(stuck, signal.SIGSTOP)
    second = put(desk, "second.csv")
    guards(desk)
    eventually(lambda: not psutil.pid_exists(stuck), within=SOON)
    third = put(desk, "third.csv")
    eventually(lambda: found(desk, third), within=SOON)
    desk.ask("look")
    eventually(lambda: found(desk, second), within=SOON)


@pytest.mark.posix
def test_row_65_a_scan_child_that_the_kernel_kills_is_replaced(desk: Seated) -> None:
    for number in range(5):
        os.kill(child(desk), signal.SIGKILL)
        finding = put(desk, f"{number}.csv")
        eventually(lambda finding=finding: found(desk, finding), within=SOON)
    guards(desk)


@pytest.mark.posix
def test_row_66_without_descriptors_the_agent_guards_on_and_recovers(desk: Seated) -> None:
    agent = psutil.Process(desk.process.pid)
    soft, hard = agent.rlimit(psutil.RLIMIT_NOFILE)
    os.kill(child(desk), signal.SIGKILL)
    highest = max(int(fd.name) for fd in Path(f"/proc/{agent.pid}/fd").iterdir())
    agent.rlimit(psutil.RLIMIT_NOFILE, (highest + 1, hard))
    second = put(desk, "second.csv")
    desk.ask("look")
    for _ in range(3):
        guards(desk)
    assert not found(desk, second)
    agent.rlimit(psutil.RLIMIT_NOFILE, (soft, hard))
    desk.ask("look")
    eventually(lambda: found(desk, second), within=SOON)
    guards(desk)
    assert len(desk.log().splitlines()) < 30


STRANGER = 61_066
"""A user id that nobody has, so that nobody else's processes count."""
AS_STRANGER = (
    "setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups",
    "--inh-caps=+dac_override", "--ambient-caps=+dac_override",
)  # fmt: skip


@pytest.mark.heavy
def test_row_66_without_processes_the_agent_guards_on_and_recovers(tmp_path: Path) -> None:
    with seated(tmp_path, before=AS_STRANGER) as desk:
        first = put(desk, "first.csv")
        eventually(lambda: found(desk, first), within=SOON)
        before = desk.ask("processes", "1")
        os.kill(child(desk), signal.SIGKILL)
        second = put(desk, "second.csv")
        desk.ask("look")
        for _ in range(3):
            guards(desk)
        assert not found(desk, second)
        desk.ask("processes", str(before))
        desk.ask("look")
        eventually(lambda: found(desk, second), within=SOON)
        assert len(desk.log().splitlines()) < 30
        ended(desk)


STORM = """
import logging, sys
from pathlib import Path
from agentguard.base import logs
from agentguard.platforms import system_clock
logs.MAX_BYTES = int(sys.argv[2])
now = [0.0]
logs.set_up(Path(sys.argv[1]), seconds=lambda: now[0], console=False)
log = logging.getLogger("storm")
for number in range(int(sys.argv[3])):
    now[0] += float(sys.argv[4])
    try:
        raise OSError(28, "No space left on device")
    except OSError:
        log.exception("the disk is full")
"""


def stormed(folder: Path, *, largest: int, lines: int, seconds: float) -> list[Path]:
    """Log the same failure very often, so many seconds apart; give the files, newest first."""
    subprocess.run(
        (sys.executable, "-c", STORM, str(folder), str(largest), str(lines), str(seconds)),
        env=environment(folder), check=True, timeout=100,
    )  # fmt: skip
    return sorted(folder.glob("agentguard.log*"))


@pytest.mark.heavy
def test_row_67_a_million_of_one_error_are_a_line_a_minute(tmp_path: Path) -> None:
    (file,) = stormed(tmp_path, largest=logs.MAX_BYTES, lines=1_000_000, seconds=0.001)
    told = [line for line in file.read_text("utf-8").splitlines() if "disk is full" in line]
    assert 16 <= len(told) <= 17
    assert "59999 times more" in told[1] or "60000 times more" in told[1]


def test_row_67_the_files_of_a_storm_have_an_end(tmp_path: Path) -> None:
    assert logs.MAX_BYTES * (logs.BACKUPS + 1) == 50 << 20
    files = stormed(tmp_path, largest=20_000, lines=5_000, seconds=61)
    assert len(files) == logs.BACKUPS + 1
    assert all(file.stat().st_size <= 20_000 for file in files)
