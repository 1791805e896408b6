"""The whole agent as a person starts it on Windows: what is copied is judged and cleared."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.windows.another import Another, another

pytestmark = pytest.mark.xdist_group("desktop")

CARD = "card 4539 1488 0343 6467"
WITHIN = 120.0


def eventually(holds: Callable[[], object]) -> None:
    end, pause = time.monotonic() + WITHIN, threading.Event()
    while not holds():
        assert time.monotonic() < end
        pause.wait(0.02)


@pytest.fixture
def other() -> Iterator[Another]:
    with another() as made:
        yield made


@pytest.fixture
def agent(tmp_path: Path, other: Another) -> Iterator[Path]:
    """Run the agent; gives where its words go."""
    other("copy", "before the agent")
    said = tmp_path / "said.txt"
    with said.open("wb") as words:
        running = subprocess.Popen(
            (sys.executable, "-m", "agentguard", "run"),
            env={**os.environ, "AGENTGUARD_HOME": str(tmp_path / "home")},
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
        )
        try:
            eventually(lambda: b"guards this session" in said.read_bytes())
            yield said
        finally:
            running.kill()
            running.wait(20)


def test_card_numbers_are_cleared_and_what_is_none_of_the_agents_business_is_left(
    agent: Path, other: Another
) -> None:
    marks = [("ExcludeClipboardContentFromMonitorProcessing", "00000000")]
    for left in (("an ordinary sentence",), (CARD, marks)):
        other("copy", *left)
        threading.Event().wait(2)
        assert other("paste")[""] == left[0]
    other("copy", CARD)
    eventually(lambda: other("paste")[""] == "")
    page = f"<b>{CARD}</b>".encode().hex()
    other("copy", "see the table", [("HTML Format", page)])
    eventually(lambda: other("paste")[""] == "")
    assert b"Traceback" not in agent.read_bytes()
    assert b"4539" not in agent.read_bytes()
