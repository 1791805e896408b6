"""Judges numbers that were given on the command line, before anything is begun with them."""

from __future__ import annotations

from agentguard.base.errors import UsageError
from agentguard.base.translations import Texts

MOST_SECONDS = 3600
MOST_PORT = 65535


def seconds(value: float, words: Texts) -> float:
    """Return a time limit that can be kept.

    Raises:
        UsageError: it is none.

    """
    if not 0 < value <= MOST_SECONDS:
        raise UsageError(words.say("cli.seconds-wrong", most=MOST_SECONDS))
    return value


def port(value: int, words: Texts, *, least: int = 0) -> int:
    """Return a port; 0 stands for a free one.

    Raises:
        UsageError: it is none.

    """
    if not least <= value <= MOST_PORT:
        raise UsageError(words.say("cli.port-wrong", least=least))
    return value
