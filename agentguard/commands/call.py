"""agentguard call: a softphone, or a script beside it, tells that a call begins or ends."""

from __future__ import annotations

import argparse

from agentguard.base.translations import Texts
from agentguard.commands import _local
from agentguard.commands.base import FINE, Command

NAME = "softphone"


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the arguments."""
    parser.add_argument("what", choices=("start", "end"), help=words.say("cli.call.what"))
    parser.add_argument("--name", default=NAME, help=words.say("cli.call.name"))


def run(chosen: argparse.Namespace) -> int:
    """Tell the agent."""
    _local.tell(f"call/{chosen.what}", name=chosen.name)
    return FINE


COMMAND = Command(arguments=arguments, run=run)
