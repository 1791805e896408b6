"""Changes one setting in this user's file, and leaves every other line of it as it is.

The result is read again before it is written: a file that would not say exactly what was asked for
is not written at all.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from agentguard.base import atomic_files
from agentguard.base.errors import CannotError, UsageError
from agentguard.base.settings import DESCRIBED, FILE, HEAD, Described, Kind, load

Value = str | bool
"""What a setting holds."""
_SWITCHES = {"true": True, "false": False}


def described(name: str) -> Described:
    """Return what is known of a setting.

    Raises:
        UsageError: there is none of that name.

    """
    for one in DESCRIBED:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in DESCRIBED)
    raise UsageError("There is no setting of that name.", f"Known: {known}.")


def value_of(known: Described, text: str) -> Value:
    """Return a typed value as the setting holds it.

    Raises:
        UsageError: it is none of this setting.

    """
    typed = _SWITCHES.get(text) if known.kind is Kind.SWITCH else text
    read = None if typed is None else known.read(typed)
    if read is None:
        raise UsageError(f"{known.name} does not take this value.", f"It takes {_wanted(known)}.")
    return read


def _wanted(known: Described) -> str:
    if known.kind is Kind.SWITCH:
        return "true or false"
    if known.kind is Kind.CHOICE:
        return "one of: " + ", ".join(known.choices)
    return "a line of text without control characters"


def put(folder: Path, name: str, value: Value | None) -> None:
    """Set a setting in the user's file, or take it out of it (None).

    Raises:
        UsageError: the file is damaged, or is written in a way in which one line cannot be changed.
        CannotError: it could not be read or written; it is as before.

    """
    load(folder)  # what is damaged is told, and never written over
    file = folder / FILE
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        text = HEAD
    wanted = tomllib.loads(text)
    before = dict(wanted)
    wanted.pop(name, None)
    if value is not None:
        wanted[name] = value
    made = _edited(text, name, value)
    if not _says(made, wanted):
        raise UsageError(f"{file}: {name} cannot be changed here.", "Change the file by hand.")
    if wanted == before:
        return
    try:
        atomic_files.write(file, made.encode())
    except OSError as error:
        raise CannotError(
            f"{file} could not be written.", "Free some space and give the user write access."
        ) from error


def _edited(text: str, name: str, value: Value | None) -> str:
    line = re.compile(rf"^[ \t]*{re.escape(name)}[ \t]*=.*\n?", re.MULTILINE)
    said = "" if value is None else f"{name} = {json.dumps(value, ensure_ascii=False)}\n"
    if line.search(text):
        return line.sub(lambda _found: said, text, count=1)
    ended = text if not text or text.endswith("\n") else f"{text}\n"
    return ended + said


def _says(text: str, wanted: dict[str, object]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except ValueError:
        return False
