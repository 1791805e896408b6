"""The page of the lessons."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSizePolicy

from agentguard.model.lesson_days import Day, Stage
from agentguard.model.lessons import Lesson
from agentguard.model.moments import Moment
from agentguard.ui.bridge import Bridge
from agentguard.ui.lesson_form import LessonForm
from agentguard.ui.lesson_words import spoken
from agentguard.ui.pages.base import PageFrame
from agentguard.ui.theme import Theme
from agentguard.ui.views import Page, View
from agentguard.ui.widgets import GAP, column, empty, frame, label
from agentguard.ui.wording import Wording

ID = int(Qt.ItemDataRole.UserRole)
_ORDER = {Stage.OVERDUE: 0, Stage.OPEN: 1, Stage.DONE: 2}
_LAST = 3


class WholeList(QListWidget):
    """A list that is as high as all its rows: the page scrolls, not the list in it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setProperty("look", "lessons")
        self.setAccessibleName(name)
        self.setWordWrap(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def fit(self) -> None:
        """Take the height that the rows need at this width."""
        self.doItemsLayout()
        last = self.visualItemRect(self.item(self.count() - 1)) if self.count() else QRect()
        self.setFixedHeight(last.bottom() + 2 * self.frameWidth() + 2 * GAP)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Break the rows anew at another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()


class LessonsPage(PageFrame):
    """A list of the lessons, those to do first, and below it the one that was chosen."""

    page = Page.LESSONS

    def __init__(self, bridge: Bridge, theme: Theme) -> None:
        super().__init__(bridge, theme)
        self._lessons: tuple[Lesson, ...] = ()
        self._shown = ""
        self._due = label("", "strong")
        self._nothing = self.nothing()
        self._list = WholeList(self.texts.say("ui.lessons.list"))
        self._list.currentItemChanged.connect(self._chosen)
        self._card = frame("card")
        self._inside = column(self._card, margin=3 * GAP)
        self.body.addWidget(self._due)
        self.body.addWidget(self._list)
        self.body.addWidget(self._nothing)
        self.body.addWidget(self._card)

    def show_view(self, view: View) -> None:
        """Say how many lessons wait, and how each stands now."""
        words = Wording(self.texts, self.bridge.snapshot.at)
        self._due.setText(words.count("ui.lessons.due", view.lessons_due))
        if self._lessons:
            self._stand()

    def opened(self) -> None:
        """Read the lessons again; the one that was begun stays where it is."""
        lessons = spoken(self.bridge.desk.lessons(), self.texts)
        self._nothing.setVisible(not lessons)
        self._list.setVisible(bool(lessons))
        self._card.setVisible(bool(lessons))
        if lessons != self._lessons:
            self._lessons = lessons
            self._fill()
        self._stand()

    def _fill(self) -> None:
        days = {one.lesson: one for one in self.bridge.desk.lesson_days()}
        self._list.blockSignals(True)
        self._list.clear()
        for lesson in sorted(self._lessons, key=lambda one: _rank(days.get(one.id))):
            item = QListWidgetItem(lesson.title)
            item.setData(ID, lesson.id)
            self._list.addItem(item)
        self._list.blockSignals(False)
        if self._lessons:
            known = [self._list.item(n).data(ID) for n in range(self._list.count())]
            self._list.setCurrentRow(known.index(self._shown) if self._shown in known else 0)
            self._chosen()

    def _stand(self) -> None:
        """Write beside each title by when it is to be done, or when it was."""
        days = {one.lesson: one for one in self.bridge.desk.lesson_days()}
        titles = {one.id: one for one in self._lessons}
        for number in range(self._list.count()):
            item = self._list.item(number)
            lesson = titles[item.data(ID)]
            text = self._row(lesson, days.get(lesson.id))
            if item.text() != text:
                item.setText(text)
        self._list.fit()

    def _row(self, lesson: Lesson, day: Day | None) -> str:
        if day is None:
            state = self.texts.say("ui.lessons.state-free")
        else:
            word, at = _word(day)
            state = self.texts.say(f"ui.lessons.state-{word}", day=self._day(at))
        return self.texts.say("ui.lessons.row", title=lesson.title, state=state)

    def _day(self, at: float) -> str:
        return Wording(self.texts, self.bridge.snapshot.at).day(Moment(boot=0.0, wall=at))

    def _chosen(self, *_: object) -> None:
        item = self._list.currentItem()
        chosen = str(item.data(ID)) if self._list.count() else ""
        lesson = next((one for one in self._lessons if one.id == chosen), None)
        if lesson is None or (chosen == self._shown and self._inside.count()):
            return
        self._shown = chosen
        empty(self._inside)
        self._inside.addWidget(LessonForm(lesson, self.texts, self._finished))

    def _finished(self, lesson: str) -> None:
        self.bridge.desk.finish_lesson(lesson)
        self._stand()


def _rank(day: Day | None) -> tuple[int, float]:
    return (_LAST, 0.0) if day is None else (_ORDER[day.stage], day.due)


def _word(day: Day) -> tuple[str, float]:
    if day.stage is Stage.DONE and day.done is not None:
        return "done", day.done
    if day.stage is Stage.OVERDUE:
        return "overdue", day.due
    return ("open" if day.done is None else "again"), day.due
