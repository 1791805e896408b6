"""What the windows' library is not asked for: PySide makes Python's classes of what it returns."""

from __future__ import annotations

import os
import subprocess
import sys

SHOW = """
from agentguard.base import translations
from agentguard.ui.speech import QtWords, say_in
from agentguard.ui.startup_icon import STYLE, appear, application
from agentguard.ui.theme import Theme

texts = translations.load()
first, app = appear(texts), application()
theme = Theme(app)
say_in(translations.load("de"), app)
say_in(texts, app)
import enum
def below(kind):
    for one in kind.__subclasses__():
        yield one
        yield from below(one)
print(*{one.__qualname__ for one in below(enum.Enum)})
app.setStyleSheet("")  # which is a style around it
print(app.style().name() == STYLE.lower())
print(sum(isinstance(one, QtWords) for one in app.children()) <= 2)
"""


def test_row_426_a_theme_in_a_language_makes_no_numbers_of_qt_s_style() -> None:
    """They are 700, and 0.4 MiB all day; the last lines show that the look is the same."""
    ended = subprocess.run(
        (sys.executable, "-c", SHOW),
        capture_output=True, text=True, check=True, timeout=120,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    made, looks, words = ended.stdout.splitlines()
    assert "Qt.Key" in made.split()
    assert not [one for one in made.split() if one.startswith("QStyle.")]
    assert (looks, words) == ("True", "True")
