"""One file to be: its name, its format, and what makes its bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.corpus.dice import Dice
from tests.corpus.page import Page
from tests.corpus.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A file of the corpus; `make` fills the page while it gives the bytes."""

    path: str
    format: str
    page: Page
    make: Callable[[Page], bytes]
    sealed: bool = False


@dataclass(slots=True)
class Planner:
    """Hands out pages and names; every name has a number of its own."""

    dice: Dice
    words: Wording
    count: int = 0

    def item(
        self, kind: str, name: str, make: Callable[..., bytes], *, sealed: bool = False, **more: Any
    ) -> Item:
        """Plan a file; `#` in its name becomes its number, `make` is given the page and `more`."""
        number, self.count = self.count, self.count + 1
        return Item(
            path=f"{kind}/{name.replace('#', f'{number:03d}')}",
            format=kind,
            page=Page(self.dice, self.words),
            make=partial(make, **more),
            sealed=sealed,
        )


Plan = Callable[[Planner], Iterator[Item]]
