"""Row 84: whoever reads the wall clock, or deletes at the endpoint, was thought about once."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.source

ROOT = Path(__file__).parents[2] / "agentguard"
LIST = Path(__file__).with_name("wall.toml")
JUDGED = {"lived", "told", "expires", "evidence", "cache", "asked", "clock"}
READ = {"wall", "st_mtime"}
CLOCKS = ("sensors/lived_clock.py",)
DELETES = {"delete", "arrays.gone"}
REMOVES = (*CLOCKS, "vault/", "server/", "store/", "mfa/", "custody.py")
"""Where something is removed or ends, and what it is judged by: there each function is named."""


def readers(tree: ast.AST, *, deletes: bool, name: str = "") -> Iterator[str]:
    """Give the functions that read the wall clock, a file's time, or build a DELETE."""
    for node in ast.iter_child_nodes(tree):
        inner = name
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = f"{name}.{node.name}" if name else node.name
        if _reads(node) or (deletes and _called(node) in DELETES):
            yield name
        yield from readers(node, deletes=deletes, name=inner)


def _reads(node: ast.AST) -> bool:
    if _called(node) in {"time.time", "datetime.now", "datetime.utcnow", "date.today"}:
        return True
    return isinstance(node, ast.Attribute) and node.attr in READ and isinstance(node.ctx, ast.Load)


def _called(node: ast.AST) -> str:
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def found() -> set[tuple[str, str]]:
    """Give every such function of the program, by file and name."""
    every: set[tuple[str, str]] = set()
    for path in ROOT.rglob("*.py"):
        file = path.relative_to(ROOT).as_posix()
        tree = ast.parse(path.read_text("utf-8"))
        every |= {(file, who) for who in readers(tree, deletes=file.startswith("server/"))}
    return every


def listed() -> list[dict[str, Any]]:
    return list(tomllib.loads(LIST.read_text("utf-8"))["use"])


def covers(use: dict[str, Any], file: str, who: str) -> bool:
    named = str(use["file"])
    place = file.startswith(named) if named.endswith("/") else file == named
    whole = use["who"] == ["*"] and not file.startswith(REMOVES)
    return place and (whole or who in list(use["who"]))


def test_row_84_every_reader_of_the_wall_clock_is_listed_with_its_reason() -> None:
    new = [(f, w) for f, w in sorted(found()) if not any(covers(u, f, w) for u in listed())]
    assert not new, f"Judge by `LivedClock.age` what removes, then list it in {LIST.name}: {new}"


def test_row_84_what_is_listed_is_there() -> None:
    every = found()
    for use in listed():
        for who in use["who"]:
            assert any(covers({**use, "who": [who]}, *one) for one in every), (use["file"], who)
        assert use["judged"] in JUDGED
        assert use["why"]


def test_row_84_where_something_is_removed_each_function_is_named() -> None:
    for use in listed():
        if use["who"] == ["*"]:
            assert not str(use["file"]).startswith(REMOVES), use["file"]


def test_row_84_what_is_said_of_a_whole_folder_says_nothing_of_its_clocks() -> None:
    assert covers({"file": "sensors/", "who": ["*"]}, "sensors/sweep.py", "f")
    assert not covers({"file": "sensors/", "who": ["*"]}, "sensors/lived_clock.py", "f")
    assert all((ROOT / one).is_file() for one in CLOCKS)


def test_row_84_a_new_reader_is_found() -> None:
    source = "class A:\n  def f(self):\n    return self.clock.now().wall\nx = time.time()\n"
    assert set(readers(ast.parse(source), deletes=False)) == {"A.f", ""}
    assert set(readers(ast.parse("def g(c):\n  c.execute(delete(t))"), deletes=True)) == {"g"}
    assert set(readers(ast.parse("_GONE = arrays.gone(t, 'id')"), deletes=True)) == {""}
