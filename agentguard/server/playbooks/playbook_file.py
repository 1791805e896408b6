"""Reads a playbook strictly: whatever is wrong is told with its line, and what is allowed.

A playbook is YAML of 64 KiB at most: tables, lists and plain values; no anchors, no tags, no key
that is not known. A time is a whole number with `m`, `h` or `d`, such as `30m`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from agentguard.base import translations
from agentguard.base.errors import PlaybookError
from agentguard.model.messages import Param, say
from agentguard.server.playbooks.playbook import (
    Act,
    Ask,
    Due,
    Grade,
    Phase,
    Playbook,
    Step,
    Told,
    Who,
)

MOST_BYTES = 64 * 1024
LONGEST_TITLE, LONGEST_WORDS, LONGEST_SOURCE = 120, 600, 120
MOST_STEPS, MOST_NAMED, LONGEST_ID = 40, 20, 40
UNITS = {"m": 60, "h": 3600, "d": 86400}
LONGEST_TIME = 366 * 86400
_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_TIME = re.compile(r"([0-9]{1,6})([mhd])")
_HEAD = frozenset({"id", "title", "severity", "due", "steps", "restricted", "reports", "checks"})
_STEP = frozenset({"id", "phase", "who", "words", "source", "ask", "after", "do", "told", "must"})
_TRUTH = {"true": True, "false": False}
Table = Mapping[str, Node]
K = TypeVar("K", bound=StrEnum)


@dataclass(slots=True)
class _Found:
    """What is wrong so far: lines from 1, and sentences."""

    wrong: list[tuple[int, str, Mapping[str, Param]]] = field(default_factory=list)

    def add(self, where: Node | int, id_: str, /, **params: Param) -> None:
        line = where if isinstance(where, int) else where.start_mark.line + 1
        self.wrong.append((line, f"playbook.problem.{id_}", params))


def parse(source: str, data: bytes, expected: str = "") -> Playbook:
    """Read a playbook; `source` names the file, `expected` is the id that it must have.

    Raises:
        PlaybookError: with every problem as `file:line: what is wrong`.

    """
    found = _Found()
    root = _root(data, found)
    made = _playbook(root, found, expected) if root is not None else None
    if made is None or found.wrong:
        words = translations.load()
        lines = sorted(found.wrong, key=lambda one: one[0])
        raise PlaybookError(
            words.say("playbook.wrong", source=source),
            tuple(f"{source}:{n}: {words.render(say(id_, **given))}" for n, id_, given in lines),
        )
    return made


def _root(data: bytes, found: _Found) -> Node | None:
    if len(data) > MOST_BYTES:
        found.add(1, "large", most=MOST_BYTES // 1024)
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found.add(data.count(b"\n", 0, error.start) + 1, "not-utf8")
        return None
    try:
        root: Node | None = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if "end of stream" in str(error.problem):
            mark = error.context_mark or mark  # where the quote was opened helps more
        found.add(mark.line + 1 if mark else 1, "not-yaml", why=_short(error.problem))
        return None
    except (YAMLError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        found.add(1, "not-yaml", why="?")
        return None
    if root is None:
        found.add(1, "empty-file")
    return root


def _short(why: object) -> str:
    return "".join(c if c.isprintable() else "?" for c in str(why or "?"))[:80]


def _table(node: Node, found: _Found, known: frozenset[str], needed: Iterable[str]) -> Table:
    """Return a table's nodes by key; what is no key, stands twice or is missing is noted."""
    if not isinstance(node, MappingNode) or node.anchor:
        found.add(node, "no-table", known=_listed(known))
        return {}
    given: dict[str, Node] = {}
    for key, value in node.value:
        name = key.value if isinstance(key, ScalarNode) else "?"
        if name not in known:
            found.add(key, "unknown-key", key=_short(name), known=_listed(known))
        elif name in given:
            found.add(key, "twice", key=name)
        else:
            given[name] = value
    for name in sorted(set(needed) - set(given)):
        found.add(node, "missing", key=name)
    return given


def _listed(known: Iterable[str]) -> str:
    return ", ".join(sorted(known))


def _text(table: Table, key: str, found: _Found, most: int) -> str:
    node = table.get(key)
    if node is None:
        return ""
    plain = isinstance(node, ScalarNode) and not node.anchor and not _tagged(node)
    words = " ".join(str(node.value).split()) if plain else ""
    if not words or len(words) > most or not words.isprintable():
        found.add(node, "text", key=key, most=most)
        return ""
    return words


