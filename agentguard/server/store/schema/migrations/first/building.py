"""Builds a table or an index as the first release has it, on SQLite and PostgreSQL.

Every column holds a value unless it is `nullable`; constraints are named as the tables' own are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

NO = sa.false()
"""The default of a column that is false unless it is said otherwise."""
_Kind = sa.types.TypeEngine[Any]


def by_month() -> bool:
    """Check whether the database cuts events by month."""
    return op.get_bind().dialect.name == "postgresql"


def table(
    name: str,
    *columns: sa.Column[Any],
    key: Sequence[str],
    refers: Mapping[str, str] | None = None,
    unique: str = "",
    **options: Any,
) -> None:
    """Make a table; `refers` is which column names a row of which other column."""
    parts: list[sa.Constraint] = [sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}"))]
    for column, to in (refers or {}).items():
        parts.append(sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{name}_{column}")))
    if unique:
        parts.append(sa.UniqueConstraint(unique, name=op.f(f"uq_{name}_{unique}")))
    op.create_table(name, *columns, *parts, **options)


def index(
    name: str,
    of: str,
    columns: list[str],
    *,
    unique: bool = False,
    where: str = "",
    using: str = "btree",
) -> None:
    """Make an index, of the rows alone that are as `where` says; SQLite has one way to build it."""
    options: dict[str, Any] = {"unique": unique, "postgresql_using": using}
    if where:
        options |= {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)}
    op.create_index(op.f(name), of, columns, **options)


def trigger(name: str, when: str, does: str, condition: str = "", gives: str = "NULL") -> None:
    """Have the database itself do something for a row, whichever program changes it.

    `when` and `condition` are SQL's, such as `AFTER INSERT ON device FOR EACH ROW`. What is done
    before gives the row that is to be written, NEW or OLD.
    """
    if op.get_bind().dialect.name == "sqlite":
        only = f" WHEN {condition}" if condition else ""
        op.execute(f"CREATE TRIGGER {name} {when}{only} BEGIN {does} END")
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {does} RETURN {gives}; END $$"
    )
    only = f" WHEN ({condition})" if condition else ""
    op.execute(f"CREATE TRIGGER {name} {when}{only} EXECUTE FUNCTION {name}()")


def untrigger(name: str) -> None:
    """Take a trigger away, with its function."""
    lite = op.get_bind().dialect.name == "sqlite"
    op.execute(f"DROP TRIGGER {name}" if lite else f"DROP FUNCTION {name}() CASCADE")


def string(name: str, length: int, **options: Any) -> sa.Column[Any]:
    """Return a column of a text of at most that many signs."""
    return _column(name, sa.String(length), **options)


def _of(kind: Callable[[], _Kind]) -> Callable[..., sa.Column[Any]]:
    return lambda name, **options: _column(name, kind(), **options)


def _column(
    name: str, kind: _Kind, *, default: Any = None, nullable: bool = False, counts: bool = True
) -> sa.Column[Any]:
    by_itself: Any = "auto" if counts else False
    return sa.Column(name, kind, server_default=default, nullable=nullable, autoincrement=by_itself)


text = _of(sa.Text)
binary = _of(sa.LargeBinary)
boolean = _of(sa.Boolean)
real = _of(sa.Float)
small = _of(sa.SmallInteger)
integer = _of(sa.Integer)
big = _of(sa.BigInteger)
serial = _of(lambda: sa.BigInteger().with_variant(sa.Integer(), "sqlite"))
"""A number that the database counts up where it is the key; SQLite counts plain integers alone."""
