"""Writes texts whose values are known: notes, talks, tables and logs by a small grammar."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.corpus.dice import Dice, Value, groups
from tests.corpus.values import MAKERS

_ROWS, _TABLES = 8, 40
_OTHERS = ("NHS", "NINO", "PASSPORT", "DE_TIN", "NL_BSN", "PL_PESEL", "IT_CF")
_OFTEN, _TIMES = frozenset(("PAN", "PHONE")), 3
"""Kinds about which more is said."""

_WRITTEN_ALIKE, _ALIKE_BY = 0.7, {"SSN": 0.1, "PAN": 0.3}
"""How often another number that is written in a kind's groups is met, beside one that is not."""

_RUN_TOGETHER = {"PAN": 0.5, "PHONE": 0.7}
"""How many numbers of things are written without the groups of a kind."""

_FORMS = {
    "PAN": (*("plain",) * 6, *("space",) * 4, "dash", "dash", "single", "words"),
    "NHS": ("", "space"),
    "NINO": ("", "space"),
    "SSN": ("", "plain", "space"),
    "DOB": ("", "en", "us-long", "en-th", "de"),
    "PHONE": ("uk", "+uk", "us", "+us", "de", "fr", "es", "nl"),
    "PASSPORT": ("uk", "us", "de", "fr", "es", "it", "pl"),
}


@dataclass(frozen=True, slots=True)
class Text:
    """A text with the values of a kind that it holds; `weight` is how often its like is met."""

    kind: str
    data: bytes
    values: tuple[str, ...]
    weight: float


@cache
def grammar() -> dict[str, Any]:
    """Return the words and sentences."""
    file = Path(__file__).parent / "sentences.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def texts(dice: Dice, each: int) -> Iterator[Text]:
    """Write texts about every kind, each sentence so often."""
    for kind in grammar()["own"]:
        for _ in range(_TIMES * each if kind in _OFTEN else each):
            yield from _notes(dice, kind, "sentences")
        yield from _tables(dice, kind)
    for kind in grammar()["own"]:
        for _ in range(each):
            yield from _notes(dice, kind, "later")


def value_of(dice: Dice, kind: str) -> Value:
    """Make a value of a kind, in one of the ways that people write it."""
    if kind == "SORT_ACCT":
        sort, account = groups(dice.digits(6), (2, 2), "-"), _account(dice)
        joint = dice.pick((" ", " / ", ", account no ", " is the sort code and "))
        return Value(f"{sort}{joint}{account}", sort.replace("-", "") + account)
    made = MAKERS[kind](dice, dice.pick(_FORMS.get(kind, ("",))))
    if made.text.startswith("+") and dice.chance(0.2):
        return made._replace(text=f"00{made.text[1:]}")
    if kind == "PHONE" and dice.chance(0.3):
        return made._replace(text=made.text.replace(" ", ""))
    return made


def decoy_of(dice: Dice, kind: str) -> Value:
    """Make a number of a thing that has a kind's shape: seldom grouped as people group values."""
    made = value_of(dice, kind)
    while made.text.startswith("+"):
        made = value_of(dice, kind)
    if dice.chance(_RUN_TOGETHER.get(kind, 0.0)):
        return Value("".join(filter(str.isalnum, made.text)), made.true)
    return made


def _account(dice: Dice) -> str:
    return dice.pick("123456789") + dice.digits(7)


def _notes(dice: Dice, kind: str, part: str) -> Iterator[Text]:
    chances = grammar()["chance"]
    for group in grammar()[part]:
        weight = group["weight"]
        if kind in group.get("kinds", (kind,)):
            met = chances.get(kind, chances["other"]) if weight == "chance" else weight
            yield from (_filled(dice, kind, said, float(met)) for said in group["said"])


def _filled(dice: Dice, kind: str, sentence: str, weight: float) -> Text:
    own, words = grammar()["own"], grammar()["words"]
    holds = "{value}" in sentence
    made = value_of(dice, kind) if holds else decoy_of(dice, kind)
    other = dice.pick([k for k in _OTHERS if k != kind])
    picked = {name: dice.pick(choices) for name, choices in words.items()}
    text = sentence.format(
        **picked,
        own=dice.pick(own[kind].split("|")),
        other=dice.pick(own[other].split("|")),
        Unknown=picked["unknown"].title(),
        day=f"{dice.number(1, 28):02d}-{dice.number(1, 12):02d}-{dice.number(24, 27)}",
        number=_account(dice),
        value=made.text,
        decoy=made.text,
    )
    is_alike = not holds and made.text != made.true and kind != "DOB"
    met = weight * (_ALIKE_BY.get(kind, _WRITTEN_ALIKE) if is_alike else 1.0)
    return Text(kind, text.encode(), (made.true,) if holds else (), met)


def _tables(dice: Dice, kind: str) -> Iterator[Text]:
    tables, words = grammar()["tables"], grammar()["words"]
    for place in range(_TABLES):
        own = dice.pick(grammar()["own"][kind].split("|"))
        name = dice.pick(tables["names"]).format(own=own)
        yield _table(dice, kind, name, lambda: value_of(dice, kind))
        thing, unknown = dice.pick(words["thing"]), dice.pick(words["unknown"])
        given = {"own": own, "thing": thing, "unknown": unknown, "other": "iban"}
        name = dice.pick(tables["others"]).format(**given)
        yield _table(dice, kind, name, lambda: Value(_drawn(dice, decoy_of(dice, kind).text), ""))
        if kind in tables["unknown"] and not place % 4:
            yield _table(dice, kind, dice.pick(words["unknown"]), lambda: value_of(dice, kind))


def _drawn(dice: Dice, text: str) -> str:
    """Draw the digits of a text anew, but the first."""
    every = enumerate(text)
    return "".join(dice.digits(1) if sign.isdigit() and n else sign for n, sign in every)


def _table(dice: Dice, kind: str, name: str, make: Callable[[], Value]) -> Text:
    made = [make() for _ in range(_ROWS)]
    rows = [f"{dice.pick(('Ann', 'Tom', 'Eva'))},{one.text},{dice.number(1, 99)}" for one in made]
    text = "\n".join((f"agent,{name},visits", *rows, ""))
    values = tuple(one.true for one in made if one.true)
    is_alike = not values and kind != "DOB" and any(not one.text.isalnum() for one in made)
    return Text(
        kind, text.encode(), values, _ALIKE_BY.get(kind, _WRITTEN_ALIKE) if is_alike else 1.0
    )
