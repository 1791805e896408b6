"""Whose the fleet's programs are: matched by version with the register, and counted by desk.

A version is matched when it first comes and when the register changes; pages read what stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, delete, distinct, func, insert, or_, select, update

from agentguard.model.facts import Kind
from agentguard.model.vendors import ClassTeller, ProgramClass, vendor_of
from agentguard.server.store.schema.software_tables import device_program, program, program_count
from agentguard.server.store.schema.tables import device, team
from agentguard.server.store.schema.vendor_tables import program_vendor, vendor
from agentguard.server.store.software import vendors
from agentguard.server.store.software.counting import OF_ANOTHER
from agentguard.server.store.software.vendors import Kept

NOBODY = 0
AT_ONCE = 5_000
"""Versions that are matched in one transaction."""
SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedVersion:
    """What a version says of itself, as a vendor is known by it."""

    name: str
    vendor: str
    signer: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetProgram:
    """A program of the fleet: how many desks have a version of it at most, and what it is for."""

    name: str
    publisher: str
    product: str
    desks: int
    classes: tuple[ProgramClass, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorDesk:
    """A desk on which programs of a vendor are, with how many."""

    id: str
    label: str
    team: str
    programs: int


def match(connection: Connection, classes: ClassTeller, day: str, most: int = AT_ONCE) -> int:
    """Match at most so many versions that are new, or that another register was matched with.

    Each is matched anew every day, since the catalogue may know it meanwhile. Gives how many.
    """
    every = vendors.list_kept(connection)
    mark = vendors.digest(every, day)
    connection.execute(
        delete(program_vendor).where(program_vendor.c.program.not_in(select(program.c.id)))
    )
    asked = (
        select(program)
        .outerjoin(program_vendor, program_vendor.c.program == program.c.id)
        .where(or_(program_vendor.c.register.is_(None), program_vendor.c.register != mark))
        .limit(most)
    )
    rows = connection.execute(asked).all()
    if rows:
        ids = [row.id for row in rows]
        connection.execute(delete(program_vendor).where(program_vendor.c.program.in_(ids)))
        connection.execute(
            insert(program_vendor),
            [
                {
                    "program": row.id,
                    "vendor": _whose(row, every),
                    "classes": " ".join(_classes(row, classes)),
                    "register": mark,
                }
                for row in rows
            ],
        )
    return len(rows)


def _whose(row: Row[tuple[object, ...]], every: Sequence[Kept]) -> int:
    item = NamedVersion(name=row.name, vendor=row.publisher, signer=row.signer, source=row.source)
    found = vendor_of(item, (one.vendor for one in every))
    return next((one.id for one in every if one.vendor is found), NOBODY)


def _classes(row: Row[tuple[object, ...]], classes: ClassTeller) -> tuple[ProgramClass, ...]:
    if row.kind == Kind.EXTENSION:
        return classes.of_extension(row.ident)
    return classes.of(row.name, row.publisher, row.product) if row.kind == Kind.PROGRAM else ()


def count(connection: Connection) -> None:
    """Count on how many desks each vendor's programs are."""
    whose = program_vendor.c.vendor
    asked = (
        select(whose, func.count(distinct(device_program.c.device)))
        .join(device_program, device_program.c.program == program_vendor.c.program)
        .where(whose != NOBODY)
        .group_by(whose)
    )
    found = {id_: int(many) for id_, many in connection.execute(asked)}
    for row in connection.execute(select(vendor.c.id, vendor.c.desks)).all():
        if row.desks != found.get(row.id, 0):
            changed = update(vendor).where(vendor.c.id == row.id)
            connection.execute(changed.values(desks=found.get(row.id, 0)))


def of_vendor(connection: Connection, id_: int) -> list[FleetProgram]:
    """Return a vendor's programs of the fleet, those of most desks first."""
    return _programs(connection, id_, classed=False)


def strangers(connection: Connection) -> list[FleetProgram]:
    """Return the programs of nobody in the register that have a class, of most desks first."""
    return _programs(connection, NOBODY, classed=True)


def unmatched(connection: Connection) -> int:
    """Count by name the programs of nobody in the register; parts of others do not count."""
    asked = (
        select(func.count(distinct(program.c.name)))
        .join(program_vendor, program_vendor.c.program == program.c.id)
        .join(program_count, program_count.c.program == program.c.id)
        .where(
            program_vendor.c.vendor == NOBODY,
            program_count.c.desks > 0,
            program.c.product != OF_ANOTHER,
        )
    )
    return int(connection.scalar(asked) or 0)


def _programs(connection: Connection, id_: int, *, classed: bool) -> list[FleetProgram]:
    desks = func.max(program_count.c.desks).label("desks")
    asked = (
        select(
            program.c.name,
            program.c.publisher,
            func.max(program.c.product).label("product"),
            func.max(program_vendor.c.classes).label("classes"),
            desks,
        )
        .join(program_vendor, program_vendor.c.program == program.c.id)
        .join(program_count, program_count.c.program == program.c.id)
        .where(program_vendor.c.vendor == id_, program_count.c.desks > 0)
        .group_by(program.c.name, program.c.publisher)
        .order_by(desks.desc(), program.c.name)
        .limit(SHOWN)
    )
    if classed:
        asked = asked.where(program_vendor.c.classes != "")
    return [
        FleetProgram(
            name=row.name,
            publisher=row.publisher,
            product=row.product,
            desks=int(row.desks),
            classes=tuple(map(ProgramClass, row.classes.split())),
        )
        for row in connection.execute(asked)
    ]


def desks_of(connection: Connection, id_: int) -> list[VendorDesk]:
    """Return desks on which a vendor's programs are, at most `SHOWN`, by name."""
    mine = select(program_vendor.c.program).where(program_vendor.c.vendor == id_)
    some = (
        select(device_program.c.device)
        .where(device_program.c.program.in_(mine))
        .distinct()
        .limit(SHOWN)
    )
    ids = list(connection.scalars(some))
    many = func.count().label("many")
    asked = (
        select(device.c.id, device.c.label, team.c.name, many)
        .join(device_program, device_program.c.device == device.c.id)
        .join(team, team.c.id == device.c.team)
        .where(device.c.id.in_(ids), device_program.c.program.in_(mine))
        .group_by(device.c.id, device.c.label, team.c.name)
        .order_by(device.c.label, device.c.id)
    )
    return [
        VendorDesk(id=row.id, label=row.label, team=row.name, programs=int(row.many))
        for row in connection.execute(asked)
    ]
