"""Judges a tree by a spec: values with every default filled in, or problems with their lines."""

from __future__ import annotations

import re
from dataclasses import MISSING

from agentguard.policy.problems import Problems, did_you_mean, quote
from agentguard.policy.spec import (
    Choice,
    Flag,
    Listing,
    Record,
    Spec,
    Whole,
    Words,
)
from agentguard.policy.tree import Items, Node, Scalar, Table

OWN_KEY = "x_"
"""Keys that begin so are an admin's own notes; they are read over."""

WRONG = object()
"""Stands for a value that could not be made."""


class Judge:
    """Gives values for nodes. A node that is wrong gives WRONG and a problem."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems

    def value(self, node: Node, spec: Spec, path: str) -> object:
        """Return the value of a node; `path` is how its place is called in a problem."""
        match spec:
            case Record():
                return self._record(node, spec, path)
            case Listing():
                return self._listing(node, spec, path)
            case Choice():
                return self._choice(node, spec, path)
            case Whole():
                return self._whole(node, spec, path)
            case Flag():
                return self._flag(node, path)
            case Words():
                return self._words(node, spec, path)

    def _wrong(self, node: Node, id_: str, path: str, /, **params: str | int) -> object:
        """Note a problem, unless the tree's reader has noted one for the value already."""
        if not (isinstance(node, Scalar) and node.value is None):
            self._problems.add(node.line, id_, path=path, **params)
        return WRONG

    def _record(self, node: Node, spec: Record, path: str) -> object:
        if not isinstance(node, Table):
            return self._wrong(node, "not-a-table", path or "the policy", keys=_names(spec))
        seen: dict[str, object] = {}
        for row in node.rows:
            if entry := spec.entries.get(row.key):
                seen[row.key] = self.value(row.node, entry.spec, _join(path, row.key))
            elif not row.key.startswith(OWN_KEY):
                self._unknown(row.line, row.key, spec, path)
        values: dict[str, object] = {}
        for name, entry in spec.entries.items():
            values[name] = seen.get(name, entry.default)
            if values[name] is MISSING:
                self._wrong(node, "missing", _join(path, name), doc=entry.doc)
        return self._make(spec, values, seen)

    @staticmethod
    def _make(spec: Record, values: dict[str, object], seen: dict[str, object]) -> object:
        if MISSING in values.values() or any(value is WRONG for value in seen.values()):
            return WRONG
        return spec.make(**values)

    def _unknown(self, line: int, key: str, spec: Record, path: str) -> None:
        known = tuple(spec.entries)
        hint = "" if self._problems.full() else did_you_mean(key, known)
        self._problems.add(
            line,
            "unknown-key" if known else "no-keys",
            key=quote(_join(path, key)),
            hint=hint,
            keys=_names(spec),
        )

    def _listing(self, node: Node, spec: Listing, path: str) -> object:
        if not isinstance(node, Items):
            return self._wrong(node, "not-a-list", path)
        if not spec.least <= len(node.items) <= spec.most:
            return self._wrong(node, "list-length", path, least=spec.least, most=spec.most)
        values = [self.value(n, spec.item, f"{path}[{i}]") for i, n in enumerate(node.items, 1)]
        if isinstance(spec.item, Choice):
            self._once(node, values, path)
        return WRONG if any(value is WRONG for value in values) else tuple(values)

    def _once(self, node: Items, values: list[object], path: str) -> None:
        for index, value in enumerate(values):
            if value is not WRONG and value in values[:index]:
                self._wrong(node.items[index], "listed-twice", path, value=str(value))

    def _choice(self, node: Node, spec: Choice, path: str) -> object:
        allowed = ", ".join(spec.options)
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            return self._wrong(node, "not-a-choice", path, allowed=allowed)
        if node.value not in spec.options:
            hint = did_you_mean(node.value, tuple(spec.options))
            word = quote(node.value)
            return self._wrong(node, "unknown-choice", path, value=word, allowed=allowed, hint=hint)
        return spec.options[node.value]

    def _whole(self, node: Node, spec: Whole, path: str) -> object:
        value = node.value if isinstance(node, Scalar) else ""
        if isinstance(value, bool) or not isinstance(value, int):
            return self._wrong(node, "not-a-number", path, low=spec.low, high=spec.high)
        if not spec.low <= value <= spec.high:
            return self._wrong(
                node, "out-of-range", path, value=value, low=spec.low, high=spec.high
            )
        return value

    def _flag(self, node: Node, path: str) -> object:
        if not isinstance(node, Scalar) or not isinstance(node.value, bool):
            return self._wrong(node, "not-a-flag", path)
        return node.value

    def _words(self, node: Node, spec: Words, path: str) -> object:
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            return self._wrong(node, "not-a-text", path)
        if len(node.value) > spec.longest:
            return self._wrong(node, "too-long", path, most=spec.longest)
        if spec.pattern is not None and not re.fullmatch(spec.pattern, node.value):
            allowed = spec.doc or spec.pattern
            return self._wrong(node, "wrong-form", path, value=quote(node.value), allowed=allowed)
        return node.value


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _names(spec: Record) -> str:
    return ", ".join(spec.entries)
