"""Every row of the failure matrix that is promised has tests, and none of them is left out."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.source

ROOT = Path(__file__).parents[2]
FAULTS = ROOT / "tests" / "faults"
MATRIX = FAULTS / "matrix.toml"
ROWS = tomllib.loads(MATRIX.read_text(encoding="utf-8"))["row"]
FIELDS = {"number", "fault", "expected", "tests"}
LEAVING_OUT = {"skip", "skipif", "xfail", "importorskip"}
NAMED = re.compile(r"def (test_row_(\d{2,3})_\w+)")


@cache
def tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


@cache
def marks_of(file: str) -> tuple[ast.AST, ...]:
    """Give what marks every test of a file."""
    return tuple(n for n in tree(file).body if "pytestmark" in ast.unparse(n).split("=")[0])


def leaves_out(node: ast.AST) -> bool:
    """Tell whether a test, or what stands around it, is marked as left out."""
    return any(
        (isinstance(n, ast.Attribute) and n.attr in LEAVING_OUT)
        or (isinstance(n, ast.Name) and n.id in LEAVING_OUT)
        for n in ast.walk(node)
    )


def problem(test: str) -> str:
    """Say what is wrong with a test's id `file::Class::test`, without its parameters."""
    file, *names = test.split("::")
    if not (ROOT / file).is_file():
        return f"{file} is not there"
    here: ast.AST = tree(file)
    marks = [*marks_of(file)]
    for name in names:
        found = [n for n in getattr(here, "body", ()) if getattr(n, "name", "") == name]
        if len(found) != 1:
            return f"{test} is there {len(found)} times"
        here = found[0]
        marks += here.decorator_list
    if not isinstance(here, ast.FunctionDef) or not here.name.startswith("test_"):
        return f"{test} is no test"
    return f"{test} is left out" if any(map(leaves_out, (*marks, here))) else ""


def test_rows_are_whole_and_in_order() -> None:
    assert [set(row) for row in ROWS if set(row) != FIELDS] == []
    numbers = [row["number"] for row in ROWS]
    assert numbers == sorted(set(numbers)), "one entry a row, in the order of their numbers"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['number']:02}")
def test_a_row_is_held_by_tests_that_run(row: dict[str, object]) -> None:
    tests = row["tests"]
    assert isinstance(tests, list)
    assert tests, "a row without a test is not held"
    assert len(set(tests)) == len(tests)
    assert [told for told in map(problem, tests) if told] == []


def test_a_test_that_names_a_row_is_listed_there() -> None:
    listed = {(row["number"], test.rsplit("::", 1)[-1]) for row in ROWS for test in row["tests"]}
    named = {
        (int(number), name)
        for file in FAULTS.glob("test_*.py")
        for name, number in NAMED.findall(file.read_text(encoding="utf-8"))
    }
    assert named <= listed
