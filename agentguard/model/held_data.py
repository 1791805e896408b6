"""What the endpoint says that it holds on this computer."""

from __future__ import annotations

from dataclasses import dataclass

DAY = len("2026-01-01")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldClass:
    """A class of records: how many there are; times in ISO 8601, empty where they have none."""

    name: str
    many: int
    oldest: str = ""
    newest: str = ""

    @property
    def words(self) -> str:
        """The id of the text that says what they are."""
        return f"console.held.of-{self.name}"

    @property
    def days(self) -> str:
        """The first and the last day, one when they are the same, empty without times."""
        days = dict.fromkeys(one[:DAY] for one in (self.oldest, self.newest) if one)
        return " \N{EN DASH} ".join(days)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldThere:
    """All that is held: by class, and as indented JSON with the newest `each` of a class."""

    host: str
    at: str
    classes: tuple[HeldClass, ...]
    each: int
    whole: str
