"""The shape of a command."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from agentguard.base.translations import Texts

FINE = 0
FINDINGS = 1
WRONG_USE = 2
COULD_NOT = 3
INTERRUPTED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: its file's name is its name, its help is the text `cli.<name>.help`.

    `arguments` adds options (with help from `texts`); `run` gives the exit code: 0 fine,
    1 findings, 2 wrong use, 3 could not do it. It may raise AgentGuardError, which the CLI prints.
    """

    arguments: Callable[[argparse.ArgumentParser, Texts], None]
    run: Callable[[argparse.Namespace], int]
