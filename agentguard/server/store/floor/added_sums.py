"""Counts that are a row and its changes: triggers add changes, so that nobody waits for the row.

What counts is the sum of both, at each moment. A job adds the changes to the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    Subquery,
    Table,
    delete,
    func,
    insert,
    literal,
    select,
    union_all,
)

from agentguard.server.store.engine.upserts import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Counts by some columns, in `many`, and the table of their changes with the same columns.

    `counted` gives the statement that counts the same one by one.
    """

    counts: Table
    changes: Table
    counted: Callable[[], Select[Any]]

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns by which is counted."""
        return tuple(one.name for one in self.counts.columns if one.name != "many")

    def each(self, only: AbstractSet[int] | None = None) -> Subquery:
        """Return rows and changes, of those alone that the first column names."""
        parts: list[Select[Any]] = []
        for one in (self.counts, self.changes):
            rows = select(*one.columns)
            parts.append(rows if only is None else rows.where(one.c[self.keys[0]].in_(only)))
        return union_all(*parts).subquery("each")

    def fold(self, connection: Connection) -> None:
        """Add the changes to the counts; those that come meanwhile stay for the next time."""
        if connection.dialect.name == "sqlite":  # nobody else writes meanwhile
            self._put(connection, select(self.changes).subquery())
            connection.execute(delete(self.changes))
            return
        gone = delete(self.changes).returning(*self.changes.columns)
        self._put(connection, gone.cte("gone"))

    def differences(self, connection: Connection) -> int:
        """Return how many counts differ from what is counted one by one."""
        wrong = self._wrong().subquery()
        return connection.scalar(select(func.count()).select_from(wrong)) or 0

    def repair(self, connection: Connection) -> int:
        """Put right what differs, in the statement that finds it; return how many counts."""
        wrong = self._wrong().subquery()
        names = [*self.keys, "many"]
        rows = select(*(wrong.c[name] for name in names))
        put = insert(self.changes).from_select(names, rows)
        return connection.execute(put.execution_options(preserve_rowcount=True)).rowcount

    def _put(self, connection: Connection, changes: Any) -> None:
        keys = [changes.c[name] for name in self.keys]
        many = func.sum(changes.c.many)
        rows = (
            select(*keys, many)
            .where(literal(1) == 1)  # SQLite would read ON CONFLICT as a join's
            .group_by(*keys)
            .having(many != 0)
        )
        added = upsert(connection, self.counts).from_select([*self.keys, "many"], rows)
        more = self.counts.c.many + added.excluded.many
        connection.execute(
            added.on_conflict_do_update(index_elements=list(self.keys), set_={"many": more})
        )

    def _wrong(self) -> Select[Any]:
        """Return what is to be added so that the counts are those of one by one."""
        each = self.each()
        held_by = [each.c[name] for name in self.keys]
        held = select(*held_by, -func.sum(each.c.many)).group_by(*held_by)
        both = union_all(self.counted(), held).subquery("both")
        keys, many = [both.c[name] for name in self.keys], func.sum(both.c.many)
        return select(*keys, many.label("many")).group_by(*keys).having(many != 0)
