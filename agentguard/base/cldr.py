"""Plural forms and dates of every language: made from CLDR 49, do not edit.

Made by `tools/cldr.py`: `python3 dev.py made`. `PLURALS` gives the form for a count, `FORMS` the
forms that counts below ten thousand take; dates and decimals are as people write them. `APART`
stands between two of a list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

VERSION = "49"


def _en(n: int) -> str:
    if n == 1:
        return "one"
    return "other"


def _es(n: int) -> str:
    if n == 1:
        return "one"
    if n != 0 and n % 1_000_000 == 0:
        return "many"
    return "other"


def _fr(n: int) -> str:
    if 0 <= n <= 1:
        return "one"
    if n != 0 and n % 1_000_000 == 0:
        return "many"
    return "other"


def _de(n: int) -> str:
    if n == 1:
        return "one"
    return "other"


def _pt_br(n: int) -> str:
    if 0 <= n <= 1:
        return "one"
    if n != 0 and n % 1_000_000 == 0:
        return "many"
    return "other"


def _hi(n: int) -> str:
    if n == 0 or n == 1:
        return "one"
    return "other"


def _fil(n: int) -> str:
    if 1 <= n <= 3 or n % 10 not in {4, 6, 9}:
        return "one"
    return "other"


def _ar(n: int) -> str:
    if n == 0:
        return "zero"
    if n == 1:
        return "one"
    if n == 2:
        return "two"
    if 3 <= n % 100 <= 10:
        return "few"
    if 11 <= n % 100 <= 99:
        return "many"
    return "other"


PLURALS: Mapping[str, Callable[[int], str]] = {
    "en": _en,
    "es": _es,
    "fr": _fr,
    "de": _de,
    "pt-BR": _pt_br,
    "hi": _hi,
    "fil": _fil,
    "ar": _ar,
}

FORMS: Mapping[str, str] = {
    "en": "one other",
    "es": "one other",
    "fr": "one other",
    "de": "one other",
    "pt-BR": "one other",
    "hi": "one other",
    "fil": "one other",
    "ar": "zero one two few many other",
}

NAMES: Mapping[str, str] = {
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "de": "Deutsch",
    "pt-BR": "Português (Brasil)",
    "hi": "हिन्दी",
    "fil": "Filipino",
    "ar": "العربية",
}

MONTHS: Mapping[str, str] = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec",
    "es": "ene feb mar abr may jun jul ago sept oct nov dic",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "de": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
    "pt-BR": "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
    "hi": "जन॰ फ़र॰ मार्च अप्रैल मई जून जुल॰ अग॰ सित॰ अक्टू॰ नव॰ दिस॰",
    "fil": "Ene Peb Mar Abr May Hun Hul Ago Set Okt Nob Dis",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
}

DAY: Mapping[str, str] = {
    "en": "{day} {month}",
    "es": "{day} {month}",
    "fr": "{day} {month}",
    "de": "{day}. {month}",
    "pt-BR": "{day} de {month}",
    "hi": "{day} {month}",
    "fil": "{month} {day}",
    "ar": "{day} {month}",
}

DAY_OF_YEAR: Mapping[str, str] = {
    "en": "{day} {month} {year}",
    "es": "{day} {month} {year}",
    "fr": "{day} {month} {year}",
    "de": "{day}. {month} {year}",
    "pt-BR": "{day} de {month} de {year}",
    "hi": "{day} {month} {year}",
    "fil": "{month} {day}, {year}",
    "ar": "{day} {month} {year}",
}

MOMENT: Mapping[str, str] = {
    "en": "{date}, {time}",
    "es": "{date}, {time}",
    "fr": "{date}, {time}",
    "de": "{date}, {time}",
    "pt-BR": "{date} {time}",
    "hi": "{date}, {time}",
    "fil": "{date}, {time}",
    "ar": "{date}، {time}",
}

DECIMAL: Mapping[str, str] = {
    "en": ".",
    "es": ",",
    "fr": ",",
    "de": ",",
    "pt-BR": ",",
    "hi": ".",
    "fil": ".",
    "ar": ".",
}

APART: Mapping[str, str] = {
    "en": ", ",
    "es": ", ",
    "fr": ", ",
    "de": ", ",
    "pt-BR": ", ",
    "hi": ", ",
    "fil": ", ",
    "ar": "، ",
}

RIGHT_TO_LEFT = frozenset({"ar"})
