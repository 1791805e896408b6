"""The cards of guided responses: five calm steps, each with what really happened."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QLineEdit, QWidget
from shiboken6 import Shiboken

from agentguard.base.translations import Texts
from agentguard.model.actions import Deed
from agentguard.model.guided import Cause
from agentguard.model.messages import Message
from agentguard.model.snapshot import Snapshot
from agentguard.ui.accessible import announce
from agentguard.ui.bridge import Bridge
from agentguard.ui.choice_button import Choice
from agentguard.ui.flow import Flow
from agentguard.ui.keyed_list import Keyed
from agentguard.ui.pages.base import tell
from agentguard.ui.present_guided import GuidedView, StepView, guided_views
from agentguard.ui.theme import Theme
from agentguard.ui.todo_work import Sure
from agentguard.ui.widgets import GAP, button, chip, code_field, column, label, row
from agentguard.ui.wording import Wording

WENT_WELL = frozenset({"guided.held-now", "prompt.removed"})


class StepRow(QWidget):
    """A step: its name, whether it was done in a word, and what happened."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self._texts, self._asked = texts, False
        self._title, self._word, self._words = label("", "strong"), label(wrap=False), label()
        self.inside = column(self, gap=GAP // 2)
        head = row(gap=GAP)
        head.addWidget(self._title, 1)
        head.addWidget(self._word, 0, Qt.AlignmentFlag.AlignTop)
        self.inside.addLayout(head)
        self.inside.addWidget(self._words)

    def show_step(self, step: StepView) -> None:
        """Show how a step stands."""
        before = self.accessibleName()
        self._title.setText(step.title)
        self._words.setText(step.words)
        word = self._texts.say("ui.guided.done" if step.done else "ui.guided.to-do")
        chip(self._word, word, "pass" if step.done else "attention")
        self.setAccessibleName(f"{step.title}: {word}. {step.words}")
        if self._asked and before != self.accessibleName():
            self._asked = False
            announce(self, self.accessibleName())

    def asked(self) -> None:
        """Have the next news of it said, since the person answered here."""
        self._asked = True


class GuidedCard(QFrame):
    """A response; what is done runs beside the window."""

    def __init__(self, bridge: Bridge, asks: Callable[[], bool]) -> None:
        super().__init__()
        self._bridge, self._texts, self._asks = bridge, bridge.texts, asks
        self._number, self._file = "", ""
        self._may_delete, self._may_keep = False, False
        self._sure = Sure(bridge.texts)
        self.setProperty("look", "card")
        texts = self._texts
        self._heading, self._name = (
            label(texts.say("ui.guided.title"), "heading"),
            label("", "small"),
        )
        self._status = label("", "strong")
        self._status.hide()
        self._steps = tuple(StepRow(texts) for _ in range(5))
        self._hold = button(texts.say("ui.guided.hold"), self._do_hold, main=True)
        self._delete = button(texts.say("ui.guided.delete"), self._want_delete)
        self._keep = button(texts.say("ui.guided.keep"), self._do_keep)
        self._code: QLineEdit = code_field(texts, "ui.guided.code", self._do_delete)
        self._code.setPlaceholderText(texts.say("ui.guided.code"))
        self._causes, self._cause_box = QButtonGroup(self), QWidget()
        self._lay_out()

    def show_item(self, view: GuidedView) -> None:
        """Show a response."""
        self._number, self._file = view.number, view.name
        number = self._texts.say("ui.guided.number", number=view.number)
        file = self._texts.say("ui.guided.file", name=view.name)
        self._name.setText(f"{number}\n{file}")
        for step, shown in zip(self._steps, view.steps, strict=True):
            step.show_step(shown)
        self._may_delete, self._may_keep = view.may_delete, view.may_keep
        if not view.may_delete:
            self._sure.hide()
        self._offer()
        self._hold.setVisible(view.may_hold)  # after what comes next, to which the focus goes
        self._cause_box.setVisible(view.asks_cause)
        self.setAccessibleName(f"{self._heading.text()}. {number}. {file}")

    def _lay_out(self) -> None:
        inside = column(self, margin=3 * GAP, gap=2 * GAP)
        inside.addWidget(self._heading)
        inside.addWidget(label(self._texts.say("ui.guided.lead"), "muted"))
        inside.addWidget(self._name)
        inside.addWidget(self._status)
        for step in self._steps:
            inside.addWidget(step)
        self._steps[0].inside.addWidget(self._hold, 0, Qt.AlignmentFlag.AlignLeft)
        ends = QWidget()
        flow = Flow(ends)
        for part in (self._keep, self._code, self._delete):
            flow.addWidget(part)
        self._steps[2].inside.addWidget(self._sure)
        self._steps[2].inside.addWidget(ends)
        self._cause_box.setAccessibleName(self._texts.say("ui.guided.step-4"))
        causes = column(self._cause_box, gap=2)
        for number, cause in enumerate(Cause):
            choice = Choice(self._texts.say(f"ui.guided.cause-{cause}"))
            self._causes.addButton(choice.button, number)
            causes.addWidget(choice)
        self._causes.idClicked.connect(self._do_cause)
        self._steps[3].inside.addWidget(self._cause_box)

    def _do_hold(self) -> None:
        self._run(partial(self._bridge.desk.incidents.hold, self._number))

    def _offer(self) -> None:
        """Show how it can end, unless the person is being asked about that."""
        free = self._sure.isHidden()
        self._code.setVisible(free and self._may_delete and self._asks())
        self._keep.setVisible(free and self._may_keep)
        self._delete.setVisible(free and self._may_delete)

    def _want_delete(self) -> None:
        """Ask once more, since nothing brings it back; a code that was typed is that answer."""
        if self._asks():
            self._do_delete()
            return
        self._sure.ask(Deed.DELETE, self._file, 1, yes=self._do_delete, no=self._free)
        self._offer()

    def _free(self) -> None:
        self._sure.hide()
        self._offer()
        self._delete.setFocus(Qt.FocusReason.OtherFocusReason)

    def _do_delete(self) -> None:
        code = self._code.text()
        self._code.clear()
        self._run(partial(self._bridge.desk.incidents.delete, self._number, code))
        if not self._sure.isHidden():
            self._free()

    def _do_keep(self) -> None:
        self._steps[2].asked()
        keep = partial(self._bridge.desk.incidents.keep, self._number)
        self._bridge.later(keep, lambda _: None, lambda problem: self._tell(problem, "wrong"))

    def _do_cause(self, chosen: int) -> None:
        self._steps[3].asked()
        self._bridge.desk.incidents.tell_cause(self._number, tuple(Cause)[chosen])

    def _run(self, call: Callable[[], Message]) -> None:
        tell(self._status, self._texts.say("ui.guided.working"), "muted")
        self._bridge.later(call, self._went, lambda problem: self._tell(problem, "wrong"))

    def _went(self, message: Message) -> None:
        look = "right" if message.id in WENT_WELL else "wrong"
        self._tell(self._texts.render(message), look)

    def _tell(self, text: str, look: str) -> None:
        """Say how it went; a card may be gone by then, with who saw it."""
        if Shiboken.isValid(self):
            tell(self._status, text, look)


class GuidedCards(QWidget):
    """The responses of who sits here."""

    def __init__(self, bridge: Bridge, theme: Theme) -> None:
        super().__init__()
        self._bridge, self._theme = bridge, theme
        self._asks = False
        self._cards: Keyed[GuidedView] = Keyed(
            lambda _: GuidedCard(bridge, lambda: self._asks), lambda view: view.number
        )
        column(self).addWidget(self._cards)

    def show_responses(self, snapshot: Snapshot) -> None:
        """Show how each response stands."""
        views = guided_views(snapshot, Wording(self._bridge.texts, snapshot.at))
        self._cards.show_items(views)
        self.setVisible(bool(views))

    def repaint_icons(self) -> None:
        """Paint the words of the steps anew."""
        self._cards.forget()

    def opened(self) -> None:
        """Ask whether a file leaves the vault only for a code, and which have left it."""
        self._bridge.later(self._bridge.desk.incidents.look, lambda _: None, lambda _problem: None)
        self._bridge.later(self._bridge.desk.vault_asks, self._asked, lambda _problem: None)

    def _asked(self, asks: bool) -> None:  # noqa: FBT001 - what the vault says
        self._asks = asks
        self._cards.forget()
        self.show_responses(self._bridge.snapshot)


def respond(bridge: Bridge, path: str, then: Callable[[], None]) -> None:
    """Begin a guided response to the card data in a file; `then` shows it."""
    bridge.later(lambda: bridge.desk.incidents.respond(path), lambda _: then(), lambda _: then())
