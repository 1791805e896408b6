"""Loads Python's HTTP client without its library of mail, which it reads the headers with.

That brings encodings of letters, dates, names and addresses along: half a megabyte on every desk,
for a dozen lines of an answer. What is here reads the same lines in the same way; who imports the
library of mail itself gets Python's own.
"""

from __future__ import annotations

import re
import sys
from importlib import import_module
from io import StringIO
from types import ModuleType

CLIENT, MAIL = "http.client", "email"
_FIRST = re.compile(r"From |[\x21-\x39\x3b-\x7e]*:|[\t ]")
"""What a line of headers begins with (RFC 5322, 2.2); one that does not ends them."""


class Message:
    """Headers in their order, each as often as it came; a name counts in any case."""

    def __init__(self) -> None:
        self._lines: list[tuple[str, str]] = []

    def add(self, name: str, value: str) -> None:
        """Take in another one."""
        self._lines.append((name, value))

    def __getitem__(self, name: str) -> str | None:
        """Return the first value of a name, None where there is none."""
        return self.get(name)

    def __contains__(self, name: str) -> bool:
        """Check whether there is one of this name."""
        return self.get(name) is not None

    def keys(self) -> list[str]:
        """Return every name, as often as it came."""
        return [name for name, _ in self._lines]

    def items(self) -> list[tuple[str, str]]:
        """Return all of them."""
        return list(self._lines)

    def get_all(self, name: str, failobj: object = None) -> object:
        """Return every value of a name, or `failobj` where there is none."""
        wanted = name.lower()
        return [value for one, value in self._lines if one.lower() == wanted] or failobj

    def get(self, name: str, failobj: str | None = None) -> str | None:
        """Return the first value of a name, or `failobj` where there is none."""
        wanted = name.lower()
        return next((value for one, value in self._lines if one.lower() == wanted), failobj)


class Parser:
    """Reads headers, as `email.parser.Parser` does for those of HTTP."""

    def __init__(self, _class: type[Message] = Message) -> None:
        self._kind = _class

    def parsestr(self, text: str) -> Message:
        """Return what the headers of a text say; the first line that is none ends them."""
        made, name, value = self._kind(), "", ""
        for line in StringIO(text, newline=""):
            if not _FIRST.match(line):
                break
            if line[0] in " \t":
                value += line
                continue
            if name:
                made.add(name, _value(value))
            name, value = "", ""
            if not line.startswith("From "):  # as in a folder of mail
                name, _, value = line.partition(":")
        if name:
            made.add(name, _value(value))
        return made


def _value(folded: str) -> str:
    return folded.lstrip(" \t\r\n").rstrip("\r\n")


def load() -> None:
    """Load the client so, unless it or the library of mail is there already.

    To be called where no other thread may import either.
    """
    if CLIENT in sys.modules or MAIL in sys.modules:
        return
    whole, message, parser = map(ModuleType, (MAIL, f"{MAIL}.message", f"{MAIL}.parser"))
    vars(message)["Message"], vars(parser)["Parser"] = Message, Parser
    vars(whole).update(message=message, parser=parser)
    stand_ins = {one.__name__: one for one in (whole, message, parser)}
    sys.modules.update(stand_ins)
    try:
        import_module(CLIENT)
    finally:
        for name in stand_ins:
            del sys.modules[name]
