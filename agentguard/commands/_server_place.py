"""Where the endpoint's commands find what it keeps: said once, wherever it stands on the line."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from agentguard.base import paths
from agentguard.base.translations import Texts

VARIABLE = "AGENTGUARD_SERVER_DATA"
"""Names the data folder for the service and for every command beside it."""


def add(parser: argparse.ArgumentParser, said: Texts, *, first: bool = False) -> None:
    """Add `--data` and `--database`; only the `first` parser of a line has a default.

    So both may stand before an act, after it, and after the verb of an act: whoever comes last
    would otherwise undo with its default what was said before.
    """
    unsaid = "" if first else argparse.SUPPRESS
    data = None if first else argparse.SUPPRESS
    parser.add_argument("--data", type=Path, default=data, help=said.say("cli.server.data"))
    parser.add_argument("--database", default=unsaid, help=said.say("cli.server.database"))


def folder(given: Path | None, environment: Mapping[str, str]) -> Path:
    """Return the data folder: what was said, else what the environment names, else the user's."""
    if given is not None:
        return given
    named = environment.get(VARIABLE, "")
    return Path(named) if named else paths.data_folder() / "server"
