"""The products of a catalogue as they are kept: each packed until it is asked for.

A desk has a few dozen of some five hundred, and the others would take it a megabyte.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from sys import intern

import msgspec

from agentguard.software.catalogue import Product

_WRITTEN = msgspec.msgpack.Encoder()
_READ = msgspec.msgpack.Decoder(Product)


class PackedProducts(Mapping[str, Product]):
    """Products by their slugs; who asks for one finds the same one again. Safe for threads."""

    def __init__(self, products: Mapping[str, Product]) -> None:
        self._packed = {
            intern(slug): zlib.compress(_WRITTEN.encode(one)) for slug, one in products.items()
        }
        self._asked: dict[str, Product] = {}

    def __getitem__(self, slug: str) -> Product:
        """Return a product.

        Raises:
            KeyError: there is none of this slug.

        """
        found = self._asked.get(slug)
        if found is None:
            found = self._asked.setdefault(slug, _unpacked(self._packed[slug]))
        return found

    def __iter__(self) -> Iterator[str]:
        """Yield the slugs."""
        return iter(self._packed)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._packed)

    def __contains__(self, slug: object) -> bool:
        """Check whether there is one of this slug, without unpacking it."""
        return slug in self._packed


def _unpacked(packed: bytes) -> Product:
    return _READ.decode(zlib.decompress(packed))
