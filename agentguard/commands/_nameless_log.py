"""The last lines of a log without what could name anybody.

Of each line there stay its time, level, part of the program and message, as `Nameless` lets it
pass, and of an error its type and the places in this program's own code.
"""

from __future__ import annotations

import json
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
_WHEN = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
_LEVEL = r"(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)"
_LINE = re.compile(rf"({_WHEN}) ({_LEVEL}) (.{{0,80}}?) (agentguard[a-z0-9_.]*): (.*)", re.DOTALL)
_TRACE = re.compile(r"\s*(\w{1,60}) at (.*)", re.DOTALL)
_PLACE = re.compile(r"([a-z0-9_]{1,60})\.py:(\d{1,5})")


def told(folder: Path, nameless: Nameless) -> str:
    """Return the last lines of the logs in a folder, the newest last; empty where there is none.

    Raises:
        OSError: one cannot be read.

    """
    last: deque[str] = deque(maxlen=LINES)
    for file in _files(folder):
        with file.open(encoding="utf-8", errors="replace") as lines:
            last.extend(line.rstrip("\n")[:LONGEST] for line in lines)
    return "".join(f"{line(one, nameless)}\n" for one in last)


def _files(folder: Path) -> Iterator[Path]:
    """Yield the log that is written and the one before it, the older first."""
    for name in (f"{logs.FILE}.1", logs.FILE):
        if (folder / name).is_file():
            yield folder / name


def line(text: str, nameless: Nameless) -> str:
    """Return one line as it may be told."""
    if text.startswith("{"):
        text = _plain(text)
    if found := _LINE.fullmatch(text):
        when, level, _thread, name, message = found.groups()
        return f"{when} {level} {_module(name)}: {nameless.text(message)}"
    if found := _TRACE.fullmatch(text):
        kind = nameless.text(found[1])
        return f"  {kind} at {' > '.join(_places(found[2])) or GONE}"
    return nameless.text(text)


def _plain(text: str) -> str:
    """Return a line of JSON as the other form has it; what is none stays as it is."""
    try:
        said = json.loads(text)
    except ValueError:
        return text
    if not isinstance(said, dict):
        return text
    level = str(said.get("level", "")).upper()
    return f"{said.get('time', '')} {level} - {said.get('logger', '')}: {said.get('message', '')}"


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
