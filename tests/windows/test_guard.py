"""The whole agent as a person starts it on Windows: what is copied is judged and cleared."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agentguard.store.agent_store import open_for_reading
from tests.windows.another import Another, another

pytestmark = pytest.mark.xdist_group("desktop")

CARD = "card 4539 1488 0343 6467"
WITHIN = 120.0
POLICY = """
policy: desk
version: 1
description: Gives the time to hold the clipboard open between the judgement and the clearing.
controls:
  clipboard:
    respond: [clear-clipboard]
    settings: {rules: [{then: clear, seconds: 20}]}
"""


def eventually(holds: Callable[[], object]) -> None:
    assert within(WITHIN, holds)


def within(seconds: float, holds: Callable[[], object]) -> bool:
    end, pause = time.monotonic() + seconds, threading.Event()
    while not holds():
        if time.monotonic() >= end:
            return False
        pause.wait(0.02)
    return True


@pytest.fixture
def other() -> Iterator[Another]:
    with another() as made:
        yield made


@pytest.fixture
def policy(tmp_path: Path) -> None:
    home, policy = tmp_path / "home", tmp_path / "policy.yaml"
    home.mkdir()
    policy.write_text(POLICY, encoding="utf-8")
    (home / "settings.toml").write_text(f"policy = '{policy}'\n", encoding="utf-8")


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


def written(home: Path, about: str) -> set[str]:
    """Give the kinds of what the journal says about a check or an action, and how it ended."""
    with closing(open_for_reading(home)) as store:
        records = [entry.record for entry in store.journal.read(0, 1000)]
    meant = [one for one in records if about in one.payload.values()]
    return {one.kind for one in meant} | {str(one.payload.get("outcome")) for one in meant}


def test_card_numbers_are_cleared_and_what_is_none_of_the_agents_business_is_left(
    agent: Path, other: Another
) -> None:
    other("copy", "an ordinary sentence")
    threading.Event().wait(2)
    assert other("paste")[""] == "an ordinary sentence"
    # A mark alone says nothing of who copies: any program can set it.
    for marks in ([], [("ExcludeClipboardContentFromMonitorProcessing", "00000000")]):
        other("copy", CARD, marks)
        eventually(lambda: other("paste")[""] == "")
    page = f"<b>{CARD}</b>".encode().hex()
    other("copy", "see the table", [("HTML Format", page)])
    eventually(lambda: other("paste")[""] == "")
    assert b"Traceback" not in agent.read_bytes()
    assert b"4539" not in agent.read_bytes()


def held(other: Another, home: Path) -> bool:
    """Hold the clipboard open until the clearing has failed, for twice the time it has.

    Windows may tell late of the copy that came before. The agent then cannot read it, and begins
    the time anew once it can: so it is let go again for as long as the agent needs to read.
    """
    other("hold")
    try:
        return within(40, lambda: "failed" in written(home, "clear-clipboard"))
    finally:
        other("release")
        threading.Event().wait(2)


@pytest.mark.usefixtures("policy")
def test_a_card_number_that_is_held_open_is_cleared_when_it_is_let_go(
    agent: Path, other: Another
) -> None:
    home = agent.with_name("home")
    other("copy", CARD)
    eventually(lambda: "finding.opened" in written(home, "clipboard"))
    assert any(held(other, home) for _ in range(4))
    eventually(lambda: other("paste")[""] == "")
