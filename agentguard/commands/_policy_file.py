"""Reads a policy file that was named on the command line."""

from __future__ import annotations

from pathlib import Path

from agentguard import app, texts
from agentguard.errors import UsageError
from agentguard.model.policy import Policy
from agentguard.policy.parse import parse


def read(file: str) -> Policy:
    """Give the policy of a file.

    Raises:
        UsageError: it cannot be read, or is wrong; every problem is told with its line.

    """
    words = texts.load()
    try:
        data = Path(file).read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise UsageError(
            words.say("cli.policy.unreadable", file=file, why=why),
            words.say("cli.policy.unreadable-advice"),
        ) from error
    return parse(data, file, app.shapes())
