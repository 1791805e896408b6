"""A layout that sets buttons side by side and goes on in the next line where they do not fit."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from agentguard.ui.widgets import GAP


class Flow(QLayout):
    """Lines of what there is, so that nothing is cut off at any width or size of text."""

    def __init__(self, parent: QWidget | None = None, gap: int = GAP) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802 - Qt's name
        """Take an item at the end."""
        self._items.append(item)

    def count(self) -> int:
        """Count the items."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 - Qt's name
        """Return an item; None beyond the end."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 - Qt's name
        """Return an item that is no longer held."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802 - Qt's name
        """Return none: what is left of a line stays empty."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Check whether the height follows from the width: it does."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Return the height of all lines at a width."""
        return self._lay(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802 - Qt's name
        """Set the items into a rectangle."""
        super().setGeometry(rect)
        self._lay(rect, move=True)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of one line of all."""
        hints = [item.sizeHint() for item in self._shown()]
        width = sum(hint.width() + self._gap for hint in hints) - (self._gap if hints else 0)
        return QSize(width, max((hint.height() for hint in hints), default=0))

    def minimumSize(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of the widest item alone."""
        least = QSize()
        for item in self._shown():
            least = least.expandedTo(item.minimumSize())
        return least

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _way(self) -> Qt.LayoutDirection:
        """Return from where lines begin: in Arabic from the right."""
        over = self.parentWidget()
        return over.layoutDirection() if over else Qt.LayoutDirection.LeftToRight

    def _lay(self, rect: QRect, *, move: bool) -> int:
        left, top, tall = rect.x(), rect.y(), 0
        for item in self._shown():
            hint = item.sizeHint()
            if left > rect.x() and left + hint.width() > rect.x() + rect.width():
                left, top, tall = rect.x(), top + tall + self._gap, 0
            if move:
                size = QSize(min(hint.width(), rect.width()), hint.height())
                place = QRect(QPoint(left, top), size)
                item.setGeometry(_seen_from(self._way(), rect, place))
            left, tall = left + hint.width() + self._gap, max(tall, hint.height())
        return top + tall - rect.y()


def _seen_from(way: Qt.LayoutDirection, within: QRect, place: QRect) -> QRect:
    """Return a place as lines run: `QStyle.visualRect` does so, in 400 KB of a desk's memory."""
    if way is Qt.LayoutDirection.LeftToRight:
        return place
    return place.translated(within.left() + within.right() - place.left() - place.right(), 0)
