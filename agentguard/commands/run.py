"""agentguard run: guards this session without windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentguard.base.translations import Texts
from agentguard.commands._guard_session import guard_without_windows
from agentguard.commands.base import Command

if TYPE_CHECKING:
    import argparse


def arguments(_parser: argparse.ArgumentParser, _words: Texts) -> None:
    """There are no options."""


def run(_chosen: argparse.Namespace) -> int:
    """Guard."""
    return guard_without_windows()


COMMAND = Command(arguments=arguments, run=run)
