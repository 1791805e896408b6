"""A catalogue's products are kept packed, and are the same to whoever asks."""

from __future__ import annotations

import sys
from datetime import date

import pytest

from agentguard.software import shipped
from agentguard.software.catalogue import Exploited, Product, ReleaseLine
from agentguard.software.packed_products import PackedProducts

DAY = date(2026, 12, 1)
LINE = ReleaseLine(name="1", released=DAY, active=True, security=False, extended=DAY, latest="1.2")
WHOLE = Product(
    slug="one", title="Öne", source="https://one.example", lines=(LINE, ReleaseLine(name="0")),
    before="ended", weeks=6, releases=(("1.2", DAY),), aliases=(("A", "1"),),
    exploited=(Exploited(cve="CVE-2026-1", added=DAY, below="1.2", severity="HIGH"),),
)  # fmt: skip
PLAIN = {"one": WHOLE, "two": Product(slug="two", title="Two", source="")}


def test_row_489_whoever_asks_for_a_product_finds_it_whole_and_the_same_one_again() -> None:
    kept = PackedProducts(PLAIN)
    assert kept == PLAIN
    assert list(kept) == ["one", "two"]
    assert len(kept) == 2
    assert kept["one"] is kept["one"]
    assert "one" in kept
    assert "three" not in kept
    assert kept.get("three") is None
    with pytest.raises(KeyError):
        kept["three"]


def test_the_shipped_catalogue_takes_a_fraction_of_its_products() -> None:
    kept = shipped.known().catalogue.products
    assert isinstance(kept, PackedProducts)
    packed = vars(kept)["_packed"]
    assert len(packed) > 400
    assert sum(map(sys.getsizeof, packed.values())) < 400 * len(packed)
