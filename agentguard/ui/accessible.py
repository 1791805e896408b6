"""What things are for a screen reader, where Qt by itself tells too little of them.

Qt takes a door for a check box, a notice for nothing and a heading for a text. Readers go from
heading to heading and from list to list, and speak an alert by themselves, so the role is as much a
part of a window as its words. Nothing of this runs until a reader asks.
"""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleActionInterface,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
)
from PySide6.QtWidgets import QAbstractButton, QAccessibleWidget, QLabel, QWidget

Role = QAccessible.Role
ROLE = "role"  # the property in which a widget carries its own
HEADINGS = ("title", "heading")  # looks of the style sheet
SELECTED = Qt.TextInteractionFlag.TextSelectableByKeyboard
SILENT = Role.NoRole.value
PRESS = QAccessibleActionInterface.pressAction()


def is_a(widget: QWidget, role: QAccessible.Role) -> None:
    """Let a widget be this for a screen reader."""
    widget.setProperty(ROLE, role.value)


def silent(label: QLabel) -> QLabel:
    """Let a reader pass over words that the button beside them says; return the label."""
    is_a(label, Role.NoRole)
    return label


def install() -> None:
    """Tell Qt how to describe widgets; after the application was made, whose own way comes last."""
    QAccessible.installFactory(_describe)


def announce(widget: QWidget, words: str, *, urgent: bool = False) -> None:
    """Have a reader say something that came by itself; one that is urgent interrupts it."""
    if not (words and QAccessible.isActive()):
        return
    event = QAccessibleAnnouncementEvent(widget, words)
    rude = QAccessible.AnnouncementPoliteness.Assertive
    event.setPoliteness(rude if urgent else QAccessible.AnnouncementPoliteness.Polite)
    QAccessible.updateAccessibility(event)


def alert(window: QWidget, *, urgent: bool = False) -> None:
    """Tell that a card came by itself, which takes no focus, and have its name said."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleEvent(window, QAccessible.Event.Alert))
        announce(window, window.accessibleName(), urgent=urgent)


class _Described(QAccessibleWidget):
    """A widget as it says that it is."""

    def role(self) -> QAccessible.Role:
        """Return what it is."""
        widget = self.widget()
        own = widget.property(ROLE)
        if own is not None:
            return Role(own)
        if widget.isWindow():
            return Role.Window
        return Role.Grouping if widget.accessibleName() else Role.Client

    def state(self) -> QAccessible.State:
        """Return what holds of it: a list without a line is not there for a reader."""
        state = super().state()
        if self.role() is Role.List and not self.childCount():
            state.invisible = True
        return state


class _Words(QAccessibleWidget):
    """A label: a heading, a text, or a picture that tells nothing which no text tells."""

    def role(self) -> QAccessible.Role:
        """Return a heading where it looks like one."""
        if self._drawn():
            return Role.Graphic
        return Role.Heading if self.widget().property("look") in HEADINGS else Role.StaticText

    def text(self, kind: QAccessible.Text) -> str:
        """Return what can be read."""
        said = super().text(kind)
        words = self.widget()
        if kind is QAccessible.Text.Name and not said and isinstance(words, QLabel):
            return words.text()
        return said

    def state(self) -> QAccessible.State:
        """Return what holds of it: one without words is not there for a reader."""
        state = super().state()
        if not self.text(QAccessible.Text.Name) or self.widget().property(ROLE) == SILENT:
            state.invisible = True
        return state

    def _drawn(self) -> bool:
        label = self.widget()
        return isinstance(label, QLabel) and not label.pixmap().isNull()


class _Choice(_Described):
    """A button that is one of a list, such as the door of a page."""

    def text(self, kind: QAccessible.Text) -> str:
        """Return its words."""
        said = super().text(kind)
        if kind is QAccessible.Text.Name and not said:
            return self._button().text()
        return said

    def state(self) -> QAccessible.State:
        """Return what holds of it: the one that is down is the one that was chosen."""
        state = super().state()
        state.selectable = True
        state.selected = self._button().isChecked()
        return state

    def actionNames(self) -> list[str]:  # noqa: N802 - Qt's name
        """Return what can be done with it."""
        return [PRESS, *super().actionNames()]

    def doAction(self, name: str) -> None:  # noqa: N802 - Qt's name
        """Do it."""
        if name == PRESS:
            self._button().click()
        else:
            super().doAction(name)

    def _button(self) -> QAbstractButton:
        return cast("QAbstractButton", self.widget())


def _describe(_name: str, thing: object) -> QAccessibleWidget | None:
    """Return how to describe a thing; None leaves it to Qt."""
    if not isinstance(thing, QWidget):
        return None
    if isinstance(thing, QAbstractButton):
        return _Choice(thing) if thing.property(ROLE) is not None else None
    if isinstance(thing, QLabel):
        return None if thing.textInteractionFlags() & SELECTED else _Words(thing)
    if thing.property(ROLE) is not None or _plain(thing):
        return _Described(thing)
    return None


def _plain(widget: QWidget) -> bool:
    """Check whether Qt knows no more of it than that it is a widget."""
    known = next(kind for kind in type(widget).__mro__ if kind.__module__.startswith("PySide6"))
    return known is QWidget
