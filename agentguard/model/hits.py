"""All that may be said of content: its kind, how often, and a mask."""

from __future__ import annotations

from dataclasses import dataclass

MOST = 1000
"""Distinct values of a kind that are counted in one text; 1000 means 1000 or more."""


_MASKS = 5
"""So many values of a kind are shown by their last characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Personal data of one `kind` (`PAN`, `IBAN`, ...) was found `count` times.

    `masked` shows at most the last four characters of some of the values, none for short kinds.
    PCI DSS 4.0.1, 3.4.1 allows more; this is less on purpose.
    """

    kind: str
    count: int
    masked: tuple[str, ...] = ()


def together(first: tuple[Hit, ...], second: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Return what two parts of one file hold; a value that stands in both counts in each."""
    every = {hit.kind: hit for hit in first}
    for hit in second:
        before = every.get(hit.kind)
        every[hit.kind] = hit if before is None else _sum(before, hit)
    return tuple(sorted(every.values(), key=lambda hit: hit.kind))


def at_least(first: tuple[Hit, ...], second: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Return the more of each kind that two readings of the same parts of a file have found."""
    every = {hit.kind: hit for hit in second}
    for hit in first:
        if hit.kind not in every or every[hit.kind].count < hit.count:
            every[hit.kind] = hit
    return tuple(sorted(every.values(), key=lambda hit: hit.kind))


def beyond(hits: tuple[Hit, ...], known: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Return what was found besides that which stands in a part that was read before."""
    before = {hit.kind: hit for hit in known}
    new = (_rest(hit, before[hit.kind]) if hit.kind in before else hit for hit in hits)
    return tuple(hit for hit in new if hit.count)


def _sum(one: Hit, other: Hit) -> Hit:
    masked = tuple(dict.fromkeys((*one.masked, *other.masked)))[:_MASKS]
    return Hit(kind=one.kind, count=min(MOST, one.count + other.count), masked=masked)


def _rest(hit: Hit, known: Hit) -> Hit:
    """Return what is new; of what was not counted out, nobody knows how much more there is."""
    count = MOST if hit.count >= MOST else max(0, hit.count - known.count)
    masked = tuple(mask for mask in hit.masked if mask not in known.masked)
    return Hit(kind=hit.kind, count=count, masked=masked or hit.masked)
