"""What the scan says: lines for programs as they come, tables for people at the end."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Protocol, TypeVar

from agentguard.base.translations import Texts
from agentguard.detect.recognition import masked_names
from agentguard.detect.sandbox.client import Scanned
from agentguard.model.detection import Detection
from agentguard.model.hits import MOST, Hit
from agentguard.model.outcomes import FileOutcome

T_contra = TypeVar("T_contra", contravariant=True)


class Kinds:
    """The names of the kinds, with those of a site's own."""

    def __init__(self, words: Texts, detection: Detection) -> None:
        self._words = words
        self._own: Mapping[str, str] = {own.kind: own.name for own in detection.recognisers}

    def name(self, kind: str) -> str:
        """Return what people call a kind; its id when nobody named it."""
        if kind in self._own:
            return self._own[kind]
        id_ = f"kind.{kind}"
        return self._words.say(id_) if self._words.has(id_) else kind


class Report(Protocol[T_contra]):
    """Takes results as they come and gives the text to print."""

    def add(self, one: T_contra, /) -> Iterator[str]:
        """Take one result; give lines that may be printed at once."""
        ...

    def end(self, *, whole: bool) -> Iterator[str]:
        """Return the closing lines; not `whole` when the scan was stopped before its end."""
        ...


class JsonLines:
    """One line for each file and kind; a file not read has `entity` null and its reason.

    So has one with published test card numbers, and how many: these are no personal data.
    """

    def add(self, scanned: Scanned) -> Iterator[str]:
        """Yield the file's lines."""
        sealed = scanned.outcome is FileOutcome.SEALED
        for hit in scanned.hits:
            yield _line(scanned.path, hit.kind, hit.count, hit.masked, sealed=sealed)
        if scanned.test_cards:
            more = scanned.test_cards
            yield _line(scanned.path, None, 0, (), sealed=sealed, test_cards=more)
        if scanned.reason:
            yield _line(scanned.path, None, 0, (), sealed=sealed, unread=scanned.reason)

    def end(self, *, whole: bool) -> Iterator[str]:  # noqa: ARG002 - a report's shape
        """Return nothing: every line stands for itself."""
        return iter(())


def _line(
    path: str,
    entity: str | None,
    count: int,
    masked: tuple[str, ...],
    **more: str | bool | int,
) -> str:
    line = {
        "path": masked_names.masked(path),
        "entity": entity,
        "count": count,
        "masked": list(masked),
        **more,
    }
    return json.dumps(line)


class Sheet:
    """A table in CSV (RFC 4180): a row for each file and kind, and for each file not read."""

    def __init__(self, words: Texts, kinds: Kinds) -> None:
        self._words = words
        self._kinds = kinds
        self._begun = False

    def add(self, scanned: Scanned) -> Iterator[str]:
        """Yield the file's rows."""
        yield from self._head()
        for hit in scanned.hits:
            yield self._row(scanned, hit)
        if scanned.test_cards:
            name, count = self._words.say("cli.scan.test-cards-name"), str(scanned.test_cards)
            yield _cells(shown(scanned.path), "", name, count, "", scanned.outcome.value, "")
        if scanned.reason:
            yield self._row(scanned, None)

    def end(self, *, whole: bool) -> Iterator[str]:  # noqa: ARG002 - a report's shape
        """Yield the head when no file came."""
        yield from self._head()

    def _head(self) -> Iterator[str]:
        if not self._begun:
            self._begun = True
            yield _cells("path", "kind", "name", "count", "masked", "outcome", "reason")

    def _row(self, scanned: Scanned, hit: Hit | None) -> str:
        path, outcome = shown(scanned.path), scanned.outcome.value
        if hit is None:
            return _cells(path, "", "", "0", "", outcome, self._words.say(scanned.reason))
        name = self._kinds.name(hit.kind)
        return _cells(path, hit.kind, name, str(hit.count), " ".join(hit.masked), outcome, "")


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _cells(*cells: str) -> str:
    """Write one row; a cell that a spreadsheet would take for a formula begins with an apostrophe.

    See https://owasp.org/www-community/attacks/CSV_Injection.
    """
    text = io.StringIO()
    safe = (f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells)
    csv.writer(text, lineterminator="").writerow(safe)
    return text.getvalue()


class Table:
    """Findings, totals, and what was not read with the reason."""

    def __init__(self, words: Texts, kinds: Kinds) -> None:
        self._words = words
        self._kinds = kinds
        self._found: list[Scanned] = []
        self._unread: list[Scanned] = []
        self._read = 0
        self._test_cards: list[int] = []

    def add(self, scanned: Scanned) -> Iterator[str]:
        """Keep the result for the end."""
        self._read += scanned.outcome is FileOutcome.READ and not scanned.reason
        if scanned.hits:
            self._found.append(scanned)
        if scanned.test_cards:
            self._test_cards.append(scanned.test_cards)
        if scanned.reason:
            self._unread.append(scanned)
        return iter(())

    def end(self, *, whole: bool) -> Iterator[str]:
        """Yield the table."""
        for scanned in sorted(self._found, key=lambda s: s.path):
            yield from self._rows(scanned)
        if not self._found:
            none = "cli.scan.none-in-part" if self._unread else "cli.scan.none"
            yield self._words.say(none if whole else "cli.scan.none-so-far")
        hits = [hit for scanned in self._found for hit in scanned.hits]
        yield self._words.say(
            "cli.scan.total",
            values=sum(hit.count for hit in hits),
            more="+" if any(hit.count >= MOST for hit in hits) else "",
            files=len(self._found),
            read=self._read,
        )
        if every := self._test_cards:
            yield self._words.say("cli.scan.test-cards", count=sum(every), files=len(every))
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
                kind=self._kinds.name(hit.kind),
                count=hit.count,
                more="+" if hit.count >= MOST else " ",
                masked=" ".join(hit.masked),
            )


def shown(path: str) -> str:
    """Write a name of any bytes so that every terminal can show it and none obeys it.

    What it holds of a value is masked: reports are kept, and sent on.
    """
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode()
        for c in masked_names.masked(path)
    )
