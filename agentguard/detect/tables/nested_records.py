"""Nested records as text: each value behind its key and the keys above it, lists as tables."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.tables.columns import without_point
from agentguard.detect.tables.field_names import is_label, one_line, path, said
from agentguard.detect.tables.flat_objects import (
    KEPT,
    OPENING,
    Flat,
    Pairs,
    are_lines,
    may_be_wrapped,
)
from agentguard.detect.tables.sibling_fields import COLUMNS, NAMED, NAMING, RANKS
from agentguard.detect.tables.split_numbers import Parts, keep, numbered, together
from agentguard.detect.tables.table_rows import Table
from agentguard.detect.tables.typed_numbers import is_known, is_number, is_type, named_by

DEEPEST = 500
"""Levels that are told apart; what stands deeper counts as standing there."""

_MOST_ROW, _MOST_HELD = 2000, 50
_PRINTABLE = later(r"[^\x00-\x08\x0e-\x1f\x7f]+")

Nested = Callable[[str, tuple[str, ...]], str | None]
"""Reads a value that may be a document itself, under the names above it; None when it is none."""


@dataclass(slots=True)
class _Level:
    """What is known of the records at one depth."""

    is_list: bool
    names: tuple[str, ...]
    key: str = ""
    says: str = ""  # what a sibling called `name` or `label` says
    rank: int = 0
    later: list[tuple[str, str]] = field(default_factory=list)  # what such a sibling may name yet
    held: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    table: Table | None = None
    is_row: bool = False
    kind: str = ""  # what a sibling like "idType" says of one like "idNumber"
    parts: Parts = field(default_factory=dict)


class Records:
    """Takes the borders, keys and values of a document in order; gives text."""

    def __init__(self, nested: Nested, names: tuple[str, ...] = ()) -> None:
        self._nested = nested
        self._levels: list[_Level] = []
        self._above = names
        self._flat = Flat()
        self._too_deep = 0

    @property
    def is_open(self) -> bool:
        """Check whether a list or an object is open."""
        return bool(self._levels)

    def open(self, *, is_list: bool) -> str:
        """Begin a list or an object."""
        if len(self._levels) >= DEEPEST:
            self._too_deep += 1
            return ""
        parent = self._parent
        is_row = is_list and parent is not None and parent.is_list
        self._levels.append(_Level(is_list, self._names(parent), is_row=is_row))
        return self._plain_of(parent)

    def may_be_whole(self) -> bool:
        """Check whether it is worth while to read the object that begins as a whole."""
        depth = len(self._levels)
        return depth < DEEPEST and self._flat.may_write(depth)

    def whole(self, pairs: Pairs | None) -> str | None:
        """Take a whole object; None where its values have to be taken one by one."""
        text = self._flat.write(len(self._levels), self._names(self._parent), pairs)
        return None if text is None else self._plain_of(self._parent) + text

    @property
    def _parent(self) -> _Level | None:
        return self._levels[-1] if self._levels else None

    def _names(self, parent: _Level | None) -> tuple[str, ...]:
        """Return the keys above what begins."""
        if parent is None:
            return self._above
        return (*parent.names, parent.key)[-KEPT:] if parent.key else parent.names

    def _plain_of(self, parent: _Level | None) -> str:
        return self._plain(parent) if parent is not None and parent.is_list else ""

    def close(self, *, is_list: bool) -> str:
        """End a list or an object; one that was not begun is passed over."""
        if self._too_deep:
            self._too_deep -= 1
            return ""
        if not self._levels:
            return ""
        if self._levels[-1].is_list is not is_list:  # an end is missing, or this one is too many
            outer = self._levels[-2] if len(self._levels) > 1 else None
            if outer is None or outer.is_list is not is_list:
                return ""
            return self.close(is_list=not is_list) + self.close(is_list=is_list)
        level = self._levels.pop()
        text = level.table.close() if level.table is not None else ""
        if not level.is_list:
            text += "".join(self._held(level, key, value) for key, value in level.later)
            return text + "".join(numbered(level.parts, level.names))
        return text + (self._row(level) if level.is_row else self._plain(level))

    def close_all(self) -> str:
        """End what was never ended."""
        self._too_deep = 0
        return "".join(self.close(is_list=self._levels[-1].is_list) for _ in self._levels[:])

    def key(self, key: str) -> None:
        """Take the key of the next value."""
        if self._levels:
            self._levels[-1].key = one_line(key)

    def value(self, value: str) -> str:
        """Take a value."""
        level = self._levels[-1]
        value = without_point(value)
        if level.is_list:
            level.held.append(value)
            return self._plain(level) if len(level.held) >= _MOST_ROW else ""
        keep(level.parts, level.key, value)
        text = self._of_a_kind(level, value)
        return text if text is not None else self._named(level, value)

    def _named(self, level: _Level, value: str) -> str:
        """Take a value that may name others, or be named by one."""
        low = level.key.lower()
        if low in NAMING and is_label(value):
            self._take_name(level, low, value)
            # Without the keys above, so that what belongs together stays near.
            return self._inside(value, (*level.names, low)) or said(level.key, value)
        if low in NAMED and not level.says and len(level.later) < _MOST_HELD:
            level.later.append((level.key, value))
            return ""
        if low in NAMED:
            return self._late(level, level.key, value)
        return self._late(level, level.key, value, says="")

    def _take_name(self, level: _Level, key: str, value: str) -> None:
        """Take what names the values beside it, unless more was said already."""
        rank = RANKS.get(key, max(RANKS.values()) + 1)
        if key == "path":  # of a change (RFC 6902): where the value goes (RFC 6901)
            value = value.rpartition("/")[2] if value.startswith("/") else ""
        if value and rank >= level.rank:
            level.says, level.rank = one_line(value), rank

    def _of_a_kind(self, level: _Level, value: str) -> str | None:
        """Write a number behind its kind, or keep it until that is said; None for what is none."""
        if is_type(level.key) and is_label(value) and is_known(value):
            level.kind = value
        elif is_number(level.key, own=not level.kind):
            if level.kind:
                return said(named_by(level.kind, level.key), value)
            if len(level.later) < _MOST_HELD:
                level.later.append((level.key, value))
                return ""
        return None

    def _held(self, level: _Level, key: str, value: str) -> str:
        """Write a value that waited for a sibling that may say what it is."""
        if key.lower() in NAMED:
            return self._late(level, key, value)
        if level.kind:
            return said(named_by(level.kind, key), value)
        return self._late(level, key, value, says="")

    def _late(self, level: _Level, key: str, value: str, says: str | None = None) -> str:
        """Write a value by a sibling that says what it is, or by its keys."""
        names = (*level.names, key)
        name = level.says if says is None else says
        return self._inside(value, names) or said(name or path(names) or key, value)

    def _plain(self, level: _Level) -> str:
        """Return the values of a list, each behind the list's name."""
        values, level.held = level.held, []
        name = path(level.names)
        parent = self._levels[-1] if self._levels else level
        if parent.key.lower() in COLUMNS and not parent.is_list and all(map(is_label, values)):
            parent.columns = [one_line(value) for value in values]
        if are_lines(values):
            return said(name, "\n".join(values))
        each = "".join(self._inside(v, level.names) or said(name, v) for v in values)
        return each + together(name, values)

    def _row(self, level: _Level) -> str:
        """Return a list within a list as a row of a table."""
        parent = self._levels[-1] if self._levels else None
        if parent is None or not level.held:
            return self._plain(level)
        text = ""
        if parent.table is None:
            parent.table = Table()
            if columns := self._columns():
                parent.table.put(dict(enumerate(columns)))
        return text + parent.table.put(dict(enumerate(level.held)))

    def _columns(self) -> list[str]:
        """Return the names that a sibling of the table gave to its columns."""
        objects = [level for level in self._levels if not level.is_list]
        return objects[-1].columns if objects else []

    def _inside(self, value: str, names: tuple[str, ...]) -> str:
        """Read what is wrapped in a value: a document of its own, or base64 of text."""
        if value[:1] in OPENING and (text := self._nested(value, names)) is not None:
            return text
        text = ""
        if may_be_wrapped(value):
            plain = b64decode(value)
            shown = plain.decode("ascii", "replace")
            if "\ufffd" not in shown and _PRINTABLE.fullmatch(shown):
                text = said(path(names), value) + (self._nested(shown, names) or f"{shown}\n")
        return text
