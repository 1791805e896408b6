"""Reads the policy whose file was named on the command line, with every check of the program."""

from __future__ import annotations

from agentguard.commands import _policy_file
from agentguard.model.policy import Policy
from agentguard.policy.parser import parse
from agentguard.runtime import known_checks


def read(file: str) -> Policy:
    """Return the policy of a file.

    Raises:
        UsageError: it cannot be read, or is wrong; every problem is told with its line.

    """
    return parse(_policy_file.data(file), file, known_checks.shapes())
