"""Small software catalogues for tests: products by name, with the last day of each line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from re import escape

from agentguard.software.catalogue import Catalogue, End, Product, ReleaseLine, Rule
from agentguard.software.match import Matcher

COMPILED = date(2026, 11, 25)


def matcher(
    products: Mapping[str, Mapping[str, End]], *parts: str, compiled: date = COMPILED
) -> Matcher:
    """Return what knows products by their own names and `parts` as parts of others.

    A line named `*` is that of every version.
    """
    return Matcher(
        Catalogue(
            compiled=compiled,
            products={name: product(name, lines) for name, lines in products.items()},
            rules=(
                *(Rule(product="", names=(escape(name),), kind="component") for name in parts),
                *(Rule(product=name, names=(escape(name),)) for name in products),
            ),
        )
    )


def product(name: str, lines: Mapping[str, End]) -> Product:
    """Return a product with these lines."""
    return Product(
        slug=name,
        title=name.title(),
        source="https://example.org",
        lines=tuple(ReleaseLine(name=line, security=end) for line, end in lines.items()),
    )
