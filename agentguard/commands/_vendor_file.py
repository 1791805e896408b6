"""Reads the vendor register of a file: CSV, a policy, or a piece of one."""

from __future__ import annotations

from pathlib import Path

from agentguard.base.errors import UsageError
from agentguard.base.translations import Texts
from agentguard.checks.vendors import CHECK, Settings
from agentguard.commands import _policy_file
from agentguard.model.vendors import Vendor
from agentguard.policy import meaning
from agentguard.policy.problems import Problems
from agentguard.policy.spec import record
from agentguard.policy.tree import Node, Table, read
from agentguard.policy.validation import Judge
from agentguard.software import vendor_sheet

YAML = frozenset({".yaml", ".yml"})
WAY = ("controls", CHECK.id, "settings")


def register(file: str, words: Texts) -> tuple[Vendor, ...]:
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
