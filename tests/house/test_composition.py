"""The agent is put together by constructor arguments, and what was made is changed by nobody else.

An attribute that another object assigns is a dependency that no signature tells, and a moment in
which a half-made object can be used.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "agentguard"
ROOMS = ("runtime", "engine", "retention", "store", "vault")
FILES = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))


def assigned_elsewhere(source: str) -> list[str]:
    """Return each assignment to an attribute of what is not `self`, with its line's number."""
    return [
        f"{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store | ast.Del)
        and not (isinstance(node.value, ast.Name) and node.value.id == "self")
        and not node.attr.startswith("__")  # the cause of an error that is being made
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_no_object_is_changed_by_another_after_it_was_made(file: Path) -> None:
    assert assigned_elsewhere(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    ["engine.give = f", "self.database.changed = f", "a.b, c = d", "agent.x += 1", "a.b: int = 1"],
)
def test_each_way_to_change_another_object_is_found(line: str) -> None:
    assert len(assigned_elsewhere(line)) == 1


def test_what_an_object_does_to_itself_is_its_own_matter() -> None:
    assert assigned_elsewhere("self.x = y.z\nx = a.b\nself.x += 1") == []