def _tagged(node: Node) -> bool:
    """Check whether a value says of itself what it is, as only YAML lets it."""
    return not str(node.tag or "").startswith("tag:yaml.org,2002:") or str(node.tag).endswith(
        ("binary", "set", "omap", "null")
    )


def _id(table: Table, key: str, found: _Found) -> str:
    words = _text(table, key, found, LONGEST_ID)
    if words and not _ID.fullmatch(words):
        found.add(table[key], "id", key=key)
    return words


def _choice(table: Table, key: str, found: _Found, kind: type[K], usual: K) -> K:
    if key not in table:
        return usual
    words = _text(table, key, found, LONGEST_ID)
    if words and words not in set(kind):
        found.add(
            table[key], "choice", key=key, value=_short(words), known=_listed(filter(None, kind))
        )
    return kind(words) if words in set(kind) else usual


def _truth(table: Table, key: str, found: _Found) -> bool:
    node = table.get(key)
    if node is None:
        return False
    words = str(node.value) if isinstance(node, ScalarNode) else ""
    if words not in _TRUTH:
        found.add(node, "truth", key=key)
    return _TRUTH.get(words, False)


def _names(table: Table, key: str, found: _Found) -> tuple[str, ...]:
    node = table.get(key)
    if node is None:
        return ()
    items = node.value if isinstance(node, SequenceNode) and not node.anchor else None
    if items is None or not 1 <= len(items) <= MOST_NAMED:
        found.add(node, "list", key=key, most=MOST_NAMED)
        return ()
    return tuple(_id({key: one}, key, found) for one in items)


def _time(table: Table, key: str, found: _Found) -> int:
    node = table.get(key)
    if node is None:
        return 0
    match = _TIME.fullmatch(str(node.value)) if isinstance(node, ScalarNode) else None
    seconds = int(match[1]) * UNITS[match[2]] if match else 0
    if not 0 < seconds <= LONGEST_TIME:
        found.add(node, "time", key=key)
    return seconds


def _due(table: Table, found: _Found) -> Due:
    if "due" not in table:
        return Due(take=0, contain=0, close=0)
    names = frozenset({"take", "contain", "close"})
    given = _table(table["due"], found, names, names)
    due = Due(**{name: _time(given, name, found) for name in sorted(names)})
    if all(given.get(name) for name in names) and not due.take <= due.contain <= due.close:
        found.add(table["due"], "due-order")
    return due


def _step(node: Node, found: _Found) -> Step:
    table = _table(node, found, _STEP, ("id", "phase", "who", "words", "source"))
    return Step(
        id=_id(table, "id", found),
        phase=_choice(table, "phase", found, Phase, Phase.ANALYSE),
        who=_choice(table, "who", found, Who, Who.OFFICER),
        words=_text(table, "words", found, LONGEST_WORDS),
        source=_text(table, "source", found, LONGEST_SOURCE),
        ask=_choice(table, "ask", found, Ask, Ask.DONE),
        after=_names(table, "after", found),
        do=_choice(table, "do", found, Act, Act.LOCK) if "do" in table else None,
        told=_choice(table, "told", found, Told, Told.HELD) if "told" in table else None,
        must=_truth(table, "must", found),
    )


def _steps(table: Table, found: _Found) -> tuple[Step, ...]:
    node = table.get("steps")
    if node is None:
        return ()
    items = node.value if isinstance(node, SequenceNode) and not node.anchor else []
    if not 1 <= len(items) <= MOST_STEPS:
        found.add(node, "steps", most=MOST_STEPS)
        return ()
    made: list[Step] = []
    for item in items:
        step = _step(item, found)
        before = {one.id for one in made}
        if step.id and step.id in before:
            found.add(item, "step-twice", id=step.id)
        for name in step.after:
            if name and name not in before:
                found.add(item, "after", id=step.id, name=name)
        made.append(step)
    return tuple(made)


def _playbook(root: Node, found: _Found, expected: str) -> Playbook:
    table = _table(root, found, _HEAD, ("id", "title", "severity", "due", "steps"))
    id_ = _id(table, "id", found)
    if expected and id_ and id_ != expected:
        found.add(table["id"], "other-id", id=id_, expected=expected)
    return Playbook(
        id=id_,
        title=_text(table, "title", found, LONGEST_TITLE),
        severity=_choice(table, "severity", found, Grade, Grade.MEDIUM),
        due=_due(table, found),
        steps=_steps(table, found),
        restricted=_truth(table, "restricted", found),
        reports=_names(table, "reports", found),
        checks=_names(table, "checks", found),
    )
