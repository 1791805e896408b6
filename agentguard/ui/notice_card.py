"""The card that tells something: what it is, one line of why, and when it can come back.

At a violation it tells about just that: a few plain sentences and one picture.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFrame, QWidget

from agentguard.base.translations import Texts
from agentguard.detect.recognition.masked_names import masked
from agentguard.model.attention import Later
from agentguard.model.local_hours import local
from agentguard.model.prompts import Prompt, PromptKind
from agentguard.ui.corner_card import CornerCard
from agentguard.ui.flow import Flow
from agentguard.ui.notice_words import is_doing, notice_advice, notice_body, notice_title
from agentguard.ui.theme import Theme
from agentguard.ui.widgets import GAP, button, column, draw, empty, frame, label, row

OK = "ok"
TRAINING = "training"
PICTURE = 8 * GAP
ICON = 3 * GAP
FORBIDDEN = "forbidden"
_PICTURES = {
    "pii-files": "pii-files",
    "clipboard": "clipboard",
    "clipboard-history": "clipboard",
    "remote-session": "clipboard",
    "screen-lock": "screen-lock",
    "remote-tools": "remote-tools",
    "training": "training",
    "forbidden-held": FORBIDDEN,
}


def _is_advised(prompt: Prompt) -> bool:
    """Check whether a card has room for what to do: what is taught stands in its place.

    That something was not done is told beside what is taught.
    """
    if prompt.brief or not prompt.coach:
        return not prompt.brief
    return prompt.title is None and prompt.advice is not None and not is_doing(prompt.advice)


class NoticeCard(CornerCard):
    """A notice, coaching or the offer of a lesson; `answer(prompt, button)` is called once.

    `todo` opens the list of what there is to do, `start` begins the lesson of a prompt, `pointed`
    hears of the pointer. Nothing on the card changes while the pointer is on it: what came
    meanwhile is shown when it has left.
    """

    def __init__(
        self,
        texts: Texts,
        theme: Theme,
        answer: Callable[[str, str], None],
        *,
        todo: Callable[[], None] = lambda: None,
        start: Callable[[Prompt], None] = lambda _prompt: None,
        pointed: Callable[[bool], None] = lambda _on: None,
    ) -> None:
        super().__init__()
        self._texts, self._theme, self._answer = texts, theme, answer
        self._todo, self._start, self._pointed = todo, start, pointed
        self._prompt: Prompt | None = None
        self._next: Prompt | None = None
        self._icon, self._title = label(wrap=False), label("", "heading")
        self._body, self._advice = label(), label("", "muted")
        self._place, self._more = label("", "strong"), label("", "small")
        self._coach, self._picture = QWidget(), label(wrap=False)
        self._why = label()
        self._answers, self._foot = QWidget(), QWidget()  # in the order in which Tab goes on
        self._lay_out()

    @property
    def is_pointed_at(self) -> bool:
        """Whether the pointer is on it."""
        return self.underMouse()

    def show_prompt(self, prompt: Prompt) -> None:
        """Show a prompt; what changes of the one that is shown waits until the pointer is gone."""
        same = self._prompt is not None and self._prompt.id == prompt.id
        if same and self._prompt == prompt:
            return
        if same and self.is_pointed_at:
            self._next = prompt
            return
        self._prompt, self._next = prompt, None
        self.urgent = prompt.urgent
        self._fill(prompt)
        self.place()
        self.show()

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Tell that the pointer came."""
        super().enterEvent(event)
        self._pointed(True)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Tell that it left, and show what came meanwhile."""
        super().leaveEvent(event)
        self._pointed(False)
        if self._next is not None and not self.is_pointed_at:
            self.show_prompt(self._next)

    def _lay_out(self) -> None:
        head = row(gap=2 * GAP)
        head.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._title, 1)
        self.inside.addLayout(head)
        for part in (self._place, self._body, self._advice):
            self.inside.addWidget(part)
        why = row(self._coach, gap=2 * GAP)
        why.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        why.addWidget(self._why, 1)
        self.inside.addWidget(self._coach)
        self.inside.addWidget(self._more)
        self.inside.addSpacing(GAP)
        self._buttons = Flow(self._answers)
        self.inside.addWidget(self._answers)
        self._times = column(self._foot, gap=GAP)
        self.inside.addWidget(self._foot)

    def _fill(self, prompt: Prompt) -> None:
        done, tones = prompt.title is not None, self._theme.tones
        alarm = tones.act if prompt.urgent else tones.attention
        draw(
            self._icon, "state-pass" if done else "state-fail", ICON, tones.good if done else alarm
        )
        title, body = notice_title(prompt, self._texts), notice_body(prompt, self._texts)
        self._title.setText(title)
        told = {
            self._place: masked(prompt.place),
            self._body: "" if prompt.brief else body,
            self._advice: self._said(prompt) if _is_advised(prompt) else "",
            self._more: self._number(prompt.more),
        }
        for part, text in told.items():
            part.setText(text)
            part.setVisible(bool(text))
        self._teach(prompt)
        self._offer(prompt)
        self.setWindowTitle(title)
        said = (f"{title}.", self._place.text(), body, self._advice.text(), self._why.text())
        self.setAccessibleName(" ".join(filter(None, (*said, self._more.text()))))

    def _said(self, prompt: Prompt) -> str:
        if prompt.kind is PromptKind.LESSON:  # one that is due has its day in the body
            return self._texts.say("attention.lesson") if prompt.check != TRAINING else ""
        return notice_advice(prompt, self._texts)

    def _number(self, more: int) -> str:
        if not more:
            return ""
        return self._texts.say("attention.more", count=more)

    def _teach(self, prompt: Prompt) -> None:
        """Tell in plain words, with one picture, about just that; there is no question."""
        words = coaching_text(prompt, self._texts)
        self._why.setText(words)
        self._coach.setVisible(bool(words))
        if words:
            draw(self._picture, coaching_picture(prompt), PICTURE, self._theme.tones.accent)

    def _offer(self, prompt: Prompt) -> None:
        empty(self._buttons)
        empty(self._times)
        lesson = prompt.kind is PromptKind.LESSON
        if lesson:
            start = button(
                self._texts.say("attention.start"), lambda: self._start(prompt), main=True
            )
            self._buttons.addWidget(start)
        got = button(self._texts.say("attention.got-it"), lambda: self._press(OK), main=not lesson)
        self._buttons.addWidget(got)
        if prompt.title is None and not lesson:
            self._buttons.addWidget(button(self._texts.say("attention.todo"), self._show_todo))
        self._foot.setVisible(bool(prompt.later))
        if prompt.later:
            self._later(prompt.later)

    def _later(self, times: tuple[Later, ...]) -> None:
        rule: QFrame = frame("rule")
        self._times.addWidget(rule)
        self._times.addWidget(label(self._texts.say("attention.later"), "small"))
        for one in times:
            made = button(self._time(one), self._presser(one.answer))
            self._times.addWidget(made, 0, Qt.AlignmentFlag.AlignLeft)
        self._times.addWidget(label(self._texts.say("attention.stays"), "small"))

    def _time(self, one: Later) -> str:
        shown = f"{local(one.until.wall):%H:%M}"
        return self._texts.say(f"attention.{one.answer}", time=shown)

    def _presser(self, answer: str) -> Callable[[], None]:
        return lambda: self._press(answer)

    def _show_todo(self) -> None:
        self._press(OK)
        self._todo()

    def _press(self, pressed: str) -> None:
        if self._prompt is not None:
            self._answer(self._prompt.id, pressed)


def coaching_text(prompt: Prompt, texts: Texts) -> str:
    """Return what a prompt coaches; empty where it does not, or nothing is written for its check.

    Of a security code or a stripe other things are true than of a card number.
    """
    if not prompt.coach:
        return ""
    if _forbidden(prompt):
        return texts.say("coaching.pii-files-forbidden")
    id_ = f"coaching.{prompt.coach}"
    return texts.say(id_) if texts.has(id_) else ""


def coaching_picture(prompt: Prompt) -> str:
    """Return the name of its picture among the icons."""
    name = FORBIDDEN if _forbidden(prompt) else _PICTURES.get(prompt.coach, "training")
    return f"coach-{name}"


def _forbidden(prompt: Prompt) -> bool:
    return prompt.body.id.endswith(f".{FORBIDDEN}") or prompt.coach == "forbidden-held"
