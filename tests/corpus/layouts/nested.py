"""Records whose telling key is a parent: payment, card, number."""

from __future__ import annotations

from typing import Any

from tests.corpus.page import Page


def records(page: Page, count: int = 6) -> list[dict[str, Any]]:
    """Make records of an interface; the keys are the variant's."""
    return [_record(page) for _ in range(count)]


def _record(page: Page) -> dict[str, Any]:
    key = page.words.nested
    card = {
        key["number"]: page.put("PAN", page.dice.pick(("plain", "space"))),
        key["code"]: page.put("CVV"),
        key["until"]: page.field("expiry"),
    }
    person = {key["mail"]: page.put("EMAIL"), key["born"]: page.put("DOB")}
    order = {key["id"]: page.drop("order-luhn"), key["count"]: page.dice.number(1, 9)}
    return {key["order"]: order, key["pay"]: {key["card"]: card}, key["person"]: person}
