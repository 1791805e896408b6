"""agentguard vendors: the vendor register between CSV and a policy, and what is due in it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from agentguard import platforms
from agentguard.base import paths
from agentguard.base.errors import UsageError
from agentguard.base.translations import Texts
from agentguard.checks.vendors import CHECK, Settings
from agentguard.commands import _day_argument, _policy_file
from agentguard.commands._words import spoken
from agentguard.commands.base import FINDINGS, FINE, Command
from agentguard.model.vendors import WARN_DAYS, Vendor, deadlines, due, lapsed
from agentguard.policy import meaning
from agentguard.policy.last_good import Keeper
from agentguard.policy.problems import Problems
from agentguard.policy.spec import record
from agentguard.policy.tree import Node, Table, read
from agentguard.policy.validation import Judge
from agentguard.runtime import known_checks
from agentguard.software import vendor_policy, vendor_sheet

YAML = frozenset({".yaml", ".yml"})
WAY = ("controls", CHECK.id, "settings")


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the three verbs."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="check|import|export")
    for verb in _VERBS:
        help_ = words.say(f"cli.vendors.{verb}")
        one = verbs.add_parser(verb, help=help_, description=help_)
        many = "?" if verb == "export" else None
        one.add_argument(
            "file", metavar="FILE", nargs=many, help=words.say(f"cli.vendors.{verb}-file")
        )
        if verb == "check":
            one.add_argument("--on", default="", metavar="DAY", help=words.say("cli.vendors.on"))
        else:
            help_ = words.say("cli.vendors.output")
            one.add_argument("-o", "--output", type=Path, metavar="FILE", help=help_)


def run(chosen: argparse.Namespace) -> int:
    """Do what the verb says."""
    return _VERBS[chosen.verb](chosen, spoken())


def _check(chosen: argparse.Namespace, words: Texts) -> int:
    """Say what is over and what is due; 1 where anything is over."""
    register = read_register(chosen.file, words)
    day = _day_argument.day(chosen.on, platforms.system_clock(), words)
    over = list(_told(register, day, words))
    soon = list(_coming(register, day, words))
    sys.stdout.writelines(f"{line}\n" for line in (*over, *soon))
    said = words.say("cli.vendors.sum", count=len(register), over=len(over), soon=len(soon))
    sys.stdout.write(f"{said}\n")
    return FINDINGS if over else FINE


def _told(register: Sequence[Vendor], day: date, words: Texts) -> Iterator[str]:
    for one in register:
        days = dict(deadlines(one))
        for what in lapsed(one, day):
            yield words.say(f"cli.vendors.over-{what.value}", vendor=one.name, day=days[what])


def _coming(register: Sequence[Vendor], day: date, words: Texts) -> Iterator[str]:
    for one in register:
        days = dict(deadlines(one))
        for what in due(one, day, WARN_DAYS):
            yield words.say(f"cli.vendors.due-{what.value}", vendor=one.name, day=days[what])


def _import(chosen: argparse.Namespace, words: Texts) -> int:
    """Write a sheet as a piece of a policy."""
    made = vendor_policy.piece(read_register(chosen.file, words))
    return _give(chosen.output, made)


def _export(chosen: argparse.Namespace, words: Texts) -> int:
    """Write the register of a policy, else of the one in force, as a sheet."""
    if chosen.file is not None:
        register = read_register(chosen.file, words)
    else:
        clock = platforms.system_clock()
        policy = Keeper(paths.data_folder(), known_checks.shapes(), clock).start().policy
        settings = policy.controls[CHECK.id].settings
        register = settings.register if isinstance(settings, Settings) else ()
    return _give(chosen.output, vendor_sheet.write(register))


def _give(output: Path | None, made: str) -> int:
    if output is None:
        sys.stdout.write(made)
    else:
        _policy_file.write(output, made.encode())
    return FINE


_VERBS: dict[str, Callable[[argparse.Namespace, Texts], int]] = {
    "check": _check,
    "import": _import,
    "export": _export,
}

COMMAND = Command(arguments=arguments, run=run)


def read_register(file: str, words: Texts) -> tuple[Vendor, ...]:
    """Return the register of a file; its name's end tells a policy from a sheet.

    Raises:
        UsageError: it cannot be read, or is wrong; every problem is told with its line.

    """
    data = _policy_file.data(file)
    return _policy(data, file, words) if Path(file).suffix in YAML else _sheet(data, file, words)


def _sheet(data: bytes, file: str, words: Texts) -> tuple[Vendor, ...]:
    found = vendor_sheet.read(data)
    if found.problems:
        told = [
            words.say(
                "cli.vendors.problem-in" if one.column else "cli.vendors.problem",
                file=file,
                line=one.line,
                column=one.column,
                why=words.render(one.why),
            )
            for one in found.problems
        ]
        raise UsageError("\n".join(told), words.say("cli.vendors.nothing-read"))
    return found.vendors


def _policy(data: bytes, file: str, words: Texts) -> tuple[Vendor, ...]:
    problems = Problems(file)
    node = read(data, problems)
    if node is None:
        problems.refuse()
    meaning.examine(node, problems)
    place = _at(node)
    if place is None:
        raise UsageError(words.say("cli.vendors.no-register", file=file))
    settings = Judge(problems).value(place, record(Settings), ".".join(WAY))
    if problems.found or not isinstance(settings, Settings):
        problems.refuse()
    return settings.register


def _at(node: Node) -> Node | None:
    found: Node | None = node
    for key in WAY:
        rows = found.rows if isinstance(found, Table) else ()
        found = next((row.node for row in rows if row.key == key), None)
    return found
