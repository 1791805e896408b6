"""What the scan says: lines for programs as they come, a table for people at the end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Protocol

from agentguard.model.events import FileOutcome
from agentguard.pii.base import MOST
from agentguard.scan.client import Scanned
from agentguard.texts import Texts


class Report(Protocol):
    """Takes results as they come and gives the text to print."""

    def add(self, scanned: Scanned) -> Iterator[str]:
        """Take one result; give lines that may be printed at once."""
        ...

    def end(self) -> Iterator[str]:
        """Give the closing lines."""
        ...


class JsonLines:
    """One line for each file and kind; a file not read has `entity` null and its reason."""

    def add(self, scanned: Scanned) -> Iterator[str]:
        """Give the file's lines."""
        sealed = scanned.outcome is FileOutcome.SEALED
        for hit in scanned.hits:
            yield _line(scanned.path, hit.kind, hit.count, hit.masked, sealed=sealed)
        if scanned.reason:
            yield _line(scanned.path, None, 0, (), sealed=sealed, unread=scanned.reason)

    def end(self) -> Iterator[str]:
        """Give nothing: every line stands for itself."""
        return iter(())


def _line(
    path: str,
    entity: str | None,
    count: int,
    masked: tuple[str, ...],
    **more: str | bool,
) -> str:
    line = {"path": path, "entity": entity, "count": count, "masked": list(masked), **more}
    return json.dumps(line)


class Table:
    """Findings, totals, and what was not read with the reason."""

    def __init__(self, words: Texts) -> None:
        self._words = words
        self._found: list[Scanned] = []
        self._unread: list[Scanned] = []
        self._read = 0

    def add(self, scanned: Scanned) -> Iterator[str]:
        """Keep the result for the end."""
        self._read += scanned.outcome is FileOutcome.READ
        if scanned.hits:
            self._found.append(scanned)
        if scanned.reason:
            self._unread.append(scanned)
        return iter(())

    def end(self) -> Iterator[str]:
        """Give the table."""
        for scanned in sorted(self._found, key=lambda s: s.path):
            yield from self._rows(scanned)
        if not self._found:
            yield self._words.say("cli.scan.none")
        hits = [hit for scanned in self._found for hit in scanned.hits]
        yield self._words.say(
            "cli.scan.total",
            values=sum(hit.count for hit in hits),
            more="+" if any(hit.count >= MOST for hit in hits) else "",
            files=len(self._found),
            read=self._read,
        )
        if self._unread:
            yield self._words.say("cli.scan.unread")
        for scanned in sorted(self._unread, key=lambda s: s.path):
            why = self._words.say(scanned.reason)
            yield self._words.say("cli.scan.unread-row", path=shown(scanned.path), why=why)

    def _rows(self, scanned: Scanned) -> Iterator[str]:
        for hit in scanned.hits:
            yield self._words.say(
                "cli.scan.row",
                path=shown(scanned.path),
                kind=self._words.say(f"kind.{hit.kind}"),
                count=hit.count,
                more="+" if hit.count >= MOST else " ",
                masked=" ".join(hit.masked),
            )


def shown(path: str) -> str:
    """Write a name of any bytes so that every terminal can show it and none obeys it."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in path
    )
