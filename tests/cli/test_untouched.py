"""`agentguard check` acts on nothing: the data folder is byte for byte as it was."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from agentguard.platforms import system_clock
from agentguard.policy import trial
from agentguard.policy.last_good import Keeper
from agentguard.runtime.known_checks import shapes
from tests.cli.typed import PROGRAM, environment
from tests.unit.policy.signing import NONE, Said, chain

READY = "Ctrl-C ends it"
INDEX = "-shm"
"""Which pages lie in a log: SQLite makes it anew, and it holds nothing of its own."""


def guarded(home: Path, end: Callable[[subprocess.Popen[str]], None]) -> None:
    """Let an agent guard from this folder until it is ended."""
    with subprocess.Popen(
        (*PROGRAM, "run"),
        env=environment(home.parent / "person", AGENTGUARD_HOME=str(home)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as agent:
        assert agent.stderr is not None
        assert any(READY in line for line in agent.stderr)
        end(agent)
        agent.communicate(timeout=30)


def ended(agent: subprocess.Popen[str]) -> None:
    agent.send_signal(signal.SIGTERM)


def killed(agent: subprocess.Popen[str]) -> None:
    agent.kill()


def contents(home: Path) -> dict[str, tuple[int, bytes]]:
    return {
        file.relative_to(home).as_posix(): (file.stat().st_mode, file.read_bytes())
        for file in home.rglob("*")
        if file.is_file() and not file.name.endswith(INDEX)
    }


@pytest.mark.parametrize("end", [ended, killed])
def test_a_check_leaves_the_data_folder_as_it_was(
    tmp_path: Path, end: Callable[[subprocess.Popen[str]], None]
) -> None:
    home = tmp_path / "desk"
    home.mkdir(mode=0o700)
    guarded(home, end)
    (home / "vault" / "items").mkdir(parents=True, exist_ok=True)
    (home / "vault" / "items" / "half.tmp").write_bytes(b"a move that a crash has left")
    before = contents(home)
    assert {"journal.db", "vault/items/half.tmp"} <= before.keys()
    said = subprocess.run(
        (*PROGRAM, "check", "--json", "--seconds", "5"),
        env=environment(tmp_path / "person", AGENTGUARD_HOME=str(home)),
        capture_output=True,
        check=False,
    )
    assert b"pii-files" in said.stdout
    assert contents(home) == before


def test_a_check_begins_no_data_folder(tmp_path: Path) -> None:
    home = tmp_path / "desk"
    home.mkdir(mode=0o700)
    said = subprocess.run(
        (*PROGRAM, "check", "--json", "--seconds", "5"),
        env=environment(tmp_path / "person", AGENTGUARD_HOME=str(home)),
        capture_output=True,
        check=False,
    )
    assert b"pii-files" in said.stdout
    assert list(home.rglob("*")) == []


@pytest.mark.heavy
def test_a_check_is_no_start_that_a_policy_in_its_trial_may_crash(tmp_path: Path) -> None:
    """Two starts that do not end in order would bring the policy before back."""
    home = tmp_path / "desk"
    home.mkdir(mode=0o700)
    keeper = Keeper(home, shapes(), system_clock())
    keeper.pin(chain())
    keeper.deliver(Said(version=1).signed(), "endpoint")
    for _ in range(trial.HEALTHY):
        keeper.beat(NONE, answers=True)
    keeper.start(running=True)
    keeper.deliver(Said(version=2).signed(), "endpoint")
    before = contents(home)
    assert trial.FILE in before
    for _ in range(2):
        said = subprocess.run(
            (*PROGRAM, "check", "--json", "--seconds", "5"),
            env=environment(tmp_path / "person", AGENTGUARD_HOME=str(home)),
            capture_output=True,
            check=False,
        )
        assert b"pii-files" in said.stdout
    assert contents(home) == before
    assert Keeper(home, shapes(), system_clock()).start().policy.version == 2
