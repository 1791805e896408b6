"""agentguard run: guards this session without windows."""

from __future__ import annotations

import argparse

from agentguard.commands._guard import guard_without_windows
from agentguard.commands.base import Command
from agentguard.texts import Texts


def arguments(_parser: argparse.ArgumentParser, _words: Texts) -> None:
    """There are no options."""


def run(_chosen: argparse.Namespace) -> int:
    """Guard."""
    return guard_without_windows()


COMMAND = Command(arguments=arguments, run=run)
