"""Row 429: an agent that hangs does not stay in the way of the one that is to guard."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.ports.session_host import HUNG
from tests.cli.typed import environment

AGENT = """
import sys
from threading import Event

from agentguard.engine import loop
from agentguard.runtime import halves

halves.LONG = 4.0
step, left = loop.Engine.step, [20]


def hang(self, event):
    left[0] -= 1
    if left[0] == 0:
        Event().wait()
    step(self, event)


loop.Engine.step = hang
from agentguard.cli import main

sys.exit(main(["run"]))
"""
BEGUN = "AgentGuard guards this session"

pytestmark = [pytest.mark.heavy, pytest.mark.posix]


@pytest.fixture
def agent(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """Give an agent whose engine hangs once, after twenty events."""
    variables = environment(tmp_path, **request.param)
    with subprocess.Popen(
        (sys.executable, "-c", AGENT), env=variables, stderr=subprocess.PIPE, text=True
    ) as running:
        yield running
        running.kill()


@pytest.mark.parametrize("agent", [{"NOTIFY_SOCKET": "/nonexistent/notify"}], indirect=True)
def test_row_429_where_somebody_starts_another_the_process_ends(
    agent: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert agent.wait(60) == HUNG
    logs = (tmp_path / "data" / "logs").glob("*.log")
    assert "The engine of this agent has hung" in "".join(one.read_text() for one in logs)


@pytest.mark.parametrize("agent", [{}], indirect=True)
def test_row_429_where_nobody_does_an_agent_begins_anew_in_it(
    agent: subprocess.Popen[str],
) -> None:
    assert agent.stderr is not None
    begun = (line for line in agent.stderr if BEGUN in line)
    assert next(begun, "")
    assert next(begun, ""), "a second one guards, with an engine that judges"
    os.kill(agent.pid, signal.SIGTERM)
    assert agent.wait(60) == 0
