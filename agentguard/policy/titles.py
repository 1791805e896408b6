"""Judges the patterns of window titles: each must be one of RE2."""

from __future__ import annotations

import re2

from agentguard.policy.problems import Problems, quote
from agentguard.policy.tree import Items, Node, Scalar, Table

PATH = ("controls", "reauth", "settings", "groups")
MEMORY = 1 << 20


def examine_titles(root: Node, problems: Problems) -> None:
    """Note the patterns that cannot be used."""
    node: Node | None = root
    for key in PATH:
        node = _row(node, key)
    for place, group in enumerate(_items(node), 1):
        for index, title in enumerate(_items(_row(group, "titles")), 1):
            if isinstance(title, Scalar) and isinstance(title.value, str):
                _judge(title, title.value, f"{'.'.join(PATH)}[{place}].titles[{index}]", problems)


def _judge(node: Scalar, pattern: str, path: str, problems: Problems) -> None:
    options = re2.Options()
    options.max_mem, options.log_errors = MEMORY, False
    try:
        re2.compile(pattern, options)
    except re2.error:
        problems.add(node.line, "title-pattern", path=path, value=quote(pattern))


def _items(node: Node | None) -> tuple[Node, ...]:
    return tuple(node.items) if isinstance(node, Items) else ()


def _row(node: Node | None, key: str) -> Node | None:
    rows = node.rows if isinstance(node, Table) else ()
    return next((row.node for row in rows if row.key == key), None)
