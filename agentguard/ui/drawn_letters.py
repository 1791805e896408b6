"""Whether this computer has letters for a language, and what brings them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QFontDatabase

_SCRIPTS: Mapping[str, tuple[QFontDatabase.WritingSystem, str]] = {
    "ar": (QFontDatabase.WritingSystem.Arabic, "Noto Sans Arabic"),
    "hi": (QFontDatabase.WritingSystem.Devanagari, "Noto Sans Devanagari"),
}
"""Languages whose letters a bare Linux may lack, and a free typeface that has them."""


def missing(language: str) -> str:
    """Return the typeface to install for a language; empty where its letters can be drawn."""
    system, typeface = _SCRIPTS.get(language, (None, ""))
    return "" if system is None or QFontDatabase.families(system) else typeface
