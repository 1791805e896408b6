"""No page gives a name of its own to what every page is given: its scripts would read the other."""

from __future__ import annotations

import ast
from pathlib import Path

from jinja2 import nodes

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


def own() -> set[tuple[str, str]]:
    """Return the names that templates give to what they import, write and set, with their file."""
    engine, found = environment(translations.load()), set()
    for file in (Path(console.__file__).parent / "templates").glob("*.html"):
        tree = engine.parse(file.read_text(encoding="utf-8"))
        for node in tree.find_all((nodes.FromImport, nodes.Macro, nodes.Assign)):
            if isinstance(node, nodes.FromImport):
                names = [one if isinstance(one, str) else one[1] for one in node.names]
            elif isinstance(node, nodes.Macro):
                names = [node.name]
            else:
                names = [one.name for one in node.find_all(nodes.Name) if one.ctx == "store"]
            found |= {(file.name, one) for one in names}
    return found


def test_no_page_hides_what_every_page_is_given() -> None:
    everywhere = set(environment(translations.load()).globals)
    assert "spans" in everywhere
    assert len(given()) > 100
    assert [one for one in sorted(given()) if one[1] in everywhere] == []


def test_no_template_hides_what_every_page_is_given() -> None:
    everywhere = set(environment(translations.load()).globals)
    assert len(own()) > 100
    assert [one for one in sorted(own()) if one[1] in everywhere] == []
