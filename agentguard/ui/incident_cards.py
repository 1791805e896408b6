"""The report as it is sent, its number with what happens next, and the reports before."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLineEdit

from agentguard.base.translations import Texts
from agentguard.ui.accessible import announce
from agentguard.ui.pages.base import tell
from agentguard.ui.present_incidents import ReportView, spelt
from agentguard.ui.widgets import GAP, button, column, empty, label, row

LONGEST = 20  # characters that are typed of a number


class SeenReport(QFrame):
    """All that leaves, to be sent or changed."""

    def __init__(self, texts: Texts, send: Callable[[], None], change: Callable[[], None]) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self._said, self._added = label(), label()
        self._status = label("", "muted")
        inside = column(self, margin=3 * GAP, gap=GAP)
        inside.addWidget(label(texts.say("ui.incident.see"), "heading"))
        inside.addWidget(self._said)
        inside.addSpacing(GAP)
        inside.addWidget(label(texts.say("ui.incident.attached"), "heading"))
        inside.addWidget(self._added)
        inside.addSpacing(GAP)
        foot = row(gap=2 * GAP)
        self._send = button(texts.say("ui.incident.send"), send, main=True)
        self._change = button(texts.say("ui.incident.change"), change)
        foot.addWidget(self._send)
        foot.addWidget(self._change)
        foot.addWidget(self._status, 1)
        inside.addLayout(foot)

    def show_report(self, said: tuple[str, ...], added: tuple[str, ...]) -> None:
        """Show what is sent, and take the focus to the button that sends it."""
        self._said.setText("\n".join(said))
        self._added.setText("\n".join(added))
        self.tell("", busy=False)
        self._send.setAccessibleDescription(" ".join((*said, *added)))
        self.show()  # what nobody sees takes no focus
        self._send.setFocus(Qt.FocusReason.OtherFocusReason)

    def tell(self, text: str, *, busy: bool) -> None:
        """Say how the sending goes; while it goes nothing can be changed."""
        if text != self._status.text():
            announce(self._status, text)
        self._status.setText(text)
        self._send.setEnabled(not busy)
        self._change.setEnabled(not busy)


class DoneReport(QFrame):
    """The number of a report, and what happens next."""

    def __init__(self, texts: Texts, another: Callable[[], None]) -> None:
        super().__init__()
        self._texts = texts
        self.setProperty("look", "card")
        self._number, self._next = label("", "title", wrap=False), label()
        self._number.setObjectName("number")
        self._number.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._number.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # or Tab goes past it
        inside = column(self, margin=3 * GAP, gap=GAP)
        inside.addWidget(label(texts.say("ui.incident.done"), "heading"))
        inside.addWidget(self._number)
        inside.addWidget(label(texts.say("ui.incident.copy-down"), "muted"))
        inside.addSpacing(GAP)
        inside.addWidget(label(texts.say("ui.incident.next-steps"), "heading"))
        inside.addWidget(self._next)
        again = button(texts.say("ui.incident.another"), another)
        inside.addWidget(again, 0, Qt.AlignmentFlag.AlignLeft)

    def show_number(self, number: str, lines: tuple[str, ...]) -> None:
        """Show a report that is written down; a new number takes the focus, to be read aloud."""
        fresh = number != self._number.text()
        self._number.setText(number)
        said = self._texts.say("ui.incident.number-spelt", spelt=spelt(number))
        self._number.setAccessibleName(said)
        self._number.setAccessibleDescription(" ".join(lines))
        self._next.setText("\n".join(lines))
        if fresh:
            self.show()  # what nobody sees takes no focus
        if fresh and self.isVisible():
            self._number.setFocus(Qt.FocusReason.OtherFocusReason)


class EarlierReports(QFrame):
    """The reports of who sits here, and a field for any number."""

    def __init__(self, texts: Texts, look_up: Callable[[str], str]) -> None:
        super().__init__()
        self._texts, self._look_up = texts, look_up
        self.setProperty("look", "card")
        self._heading = label(texts.say("ui.incident.earlier"), "heading")
        self._rows = column(gap=GAP)
        self._shown: tuple[ReportView, ...] = ()
        self._typed = QLineEdit()
        self._typed.setMaxLength(LONGEST)
        self._typed.setPlaceholderText(texts.say("ui.incident.find-hint"))
        self._typed.setAccessibleName(texts.say("ui.incident.find"))
        self._typed.returnPressed.connect(self._find)
        self._found = label()
        self._found.hide()
        inside = column(self, margin=3 * GAP, gap=GAP)
        inside.addWidget(self._heading)
        inside.addLayout(self._rows)
        inside.addSpacing(GAP)
        asked = label(texts.say("ui.incident.find"), "heading")
        asked.setBuddy(self._typed)
        inside.addWidget(asked)
        line = row(gap=GAP)
        line.addWidget(self._typed, 1)
        line.addWidget(button(texts.say("ui.incident.find-do"), self._find))
        inside.addLayout(line)
        inside.addWidget(self._found)

    def show_reports(self, reports: tuple[ReportView, ...]) -> None:
        """Show the reports, the newest first."""
        self._heading.setVisible(bool(reports))
        if reports == self._shown:
            return
        self._shown = reports
        empty(self._rows)
        for one in reports:
            line = label(f"{one.line}\n{one.stage}")
            line.setAccessibleName(f"{one.line}. {one.stage}")
            self._rows.addWidget(line)

    def _find(self) -> None:
        tell(self._found, self._look_up(self._typed.text()), "")
