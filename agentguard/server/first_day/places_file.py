"""Reads sites, shifts and teams from a sheet (CSV), and adds what is not there yet.

The columns are team, site, zone, shift, begins, ends; all but the first may be empty or missing.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from agentguard.base.errors import UsageError
from agentguard.base.translations import Texts
from agentguard.server.store.floor import places
from agentguard.server.store.records import audit

COLUMNS = ("team", "site", "zone", "shift", "begins", "ends")
MOST, LONGEST = 10_000, 100
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the sheet; hours in minutes after midnight, None without a shift."""

    team: str
    site: str
    zone: str
    shift: str
    begins: int | None
    ends: int | None


def read(file: Path, words: Texts) -> list[Line]:
    """Return the lines of a sheet.

    Raises:
        UsageError: it cannot be read, or a line of it cannot be; the line is named.

    """
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise _slip(words, str(file), "unread") from error
    return parsed(raw, str(file), words)


def _slip(words: Texts, called: str, how: str, number: int = 0) -> UsageError:
    return UsageError(
        words.say(f"server.places.{how}", file=called, line=number),
        words.say("server.places.advice", columns=", ".join(COLUMNS)),
    )


def parsed(raw: bytes, called: str, words: Texts) -> list[Line]:
    """Return the lines of a sheet as it was given; `called` names it where a line is wrong.

    Raises:
        UsageError: it is no such sheet, or a line of it cannot be read; the line is named.

    """
    slip = partial(_slip, words, called)

    try:
        text = raw.decode("utf-8-sig")
    except ValueError as error:
        raise slip("unread") from error
    kind = ";" if ";" in text.partition("\n")[0] else ","
    rows = csv.DictReader(text.splitlines(), delimiter=kind)
    names = {(one or "").strip().casefold() for one in rows.fieldnames or ()}
    if "team" not in names or names - set(COLUMNS):
        raise slip("columns", 1)
    found: list[Line] = []
    said: dict[tuple[str, str], object] = {}
    for number, row in enumerate(rows, start=2):
        if len(found) >= MOST:
            raise slip("many", number)
        found.append(_line(row, partial(slip, number=number)))
        if any(said.setdefault(what, value) != value for what, value in _says(found[-1])):
            raise slip("otherwise", number)
    if not found:
        raise slip("empty", 1)
    return found


def _says(line: Line) -> Iterator[tuple[tuple[str, str], object]]:
    """Yield what a line says of a team, a site and a shift, which no other may say otherwise."""
    if line.site:
        yield ("team's site", line.team), line.site
    if line.zone:
        yield ("site's zone", line.site), line.zone
    if line.shift:
        yield ("team's shift", line.team), line.shift
        yield ("shift's hours", line.shift), (line.begins, line.ends)


def _line(row: dict[str | None, str | None], slip: Callable[[str], UsageError]) -> Line:
    if None in row:
        raise slip("long")
    given = {(n or "").strip().casefold(): " ".join((v or "").split()) for n, v in row.items()}
    cell = {name: given.get(name, "") for name in COLUMNS}
    if not cell["team"]:
        raise slip("no-team")
    if any(len(one) > LONGEST or not one.isprintable() for one in cell.values()):
        raise slip("name")
    if cell["zone"] and (not cell["site"] or cell["zone"] not in places.zones()):
        raise slip("zone")
    begins, ends = _minutes(cell["begins"]), _minutes(cell["ends"])
    if bool(cell["shift"]) != (begins is not None and ends is not None):
        raise slip("hours")
    return Line(
        team=cell["team"], site=cell["site"], zone=cell["zone"], shift=cell["shift"],
        begins=begins, ends=ends,
    )  # fmt: skip


def _minutes(text: str) -> int | None:
    found = _TIME.fullmatch(text)
    return int(found[1]) * 60 + int(found[2]) if found else None


def put(connection: Connection, lines: list[Line], by: str, now: float) -> tuple[int, int, int]:
    """Add what is missing and place the teams; give how many sites, shifts and teams are new."""
    new = [0, 0, 0]
    for one in lines:
        if one.site:
            new[0] += places.put_site(connection, one.site, one.zone)
        if one.begins is not None and one.ends is not None:
            new[1] += places.put_shift(connection, one.shift, one.begins, one.ends)
        new[2] += places.put_team(connection, one.team)
    near = {one.name: one.id for one in places.sites(connection)}
    hours = {one.name: one.id for one in places.shifts(connection)}
    teams = {one.name: one for one in places.list_placed(connection)}
    for one in lines:
        team = teams[one.team]
        where = near.get(one.site, team.site), hours.get(one.shift, team.shift)
        if where != (team.site, team.shift):
            places.place(connection, team.id, *where, now)
    audit.note(connection, now, by, "team.placed", f"{len(lines)}")
    return new[0], new[1], new[2]
