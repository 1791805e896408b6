"""Says Qt's own words in the language of the windows: those of the menu of a field.

Qt's translations are not aboard, and there is none for Hindi and Filipino: ours are.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, QTranslator

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
