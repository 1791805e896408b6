"""Which module imports which, read from the sources of a package without importing it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class When(Enum):
    """When an import is carried out."""

    LOAD = "load"
    DEFERRED = "deferred"
    TYPES = "types"  # below TYPE_CHECKING: never


@dataclass(frozen=True, slots=True)
class Import:
    """One module of the package needs another."""

    importer: str
    imported: str
    when: When


def modules(folder: Path) -> dict[str, Path]:
    """Return the modules of the package in `folder` by their dotted names."""
    found = {}
    for file in sorted(folder.rglob("*.py")):
        parts = file.relative_to(folder.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports(known: dict[str, Path]) -> set[Import]:
    """Return every import between the given modules; one of itself is none."""
    return {
        Import(name, imported, when)
        for name, file in known.items()
        for when, node in _statements(ast.parse(file.read_text(encoding="utf-8")), When.LOAD)
        for imported in _targets(node, known)
        if imported != name
    }


def _statements(node: ast.AST, when: When) -> Iterator[tuple[When, ast.Import | ast.ImportFrom]]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield when, node
    elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
        yield from _all(node.body, When.TYPES)
        yield from _all(node.orelse, when)
    elif isinstance(node, ast.expr):
        return  # it holds no statement, and most of a source is expressions
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        inside = When.DEFERRED if when is When.LOAD else when
        yield from _all(ast.iter_child_nodes(node), inside)
    else:
        yield from _all(ast.iter_child_nodes(node), when)


def _all(
    nodes: Iterator[ast.AST] | list[ast.stmt], when: When
) -> Iterator[tuple[When, ast.Import | ast.ImportFrom]]:
    for node in nodes:
        yield from _statements(node, when)


def _targets(node: ast.Import | ast.ImportFrom, known: dict[str, Path]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in known)
    elif node.module:
        for alias in node.names:
            whole = f"{node.module}.{alias.name}"
            if target := whole if whole in known else node.module if node.module in known else "":
                yield target
