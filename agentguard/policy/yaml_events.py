"""Builds a policy's tree from the events of ruamel, which is only there while a policy is read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NoReturn

from ruamel.yaml import YAML, events
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from agentguard.policy.nodes import Items, Node, Row, Scalar, Stop, Table
from agentguard.policy.problems import Problems, quote

MOST_DEPTH = 16
MOST_VALUES = 20_000

INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
FRACTION = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
EMPTY = frozenset({"", "~", "null", "Null", "NULL"})
FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def _stream(text: str, problems: Problems) -> Iterator[events.Event]:
    """Yield ruamel's events; its errors, of whatever kind, become one problem with its line."""
    line = 1
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            line = event.start_mark.line + 1 if event.start_mark else line
            yield event
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if "end of stream" in str(error.problem):
            mark = error.context_mark or mark  # where the quote was opened helps more
        found = quote(str(error.problem or error.context or ""))
        problems.add(mark.line + 1 if mark else line, "not-yaml", why=found)
        raise Stop from None
    except ReaderError as error:
        problems.add(text.count("\n", 0, error.position) + 1, "bad-character")
        raise Stop from None
    except (YAMLError, ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        problems.add(line, "not-yaml", why=type(error).__name__)
        raise Stop from None


class Builder:
    """Builds the tree from the events of one document, with the limits kept on the way."""

    def __init__(self, text: str, problems: Problems) -> None:
        self._problems = problems
        self._events = _stream(text, problems)
        self._values = 0

    def document(self) -> Node | None:
        """Return the root of the one document; None where there is none, which is a problem.

        Raises:
            Stop: a limit was broken, or it is no YAML.

        """
        root: Node | None = None
        documents = 0
        for event in self._events:
            if isinstance(event, events.DocumentStartEvent):
                documents += 1
                self._open(event, documents)
            elif isinstance(event, events.NodeEvent):
                root = self._node(event, 1)
        if root is None:
            self._problems.add(1, "nothing")
        return root

    def _open(self, event: events.DocumentStartEvent, documents: int) -> None:
        line = event.start_mark.line + 1
        if documents > 1:
            self._stop(line, "two-documents")
        if event.version or event.tags:
            self._stop(line, "directive")

    def _stop(self, line: int, id_: str, /, **params: str | int) -> NoReturn:
        self._problems.add(line, id_, **params)
        raise Stop

    def _node(self, event: events.Event, depth: int) -> Node:
        line = event.start_mark.line + 1
        self._values += 1
        if depth > MOST_DEPTH:
            self._stop(line, "too-deep", most=MOST_DEPTH)
        if self._values > MOST_VALUES:
            self._stop(line, "too-many", most=MOST_VALUES)
        if isinstance(event, events.AliasEvent) or getattr(event, "anchor", None) is not None:
            self._stop(line, "anchor")
        if getattr(event, "ctag", None) is not None:
            self._stop(line, "tag")
        if isinstance(event, events.ScalarEvent):
            return self._scalar(event, line)
        if isinstance(event, events.SequenceStartEvent):
            return self._items(line, depth)
        return self._table(line, depth)

    def _items(self, line: int, depth: int) -> Items:
        found: list[Node] = []
        for event in self._events:
            if isinstance(event, events.SequenceEndEvent):
                break
            found.append(self._node(event, depth + 1))
        return Items(line=line, items=tuple(found))

    def _table(self, line: int, depth: int) -> Table:
        rows: dict[str, Row] = {}
        for event in self._events:
            if isinstance(event, events.MappingEndEvent):
                break
            at = event.start_mark.line + 1
            key = self._key(event, depth, at)
            node = self._value(next(self._events), depth + 1, at)
            if key in rows:
                self._problems.add(at, "twice", key=quote(key), first=rows[key].line)
            else:
                rows[key] = Row(line=at, key=key, node=node)
        return Table(line=line, rows=tuple(rows.values()))

    def _value(self, event: events.Event, depth: int, line: int) -> Node:
        """Build a key's value; one that is not there has its mark lines below its key."""
        if isinstance(event, events.ScalarEvent) and event.style is None and not event.value:
            self._values += 1
            return self._bad(line, "empty")
        return self._node(event, depth)

    def _key(self, event: events.Event, depth: int, line: int) -> str:
        if not isinstance(event, events.ScalarEvent):
            self._stop(line, "key")
        self._node(event, depth)
        return str(event.value)

    def _scalar(self, event: events.ScalarEvent, line: int) -> Scalar:
        text = str(event.value)
        if event.style is not None:
            return self._words(text, line)
        if text in EMPTY:
            return self._bad(line, "empty")
        if text in FLAGS:
            return Scalar(line=line, value=FLAGS[text])
        if INTEGER.fullmatch(text):
            return Scalar(line=line, value=int(text))
        if FRACTION.fullmatch(text):
            return self._bad(line, "fraction", value=quote(text))
        return self._words(text, line)

    def _words(self, text: str, line: int) -> Scalar:
        """Refuse what an escape may have brought in: control characters, other normal forms."""
        if not unicodedata.is_normalized("NFC", text):
            return self._bad(line, "not-nfc")
        if any(unicodedata.category(c) in {"Cc", "Cs"} and c != "\n" for c in text):
            return self._bad(line, "bad-character")
        return Scalar(line=line, value=text)

    def _bad(self, line: int, id_: str, /, **params: str | int) -> Scalar:
        self._problems.add(line, id_, **params)
        return Scalar(line=line, value=None)
