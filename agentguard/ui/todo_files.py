"""The files of a card of To do: three by name, all of them to choose from when asked."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QListWidget, QListWidgetItem, QWidget

from agentguard.base import turning_signs
from agentguard.base.translations import Texts
from agentguard.ui.elided import ISOLATED, Elided
from agentguard.ui.views import FindingView, ItemView
from agentguard.ui.widgets import GAP, button, column, label, row

NAMED = 3
BESIDE, BELOW = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
ROWS = 8  # so many lines of the whole list are seen at once


class _Line(QWidget):
    """A file in one line: its name, and what it holds or how far it is."""

    def __init__(self) -> None:
        super().__init__()
        self._name, self._note = Elided("strong"), label("", "small", wrap=False)
        self._row = row(self, gap=GAP // 2)
        self._row.addWidget(self._name, 1)
        self._row.addWidget(self._note)

    def fit(self, room: int) -> None:
        """Set what it holds beside the name, or below it where there is no room for both."""
        beside = self._note.sizeHint().width() < room
        self._row.setDirection(BESIDE if beside else BELOW)

    def show_file(self, item: ItemView) -> None:
        self._name.show_name(item.name, item.place)
        self._note.setText(item.note or item.shown)


class FileList(QWidget):
    """The files; `changed` is called when another number of them is chosen."""

    def __init__(self, texts: Texts, changed: Callable[[], None]) -> None:
        super().__init__()
        self._texts, self._changed = texts, changed
        self._left_out: set[str] = set()
        self._items: tuple[ItemView, ...] = ()
        self._lines = [_Line() for _ in range(NAMED)]
        self._whole = QListWidget()
        self._whole.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._whole.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._whole.setProperty("look", "files")
        self._whole.setUniformItemSizes(True)
        self._whole.itemChanged.connect(self._chosen)
        self._more = button("", self._turn)
        self._more.setProperty("look", "link")
        inside = column(self, gap=GAP // 2)
        for part in (*self._lines, self._whole):
            inside.addWidget(part)
        foot = row(gap=GAP)
        foot.addWidget(self._more)
        foot.addStretch(1)
        inside.addLayout(foot)
        self._whole.hide()

    def show_files(self, finding: FindingView) -> None:
        """Show the files of a card; one alone is shown by the card itself."""
        self._items = finding.items if len(finding.items) > 1 else ()
        self._left_out &= {item.subject for item in self._items}
        self.setVisible(bool(self._items))
        self._whole.setAccessibleName(self._texts.say("todo.card.files", title=finding.title))
        if self._whole.isHidden():
            self._name_some()
        else:
            self._list()
        self._say_more()

    def fit(self, room: int) -> None:
        """Make the lines fit, with so much room beside a name."""
        for line in self._lines:
            line.fit(room)

    def chosen(self) -> tuple[str, ...]:
        """Return the subjects that are chosen; all, unless somebody took some out."""
        return tuple(i.subject for i in self._items if i.subject not in self._left_out)

    def _turn(self) -> None:
        opens = self._whole.isHidden()
        self._whole.setVisible(opens)
        if opens:
            self._list()
            self._whole.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._left_out.clear()
        self._name_some()
        self._say_more()
        self._changed()

    def _say_more(self) -> None:
        opens = self._whole.isHidden()
        word = self._texts.say(
            "todo.card.all" if opens else "todo.card.fewer", count=len(self._items)
        )
        self._more.setText(word)
        self._more.setAccessibleName(word)
        self._more.setVisible(not opens or len(self._items) > NAMED)

    def _name_some(self) -> None:
        closed = self._whole.isHidden()
        for place, line in enumerate(self._lines):
            there = closed and place < len(self._items)
            line.setVisible(there)
            if there:
                line.show_file(self._items[place])

    def _list(self) -> None:
        self._whole.blockSignals(True)
        at = self._whole.currentRow()
        self._whole.clear()
        for item in self._items:
            self._whole.addItem(self._entry(item))
        self._whole.setCurrentRow(min(max(at, 0), len(self._items) - 1))
        self._whole.blockSignals(False)
        height = self._whole.sizeHintForRow(0) * min(ROWS, len(self._items))
        self._whole.setFixedHeight(height + 2 * self._whole.frameWidth() + GAP)

    def _entry(self, item: ItemView) -> QListWidgetItem:
        note = item.note or item.shown
        name = ISOLATED.format(turning_signs.in_order(item.name))
        made = QListWidgetItem(f"{name}  ·  {note}")
        made.setFlags(
            Qt.ItemFlag.ItemIsUserCheckable
            | Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
        )
        out = item.subject in self._left_out
        made.setCheckState(Qt.CheckState.Unchecked if out else Qt.CheckState.Checked)
        made.setData(Qt.ItemDataRole.UserRole, item.subject)
        made.setToolTip(turning_signs.in_order(item.place))
        said = self._texts.say("todo.item.row", name=item.name, shown=item.shown, note=item.note)
        made.setData(Qt.ItemDataRole.AccessibleTextRole, said)
        return made

    def _chosen(self, entry: QListWidgetItem) -> None:
        subject = str(entry.data(Qt.ItemDataRole.UserRole))
        if entry.checkState() is Qt.CheckState.Checked:
            self._left_out.discard(subject)
        else:
            self._left_out.add(subject)
        self._changed()
