"""What becomes a number is asked for digits that Python counts with.

`"²".isdigit()` is true and `int("²")` raises: whoever sends or writes such a sign must get an
answer, not a mistake of the program.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.source


def asked(tree: ast.AST, method: str) -> set[str]:
    """Return what a piece of code asks this of."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {
        ast.unparse(call.func.value)
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == method
    }


def counted(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield where a piece of code makes a number of what, without what is cut off or said of it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "int" and node.args:
            value = node.args[0]
            if isinstance(value, ast.Subscript):
                value = value.value
            yield node.lineno, ast.unparse(value).removeprefix("str(").removesuffix(")")


def of_bytes(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Check whether a function is given bytes, of which only ASCII's digits are any."""
    kinds = (one.annotation for one in function.args.args if one.annotation is not None)
    return "bytes" in map(ast.unparse, kinds)


def mistaken(source: str) -> list[int]:
    """Return the lines where something is asked `isdigit`, and becomes a number for that."""
    found = set()
    for tree in ast.walk(ast.parse(source)):
        if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef) and not of_bytes(tree):
            sure = asked(tree, "isascii") | asked(tree, "isdecimal")
            unsure = {one.removeprefix("str(").removesuffix(")") for one in asked(tree, "isdigit")}
            found |= {line for line, value in counted(tree) if value in unsure - sure}
    return sorted(found)


def test_the_rule_sees_what_it_is_about() -> None:
    assert mistaken("def f(x):\n    return int(x) if x.isdigit() else 0") == [2]
    assert mistaken("def f(x):\n    return [int(y) for y in x if str(y).isdigit()]") == [2]
    assert mistaken("def f(x):\n    return int(x) if x.isascii() and x.isdigit() else 0") == []
    assert mistaken("def f(x: bytes):\n    return int(x) if x.isdigit() else 0") == []
    assert mistaken("def f(x):\n    return int(x) if x.isdecimal() else 0") == []


def test_what_becomes_a_number_is_asked_for_decimal_digits() -> None:
    files = (path for room in ("agentguard", "tools") for path in (ROOT / room).rglob("*.py"))
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in files
        for line in mistaken(path.read_text(encoding="utf-8"))
    }
    assert sorted(found) == []
