"""agentguard lock: locks the screen now, or ends the shift."""

from __future__ import annotations

import argparse

from agentguard.base.translations import Texts
from agentguard.commands import _local
from agentguard.commands.base import FINE, Command


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the options."""
    parser.add_argument("--shift-end", action="store_true", help=words.say("cli.lock.shift-end"))


def run(chosen: argparse.Namespace) -> int:
    """Tell the agent."""
    _local.tell("shift/end" if chosen.shift_end else "lock")
    return FINE


COMMAND = Command(arguments=arguments, run=run)
