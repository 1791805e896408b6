"""What a class of records is made of: its tables, when their rows are old, and what holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, false, or_, select

from agentguard.server.store.records import legal_holds
from agentguard.server.store.schema.control_tables import held_desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A table of a record class: a row's age counts from `at`; where that is NULL it stays."""

    table: Table
    at: ColumnElement[float]
    held: ColumnElement[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record class, with its usual age and the least that may be set, in days."""

    name: str
    days: int
    least: int
    parts: tuple[Part, ...]


def part(
    table: Table,
    at: ColumnElement[float],
    *held: ColumnElement[bool],
) -> Part:
    """Return a part of which a row is held that any of these is true of."""
    return Part(table=table, at=at, held=or_(false(), *held))


def record(name: str, days: int, *parts: Part, least: int = 1) -> Record:
    """Return a record class."""
    return Record(name=name, days=days, least=least, parts=parts)


def people(*columns: ColumnElement[Any]) -> tuple[ColumnElement[bool], ...]:
    """Return what holds a row that names a person in any of these columns."""
    return tuple(legal_holds.of_person(column) for column in columns)


def of_spells(table: Table) -> Part:
    """Return the spells of desks: what has no end yet stays."""
    mine = select(held_desk.c.number).where(legal_holds.of_device(held_desk.c.device))
    return part(table, table.c.until, table.c.desk.in_(mine))
