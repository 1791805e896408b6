"""What is imported keeps its name: a second name for a thing is a second word for one meaning."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.source

ROOT = Path(__file__).parents[2]
FILES = sorted(
    file
    for room in ("agentguard", "tools", "installer", "benchmarks", "tests")
    for file in (ROOT / room).rglob("*.py")
)
CUSTOMARY = {
    "Set as AbstractSet": "`set` is meant everywhere else; collections.abc advises it",
    "datetime as dt": "the module holds a class of its own name",
    "ElementTree as ET": "as the library's documentation writes it",
    "sqlalchemy as sa": "as migrations are written",
    "strategies as st": "as Hypothesis' documentation writes it",
}
ONE_IN_EACH = {"CHECK", "Settings", "FILE", "NAME"}
"""What every module of a room has; who needs two of them names them by their modules."""

LEFT = {
    "agentguard/platforms/_win32/clipboard.py": {"access", "forms"},
    "agentguard/platforms/_win32/clipboard_reader.py": {"access", "forms"},
    "agentguard/platforms/_win32/probes/software.py": {"answers"},
    "agentguard/service/run.py": {"written"},
    "agentguard/commands/demo.py": {"show"},
    "agentguard/platforms/_win32/recorder/_watching.py": {"of_users"},
    "agentguard/platforms/_win32/recorder/clipboards.py": {"access", "forms"},
}
"""Those that are still there; a file may only leave this list."""


def aliases(source: str, *, strict: bool) -> Iterator[str]:
    """Give the second names that a module gives; a test may where the name itself is taken."""
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    taken = {one.arg for one in nodes if isinstance(one, ast.arg)}
    taken |= {one.id for one in nodes if isinstance(one, ast.Name)}
    taken |= {one.name for one in nodes if isinstance(one, ast.FunctionDef | ast.ClassDef)}
    imported = [
        n for one in nodes if isinstance(one, ast.Import | ast.ImportFrom) for n in one.names
    ]
    taken |= {one.asname or one.name for one in imported}
    for one in imported:
        if one.asname in {None, one.name} or f"{one.name} as {one.asname}" in CUSTOMARY:
            continue
        free = one.name not in taken and one.name != "__main__" and "." not in one.name
        if one.name not in ONE_IN_EACH and (strict or free):
            yield str(one.asname)


def test_the_program_gives_no_second_names() -> None:
    code = [f for f in FILES if f.is_relative_to(ROOT / "agentguard")]
    found = {
        file.relative_to(ROOT).as_posix(): told
        for file in code
        if (told := set(aliases(file.read_text(encoding="utf-8"), strict=True)))
    }
    assert {name: told for name, told in found.items() if told - LEFT.get(name, set())} == {}


def test_elsewhere_one_is_given_only_where_the_name_is_taken() -> None:
    found = {
        file.relative_to(ROOT).as_posix(): told
        for file in FILES
        if not file.is_relative_to(ROOT / "agentguard")
        and (told := list(aliases(file.read_text(encoding="utf-8"), strict=False)))
    }
    assert {name: told for name, told in found.items() if set(told) - LEFT.get(name, set())} == {}


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("from a import told as chain", 1),
        ("import a.b as c", 1),
        ("from a import told as told", 0),
        ("from collections.abc import Set as AbstractSet", 0),
        ("from a import CHECK as DISKS", 0),
    ],
)
def test_a_second_name_is_found(line: str, count: int) -> None:
    assert len(list(aliases(line, strict=True))) == count
