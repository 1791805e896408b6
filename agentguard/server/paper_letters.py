"""Which languages a paper can be written in, and which letters it can show.

The PDF library draws with the typefaces that every reader of PDFs has, which hold the letters of
western Europe. It neither joins the letters of Arabic nor composes those of Hindi (that wants a
shaping library and typefaces of a megabyte), so a paper for who reads those is in English, as the
console says before it is made. A letter that cannot be drawn is written as a question mark.
"""

from __future__ import annotations

from agentguard.base import translations
from agentguard.base.languages import SPOKEN
from agentguard.base.translations import Texts

DRAWN = frozenset(SPOKEN) - {"ar", "hi"}
"""The languages whose letters are drawn."""
LETTERS = "cp1252"
"""The letters that every reader of PDFs has, as Python names them."""


def can_write(language: str) -> bool:
    """Check whether a paper can be in a language; otherwise it is in English."""
    return language in DRAWN


def words_of(words: Texts) -> Texts:
    """Return the sentences for a paper that somebody asks for in a language."""
    return words if can_write(words.language) else translations.load()


def drawable(text: str) -> str:
    """Return a text with question marks for the letters that cannot be drawn."""
    return text.encode(LETTERS, "replace").decode(LETTERS)
