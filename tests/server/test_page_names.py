"""No page gives a name of its own to what every page is given: its scripts would read the other."""

from __future__ import annotations

import ast
from pathlib import Path

from agentguard.base import translations
from agentguard.server import console
from agentguard.server.console.site import environment


def given() -> set[tuple[str, str]]:
    """Return the names that the console's modules give to pages, each with its file."""
    found = set()
    for file in Path(console.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            called = getattr(node, "func", None)
            if isinstance(node, ast.Call) and getattr(called, "id", "") in {"page", "part"}:
                found |= {(file.name, one.arg) for one in node.keywords if one.arg}
    return found


def test_no_page_hides_what_every_page_is_given() -> None:
    everywhere = set(environment(translations.load()).globals)
    assert "spans" in everywhere
    assert len(given()) > 100
    assert [one for one in sorted(given()) if one[1] in everywhere] == []
