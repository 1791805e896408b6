"""Whether this computer has letters for a language."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QFontDatabase

_SCRIPTS: Mapping[str, QFontDatabase.WritingSystem] = {
    "ar": QFontDatabase.WritingSystem.Arabic,
    "hi": QFontDatabase.WritingSystem.Devanagari,
}
"""Languages whose letters a bare Linux may lack."""


def missing(language: str) -> bool:
    """Check whether no font here has a language's letters."""
    system = _SCRIPTS.get(language)
    return system is not None and not QFontDatabase.families(system)
