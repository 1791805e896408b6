"""The page of the shift: ready or not at its start, a clean desk at its end."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QMouseEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QWidget

from agentguard.model.handover import Tick
from agentguard.ui.accessible import silent
from agentguard.ui.bridge import Bridge
from agentguard.ui.flow import Flow
from agentguard.ui.keyed_list import Keyed
from agentguard.ui.pages.base import PageFrame
from agentguard.ui.present_shift import (
    Readiness,
    ReadyLine,
    downloads_words,
    readiness,
    seen_lines,
)
from agentguard.ui.theme import Theme
from agentguard.ui.views import Page, View
from agentguard.ui.widgets import GAP, button, chip, column, frame, label, row
from agentguard.ui.wording import Wording

FORMS = ("not-ready", "unknown")
"""The words of the lines."""
AT_START = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft


class ReadyRow(QFrame):
    """What is not ready or not known, why, and who helps."""

    def __init__(self, page: ShiftPage) -> None:
        super().__init__()
        self._texts = page.texts
        self._word, self._title = label(wrap=False), label("", "strong")
        self._detail, self._who = label(), label("", "muted")
        line = row(self, gap=2 * GAP)
        self._cell = QWidget()
        column(self._cell).addWidget(self._word, 0, AT_START)
        line.addWidget(self._cell, 0, Qt.AlignmentFlag.AlignTop)
        words = column(gap=2)
        for part in (self._title, self._detail, self._who):
            words.addWidget(part)
        line.addLayout(words, 1)

    def show_item(self, line: ReadyLine) -> None:
        """Show a line."""
        word = self._texts.say(f"ui.shift.line-{FORMS[0] if line.look == 'fail' else FORMS[1]}")
        chip(self._word, word, line.look)
        self._line_up()
        self._title.setText(line.title)
        self._detail.setText(line.detail)
        self._detail.setVisible(bool(line.detail))
        self._who.setText(line.who)
        said = self._texts.say("ui.shift.line", word=word, title=line.title)
        self.setAccessibleName(f"{said}. {line.detail} {line.who}")

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Line the rows up anew where letters have another size."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._line_up()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Line the rows up once their looks are known."""
        super().showEvent(event)
        self._line_up()

    def _line_up(self) -> None:
        """Give every word the room of the widest, so that what stands beside it is in one line."""
        shown, widths = self._word.text(), list[int]()
        for form in FORMS:
            self._word.setText(self._texts.say(f"ui.shift.line-{form}"))
            widths.append(self._word.sizeHint().width())
        self._word.setText(shown)
        self._cell.setMinimumWidth(max(widths))


