"""Notes, forms, chats, logs and clean lines."""

from __future__ import annotations

from tests.corpus.page import Page
from tests.corpus.wording import Region


def notes(page: Page, values: int = 3, filler: int = 4, region: Region | None = None) -> list[str]:
    """Write a contact's notes: some sentences with values between others."""
    where = region or page.region()
    lines = [page.fill(one) for one in page.dice.some(where.notes, values)]
    lines += [page.fill(page.dice.pick(where.filler)) for _ in range(filler)]
    page.dice.random.shuffle(lines)
    return [f"{page.person()} - {page.words.title}", *lines]


def clean(page: Page, lines: int = 8, region: Region | None = None) -> list[str]:
    """Write lines full of look-alikes."""
    where = region or page.region()
    made = [page.fill(one) for one in page.dice.some(where.decoys, lines)]
    return made + [page.fill(page.dice.pick(where.filler)) for _ in range(3)]


def near(page: Page) -> list[str]:
    """Write lines whose labels belong to look-alikes."""
    where = page.dice.pick([region for region in page.words.regions if region.near])
    made = [page.fill(one) for one in page.dice.some(where.near, 3)]
    return made + [page.fill(page.dice.pick(where.filler)) for _ in range(2)]


def form(page: Page, region: Region | None = None, most: int = 8, joint: str = ": ") -> list[str]:
    """Write a form: a line for each label."""
    where = region or page.region()
    specs = page.dice.some(where.kinds, most)
    if any(spec.startswith("CVV") for spec in specs):
        specs = _behind_card(specs)
    if any(spec.startswith("SORT_ACCT") for spec in specs):
        specs = _behind_sort_code(specs)
    return [page.words.title, *(f"{label(page, where, s)}{joint}{page.field(s)}" for s in specs)]


def _behind_card(specs: list[str]) -> list[str]:
    """A card's code stands below its card."""
    rest = [spec for spec in specs if not spec.startswith(("CVV", "PAN"))]
    own = [spec for spec in specs if spec.startswith("PAN")] or ["PAN:space"]
    return [*own, "CVV", *rest]


def _behind_sort_code(specs: list[str]) -> list[str]:
    rest = [spec for spec in specs if not spec.startswith("SORT")]
    return [*rest, "SORT", "SORT_ACCT"]


def label(page: Page, region: Region, spec: str) -> str:
    """Give a label of a kind in a region's words."""
    return page.dice.pick(region.labels[spec.partition(":")[0]])


def log(page: Page, values: int = 4, lines: int = 60) -> list[str]:
    """Write a service's log with some lines that should not be there."""
    made = [page.fill(page.dice.pick(page.words.log)) for _ in range(lines)]
    for template in page.dice.some(page.words.log_values, values):
        made.insert(page.dice.number(0, len(made)), page.fill(template))
    return made


def tricky(page: Page, count: int = 4) -> list[str]:
    """Write values as they hardly ever stand."""
    return [page.fill(one) for one in page.dice.some(page.words.tricky, count)]
