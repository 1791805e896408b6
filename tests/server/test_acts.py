"""The audit log tells in words what was done: no act that the endpoint writes is without them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard import server
from agentguard.base.translations import load

WORDS = load()
ROOT = Path(server.__file__).parent
NOTED = frozenset({"note", "looked", "_do"})
"""The functions that are given an act, in `store.audit` and in the console's pages."""


def acts() -> Iterator[tuple[str, str]]:
    """Give (file, act) of every act that stands in the endpoint's source as it is."""
    for file in sorted(ROOT.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) in NOTED:
                yield from ((file.name, act) for act in _strings(node))
            elif isinstance(node, ast.Assign) and any(_name(t) == "act" for t in node.targets):
                yield from ((file.name, act) for act in _strings(node.value))


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _strings(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            text = one.value
            parts = text.split(".")
            if len(parts) == 2 and all(p and p.replace("-", "").isalpha() for p in parts):
                yield text


FOUND = sorted(set(acts()))


def test_the_walk_finds_what_it_must() -> None:
    assert {("desk.py", "desk.seen"), ("opened_desks.py", "break-glass.made")} <= set(FOUND)
    assert len(FOUND) > 40


@pytest.mark.parametrize(("file", "act"), FOUND)
def test_every_act_has_its_words(file: str, act: str) -> None:
    assert WORDS.has(f"console.act.{act}"), file
