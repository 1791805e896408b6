"""agentguard enroll --by-keeper: waits for a code of this computer's keeper, and enrols with it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path

from agentguard.base import settings
from agentguard.base.errors import UsageError
from agentguard.base.translations import Texts
from agentguard.commands.base import FINE
from agentguard.platforms import code_from_keeper, end_agents, machine_layers, system_clock
from agentguard.uplink import enrolment

LOOK = 2.0
PATIENCE = 15.0
"""Seconds between two looks for a code, and those in which the agent ends to begin again."""


def by_keeper(folder: Path, words: Texts, enrol: Callable[[str], int]) -> int:
    """Wait for a code unless there is nothing to do; the agent begins again once it is enrolled.

    Raises:
        UsageError: this system's keeper enrols agents by itself.

    """
    if sys.platform == "win32":
        raise UsageError(words.say("cli.enroll.keeper-does"))
    if enrolment.load(folder) is not None:
        return _said(words, "known")
    if not settings.load(folder, machine_layers()).endpoint:
        return _said(words, "no-way")
    clock, never = system_clock(), threading.Event()
    while not (code := code_from_keeper()):
        clock.wait(never, LOOK)
    done = enrol(code)
    end_agents(folder, PATIENCE, mine=True)
    return done


def _said(words: Texts, sentence: str) -> int:
    sys.stdout.write(words.say(f"cli.enroll.keeper-{sentence}") + "\n")
    return FINE
