"""Makes `agentguard/base/cldr.py` from CLDR: plural forms and dates of the languages spoken here.

CLDR is read through Babel, which is 36 MB and therefore no part of the program. Counts are whole
numbers: what a rule says of decimals (its operands v, f, t and e are then 0) is left out. Digits
are western in every language, so that no card shows two systems of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from babel import Locale
from babel.core import get_cldr_version

LOCALES: Mapping[str, str] = {
    "en": "en_001",  # day before month, as most of the centres write it
    "es": "es",
    "fr": "fr",
    "de": "de",
    "pt-BR": "pt_BR",
    "hi": "hi",
    "fil": "fil",
    "ar": "ar",
}
"""Each language, and what CLDR calls it."""

FORMS = ("zero", "one", "two", "few", "many")
_RELATION = re.compile(r"([nivfte])(?: mod (\d+))?( not)? in ([\d.,]+)")
_FIELDS = {"d": "{day}", "MMM": "{month}", "y": "{year}"}
_HEAD = '''"""Plural forms and dates of every language: made from CLDR {version}, do not edit.

Made by `tools/cldr.py`: `python3 dev.py made`. `PLURALS` gives the form for a count, `FORMS` the
forms that counts below ten thousand take; dates and decimals are as people write them. `APART`
stands between two of a list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

VERSION = "{version}"
'''


def source() -> str:
    """Return the module's text."""
    known = {name: Locale.parse(locale) for name, locale in LOCALES.items()}
    parts = [_HEAD.format(version=get_cldr_version())]
    parts += [_rule(name, locale) for name, locale in known.items()]
    rules = ((name, _function(name)) for name in known)
    parts.append("\n" + _table("PLURALS", "Callable[[int], str]", rules))
    forms = ((n, json.dumps(_met(locale))) for n, locale in known.items())
    parts.append(_table("FORMS", "str", forms))
    parts.append(_table("NAMES", "str", ((n, _text(_named(one))) for n, one in known.items())))
    months = ((n, _text(" ".join(_months(locale)))) for n, locale in known.items())
    parts.append(_table("MONTHS", "str", months))
    for title, skeleton in (("DAY", "MMMd"), ("DAY_OF_YEAR", "yMMMd")):
        days = ((n, _text(_pattern(one, skeleton))) for n, one in known.items())
        parts.append(_table(title, "str", days))
    times = ((n, _text(_moment(locale))) for n, locale in known.items())
    parts.append(_table("MOMENT", "str", times))
    marks = ((n, _text(_decimal(locale))) for n, locale in known.items())
    parts.append(_table("DECIMAL", "str", marks))
    parts.append(_table("APART", "str", ((n, _text(_apart(one))) for n, one in known.items())))
    rtl = sorted(n for n, one in known.items() if one.character_order == "right-to-left")
    parts.append(f"RIGHT_TO_LEFT = frozenset({{{', '.join(map(_text, rtl))}}})\n")
    return "\n".join(parts)


def _function(name: str) -> str:
    return f"_{name.lower().replace('-', '_')}"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _table(name: str, kind: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = "".join(f"    {_text(key)}: {value},\n" for key, value in rows)
    return f"{name}: Mapping[str, {kind}] = {{\n{lines}}}\n"


def _rule(name: str, locale: Locale) -> str:
    lines = [f"\ndef {_function(name)}(n: int) -> str:"]
    rules = locale.plural_form.rules
    for form in FORMS:
        if condition := _condition(rules.get(form, "")):
            lines += [f"    if {condition}:", f'        return "{form}"']
    return "\n".join([*lines, '    return "other"', ""])


def _condition(rule: str) -> str:
    """Return a rule for whole numbers in Python; empty when it never holds."""
    ways = []
    for way in filter(None, rule.split(" or ")):
        parts = [_relation(part) for part in way.split(" and ")]
        if False not in parts:
            ways.append(" and ".join(part for part in parts if isinstance(part, str)))
    return " or ".join(ways)


def _relation(text: str) -> str | bool:
    met = _RELATION.fullmatch(text)
    if met is None:
        message = f"CLDR says something new: {text}"
        raise ValueError(message)
    operand, modulus, negated, ranges = met.groups()
    numbers = sorted(set(_numbers(ranges)))
    if operand not in "ni":
        return (0 in numbers) is not bool(negated)
    left = f"n % {int(modulus):_}" if modulus else "n"
    if len(numbers) == 1:
        return f"{left} {'!=' if negated else '=='} {numbers[0]}"
    if numbers == list(range(numbers[0], numbers[-1] + 1)) and not negated:
        return f"{numbers[0]} <= {left} <= {numbers[-1]}"
    return f"{left}{' not' if negated else ''} in {{{', '.join(map(str, numbers))}}}"


def _numbers(ranges: str) -> Iterator[int]:
    for part in ranges.split(","):
        first, _, last = part.partition("..")
        yield from range(int(first), int(last or first) + 1)


def _met(locale: Locale) -> str:
    """Return the forms that counts take which people meet; millions are left out."""
    met = {locale.plural_form(number) for number in range(10_000)}
    return " ".join(form for form in (*FORMS, "other") if form in met)


def _named(locale: Locale) -> str:
    name = str(locale.languages[locale.language])
    if locale.language == "pt":
        name = f"{name} ({locale.territories[locale.territory]})"
    return name[:1].upper() + name[1:]


def _months(locale: Locale) -> list[str]:
    return [locale.months["format"]["abbreviated"][number] for number in range(1, 13)]


def _pattern(locale: Locale, skeleton: str) -> str:
    pattern = locale.datetime_skeletons[skeleton].pattern
    parts = re.findall(r"'[^']*'|[A-Za-z]+|[^A-Za-z']+", pattern)
    return "".join(_FIELDS.get(part, part.strip("'")) for part in parts)


def _apart(locale: Locale) -> str:
    """Return what stands between two of a list that is no sentence: Arabic's has no *and* in it."""
    known = locale.list_patterns
    of = (known.get(width, {}).get("middle") for width in ("unit-short", "standard"))
    between = str(next(filter(None, of)))
    return between.replace("{0}", "").replace("{1}", "").removesuffix("و")


def _moment(locale: Locale) -> str:
    return str(locale.datetime_formats["medium"]).replace("{1}", "{date}").replace("{0}", "{time}")


def _decimal(locale: Locale) -> str:
    return str(locale.number_symbols["latn"]["decimal"])
