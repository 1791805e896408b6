"""A card of To do: open, with everything about it, or closed to one line with one button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QPushButton, QWidget

from agentguard.base.translations import Texts
from agentguard.model.actions import Deed
from agentguard.ui.colours import of_state
from agentguard.ui.elided import Elided
from agentguard.ui.flow import Flow
from agentguard.ui.theme import Theme
from agentguard.ui.todo_files import FileList
from agentguard.ui.todo_work import Sure, Work
from agentguard.ui.views import FindingView
from agentguard.ui.widgets import GAP, button, column, draw, label, restyle, row

FINAL = frozenset({Deed.DELETE, Deed.PURGE})
"""Deeds that are asked about once more, since nothing brings back what they take."""
WORDS = 34
"""So many letters of a title have room beside a button, or the button stands below it."""
BESIDE, BELOW = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """What a card asks of its page."""

    do: Callable[[FindingView, Deed, tuple[str, ...]], None]
    stop: Callable[[str], None]
    help: Callable[[FindingView], None]
    folder: Callable[[str], None]
    respond: Callable[[str], None]
    ask_exception: Callable[[str], None]


class FindingCard(QFrame):
    """A finding, or all files of one folder that were found for one cause."""

    def __init__(self, texts: Texts, theme: Theme, acts: Acts) -> None:
        super().__init__()
        self._texts, self._theme, self._acts = texts, theme, acts
        self._item: FindingView | None = None
        self._first, self._turned, self._width = False, False, 0
        self.setProperty("look", "card")
        self._icon, self._title = label(wrap=False), label("", "heading")
        self._brief, self._since = label("", "muted"), label("", "small")
        self._due, self._when = label("", "due", wrap=False), label("", "due", wrap=False)
        self._wrong, self._advice = label(), label()
        self._place, self._shown = Elided("strong"), label("", "small", wrap=False)
        self._files = FileList(texts, self._name_buttons)
        self._sure, self._work = Sure(texts), Work(texts, acts.stop)
        self._problem = label("", "wrong")
        self._main = button("", self._press, main=True)
        self._short = button("", self._press)
        self._second = button("", self._press_second)
        self._folder = self._link(texts.say("ui.help.open-folder"), self._open_folder)
        self._respond = self._link(texts.say("ui.guided.respond"), self._begin_response)
        self._except = self._link(texts.say("exception-ask.link"), self._ask_exception)
        self._turn = self._link("", self._turn_over)
        self._body = QWidget()
        self._head, self._where = row(gap=GAP + GAP // 2), row(gap=2 * GAP)
        self._build()

    @property
    def opened(self) -> bool:
        """Whether everything about it is shown."""
        return self._first is not self._turned

    def be_first(self, *, first: bool) -> None:
        """Be open as the first of the page is, or closed as the others, unless it was turned."""
        if first is not self._first:
            self._first, self._turned = first, False
            self._dress()

    def show_item(self, finding: FindingView) -> None:
        """Show a finding."""
        self._item = finding
        tone = "act" if finding.urgent else "attention"
        draw(self._icon, "state-fail", 20, of_state(self._theme.tones, tone)[0])
        for label_ in (self._due, self._when):
            restyle(label_, look="due", tone=tone)
        exact = finding.since.exact
        self._due.setText(finding.due)
        self._when.setText(self._texts.say("todo.card.due", due=finding.due, exact=exact))
        self._title.setText(finding.title)
        self._brief.setText(finding.wrong or finding.advice)
        self._wrong.setText(finding.wrong)
        self._place.show_name(finding.items[0].name if finding.place else "", finding.place)
        self._shown.setText(finding.shown)
        self._advice.setText(finding.advice)
        since = self._texts.say("todo.card.since", exact=exact)
        self._since.setText(f"{since} {finding.if_not}")
        self._problem.setText(finding.problem)
        self._files.show_files(finding)
        self._work.show_work(finding)
        if finding.work is not None:
            self._sure.hide()
        self._name_buttons()
        self._name_all(finding)
        self._dress()

    def fit(self, width: int) -> None:
        """Set side by side what has room beside the rest at a width, and below it what has not."""
        self._width = width
        self._fit()

    def _fit(self) -> None:
        room = self._width - WORDS * self.fontMetrics().averageCharWidth()
        beside = [self._due] if self.opened else [self._short]
        wide = sum(part.sizeHint().width() for part in (*beside, self._turn)) < room
        self._head.setDirection(BESIDE if wide else BELOW)
        self._files.fit(room)
        self._shown.setWordWrap(False)
        beside_name = self._shown.sizeHint().width() < room
        self._shown.setWordWrap(not beside_name)
        self._where.setDirection(BESIDE if beside_name else BELOW)

    def _build(self) -> None:
        outer = column(self, gap=GAP)
        outer.setContentsMargins(3 * GAP, 2 * GAP, 3 * GAP, 2 * GAP)
        top = row(gap=GAP + GAP // 2)
        top.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        words = column(gap=GAP // 4)
        words.addWidget(self._title)
        words.addWidget(self._brief)
        words.addWidget(self._when)
        top.addLayout(words, 1)
        self._head.addLayout(top, 1)
        self._head.addWidget(self._due)
        self._head.addWidget(self._short)
        self._head.addWidget(self._turn)
        outer.addLayout(self._head)
        inside = column(self._body, gap=GAP)
        self._where.addWidget(self._place, 1)
        self._where.addWidget(self._shown)
        inside.addWidget(self._wrong)
        inside.addLayout(self._where)
        inside.addWidget(self._advice)
        inside.addWidget(self._files)
        inside.addWidget(self._sure)
        self._buttons = QWidget()
        flow = Flow(self._buttons)
        for each in (self._main, self._second, self._folder, self._respond, self._except):
            flow.addWidget(each)
        inside.addWidget(self._buttons)
        outer.addWidget(self._body)
        for part in (self._problem, self._work, self._since):
            outer.addWidget(part)

    def _begin_response(self) -> None:
        if self._item is not None:
            self._acts.respond(self._item.responds)

    def _ask_exception(self) -> None:
        if self._item is not None:
            self._acts.ask_exception(self._item.check)

    def _link(self, text: str, clicked: Callable[[], None]) -> QPushButton:
        made = button(text, clicked)
        made.setProperty("look", "link")
        return made

    def _dress(self) -> None:
        """Show what an open card shows, or a closed one."""
        item = self._item
        if item is None:
            return
        opened, works = self.opened, item.work is not None
        self._body.setVisible(opened)
        self._due.setVisible(opened)
        self._when.setVisible(not opened)
        self._brief.setVisible(not opened)
        self._since.setVisible(opened)
        self._short.setVisible(not opened and not works)
        self._wrong.setVisible(bool(item.wrong))
        self._place.setVisible(bool(item.place))
        self._shown.setVisible(bool(item.shown))
        self._buttons.setVisible(self._sure.isHidden() and not works)
        self._second.setVisible(len(item.deeds) > 1)
        self._folder.setVisible(bool(item.folder and item.deeds))
        self._respond.setVisible(bool(item.responds))
        self._except.setVisible(item.exceptable)
        self._problem.setVisible(bool(item.problem))
        form = "less" if opened else "more"
        self._turn.setVisible(not (self._first and opened))
        self._turn.setText(self._texts.say(f"todo.card.{form}"))
        self._turn.setAccessibleName(self._texts.say(f"todo.card.{form}-named", title=item.title))
        self._fit()

    def _name_all(self, item: FindingView) -> None:
        say, due = self._texts.say, item.due
        for link in (self._folder, self._respond, self._except):
            link.setAccessibleName(f"{link.text()}: {item.title}")
        self.setAccessibleName(
            say("todo.card.row", title=item.title, due=due, wrong=item.wrong, advice=item.advice)
        )

    def _name_buttons(self) -> None:
        """Say on each button what it does, and to how many."""
        item = self._item
        if item is None:
            return
        words = [self._word(deed) for deed in item.deeds] or [item.help_word]
        for one, word in (
            (self._main, words[0]),
            (self._short, words[0]),
            (self._second, words[-1]),
        ):
            one.setText(word)
            one.setAccessibleName(f"{word}: {item.title}")
            one.setEnabled(len(item.items) <= 1 or bool(self._subjects()))

    def _word(self, deed: Deed) -> str:
        item, chosen = self._item, len(self._subjects())
        if item is None or len(item.items) <= 1 or deed not in {Deed.VAULT, Deed.DELETE}:
            return self._texts.say(f"todo.deed.{deed}")
        form = "many" if chosen == len(item.items) else "some"
        return self._texts.say(f"todo.deed.{deed}-{form}", count=chosen)

    def _subjects(self) -> tuple[str, ...]:
        item = self._item
        if item is None:
            return ()
        if len(item.items) > 1:
            return self._files.chosen()
        return tuple(one.subject for one in item.items) or (item.key[1],)

    def _press(self) -> None:
        if self._item is None:
            return
        if self._item.deeds:
            self._want(self._item.deeds[0])
        else:
            self._acts.help(self._item)

    def _press_second(self) -> None:
        if self._item is not None and len(self._item.deeds) > 1:
            self._want(self._item.deeds[1])

    def _want(self, deed: Deed) -> None:
        """Do it, or ask once more before what cannot be brought back."""
        item, subjects = self._item, self._subjects()
        if item is None or not subjects:
            return
        if deed not in FINAL:
            self._acts.do(item, deed, subjects)
            return
        if not self.opened:
            self._turn_over()
        name = item.items[0].name if item.items else ""
        self._sure.ask(
            deed,
            name if len(subjects) == 1 else "",
            len(subjects),
            yes=lambda: self._agreed(item, deed, subjects),
            no=self._dress_again,
        )
        self._dress()

    def _agreed(self, item: FindingView, deed: Deed, subjects: tuple[str, ...]) -> None:
        self._dress_again()
        self._acts.do(item, deed, subjects)

    def _dress_again(self) -> None:
        self._sure.hide()
        self._dress()
        self._main.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open_folder(self) -> None:
        if self._item is not None:
            self._acts.folder(self._item.folder)

    def _turn_over(self) -> None:
        self._turned = not self._turned
        self._sure.hide()
        self._dress()
