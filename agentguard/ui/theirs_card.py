"""What the person at the desk cannot mend: to be read, with nothing to press and nothing in red."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QWidget

from agentguard.base.translations import Texts
from agentguard.ui.colours import of_state
from agentguard.ui.keyed_list import Keyed
from agentguard.ui.theme import Theme
from agentguard.ui.views import TheirGroup, TheirsView, TheirView
from agentguard.ui.widgets import GAP, column, draw, label, row


class TheirRow(QWidget):
    """One of them: what is wrong, since when, and what can be done meanwhile."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self._texts = texts
        self._title, self._wrong = label("", "strong"), label("", "muted")
        self._meanwhile, self._since = label(), label("", "small", wrap=False)
        inside = column(self, gap=2)
        head = row(gap=2 * GAP)
        head.addWidget(self._title, 1)
        head.addWidget(self._since)
        inside.addLayout(head)
        inside.addWidget(self._wrong)
        inside.addWidget(self._meanwhile)

    def show_item(self, one: TheirView) -> None:
        """Show it."""
        self._title.setText(one.title)
        self._wrong.setText(one.wrong)
        self._wrong.setVisible(bool(one.wrong))
        self._meanwhile.setText(one.meanwhile)
        self._meanwhile.setVisible(bool(one.meanwhile))
        self._since.setText(one.since)
        self.setAccessibleName(
            self._texts.say(
                "theirs.row",
                title=one.title,
                wrong=one.wrong,
                meanwhile=one.meanwhile,
                since=one.since,
            )
        )


class TheirGroupCard(QFrame):
    """All that one of the others has."""

    def __init__(self, texts: Texts, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("look", "card")
        self._icon, self._heading = label(wrap=False), label("", "heading")
        self._rows: Keyed[TheirView] = Keyed(lambda _: TheirRow(texts), lambda one: one.key)
        inside = column(self, gap=2 * GAP)
        inside.setContentsMargins(3 * GAP, 2 * GAP, 3 * GAP, 2 * GAP)
        head = row(gap=2 * GAP)
        head.addWidget(self._icon)
        head.addWidget(self._heading, 1)
        inside.addLayout(head)
        inside.addWidget(self._rows)

    def show_item(self, group: TheirGroup) -> None:
        """Show a group."""
        draw(self._icon, "state-theirs", 20, of_state(self._theme.tones, "theirs")[0])
        self._heading.setText(group.heading)
        self._rows.show_items(group.rows)
        self.setAccessibleName(group.heading)


class TheirsCard(QWidget):
    """A card for each who has something, and whether they know of it."""

    def __init__(self, texts: Texts, theme: Theme) -> None:
        super().__init__()
        self._told = label("", "small")
        self._groups: Keyed[TheirGroup] = Keyed(
            lambda _: TheirGroupCard(texts, theme), lambda one: one.owner
        )
        inside = column(self, gap=GAP)
        inside.addWidget(self._groups)
        inside.addWidget(self._told)

    def show_theirs(self, theirs: TheirsView) -> None:
        """Show it; without anything nothing is shown."""
        self._groups.show_items(theirs.groups)
        self._told.setText(theirs.told)
        self._told.setVisible(bool(theirs.told))
        self.setVisible(bool(theirs.groups))

    def forget(self) -> None:
        """Draw every card again, as after a change of colours."""
        self._groups.forget()
