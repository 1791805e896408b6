"""A module that a docstring names is there: `room.module`, perhaps with what it holds."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.source

ROOT = Path(__file__).parents[2]
CODE = ROOT / "agentguard"
NAMED = re.compile(r"`(?:agentguard\.)?([a-z_]+(?:\.[A-Za-z_]+)+)`")
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def named() -> Iterator[tuple[str, str]]:
    """Yield each dotted name that begins with a room, with the file that says it."""
    rooms = {path.name for path in CODE.iterdir() if (path / "__init__.py").exists()}
    for file in sorted(CODE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            said = ast.get_docstring(node) if isinstance(node, DOCUMENTED) else None
            for name in NAMED.findall(said or ""):
                if name.split(".")[0] in rooms:
                    yield file.relative_to(ROOT).as_posix(), name


@cache
def sentences() -> frozenset[str]:
    """Return the first two parts of every sentence's id: these are named by dots as well."""
    found = set()
    for file in (ROOT / "resources" / "text" / "en").glob("*.toml"):
        for first, rest in tomllib.loads(file.read_text(encoding="utf-8")).items():
            found |= {f"{first}.{second}" for second in rest} if isinstance(rest, dict) else {first}
    return frozenset(found)


def is_there(name: str) -> bool:
    """Check whether a dotted name leads to a module, and to a word within it."""
    place, parts = CODE, name.split(".")
    for at, part in enumerate(parts):
        if (place / part).is_dir():
            place /= part
            continue
        module = place / f"{part}.py"
        held = parts[at + 1 :] if module.exists() else parts[at:]
        source = module if module.exists() else place / "__init__.py"
        text = source.read_text(encoding="utf-8")
        return all(re.search(rf"\b{one}\b", text) for one in held[:1])
    return True


def test_a_module_that_a_docstring_names_is_there() -> None:
    every = [one for one in named() if ".".join(one[1].split(".")[:2]) not in sentences()]
    assert len(every) > 20
    assert [(file, name) for file, name in every if not is_there(name)] == []


def test_a_module_that_is_gone_is_seen() -> None:
    assert not is_there("ports.seen.Strikes")
    assert not is_there("ports.file_memory.Nobody")
    assert is_there("ports.file_memory.Strikes")
