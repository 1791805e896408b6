"""What may stand in a file that leaves the computer: a list of what may, and nothing else.

A filter that looks for values misses the one that it does not know. So a text keeps only words that
AgentGuard's own sentences hold, and short numbers that stand alone; of everything else there is a
length. A word that names this computer, its person or its endpoint goes even if a sentence has it.

Of each of a log's last lines there stay its time, level, part of the program and message, as
`Nameless` lets it pass, and of an error its type and the places in this program's own code.
"""

from __future__ import annotations

import builtins
import pkgutil
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import agentguard
from agentguard.base import errors, logs
from agentguard.base.translations import Texts
from agentguard.model.messages import Message
from agentguard.model.moments import Moment

GONE = "…"
LARGEST = 100_000
"""Numbers up to here count, time or weigh something; a longer one could number a person."""
SHORT = 3
"""Digits of a number that may stand in a text: ports of proxies and cards have more."""
MOST = 50
_TOKEN = re.compile(r"[^\W_][\w\u2019'-]*|\s+|.", re.DOTALL)
_BETWEEN = frozenset(" .,:;()[]/-%“”\"'=>")
_PARTS = re.compile(r"[\w\u2019'-]+")
_SHORTEST = 3
"""Letters of a name that is looked for: a shorter one would be found in nothing but itself."""
LINES = 2000
LONGEST = 2000
"""Lines that are told, the last ones, and signs of one that are read."""
FILES = 2
"""Logs of which they are the last lines: the one that is written, and the one before it."""
_WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_LEVEL = re.compile(r"debug|info|warning|error|critical")
_TRACE = re.compile(r"\s*(\w{1,60}) at (.*)", re.DOTALL)
_PLACE = re.compile(r"([a-z0-9_]{1,60})\.py:(\d{1,5})")


class Nameless:
    """Lets pass what may stand there; `names` are those of this computer and its people."""

    def __init__(self, words: Texts, names: Iterable[str] = ()) -> None:
        self._words = words
        self._known = frozenset(_vocabulary(words))
        found = (part.casefold() for name in names for part in re.split(r"[\W_]+", name))
        self._names = frozenset(one for one in found if len(one) >= _SHORTEST)

    def text(self, text: str) -> str:
        """Return a sentence with `…` for whatever may not stand in it."""
        return "".join(self._passed(text))

    def _passed(self, text: str) -> Iterator[str]:
        """Yield what stays; however much goes at a place, one sign stands for it."""
        gap, number = False, False
        between = ""
        for token in _TOKEN.findall(text):
            said = self._said(token, after_number=number)
            if token[0].isalnum():
                number = token.isdigit()
            if said == GONE:
                yield "" if gap else between + GONE
                gap, between = True, ""
            elif said.isspace():
                between = between or said
            else:
                yield between + said
                gap, between = False, ""
        yield between

    def _said(self, token: str, *, after_number: bool) -> str:
        if token.isspace():
            return " "
        if token.isdigit():
            return token if len(token) <= SHORT and not after_number else GONE
        if not token[0].isalnum():
            return token if token in _BETWEEN else GONE
        return token if self._is_known(token) else GONE

    def _is_known(self, word: str) -> bool:
        parts = {part.casefold() for part in re.split(r"[\W_]+", word)}
        return word in self._known and not parts & self._names

    def value(self, value: object) -> Any:
        """Return a value of ours as JSON: what counts stays, texts of others become lengths."""
        plain = value.value if isinstance(value, Enum) else value
        if plain is None or isinstance(plain, bool | int | float):
            return _counted(plain)
        if isinstance(plain, str):
            return self._word(plain)
        if isinstance(plain, Message):
            return self._message(plain)
        return f"{plain:%Y-%m}" if isinstance(plain, date) else self._whole(plain)

    def _word(self, value: str) -> Any:
        parts = _PARTS.findall(value)
        return value if self.text(value) == value and len(parts) <= MOST else {"length": len(value)}

    def _message(self, value: Message) -> Any:
        if not self._words.has(value.id):
            return {"length": len(value.id)}
        return {"id": value.id, **{k: self.value(v) for k, v in value.params.items()}}

    def _whole(self, value: object) -> Any:
        if isinstance(value, Moment):
            return value.iso
        if isinstance(value, Mapping):
            every = [self.value(one) for one in list(value.values())[:MOST]]
            return {"count": len(value), "first": every}
        if isinstance(value, list | tuple | set | frozenset):
            return {"count": len(value), "first": [self.value(one) for one in list(value)[:MOST]]}
        if is_dataclass(value):
            return {one.name: self.value(getattr(value, one.name)) for one in fields(value)}
        return {"kind": type(value).__name__}


def _counted(value: float | None) -> Any:
    """Return a number that counts something; of a longer one the digits."""
    if value is None or isinstance(value, bool):
        return value
    return round(value, 3) if abs(value) < LARGEST else {"digits": len(f"{abs(value):.0f}")}


def _vocabulary(words: Texts) -> Iterator[str]:
    """Yield the words of our sentences and of their ids, and the names of errors."""
    for id_, sentence in words.sentences.items():
        for part in id_.split("."):
            yield part
            yield from part.split("-")
        yield from _PARTS.findall(re.sub(r"\{\w*\}", " ", sentence))
    for place in (builtins, errors):
        for name, one in vars(place).items():
            if isinstance(one, type) and issubclass(one, BaseException):
                yield name


def told(folder: Path, nameless: Nameless) -> str:
    """Return the last lines of the logs in a folder, the newest last; empty where there is none.

    Raises:
        OSError: one cannot be read.

    """
    last: deque[str] = deque(maxlen=LINES)
    for file in logs.log_files(folder)[-FILES:]:
        with file.open(encoding="utf-8", errors="replace") as lines:
            last.extend(line.rstrip("\n")[:LONGEST] for line in lines)
    return "".join(f"{line(one, nameless)}\n" for one in last)


def line(text: str, nameless: Nameless) -> str:
    """Return one line as it may be told."""
    found = logs.said(text)
    if found is not None and _LEVEL.fullmatch(found.get("level", "")):
        when = found.get("time", "") if _WHEN.fullmatch(found.get("time", "")) else GONE
        head = f"{when} {found['level'].upper()} {_module(found.get('logger', ''))}"
        return f"{head}: {nameless.text(found.get('message', ''))}"
    if place := _TRACE.fullmatch(text):
        kind = nameless.text(place[1])
        return f"  {kind} at {' > '.join(_places(place[2])) or GONE}"
    return nameless.text(text)


def _module(name: str) -> str:
    """Return the name of a part of this program; another's is not told."""
    return name if _is_ours(name.rpartition(".")[2]) else "agentguard"


def _places(text: str) -> Iterator[str]:
    """Yield the places in this program's own code: file and line, which say the rest."""
    for file, number in _PLACE.findall(text):
        yield f"{file}.py:{number}" if _is_ours(file) else GONE


def _is_ours(stem: str) -> bool:
    return stem in _stems()


@cache
def _stems() -> frozenset[str]:
    """Return the names of this program's modules, without their packages."""
    every = pkgutil.walk_packages(agentguard.__path__, "agentguard.", onerror=lambda _name: None)
    return frozenset(one.name.rpartition(".")[2] for one in every)
