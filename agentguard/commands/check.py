"""agentguard check: looks at this computer once and tells the state of every control."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agentguard.base import mappings
from agentguard.base.errors import UsageError
from agentguard.base.translations import Texts
from agentguard.commands import _number_arguments
from agentguard.commands._colour import paint
from agentguard.commands._one_look import taken
from agentguard.commands._words import spoken
from agentguard.commands.base import COULD_NOT, FINDINGS, FINE, Command
from agentguard.model.messages import Message
from agentguard.model.posture import ControlState
from agentguard.model.verdicts import State
from agentguard.policy.problems import did_you_mean, quote
from agentguard.runtime.known_checks import catalogue
from agentguard.runtime.one_shot import Progress


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the options."""
    parser.add_argument("controls", nargs="*", metavar="CONTROL", help=words.say("cli.check.only"))
    parser.add_argument("--json", action="store_true", help=words.say("cli.check.json"))
    parser.add_argument("--policy", type=Path, help=words.say("cli.check.policy"))
    parser.add_argument("--seconds", type=float, default=120.0, help=words.say("cli.check.seconds"))


def run(chosen: argparse.Namespace) -> int:
    """Look, print, and tell by the exit code whether something is wrong."""
    words = spoken()
    limit = _number_arguments.seconds(chosen.seconds, words)
    asked = named(chosen.controls, words)
    seen = taken(limit, chosen.policy, _progress(words))
    controls = tuple(one for one in seen if one.check in asked)
    rows = [row(control, words) for control in controls]
    if chosen.json:
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
    else:
        sys.stdout.write("".join(table(rows, words)))
    return verdict(controls)


def named(ids: list[str], words: Texts) -> frozenset[str]:
    """Return the ids that were asked for, or every one where none was.

    Raises:
        UsageError: there is no such control.

    """
    known = frozenset(one.id for one in catalogue())
    for wrong in ids:
        if wrong not in known:
            near = did_you_mean(wrong, tuple(sorted(known)))
            advice = near or words.say("cli.check.known", ids=", ".join(sorted(known)))
            raise UsageError(words.say("cli.check.unknown", control=quote(wrong)), advice)
    return frozenset(ids) or known


def verdict(controls: tuple[ControlState, ...]) -> int:
    """Return the exit code: fine only when each was looked at in full and nothing is wrong."""
    states = {control.state for control in controls}
    if State.FAIL in states:
        return FINDINGS
    return COULD_NOT if not states or states & {State.PARTIAL, State.UNKNOWN} else FINE


def _progress(words: Texts) -> Progress:
    def tell(part: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(words.say("cli.check.seen", part=part) + "\n")

    return tell


def row(control: ControlState, words: Texts) -> dict[str, Any]:
    """Return a control as scripts read it."""
    return {
        "id": control.check,
        "measure": control.measure,
        "title": words.title(control.check, control.state, _id(control.detail)),
        "state": control.state.value,
        "since": control.since.iso,
        "detail": words.render(control.detail),
        "coverage": {
            "looked": control.coverage.looked,
            "missed": control.coverage.missed,
            "why": [words.render(line) for line in control.coverage.why],
        },
        "table": [words.render(line) for line in control.rows],
        "advice": words.advice(control.check, _id(control.detail)),
        **proof(control.check, words),
    }


def proof(check: str, words: Texts) -> dict[str, Any]:
    """Return how a control bears on each requirement, and what it does not prove."""
    told = [
        {"number": one.number, "relation": one.relation.value} for one in mappings.of_check(check)
    ]
    numbers = [one["number"] for one in told]
    return {"proves": numbers, "relations": told, "not": words.say(f"{check}.not")}


def _id(message: Message | None) -> str:
    return message.id if message is not None else ""


def table(rows: list[dict[str, Any]], words: Texts) -> Iterator[str]:
    """Yield the lines of the posture table, grouped by measure."""
    measure: object = None
    for one in rows:
        if one["measure"] != measure:
            measure = one["measure"]
            yield f"\n{measure}. {words.say(f'measure.{measure}')}\n"
        state = words.say(f"cli.state.{one['state']}")
        yield f"   {paint(one['state'], f'{state:<14}')} {one['title']}\n"
        if one["detail"]:
            yield f"   {'':<14} {one['detail']}\n"
        for why in one["coverage"]["why"]:
            if why != one["detail"]:
                yield f"   {'':<14} {words.say('cli.check.gap', why=why)}\n"
        for line in one["table"]:
            yield f"   {'':<14}   {line}\n"
        if one["state"] == State.FAIL.value:
            yield f"   {'':<14} {one['advice']}\n"


COMMAND = Command(arguments=arguments, run=run)
