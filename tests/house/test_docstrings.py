"""Docstrings say what a function returns by the words that Python's own documentation has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.source

ROOT = Path(__file__).parents[2]
HOMEMADE = re.compile(r"Give |Tell (whether|which|what|how|why|where|when|who|whose) ")
HANDED_OVER = frozenset(
    {
        "Give it up; return whether that gave any room.",
        "Give it up at this boot time, in seconds; return whether that gave room.",
        "Give the key to the signs.",
    }
)
"""Where something really is given, and what comes back is another thing."""


@cache
def returning() -> tuple[tuple[str, str], ...]:
    """Return each documented function that returns something, with its docstring's first line."""
    return tuple(documented())


def documented() -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / "agentguard").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            said, given = ast.get_docstring(node), node.returns
            nothing = given is None or (isinstance(given, ast.Constant) and given.value is None)
            if said and not nothing:
                place = f"{file.relative_to(ROOT).as_posix()}:{node.name}"
                yield place, said.splitlines()[0]


def test_what_is_returned_is_said_so() -> None:
    every = dict(returning())
    assert len(every) > 1000
    wrong = {
        place: line
        for place, line in every.items()
        if HOMEMADE.match(line) and line not in HANDED_OVER
    }
    assert wrong == {}, "begin with Return, Yield or Check, or say what the thing is"


def test_no_exception_is_left_without_its_function() -> None:
    assert {line for _, line in returning()} >= HANDED_OVER
