"""What the console's menu holds, and who is shown which line of it."""

from __future__ import annotations

from dataclasses import dataclass

from agentguard.server.roles import Right, may


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the menu: its words are `console.nav.<word>`; `also` are pages below it."""

    path: str
    word: str
    right: Right | None = None
    also: tuple[str, ...] = ()

    def here(self, path: str) -> bool:
        """Check whether a page stands under this line."""
        below = tuple(one for one in (self.path, *self.also) if one != "/")
        return path == self.path or path.startswith(below)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Lines that belong together, under `console.nav.<word>`."""

    word: str
    entries: tuple[Entry, ...]


MENU = (
    Group(
        word="now",
        entries=(
            Entry(path="/", word="floor", also=("/desk", "/floor")),
            Entry(path="/incidents", word="incidents"),
            Entry(path="/tamper", word="tamper"),
            Entry(path="/findings", word="findings"),
        ),
    ),
    Group(
        word="over-time",
        entries=(
            Entry(path="/teams", word="teams"),
            Entry(path="/people", word="people"),
            Entry(path="/trends", word="trends"),
            Entry(path="/software", word="software"),
            Entry(path="/training", word="training"),
            Entry(path="/exports", word="exports"),
        ),
    ),
    Group(
        word="centre",
        entries=(
            Entry(path="/policies", word="policies", right=Right.POLICIES),
            Entry(path="/devices", word="devices", right=Right.CARE),
            Entry(path="/factors", word="factors", right=Right.FACTORS),
            Entry(path="/break-glass", word="glass", right=Right.CARE),
            Entry(path="/codes", word="codes", right=Right.MANAGE),
            Entry(path="/users", word="users", right=Right.RECORDS),
            Entry(path="/access", word="access", right=Right.MANAGE),
            Entry(path="/audit", word="audit", right=Right.RECORDS),
            Entry(path="/retention", word="retention", right=Right.RECORDS),
        ),
    ),
)


def menu(role: str) -> list[tuple[str, list[Entry]]]:
    """Return the groups that a role is shown, each with its lines."""
    shown = [
        (group.word, [e for e in group.entries if e.right is None or may(role, e.right)])
        for group in MENU
    ]
    return [(word, entries) for word, entries in shown if entries]
