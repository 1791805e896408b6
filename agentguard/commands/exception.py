"""agentguard exception: asks for an exception from a control, or tells which ones hold."""

from __future__ import annotations

import argparse
import sys

from agentguard.base import translations
from agentguard.base.errors import CannotError, UsageError
from agentguard.base.translations import Texts
from agentguard.commands import _local
from agentguard.commands.base import FINE, Command
from agentguard.model.exceptions import LEAST_REASON


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the arguments."""
    say = words.say
    parser.add_argument("control", nargs="?", default="", help=say("cli.exception.control"))
    parser.add_argument("--hours", type=int, default=0, help=say("cli.exception.hours"))
    parser.add_argument("--reason", default="", help=say("cli.exception.reason"))
    parser.add_argument("--instead", default="", help=say("cli.exception.instead"))


def run(chosen: argparse.Namespace) -> int:
    """Ask for it, or tell which hold."""
    words = translations.load()
    if not chosen.control:
        return _list(words)
    if len(chosen.reason.strip()) < LEAST_REASON:
        raise UsageError(words.say("cli.exception.short"))
    if not chosen.instead.strip() or chosen.hours < 1:
        raise UsageError(words.say("cli.exception.missing"))
    _local.tell(
        "exception/ask",
        control=chosen.control,
        hours=str(chosen.hours),
        reason=chosen.reason,
        instead=chosen.instead,
    )
    sys.stdout.write(words.say("cli.exception.asked") + "\n")
    return FINE


def _list(words: Texts) -> int:
    told = _local.ask("status")
    if told is None:
        raise CannotError(words.say("cli.local.none"), words.say("cli.local.none-advice"))
    held = [one for one in told.get("controls", []) if one.get("excepted_until")]
    for one in held:
        line = words.say("cli.exception.line", id=one["id"], until=one["excepted_until"])
        sys.stdout.write(line + "\n")
    if not held:
        sys.stdout.write(words.say("cli.exception.none") + "\n")
    return FINE


COMMAND = Command(arguments=arguments, run=run)
