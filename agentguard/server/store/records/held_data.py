"""All that is held on one desk, whatever table it stands in, for the person who works there.

Every table that names a device is read, so that what others add later is shown as well; but an
inquiry about somebody within is not told to whom it may be about (GDPR, Art. 23 (1) d). Keys and
codes stay where they are: they are no words on the desk, and could open something.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Connection, Select, Table, func, select

from agentguard.server.store.schema import whole
from agentguard.server.store.schema.control_tables import held_desk
from agentguard.server.store.schema.software_tables import program
from agentguard.server.store.schema.tables import device, event, finding, incident, team

NAMES = {"desk_person": "user", "break_glass": "used_by", "factor_invite": "owner"}
"""Columns with the name of a person who uses desks, by table."""
ROWS = 500  # that are read at a time
_EVENT = msgspec.json.Decoder(dict[str, Any])
_JSON = msgspec.json.Encoder()
Hide = Callable[[str], str]
Tell = Callable[[str], object]
SECRET = frozenset({"hash", "salt", "secret", "digest", "data"})
WRITTEN = frozenset({"note", "outcome", "text", "reason"})
"""Columns with words that people wrote: of what happened, of themselves, of each other."""
TIMES = (
    "at", "received_at", "opened_at", "reported_at", "made_at", "changed_at", "last_seen",
    "last_at", "gone_at", "first_seen",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """A class of records: how many there are, and the times of the oldest and the newest."""

    table: str
    many: int
    oldest: float | None
    newest: float | None


def classes(connection: Connection, id_: str) -> list[Class]:
    """Say what there is of a desk, the most first."""
    found = [_class(connection, table, where) for table, where in _about(id_)]
    return sorted((one for one in found if one.many), key=lambda one: (-one.many, one.table))


def everything(
    connection: Connection,
    id_: str,
    hidden: Hide,
    newest: int | None = None,
    written: Tell = str,
) -> dict[str, list[dict[str, Any]]]:
    """Return every record of a desk, by table; only the `newest` of each when that is given.

    Others use the desk as well: `hidden` gives what stands in place of a person's name, `written`
    what stands in place of words that people wrote.
    """
    given: dict[str, list[dict[str, Any]]] = {}
    for table, where in _about(id_):
        at = _at(table)
        order = [at.desc()] if newest is not None and at is not None else []
        asked = _asked(table, where).order_by(*order, *table.primary_key).limit(newest)
        told = list(_told(connection, table, asked, hidden, written))
        if told:
            given[table.name] = told
    return given


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """Records as JSON by table, the oldest first; `left_out` counts older ones without room."""

    records: dict[str, list[msgspec.Raw]]
    left_out: dict[str, int]


def encoded(connection: Connection, id_: str, hidden: Hide, room: int) -> Encoded:
    """Return every record of a desk that `room` (bytes) holds, encoded as soon as it is read.

    The small classes come first, so that only the largest ones can lack their oldest records.
    """
    about = {str(table.name): (table, where) for table, where in _about(id_)}
    records: dict[str, list[msgspec.Raw]] = {}
    left_out: dict[str, int] = {}
    for one in reversed(classes(connection, id_)):
        kept = _newest(connection, *about[one.table], hidden, room)
        room -= sum(map(len, kept))
        records[one.table] = [msgspec.Raw(row) for row in reversed(kept)]
        if len(kept) < one.many:
            left_out[one.table] = one.many - len(kept)
    return Encoded(records=records, left_out=left_out)


def _newest(
    connection: Connection, table: Table, where: ColumnElement[bool], hidden: Hide, room: int
) -> list[bytes]:
    at = _at(table)
    order = [one.desc() for one in (*([] if at is None else [at]), *table.primary_key)]
    asked = _asked(table, where).order_by(*order).execution_options(yield_per=ROWS)
    kept: list[bytes] = []
    for row in _told(connection, table, asked, hidden, str):
        line = _JSON.encode(row)
        room -= len(line)
        if room < 0:
            break
        kept.append(line)
    return kept


def _asked(table: Table, where: ColumnElement[bool]) -> Select[Any]:
    told = select(*(c for c in table.columns if c.name not in SECRET)).where(where)
    if "program" not in table.c:
        return told
    of = program.c.id == table.c.program  # its number would tell a person nothing
    return told.add_columns(program.c.name, program.c.version).join(program, of)


def _told(
    connection: Connection, table: Table, asked: Select[Any], hidden: Hide, written: Tell
) -> Iterator[dict[str, Any]]:
    """Yield rows with what stands in place of names and of words that people wrote."""
    ways: dict[str, Tell] = dict.fromkeys(WRITTEN, written)
    ways[NAMES.get(str(table.name), "")] = hidden
    with connection.execute(asked) as rows:
        for row in rows.mappings():
            told = {k: ways[k](str(v)) if k in ways and v else _plain(v) for k, v in row.items()}
            if table is event:
                told["body"] = _told_event(told["body"], written)
            yield told


def _about(id_: str) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Yield every table that says something of a desk, with the condition for it."""
    own = select(device.c.team).where(device.c.id == id_)
    yield device, device.c.id == id_
    yield team, team.c.id.in_(own)
    mine = {
        incident: (incident.c.id, (incident.c.device == id_) & ~incident.c.restricted),
        finding: (finding.c.id, finding.c.device == id_),
        held_desk: (held_desk.c.number, held_desk.c.device == id_),
    }
    for table in whole.metadata().sorted_tables:
        if table in mine:
            yield table, mine[table][1]
            continue
        owned = [(c, one) for c in table.columns for one in mine if _names(c, one)]
        if owned:
            column, owner = owned[0]
            key, where = mine[owner]
            yield table, column.in_(select(key).where(where))
            continue
        of_device = next((c for c in table.columns if _names(c, device)), None)
        if of_device is not None:
            yield table, of_device == id_


def _names(column: Column[Any], table: Table) -> bool:
    return any(key.column.table is table for key in column.foreign_keys)


def _class(connection: Connection, table: Table, where: ColumnElement[bool]) -> Class:
    at = _at(table)
    asked = [func.count()] if at is None else [func.count(), func.min(at), func.max(at)]
    many, *span = connection.execute(select(*asked).select_from(table).where(where)).one()
    oldest, newest = span or (None, None)
    return Class(table=table.name, many=int(many), oldest=oldest, newest=newest)


def _at(table: Table) -> Column[float] | None:
    return next((table.c[name] for name in TIMES if name in table.c), None)


def _told_event(body: object, written: Tell) -> str:
    """Return an event as it was reported, with a stand-in for words that somebody wrote."""
    told = _EVENT.decode(str(body))
    if told.get("text"):
        told["text"] = written(str(told["text"]))
    return msgspec.json.encode(told).decode()


def _plain(value: object) -> object:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
