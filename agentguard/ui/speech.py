"""Which language the windows speak, and who keeps another choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QGuiApplication

from agentguard.base.letters import TYPEFACES
from agentguard.base.settings import SetHere
from agentguard.base.translations import Texts
from agentguard.ui.qt_words import say_in


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
