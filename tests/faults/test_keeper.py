"""Agents that are taken apart or replaced while they run, with real processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from agentguard.platforms.simulated import FakeClock
from agentguard.service.files import ProgramFiles
from agentguard.service.keeper_status import Standing
from agentguard.service.reports import control
from agentguard.service.run import Keeper
from agentguard.service.watch import WINDOW, Happening

PATIENCE = 120.0
PROGRAM = "import sys, part\nsys.stdin.read()\n"


class RealDesk:
    """One session whose agent is a real program in a folder, of which files may be taken away."""

    starts = True

    def __init__(self, program: Path) -> None:
        self.program = program
        self.running: subprocess.Popen[bytes] | None = None
        self.started = 0

    def sessions(self) -> frozenset[str]:
        return frozenset({"1"})

    def guarded(self) -> Mapping[str, str]:
        if self.running is None or self.running.poll() is not None:
            return {}
        return {"1": str(self.running.pid)}

    def ends(self) -> Mapping[str, int]:
        if self.running is None or self.running.poll() is None:
            return {}
        code = self.running.returncode
        self.end()
        self.running = None
        return {"1": code}

    def start(self, session: str) -> None:
        self.end()
        self.started += 1
        command = (sys.executable, "-S", "-B", self.program / "agent.py")
        with Path(os.devnull).open("wb") as nowhere:
            self.running = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=nowhere)

    def enrolled(self, session: str) -> bool:
        return True

    def enrol(self, session: str, code: str) -> bool:
        return False

    def renew(self, session: str) -> None:
        """Nothing is enrolled here."""

    def ending(self) -> bool:
        return False

    def begin(self) -> None:
        """Nothing was told to end."""

    def end(self) -> None:
        if self.running is not None:
            self.running.kill()
            self.running.communicate()


class Heard:
    """Somebody who is told."""

    outcome = Standing()

    def __init__(self) -> None:
        self.standing = Standing()
        self.happened: list[str] = []

    def tell(self, standing: Standing, happened: tuple[Happening, ...] = ()) -> None:
        self.standing = standing
        self.happened += [one.what.value for one in happened]

    def code(self) -> str:
        return ""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RealDesk]:
    program = tmp_path / "program"
    program.mkdir()
    (program / "agent.py").write_text(PROGRAM)
    (program / "part.py").write_text("")
    made = RealDesk(program)
    yield made
    made.end()


def test_row_62_a_module_in_quarantine_is_named_and_the_agent_is_back_with_it(
    desk: RealDesk, tmp_path: Path
) -> None:
    private, clock, heard = tmp_path / "private", FakeClock(), Heard()
    private.mkdir()
    keeper = Keeper(
        folder=tmp_path,
        desks=desk,
        clock=clock,
        told=heard,
        gone=ProgramFiles(desk.program, private, "1.0.0").gone,
    )

    def rounds(seconds: float) -> None:
        for _ in range(int(seconds / 2)):
            keeper.round()
            clock.advance(2)
            if desk.running is not None and not (desk.program / "part.py").exists():
                desk.running.wait(PATIENCE)  # it cannot live

    rounds(10)
    assert desk.started == 1
    assert heard.standing.well

    shutil.move(desk.program / "part.py", private / "quarantine")
    desk.end()
    rounds(WINDOW)
    assert heard.standing.gone == 1
    assert heard.standing.lost == "part.py"
    told = control(heard.standing, clock.now())
    assert (told.state, told.detail) == ("fail", "keeper.files-gone")
    assert heard.happened.count("keeper.agent-failing") == 1
    assert len(heard.happened) < 20, "a circle is told as one"

    shutil.move(private / "quarantine", desk.program / "part.py")
    rounds(10)
    assert desk.guarded(), "it needs nobody, and no half hour"
    assert heard.standing.missing == 0
    rounds(2 * WINDOW + 600)
    assert heard.standing.well


@contextmanager
def agent(home: Path, words: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = (sys.executable, "-m", "agentguard", "run")
    env = {**os.environ, "AGENTGUARD_HOME": str(home)}
    with words.open("ab") as told, subprocess.Popen(command, env=env, stderr=told) as process:
        try:
            yield process
        finally:
            process.kill()


def cli(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-m", "agentguard", *words),
        env={**os.environ, "AGENTGUARD_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


@pytest.mark.heavy
@pytest.mark.posix
def test_row_60_an_agent_that_is_told_to_end_in_the_middle_of_its_work_loses_nothing(
    tmp_path: Path,
) -> None:
    """As an upgrade does it; afterwards the new program goes on with the same folder."""
    home, files = tmp_path / "home", tmp_path / "files"
    files.mkdir()
    for number in range(400):
        (files / f"{number}.csv").write_text("name;card\nA;4556 7375 8689 9855\n" * 50)
    home.mkdir()
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        f'policy: upgrade\nversion: 1\ndescription: row 60\nwatch: {{folders: ["{files}"]}}\n'
    )
    (home / "settings.toml").write_text(f'policy = "{policy}"\n')
    for run in range(2):
        with agent(home, tmp_path / "words") as process:
            begun = time.monotonic()
            while not (home / "local.json").exists():
                assert process.poll() is None
                assert time.monotonic() - begun < PATIENCE
                time.sleep(0.1)
            time.sleep(1.0)  # into the first sweep; wherever it is told, it must hold
            ended = cli(home, "quit", "--seconds", "60")
            assert (ended.returncode, ended.stderr) == (0, "")
            assert process.wait(PATIENCE) == 0
        (home / "local.json").unlink(missing_ok=True)
        judged = cli(home, "journal", "export", str(tmp_path / f"journal-{run}"))
        assert judged.returncode == 0, judged.stderr
        told = cli(home, "journal", "verify", str(tmp_path / f"journal-{run}"), "--json")
        assert json.loads(told.stdout)["whole"], told.stdout
        exported = (tmp_path / f"journal-{run}").read_text(encoding="utf-8")
        assert exported.count("agent.started") == exported.count("agent.stopped") == run + 1
    assert b"Traceback" not in (tmp_path / "words").read_bytes()
    assert not list(files.glob("*.age*")), "nothing half done is left"
