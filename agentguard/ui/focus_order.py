"""The order in which Tab goes through a window: that in which it is read.

Qt appends whatever is made later, so that Tab would leave a page and come back to a row that came
in its middle. The order is made when somebody presses Tab, from what is there then.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


class Ordered(QWidget):
    """A window through which Tab goes as one reads it."""

    def focusNextPrevChild(self, onward: bool) -> bool:  # noqa: N802, FBT001 - Qt's name and way
        """Put what is there now in order, and go on.

        What has the focus keeps its place when it was just taken away, and one goes on beside it.
        """
        for before, after in pairwise(_reached(self, self.focusWidget())):
            QWidget.setTabOrder(before, after)
        return bool(super().focusNextPrevChild(onward))


def reached(root: QWidget) -> Iterator[QWidget]:
    """Yield what Tab may reach, in the order of the widgets, which is that of the reading."""
    yield from _reached(root, None)


def _reached(root: QWidget, left: QWidget | None) -> Iterator[QWidget]:
    """Yield the same, and what is left even when nobody sees it any more."""
    for child in root.children():
        if not isinstance(child, QWidget) or child.isWindow():
            continue
        if not child.isVisibleTo(root):
            if left is not None and (child is left or child.isAncestorOf(left)):
                yield left
            continue
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus:
            yield child
        yield from _reached(child, left)
