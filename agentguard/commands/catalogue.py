"""agentguard catalogue: every check with what it proves, and the catalogue of software."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from agentguard import checks
from agentguard.base import translations
from agentguard.base.plugins import discover
from agentguard.base.translations import Texts
from agentguard.checks.base import Check
from agentguard.commands import _catalogue_pack
from agentguard.commands.base import FINE, Command
from agentguard.commands.check import proof


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the options, and the verbs of the catalogue of software."""
    parser.add_argument("--json", action="store_true", help=words.say("cli.catalogue.json"))
    verbs = parser.add_subparsers(dest="verb", metavar="show|update|sign")
    for name in _catalogue_pack.VERBS:
        help_ = words.say(f"cli.catalogue.{name}")
        verb = verbs.add_parser(name, help=help_, description=help_)
        _catalogue_pack.arguments(name, verb, words)


def run(chosen: argparse.Namespace) -> int:
    """Print the checks, or do what the verb says with the catalogue of software."""
    if chosen.verb:
        return _catalogue_pack.run(chosen)
    words = translations.load()
    rows = catalogue(words)
    if chosen.json:
        sys.stdout.write(as_json(rows))
    else:
        for row in rows:
            sys.stdout.write(words.say("cli.catalogue.row", **row) + "\n")
    return FINE


def catalogue(words: Texts) -> list[dict[str, Any]]:
    """Return a row for every check, by measure and id."""
    found = sorted(discover(checks, "CHECK", Check), key=lambda c: (c.measure, c.id))
    return [
        {
            "id": check.id,
            "measure": check.measure,
            "severity": check.severity.value,
            "title": words.say(f"{check.id}.title"),
            "advice": words.say(f"{check.id}.advice"),
            **proof(check.id, words),
        }
        for check in found
    ]


def as_json(rows: list[dict[str, Any]]) -> str:
    """Return the rows as they stand in resources/catalogue.json, byte for byte."""
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


COMMAND = Command(arguments=arguments, run=run)
