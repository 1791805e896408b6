"""The vendor register of the centre: entries that people keep, or that a file brings as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from agentguard.model.vendors import Vendor, deadlines
from agentguard.server.store.records import audit
from agentguard.server.store.schema.vendor_tables import program_vendor, vendor, vendor_reminder
from agentguard.software.vendor_sheet import MOST

_ENTRY = msgspec.json.Decoder(Vendor)
_JSON = msgspec.json.Encoder()


class VendorRefused(Exception):
    """An entry that the register does not take; `kind` is `twice`, `full` or `gone`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An entry, on how many desks its programs are, and who set it when.

    `key` is its name's for ever; the id of one that is gone may be another's.
    """

    id: int
    key: str
    vendor: Vendor
    desks: int
    set_by: str
    set_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a file: how many entries are new, changed and taken away."""

    added: int
    changed: int
    removed: int


def list_kept(connection: Connection) -> list[Kept]:
    """Return the register in its order: what came first stands first."""
    return [_kept(row) for row in connection.execute(select(vendor).order_by(vendor.c.id))]


def register(connection: Connection) -> tuple[Vendor, ...]:
    """Return the entries alone."""
    return tuple(one.vendor for one in list_kept(connection))


def find(connection: Connection, id_: int) -> Kept | None:
    """Return an entry; None when there is none."""
    row = connection.execute(select(vendor).where(vendor.c.id == id_)).one_or_none()
    return None if row is None else _kept(row)


def add(connection: Connection, one: Vendor, by: str, now: float) -> int:
    """Add an entry, and give its id.

    Raises:
        VendorRefused: one of this name is there (`twice`), or the register is `full`.

    """
    if _id_of(connection, one.name) is not None:
        raise VendorRefused("twice")
    if int(connection.scalar(select(func.count()).select_from(vendor)) or 0) >= MOST:
        raise VendorRefused("full")
    audit.note(connection, now, by, "vendor.added", one.name)
    return _insert(connection, one, by, now)


def change(connection: Connection, id_: int, one: Vendor, by: str, now: float) -> None:
    """Change an entry.

    Raises:
        VendorRefused: it is `gone`, or another one has the name (`twice`).

    """
    before = find(connection, id_)
    if before is None:
        raise VendorRefused("gone")
    if _id_of(connection, one.name) not in {None, id_}:
        raise VendorRefused("twice")
    if before.vendor != one:
        _update(connection, id_, one, by, now)
        audit.note(connection, now, by, "vendor.changed", one.name)


def remove(connection: Connection, id_: int, by: str, now: float) -> bool:
    """Take an entry away; False when there is none. Its programs are of nobody then."""
    before = find(connection, id_)
    if before is None:
        return False
    _delete(connection, id_)
    audit.note(connection, now, by, "vendor.removed", before.vendor.name)
    return True


def take(
    connection: Connection, given: Sequence[Vendor], by: str, now: float, *, whole: bool
) -> Taken:
    """Take a file's register in: entries of a name are changed; `whole` takes the others away.

    Raises:
        VendorRefused: the register would be `full`; nothing was done.

    """
    before = {_key(one.vendor.name): one for one in list_kept(connection)}
    wanted = {_key(one.name): one for one in given}
    gone = [one for key, one in before.items() if key not in wanted] if whole else []
    if len({*before, *wanted}) - len(gone) > MOST:
        raise VendorRefused("full")
    for old in gone:
        _delete(connection, old.id)
    new = [one for key, one in wanted.items() if key not in before]
    other = [
        (before[key].id, one)
        for key, one in wanted.items()
        if key in before and before[key].vendor != one
    ]
    for one in new:
        _insert(connection, one, by, now)
    for id_, one in other:
        _update(connection, id_, one, by, now)
    made = Taken(added=len(new), changed=len(other), removed=len(gone))
    said = f"+{made.added} ~{made.changed} -{made.removed}"
    audit.note(connection, now, by, "vendor.imported", said)
    return made


def waiting(connection: Connection, until: str) -> int:
    """Count the entries of which a day is over, or comes until then."""
    mine = (vendor.c.due != "") & (vendor.c.due <= until)
    return int(connection.scalar(select(func.count()).select_from(vendor).where(mine)) or 0)


def digest(every: Sequence[Kept], day: str) -> str:
    """Return what tells one register from another, with its ids and the day that it is for."""
    told = (day, [(one.id, one.vendor) for one in every])
    return hashlib.sha256(_JSON.encode(told)).hexdigest()[:16]


def _id_of(connection: Connection, name: str) -> int | None:
    return connection.scalar(select(vendor.c.id).where(vendor.c.key == _key(name)))


def _key(name: str) -> str:
    return hashlib.sha256(name.casefold().encode()).hexdigest()


def _values(one: Vendor, by: str, now: float) -> dict[str, object]:
    return {
        "key": _key(one.name),
        "entry": _JSON.encode(one).decode(),
        "due": min((last for _, last in deadlines(one)), default="") if one.approved else "",
        "set_by": by[: audit.LONGEST_ACTOR],
        "set_at": now,
    }


def _insert(connection: Connection, one: Vendor, by: str, now: float) -> int:
    made = connection.execute(insert(vendor).values(**_values(one, by, now))).inserted_primary_key
    return int(made[0]) if made else 0


def _update(connection: Connection, id_: int, one: Vendor, by: str, now: float) -> None:
    connection.execute(update(vendor).where(vendor.c.id == id_).values(**_values(one, by, now)))


def _delete(connection: Connection, id_: int) -> None:
    connection.execute(delete(vendor_reminder).where(vendor_reminder.c.vendor == id_))
    connection.execute(
        update(program_vendor).where(program_vendor.c.vendor == id_).values(vendor=0)
    )
    connection.execute(delete(vendor).where(vendor.c.id == id_))


def _kept(row: Row[tuple[object, ...]]) -> Kept:
    return Kept(
        id=row.id,
        key=row.key,
        vendor=_ENTRY.decode(row.entry),
        desks=row.desks,
        set_by=row.set_by,
        set_at=row.set_at,
    )
