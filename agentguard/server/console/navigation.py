"""What the console's menu holds, and who is shown which line of it: every page brings its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from agentguard.server import console
from agentguard.server.roles import Right, may

GROUPS = ("now", "software", "over-time", "centre")
"""The headings of the menu, in their order: `console.nav.<group>`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the menu: its words are `console.nav.<word>`; `also` are pages below it.

    Lines of a `group` stand by their `place`, the lowest first.
    """

    path: str
    word: str
    group: str
    place: int
    right: Right | None = None
    also: tuple[str, ...] = ()

    def here(self, path: str) -> bool:
        """Check whether a page stands under this line, and under no other that is nearer to it."""
        near = self.near(path)
        return near > 0 and near == max(one.near(path) for one in entries())

    def near(self, path: str) -> int:
        """Return how many letters of a page's path this line has, 0 when it is not under it."""
        below = (one for one in (self.path, *self.also) if one != "/" and path.startswith(one))
        return len(path) if path == self.path else max(map(len, below), default=0)


@cache
def page_modules() -> tuple[ModuleType, ...]:
    """Return every module of the console that holds pages: it has HANDLERS."""
    names = (f"{console.__name__}.{one.name}" for one in iter_modules(console.__path__))
    every = map(import_module, names)
    return tuple(one for one in every if hasattr(one, "HANDLERS"))


@cache
def entries() -> tuple[Entry, ...]:
    """Return the lines of all pages in their order."""
    every = [entry for module in page_modules() for entry in getattr(module, "ENTRIES", ())]
    return tuple(sorted(every, key=lambda entry: (GROUPS.index(entry.group), entry.place)))


def menu(role: str) -> list[tuple[str, list[Entry]]]:
    """Return the groups that a role is shown, each with its lines."""
    shown = [entry for entry in entries() if entry.right is None or may(role, entry.right)]
    groups = ((group, [one for one in shown if one.group == group]) for group in GROUPS)
    return [(group, lines) for group, lines in groups if lines]
