"""An incident as a sheet for a spreadsheet: what happened, when, and by whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from agentguard.server.feeds.sheets import BOM, lines
from agentguard.server.store.reports.incidents import Incident

COLUMNS = ("number", "desk", "team", "category", "at", "what", "by", "text")


class Moment(Protocol):
    """A line of an incident's timeline."""

    @property
    def at(self) -> float:
        """When it was, in seconds since 1970."""
        ...

    @property
    def kind(self) -> str:
        """What it was."""
        ...

    @property
    def by(self) -> str:
        """Who did it; empty for the desk."""
        ...

    @property
    def text(self) -> str:
        """What was written."""
        ...


def sheet(one: Incident, timeline: Iterable[Moment]) -> str:
    """Return the sheet: a line for each moment but the desk's other events, the oldest first."""
    about = (one.number or one.id, one.desk, one.team, one.category)
    rows = [(*about, m.at, m.kind, m.by, m.text) for m in timeline if m.kind != "event"]
    return BOM + lines([COLUMNS, *rows])
