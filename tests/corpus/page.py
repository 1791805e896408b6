"""What one file holds: values are put into its text and remembered as the truth of it."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.corpus.decoys import DECOYS
from tests.corpus.dice import Dice, Value
from tests.corpus.values import MAKERS
from tests.corpus.values.people import plain
from tests.corpus.wording import Region, Wording

_BLANK = re.compile(r"\{(~?[A-Za-z_0-9-]+)(?::([A-Za-z0-9+-]+))?\}")


class Page:
    """Renders templates for one file and collects its truth, its options and its decoys."""

    def __init__(self, dice: Dice, words: Wording) -> None:
        self.dice = dice
        self.words = words
        self.truth: dict[str, list[str]] = {}
        self.optional: dict[str, list[str]] = {}
        self.decoys: dict[str, list[str]] = {}

    def put(self, kind: str, form: str = "") -> str:
        """Give the text of a new value; a value stands once in a file."""
        have = self.truth.setdefault(kind, [])
        made = self._make(kind, form)
        while made.true in have:
            made = self._make(kind, form)
        if made.true:
            have.append(made.true)
        for other, value in made.beside:
            self.optional.setdefault(other, []).append(value)
        return made.text

    def field(self, spec: str) -> str:
        """Give the text of a value by `KIND:form`, or of a blank such as `expiry`."""
        kind, _, form = spec.partition(":")
        return self.put(kind, form) if kind.isupper() else self._fill[kind]()

    def drop(self, name: str) -> str:
        """Give the text of a look-alike."""
        made = DECOYS[name](self.dice)
        self.decoys.setdefault(name, []).append(made)
        return made

    def fill(self, template: str) -> str:
        """Fill a template's blanks."""
        return _BLANK.sub(self._blank, template)

    def person(self) -> str:
        """Give a name."""
        return f"{self.dice.pick(self.words.first)} {self.dice.pick(self.words.last)}"

    def region(self) -> Region:
        """Give one of the wording's regions."""
        return self.dice.pick(self.words.regions)

    def forgive(self, *kinds: str) -> None:
        """Make what was put of these kinds optional: it may be found or not."""
        for kind in kinds:
            if values := self.truth.pop(kind, None):
                self.optional.setdefault(kind, []).extend(values)

    def _blank(self, match: re.Match[str]) -> str:
        name, form = match[1], match[2] or ""
        if name.startswith("~"):
            return self.drop(name[1:])
        return self.put(name, form) if name.isupper() else self._fill[name]()

    def _make(self, kind: str, form: str) -> Value:
        return self._mail(form) if kind == "EMAIL" else MAKERS[kind](self.dice, form)

    def _mail(self, form: str) -> Value:
        first, last = (
            plain(self.dice.pick(self.words.first)),
            plain(self.dice.pick(self.words.last)),
        )
        number, host = self.dice.number(1, 999), self.dice.pick(self.words.mail)
        shape = form or self.dice.pick(("dot", "initial", "under", "tag"))
        local = {
            "dot": f"{first}.{last}{number}",
            "initial": f"{first[0]}{last}{number}",
            "under": f"{last}_{first}{number}",
            "tag": f"{first}.{last}+{number}",
        }[shape]
        made = re.sub(r"[^a-z0-9._+]", "", local) + f"@{host}"
        return Value(made, made)

    @property
    def _fill(self) -> dict[str, Callable[[], str]]:
        dice = self.dice
        return {
            "agent": lambda: f"agent{dice.number(10, 99)}",
            "name": self.person,
            "first": lambda: dice.pick(self.words.first),
            "company": lambda: self.words.company,
            "host": lambda: self.words.host,
            "expiry": lambda: f"{dice.number(1, 12):02d}/{dice.number(27, 32)}",
            "two": lambda: str(dice.number(10, 99)),
            "four": lambda: str(dice.number(1000, 9999)),
            "stamp": self._stamp,
            "unix": lambda: f"{1_700_000_000 + dice.number(0, 60_000_000)}.{dice.digits(3)}",
            "clock": lambda: f"{dice.number(7, 21):02d}:{dice.number(0, 59):02d}",
            "money": lambda: f"{dice.number(1, 900)}.{dice.digits(2)}",
        }

    def _stamp(self) -> str:
        dice = self.dice
        clock = f"{dice.number(0, 23):02d}:{dice.number(0, 59):02d}:{dice.number(0, 59):02d}"
        return f"{dice.day(2024, 2026).isoformat()}T{clock}.{dice.digits(3)}Z"
