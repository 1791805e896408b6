"""The lines of what was found and done, with the way back out of the vault."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from agentguard.base.translations import Texts
from agentguard.ui.colours import of_state
from agentguard.ui.keyed_list import Keyed
from agentguard.ui.theme import Theme
from agentguard.ui.views import DoneView
from agentguard.ui.widgets import GAP, button, column, draw, label, row

Undo = Callable[[DoneView], None]
FRESH = 3
"""So many lines of today stand below the cards; the history holds them all."""


class DoneLine(QFrame):
    """One thing that was done; `undo` is called with it. In the history it tells what was found."""

    def __init__(self, texts: Texts, theme: Theme, undo: Undo, *, whole: bool) -> None:
        super().__init__()
        self._texts, self._theme, self._whole = texts, theme, whole
        self._undo_it = undo
        self._item: DoneView | None = None
        self.setProperty("look", "card")
        self._icon, self._told, self._found = label(wrap=False), label(), label("", "small")
        self._undo = button(texts.say("todo.done.undo"), self._press)
        self._undo.setProperty("look", "link")
        inside = row(self, gap=GAP + GAP // 2)
        inside.setContentsMargins(2 * GAP, GAP, 2 * GAP, GAP)
        inside.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        words = column(gap=GAP // 4)
        words.addWidget(self._told)
        words.addWidget(self._found)
        inside.addLayout(words, 1)
        inside.addWidget(self._undo)

    def show_item(self, done: DoneView) -> None:
        """Show what was done."""
        self._item = done
        state = "pass" if done.mended else "unknown"
        draw(self._icon, f"state-{state}", 20, of_state(self._theme.tones, state)[0])
        self._told.setText(done.told)
        self._found.setText(done.found)
        self._found.setVisible(self._whole)
        self._undo.setVisible(bool(done.sealed))
        self._undo.setAccessibleName(self._texts.say("todo.done.undo-named", told=done.told))
        self.setAccessibleName(f"{done.told} {done.found}" if self._whole else done.told)

    def _press(self) -> None:
        if self._item is not None:
            self._undo_it(self._item)


class History(QWidget):
    """What was done today, and behind a button everything that was found and done."""

    def __init__(self, texts: Texts, theme: Theme, undo: Undo) -> None:
        super().__init__()
        self._texts = texts
        self._every: tuple[DoneView, ...] = ()
        self._fresh: Keyed[DoneView] = Keyed(
            lambda _: DoneLine(texts, theme, undo, whole=False), lambda d: d.key, gap=GAP
        )
        self._whole: Keyed[DoneView] = Keyed(
            lambda _: DoneLine(texts, theme, undo, whole=True), lambda d: d.key, gap=GAP
        )
        self._turn = button("", self._turn_over)
        self._turn.setProperty("look", "link")
        inside = column(self, gap=GAP)
        foot = row(gap=GAP)
        foot.addWidget(self._turn)
        foot.addStretch(1)
        inside.addWidget(self._fresh)
        inside.addLayout(foot)
        inside.addWidget(self._whole)
        self._whole.setAccessibleName(texts.say("todo.history.title"))
        self._whole.hide()

    def show_history(self, every: tuple[DoneView, ...]) -> None:
        """Show it, the newest first; nothing is shown while there is none."""
        self._every = every
        self.setVisible(bool(every))
        self._dress()

    def forget(self) -> None:
        """Draw every line again."""
        self._fresh.forget()
        self._whole.forget()

    def _turn_over(self) -> None:
        self._whole.setVisible(self._whole.isHidden())
        self._dress()

    def _dress(self) -> None:
        opened = not self._whole.isHidden()
        fresh = [one for one in self._every if one.today][:FRESH]
        self._fresh.show_items(() if opened else fresh)
        self._fresh.setVisible(bool(fresh) and not opened)
        self._whole.show_items(self._every if opened else ())
        form = "hide" if opened else "show"
        word = self._texts.say(f"todo.history.{form}", count=len(self._every))
        self._turn.setText(word)
        self._turn.setAccessibleName(word)
