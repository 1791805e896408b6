"""The last lines of a log without what could name anybody.

Of each line there stay its time, level, part of the program and message, as `Nameless` lets it
pass, and of an error its type and the places in this program's own code.
"""

from __future__ import annotations

import pkgutil
import re
from collections import deque
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import agentguard
from agentguard.base import logs
from agentguard.commands._nameless import GONE, Nameless

LINES = 2000
LONGEST = 2000
"""Lines that are told, the last ones, and signs of one that are read."""
FILES = 2
"""Logs of which they are the last lines: the one that is written, and the one before it."""
_WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_LEVEL = re.compile(r"debug|info|warning|error|critical")
_TRACE = re.compile(r"\s*(\w{1,60}) at (.*)", re.DOTALL)
_PLACE = re.compile(r"([a-z0-9_]{1,60})\.py:(\d{1,5})")


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
