"""What is made from the code and kept beside it: `python3 dev.py made` writes all of it anew.

The catalogue of checks, the schema of policies, the table of what each control proves, plural forms
and dates of each language, and the templates for Group Policy. Tests hold that what is kept is what
would be made. Two others are made apart: `tools/known_kinds.py`, which must come first, and the
page of kinds, whose examples are drawn by its tests.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from agentguard import checks
from agentguard.base import mappings, translations
from agentguard.base.plugins import discover
from agentguard.checks.base import Check
from agentguard.commands.catalogue import as_json, catalogue
from agentguard.model.proofs import Relation
from agentguard.policy.schema import json_schema
from agentguard.runtime import known_checks
from installer.policy import templates
from tools import cldr

ROOT = Path(__file__).parents[1]
HEAD = "| control | measures | disproves | supports | not proved |\n|---|---|---|---|---|\n"
NOTHING = "\N{EN DASH}"
REQUIREMENTS = "docs/requirements.md"


def files() -> Mapping[str, str]:
    """Return the text of every file that is made, by its path in the project."""
    kept = (ROOT / REQUIREMENTS).read_text(encoding="utf-8")
    schema = json.dumps(json_schema(known_checks.shapes()), indent=2, ensure_ascii=False) + "\n"
    return {
        "resources/catalogue.json": as_json(catalogue(translations.load())),
        "policies/policy.schema.json": schema,
        REQUIREMENTS: with_claims(kept),
        "agentguard/base/cldr.py": cldr.source(),
        **{f"installer/policy/{place}": data.decode() for place, data in templates.made()},
    }


def with_claims(page: str) -> str:
    """Return the page for auditors with its table of all controls as they are now."""
    before, _, rest = page.partition(HEAD)
    _, blank, after = rest.partition("\n\n")
    table = "\n".join(_claims())
    return f"{before}{HEAD}{table}{blank}{after}"


def _claims() -> list[str]:
    """Return a line for each control, by measure and id."""
    words = translations.load()
    lines = []
    for check in sorted(discover(checks, "CHECK", Check), key=lambda c: (c.measure, c.id)):
        by = (
            [p.number for p in mappings.of_check(check.id) if p.relation is one] for one in Relation
        )
        cells = " | ".join(", ".join(numbers) or NOTHING for numbers in by)
        lines.append(f"| `{check.id}` | {cells} | {words.say(f'{check.id}.not')} |")
    return lines


def main() -> None:
    """Write every file, and say which ones changed."""
    for name, text in files().items():
        file = ROOT / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
            sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main()
