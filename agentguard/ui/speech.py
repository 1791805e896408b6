"""Which language the windows speak, and who keeps another choice.

Qt's own words are said in that language too, those of the menu of a field: Qt's translations are
not aboard, and there is none for Hindi and Filipino; ours are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QLocale, Qt, QTranslator
from PySide6.QtGui import QGuiApplication

from agentguard.base.letters import TYPEFACES
from agentguard.base.settings import SetHere
from agentguard.base.translations import Texts

_SAID = "agentguard-words"
"""The name of the application's property that holds what says them now."""

WORDS: Mapping[str, str] = {
    "Undo": "ui.edit.undo",
    "Redo": "ui.edit.redo",
    "Cut": "ui.edit.cut",
    "Copy": "ui.edit.copy",
    "Copy Link Location": "ui.edit.copy-link",
    "Paste": "ui.edit.paste",
    "Delete": "ui.edit.delete",
    "Select All": "ui.edit.select-all",
}
"""The sentences for Qt's words, which mark a letter by `&`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """The language that is chosen, and who takes another choice.

    `wanted` returns the choice as it is set now: a language, or `languages.SYSTEM`. `choose` keeps
    another one and returns its texts; it raises AgentGuardError when it cannot. `fixed` tells
    whether an administrator has chosen, `brings` what to install for a language's letters.
    """

    wanted: Callable[[], str]
    choose: Callable[[str], Texts]
    fixed: Callable[[], bool] = lambda: False
    brings: Callable[[str], str] = lambda language: TYPEFACES.get(language, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """The settings of this computer as they are told, and who keeps its language."""

    set_here: Callable[[], tuple[SetHere, ...]] = tuple
    speech: Speech | None = None


NOTHING_SET = Here()


def dress(texts: Texts) -> None:
    """Have Qt lay windows out, speak, and write numbers, as the language does; digits are western.

    Its usual locale for Arabic has other digits than our sentences.
    """
    app = QGuiApplication.instance()
    if not isinstance(app, QGuiApplication):
        return
    rtl = texts.right_to_left
    app.setLayoutDirection(
        Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight
    )
    say_in(texts, app)
    QLocale.setDefault(QLocale("ar_AE" if texts.language == "ar" else texts.language))


class QtWords(QTranslator):
    """Gives Qt our sentences for its words; those that it does not know stay Qt's."""

    def __init__(self, texts: Texts, app: QCoreApplication) -> None:
        super().__init__(app)
        self._texts = texts

    def isEmpty(self) -> bool:  # noqa: N802 - Qt's name
        """Return that there are words, or Qt would not ask."""
        return False

    def translate(
        self, _context: str, source: str, _which: str | None = None, _count: int = -1
    ) -> str | None:
        """Return our words for Qt's, None for what is not ours."""
        id_ = WORDS.get((source or "").replace("&", ""))
        return self._texts.say(id_) if id_ else None


def say_in(texts: Texts, app: QCoreApplication) -> None:
    """Have Qt say its words in a language from now on."""
    old = app.property(_SAID)  # to look among its children would make PySide's class of each
    if isinstance(old, QtWords):
        app.removeTranslator(old)
        old.deleteLater()
    new = QtWords(texts, app)
    app.installTranslator(new)
    app.setProperty(_SAID, new)
