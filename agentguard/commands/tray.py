"""agentguard tray: guards this session, with a tray icon and windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentguard.base.translations import Texts
from agentguard.commands._guard_session import guard_with_windows
from agentguard.commands.base import Command

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the options."""
    parser.add_argument("--may-quit", action="store_true", help=words.say("cli.tray.may-quit"))
    parser.add_argument("--quiet", action="store_true", help=words.say("cli.tray.quiet"))


def run(chosen: argparse.Namespace) -> int:
    """Guard."""
    return guard_with_windows(may_quit=chosen.may_quit, quiet=chosen.quiet)


COMMAND = Command(arguments=arguments, run=run)
