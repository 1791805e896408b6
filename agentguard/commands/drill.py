"""agentguard drill: has the running agent show that its controls work, and tells how it went."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from agentguard.base import spans, translations
from agentguard.base.errors import CannotError, UsageError
from agentguard.base.translations import Texts
from agentguard.commands import _local
from agentguard.commands.base import COULD_NOT, FINDINGS, FINE, Command
from agentguard.platforms import system_clock
from agentguard.ports.clock import Bell

LIST = "list"
LOOK = 0.3  # seconds between two looks how far it is
PATIENCE = 900.0
"""Seconds for which the drills that were asked for are waited for."""

Row = dict[str, Any]


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the arguments."""
    parser.add_argument("names", nargs="*", metavar="NAME", help=words.say("cli.drill.names"))
    parser.add_argument("--all", action="store_true", help=words.say("cli.drill.all"))
    parser.add_argument("--json", action="store_true", help=words.say("cli.drill.json"))


def run(chosen: argparse.Namespace) -> int:
    """Run the drills, or list them."""
    words = translations.load()
    every = {row["id"]: row for row in _rows()}
    if chosen.names == [LIST] or not (chosen.names or chosen.all):
        _show(list(every.values()), words, as_json=chosen.json, shows=True)
        return FINE
    names = list(every) if chosen.all else list(dict.fromkeys(chosen.names))
    for name in names:
        if name not in every:
            known = ", ".join(every)
            raise UsageError(words.say("cli.drill.unknown", name=name, known=known))
    rows = [_run(every[name], words) for name in names]
    _show(rows, words, as_json=chosen.json)
    outcomes = {row["outcome"] for row in rows}
    if "failed" in outcomes:
        return FINDINGS
    return FINE if "passed" in outcomes or outcomes <= {"not-possible"} else COULD_NOT


def _run(before: Row, words: Texts) -> Row:
    """Have a drill run, and wait for its end; what keeps it waiting is told as put off."""
    name, clock = before["id"], system_clock()
    _local.tell("drill", name=name)
    begun = clock.now()
    while clock.now().since(begun) < PATIENCE:
        told = _told()
        row = next(row for row in told["drills"] if row["id"] == name)
        if not row["waits"]:
            same = row["at"] == before["at"]
            return {**row, "outcome": "put-off", "why": told["busy"]} if same else row
        if told["busy"]:
            return {**row, "outcome": "put-off", "why": told["busy"]}
        clock.wait(Bell(), LOOK)
    raise CannotError(words.say("cli.drill.silent", name=name))


def _told() -> dict[str, Any]:
    words = translations.load()
    told = _local.ask("drills")
    if told is None:
        raise CannotError(words.say("cli.local.none"), words.say("cli.local.none-advice"))
    return told


def _rows() -> Sequence[Row]:
    return list(_told()["drills"])


def _show(rows: Sequence[Row], words: Texts, *, as_json: bool, shows: bool = False) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"drills": rows}, indent=2) + "\n")
        return
    for row in rows:
        sys.stdout.write(_line(row, words) + "\n")
        if shows:
            sys.stdout.write(" " * 19 + words.say(f"drill.{row['id']}.shows") + "\n")


def _line(row: Row, words: Texts) -> str:
    """Return the line of a drill: its id and its name, how it went and how long that took."""
    outcome = row["outcome"] or "not-yet"
    parts = [words.say(f"drill.outcome.{outcome}")]
    if row["seconds"] is not None:
        parts.append(words.say("cli.drill.noticed", took=spans.measured(row["seconds"], words.say)))
    if row["receipt"] is not None:
        parts.append(words.say("cli.drill.receipt", took=spans.measured(row["receipt"], words.say)))
    if row["why"] and words.has(f"drill.why.{row['why']}"):
        parts.append(words.say(f"drill.why.{row['why']}"))
    title = words.say(f"drill.{row['id']}.title")
    return f"{row['id']:<18} {title}: " + "; ".join(parts)


COMMAND = Command(arguments=arguments, run=run)
