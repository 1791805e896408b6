"""Which letters a paper can show.

The PDF library draws with the typefaces that every reader of PDFs has, which hold the letters of
western Europe; other letters are drawn from the typefaces that a paper carries. One that is in none
of them is written as a question mark.
"""

from __future__ import annotations

from agentguard.server.papers import faces

LETTERS = "cp1252"
"""The letters that every reader of PDFs has, as Python names them."""


def plain(text: str) -> bool:
    """Check whether every reader of PDFs has the letters of a text."""
    try:
        text.encode(LETTERS)
    except UnicodeEncodeError:
        return False
    return True


def drawable(text: str) -> str:
    """Return a text with question marks for the letters that cannot be drawn."""
    if plain(text):
        return text
    return "".join(one if plain(one) or _drawn(one) else "?" for one in text)


def _drawn(sign: str) -> bool:
    return sign in "\t\r\n" or sign in faces.UNSEEN or faces.known(sign)
