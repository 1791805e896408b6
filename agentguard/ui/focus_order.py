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
        """Put what is there now in order, and go on."""
        for before, after in pairwise(reached(self)):
            QWidget.setTabOrder(before, after)
        return bool(super().focusNextPrevChild(onward))


def reached(root: QWidget) -> Iterator[QWidget]:
    """Yield what Tab may reach, in the order of the widgets, which is that of the reading."""
    for child in root.children():
        if not isinstance(child, QWidget) or child.isWindow() or not child.isVisibleTo(root):
            continue
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus:
            yield child
        yield from reached(child)
