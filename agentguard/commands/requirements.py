"""agentguard requirements: what of AgentGuard bears on which requirement, and what it lacks."""

from __future__ import annotations

import argparse
import json
import sys

from agentguard.base import requirements, translations
from agentguard.base.errors import UsageError
from agentguard.base.requirements import Framework
from agentguard.base.translations import Texts
from agentguard.commands.base import FINE, Command


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the options."""
    parser.add_argument("name", nargs="*", help=words.say("cli.requirements.name"))
    parser.add_argument("--json", action="store_true", help=words.say("cli.requirements.json"))


def run(chosen: argparse.Namespace) -> int:
    """Print the requirements with all that bears on them.

    Raises:
        UsageError: there is none of that name.

    """
    words = translations.load()
    name = " ".join(chosen.name)
    found = requirements.choose(requirements.load(), name)
    if not found:
        raise UsageError(words.say("cli.requirements.none", name=name))
    if chosen.json:
        sys.stdout.write(json.dumps(as_json(found), indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for one in found for line in _lines(one, words))
    return FINE


def as_json(found: tuple[Framework, ...]) -> list[dict[str, object]]:
    """Return the requirements as a list of plain values."""
    return [
        {
            "framework": framework.id,
            "version": framework.version,
            "source": framework.source,
            "number": one.number,
            "words": one.words,
            "bearings": [
                {"kind": b.kind, "id": b.id, "relation": b.relation, "not": b.lacks}
                for b in one.bearings
            ],
        }
        for framework in found
        for one in framework.requirements
    ]


def _lines(framework: Framework, words: Texts) -> list[str]:
    lines = [f"{framework.id} {framework.version}", f"  {framework.source}"]
    for one in framework.requirements:
        lines += ["", f"{one.id}  {one.words}"]
        for b in one.bearings:
            relation = words.say(f"requirements.relation.{b.relation}")
            kind = words.say(f"requirements.kind.{b.kind}")
            lines.append(words.say("cli.requirements.row", relation=relation, kind=kind, id=b.id))
            lines.append(words.say("cli.requirements.lacks", lacks=b.lacks))
    return [*lines, ""]


COMMAND = Command(arguments=arguments, run=run)
