"""What stands on one page of a lesson: a card with its picture, or the promise at its end."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QTextBrowser, QWidget

from agentguard.base.translations import Texts
from agentguard.model.lessons import Card
from agentguard.ui.lesson_picture import LessonPicture
from agentguard.ui.widgets import GAP, column, label


class CardStep(QWidget):
    """A card: its picture, its title and its few words."""

    def __init__(self, card: Card, texts: Texts) -> None:
        super().__init__()
        inside = column(self, gap=GAP)
        if card.picture:
            name = texts.say("ui.lessons.picture", title=card.title)
            inside.addWidget(LessonPicture(card.picture, name), 0, Qt.AlignmentFlag.AlignLeft)
        inside.addWidget(label(card.title, "strong"))
        inside.addWidget(_words(card))


class PromiseStep(QWidget):
    """What the person says at the end, and who gets to know it."""

    def __init__(self, promise: str, texts: Texts) -> None:
        super().__init__()
        inside = column(self, gap=GAP)
        inside.addWidget(label(texts.say("ui.lessons.promise"), "small"))
        inside.addWidget(label(promise, "strong"))
        inside.addWidget(label(texts.say("ui.lessons.promise-lead"), "muted"))


def _words(card: Card) -> QTextBrowser:
    """Show a card's text: emphasis and lists; it leads nowhere and fetches nothing."""
    text = QTextBrowser()
    text.setProperty("look", "lesson")
    text.setAccessibleName(card.title)
    text.setOpenLinks(False)
    text.document().setDocumentMargin(2)
    text.setMarkdown(card.text)
    text.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    text.document().documentLayout().documentSizeChanged.connect(
        lambda size: text.setFixedHeight(int(size.height()) + GAP)
    )
    return text
