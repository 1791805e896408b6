"""What a card of To do shows before and while something is done: a question, and how far it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QWidget

from agentguard.base.translations import Texts
from agentguard.model.actions import Deed
from agentguard.ui.flow import Flow
from agentguard.ui.views import FindingView
from agentguard.ui.widgets import GAP, button, column, label


def _nothing() -> None:
    """Do nothing: nobody was asked yet."""


class Sure(QWidget):
    """Asks once more before something that cannot be brought back; hidden while it asks nothing."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self._texts = texts
        self._yes_then: Callable[[], None] = _nothing
        self._no_then: Callable[[], None] = _nothing
        self._question = label("", "strong")
        self._no = button(texts.say("todo.sure.no"), self._refused, main=True)
        self._yes = button("", self._agreed)
        inside = column(self, gap=GAP)
        inside.addWidget(self._question)
        buttons = QWidget()
        flow = Flow(buttons)
        flow.addWidget(self._no)
        flow.addWidget(self._yes)
        inside.addWidget(buttons)
        self.hide()

    def ask(
        self,
        deed: Deed,
        name: str,
        count: int,
        *,
        yes: Callable[[], None],
        no: Callable[[], None],
    ) -> None:
        """Ask about a deed on one thing of this name, or on so many."""
        purge = deed is Deed.PURGE
        form = "purge" if purge else ("one" if name else "many")
        question = self._texts.say(f"todo.sure.{form}", name=name, count=count)
        self._question.setText(question)
        word = self._texts.say("todo.sure.yes-purge" if purge else "todo.sure.yes")
        self._yes.setText(word)
        self._yes.setAccessibleName(f"{word}: {question}")
        self._no.setAccessibleName(f"{self._no.text()}: {question}")
        self._yes_then, self._no_then = yes, no
        self.show()
        self._no.setFocus(Qt.FocusReason.OtherFocusReason)

    def _agreed(self) -> None:
        self._yes_then()

    def _refused(self) -> None:
        self._no_then()


class Work(QWidget):
    """How far something is, and the button that stops the rest; `stop` gets the batch."""

    def __init__(self, texts: Texts, stop: Callable[[str], None]) -> None:
        super().__init__()
        self._texts, self._batch = texts, ""
        self._word = label("", "strong", wrap=False)
        self._count = label("", "small", wrap=False)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._stop = button(texts.say("todo.work.stop"), lambda: stop(self._batch))
        head = QWidget()
        flow = Flow(head, gap=2 * GAP)
        for part in (self._word, self._count, self._stop):
            flow.addWidget(part)
        inside = column(self, gap=GAP // 2)
        inside.addWidget(head)
        inside.addWidget(self._bar)
        self.hide()

    def show_work(self, finding: FindingView) -> None:
        """Show what is being done about a finding; nothing is shown without any."""
        work = finding.work
        self.setVisible(work is not None)
        if work is None:
            return
        self._batch = work.batch
        self._word.setText(work.word)
        many = work.all > 1
        told = self._texts.say("todo.work.of", done=work.done, all=work.all)
        self._count.setText(told if many else "")
        self._bar.setVisible(many)
        self._bar.setRange(0, work.all)
        self._bar.setValue(work.done)
        self._bar.setAccessibleName(f"{work.word} {told}")
        self._stop.setVisible(work.stops)
        self._stop.setAccessibleName(self._texts.say("todo.work.stop-named", title=finding.title))
