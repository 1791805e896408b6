"""A list of widgets that keeps them by key, so that news does not take the focus away."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, Protocol, TypeVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

from agentguard.ui.accessible import Role, is_a
from agentguard.ui.widgets import GAP, column


class _Row(Protocol):
    def show_item(self, item: object) -> None: ...


V = TypeVar("V")


class Keyed(QWidget, Generic[V]):
    """Shows one row for each item: known ones are brought up to date, gone ones are taken away."""

    def __init__(
        self, make: Callable[[V], QWidget], key: Callable[[V], Hashable], gap: int = 2 * GAP
    ) -> None:
        super().__init__()
        self._make = make
        self._key = key
        self._rows: dict[Hashable, tuple[V, QWidget]] = {}
        self._layout: QVBoxLayout = column(self, gap=gap)
        is_a(self, Role.List)

    @property
    def rows(self) -> tuple[QWidget, ...]:
        """The rows in their order."""
        return tuple(row for _, row in self._rows.values())

    def show_items(self, items: Iterable[V]) -> None:
        """Show these items in this order."""
        old, self._rows = self._rows, {}
        before = tuple(old)
        for place, item in enumerate(items):
            key = self._key(item)
            self._rows[key] = (item, self._row(old.pop(key, None), item))
            if self._layout.indexOf(self._rows[key][1]) != place:
                self._layout.insertWidget(place, self._rows[key][1])
        for _, gone in old.values():
            self._layout.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        if before != tuple(self._rows)[: len(before)]:  # else what is new came at the end
            for row in self.rows:
                row.raise_()  # keys and readers go by the order of the widgets

    def forget(self) -> None:
        """Paint every row anew at the next look, as after a change of colours."""
        for item, row in self._rows.values():
            _show(row, item)

    def _row(self, known: tuple[V, QWidget] | None, item: V) -> QWidget:
        row = self._made(item) if known is None else known[1]
        if known is None or known[0] != item:
            _show(row, item)
        return row

    def _made(self, item: V) -> QWidget:
        row = self._make(item)
        is_a(row, Role.ListItem)
        return row


def _show(row: QWidget, item: object) -> None:
    shower: _Row = row  # type: ignore[assignment]  # every row of a Keyed has show_item
    shower.show_item(item)
