"""agentguard quit: ends the agents, for an upgrade or a removal, and waits until they have."""

from __future__ import annotations

import argparse
import sys

from agentguard.base import paths, translations
from agentguard.base.errors import CannotError
from agentguard.base.translations import Texts
from agentguard.commands._number_arguments import seconds
from agentguard.commands.base import FINE, Command
from agentguard.platforms import end_agents

PATIENCE = 15.0


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the options."""
    help_ = words.say("cli.quit.seconds")
    parser.add_argument("--mine", action="store_true", help=words.say("cli.quit.mine"))
    parser.add_argument("--seconds", type=float, default=PATIENCE, help=help_)


def run(chosen: argparse.Namespace) -> int:
    """End them."""
    words = translations.load()
    longest = seconds(chosen.seconds, words)
    if not end_agents(paths.data_folder(), longest, mine=chosen.mine):
        raise CannotError(words.say("cli.quit.late"), words.say("cli.quit.late-advice"))
    sys.stdout.write(words.say("cli.quit.done") + "\n")
    return FINE


COMMAND = Command(arguments=arguments, run=run)
