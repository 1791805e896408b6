"""A made-up language: each English sentence in other letters, a third longer, and in brackets.

What stands without brackets on a picture was never a sentence of its own; what is cut at the
closing one has too little room for most languages.
"""

from __future__ import annotations

import string
from collections.abc import Mapping

from agentguard.base.translations import Plural, Texts

LONGER = 0.35
_LETTERS = str.maketrans("aeiouAEIOUcnsy", "àéïôûÀÉÏÔÛçñšý")


def pseudo(english: Texts, language: str = "en") -> Texts:
    """Return the made-up language; with `ar` it is laid out from right to left."""
    sentences = {id_: _sentence(text, language) for id_, text in english.sentences.items()}
    return Texts(sentences, language=language)


def _sentence(text: str, language: str) -> str:
    if not isinstance(text, Plural):
        return lengthened(text)
    forms = {name: lengthened(form) for name, form in text.forms.items()}
    return Plural.made({"by": text.by, **forms}, language)


def lengthened(text: str) -> str:
    """Return a sentence with other letters around its placeholders, longer and in brackets."""
    parts = []
    for plain, name, _, _ in string.Formatter().parse(text):
        parts.append(plain.translate(_LETTERS).replace("{", "{{").replace("}", "}}"))
        parts.append(f"{{{name}}}" if name else "")
    return f"⟦{''.join(parts)}{'~' * round(len(text) * LONGER)}⟧"


MADE_UP: Mapping[str, str] = {"pseudo": "en", "pseudo-rtl": "ar"}
"""Each made-up language, and by whose rules it is laid out."""
