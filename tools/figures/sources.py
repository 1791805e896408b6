"""What can be counted in source files one by one."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

LONG = 40
"""Lines of a function that is called long."""
_HOLDERS = (ast.stmt, ast.excepthandler, ast.match_case)
_IGNORE = re.compile(r"#\s*type:\s*ignore\b")
_NOQA = re.compile(r"#\s*noqa\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What was counted; lines are those that are not blank."""

    files: int
    lines: int
    functions: int
    long_functions: int
    type_ignores: int
    noqas: int


def count(files: Iterable[Path]) -> Count:
    """Count files, lines, functions and suppressions."""
    texts = [file.read_text(encoding="utf-8") for file in files]
    lengths = [length for text in texts for length in _functions(text)]
    comments = [comment for text in texts for comment in _comments(text)]
    return Count(
        files=len(texts),
        lines=sum(map(lines, texts)),
        functions=len(lengths),
        long_functions=sum(length > LONG for length in lengths),
        type_ignores=sum(bool(_IGNORE.search(one)) for one in comments),
        noqas=sum(bool(_NOQA.search(one)) for one in comments),
    )


def lines(text: str) -> int:
    """Count the lines that are not blank."""
    return sum(1 for line in text.splitlines() if line.strip())


def _functions(text: str) -> list[int]:
    return [
        node.end_lineno - node.lineno + 1
        for node in statements(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements below a node and what groups them; no expression holds one."""
    for inside in ast.iter_child_nodes(node):
        if isinstance(inside, _HOLDERS):
            yield inside
            yield from statements(inside)


def _comments(text: str) -> list[str]:
    """Return the comments of a text that has one which is counted; to take it apart is slow."""
    if not (_IGNORE.search(text) or _NOQA.search(text)):
        return []
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]