class ShiftPage(PageFrame):
    """Whether the desk is ready, the clean-desk check of the day, and the handover."""

    page = Page.SHIFT

    def __init__(self, bridge: Bridge, theme: Theme) -> None:
        super().__init__(bridge, theme)
        self._downloads: int | None = None
        self._counted = False
        self._ready: Readiness | None = None
        self._make_start()
        self._make_look()
        self._make_end()

    def show_view(self, view: View) -> None:
        """Show how ready the desk is, and what there is to hand over."""
        snapshot, contact = self.bridge.snapshot, view.contact.line
        words = Wording(self.texts, snapshot.at)
        self._ready = ready = readiness(snapshot, words, contact)
        chip(self._headline, ready.headline, ready.look)
        self._lines.show_items(ready.lines)
        self._rest.setText("\n".join(ready.rest))
        shift = snapshot.shift
        self._begin.setVisible(shift.begun is None)
        self._begun.setVisible(shift.begun is not None)
        if shift.begun is not None:
            told = self.texts.say("ui.shift.begun", time=words.clock(shift.begun))
            self._begun.setText(told)
        clean = shift.clean
        offered = clean is not None and clean.offered is not None and clean.over is None
        self._look.setVisible(offered)
        answered = clean.answered if clean is not None else None
        self._looks.setVisible(answered is None)
        self._looked.setVisible(answered is not None)
        if answered is not None:
            self._looked.setText(self.texts.say("ui.shift.looked", time=words.clock(answered)))
        self._show_end(words)

    def repaint_icons(self) -> None:
        """Paint the words of the lines anew."""
        self._lines.forget()

    def opened(self) -> None:
        """Count the downloads anew."""
        self.bridge.later(self.bridge.desk.shifts.downloads, self._have, lambda _: self._have(None))

    def _make_start(self) -> None:
        card = frame("card")
        inside = column(card, margin=3 * GAP, gap=2 * GAP)
        inside.addWidget(label(self.texts.say("ui.shift.start"), "heading"))
        self._headline = label(wrap=False)
        inside.addWidget(self._headline, 0, Qt.AlignmentFlag.AlignLeft)
        self._lines: Keyed[ReadyLine] = Keyed(
            lambda _: ReadyRow(self), lambda line: (line.look, line.title)
        )
        self._rest, self._begun = label("", "muted"), label("", "strong")
        inside.addWidget(self._lines)
        inside.addWidget(self._rest)
        inside.addWidget(self._begun)
        foot = Flow()
        self._begin = button(self.texts.say("ui.shift.begin"), self._do_begin, main=True)
        foot.addWidget(self._begin)
        again = button(self.texts.say("ui.shift.look-again"), self.bridge.desk.check_now)
        foot.addWidget(again)
        inside.addLayout(foot)
        self.body.addWidget(card)

    def _make_look(self) -> None:
        self._look = frame("card")
        inside = column(self._look, margin=3 * GAP, gap=GAP)
        inside.addWidget(label(self.texts.say("ui.shift.look-heading"), "heading"))
        self._looked = label("", "strong")
        self._looks = frame("plain")
        asked = column(self._looks, gap=GAP)
        asked.addWidget(label(self.texts.say("ui.shift.look-why")))
        self._look_ticks = self._ticks()
        for box in self._look_ticks.values():
            asked.addWidget(box)
        done = button(self.texts.say("ui.shift.look-done"), self._do_look)
        asked.addWidget(done, 0, Qt.AlignmentFlag.AlignLeft)
        inside.addWidget(self._looks)
        inside.addWidget(self._looked)
        self.body.addWidget(self._look)

    def _make_end(self) -> None:
        card = frame("card")
        inside = column(card, margin=3 * GAP, gap=GAP)
        inside.addWidget(label(self.texts.say("ui.shift.end"), "heading"))
        inside.addWidget(label(self.texts.say("ui.shift.end-lead"), "muted"))
        inside.addWidget(label(self.texts.say("ui.shift.seen"), "strong"))
        self._seen = label()
        inside.addWidget(self._seen)
        inside.addWidget(label(self.texts.say("ui.shift.attest"), "strong"))
        self._end_ticks = self._ticks()
        for box in self._end_ticks.values():
            inside.addWidget(box)
        give = button(self.texts.say("ui.shift.hand-over"), self._do_hand_over)
        inside.addWidget(give, 0, Qt.AlignmentFlag.AlignLeft)
        self._handed = label("", "strong")
        inside.addWidget(self._handed)
        self.body.addWidget(card)

    def _ticks(self) -> dict[Tick, TickBox]:
        return {tick: TickBox(self.texts.say(f"ui.shift.tick-{tick}")) for tick in Tick}

    def _show_end(self, words: Wording) -> None:
        counting = self.texts.say("ui.shift.downloads-counting")
        there = downloads_words(self._downloads, words) if self._counted else counting
        self._seen.setText("\n".join(seen_lines(self.bridge.snapshot, words, there)))
        shift = self.bridge.snapshot.shift
        self._handed.setVisible(shift.handed is not None and shift.used is None)
        if shift.handed is not None:
            told = self.texts.say("ui.shift.handed", time=words.clock(shift.handed))
            self._handed.setText(told)

    def _have(self, count: int | None) -> None:
        self._downloads, self._counted = count, True
        self._show_end(Wording(self.texts, self.bridge.snapshot.at))

    def _do_begin(self) -> None:
        ready = self._ready
        if ready is not None:
            self.bridge.desk.shifts.begin(not_ready=ready.not_ready, unknown=ready.unknown)

    def _do_look(self) -> None:
        self.bridge.desk.shifts.look_at_desk(_ticked(self._look_ticks))

    def _do_hand_over(self) -> None:
        known = self._downloads if self._counted else None
        self.bridge.desk.shifts.hand_over(_ticked(self._end_ticks), known)


def _ticked(boxes: dict[Tick, TickBox]) -> frozenset[Tick]:
    return frozenset(tick for tick, box in boxes.items() if box.button.isChecked())


class TickBox(QWidget):
    """The box stands in `button`; a click on the words ticks it as well."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.button = QCheckBox()
        self.button.setAccessibleName(words)
        line = row(self, gap=GAP)
        line.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(silent(label(words)), 1)  # the box says it

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Tick it, or take the tick away."""
        self.button.toggle()
        self.button.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()
