"""What of a page's part has changed: the part is cut into rows, and those travel that a page lacks.

A page names what it has by short digests, in order, so that no process keeps anything of any page.
Digests are of what a row says, without its ages and tokens; the page holds what it put together
against the tag of the whole, and asks for the whole where that does not fit.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence
from itertools import pairwise

HAVE = "x-have"  # the header in which a page says what it has; a sign of its own stands first
LENGTH = 4  # signs of a digest: 24 bits, enough where the whole is held against its tag
MOST = 600  # digests that a page names, a header of 2.4 kB; rows beyond them travel
_ROWS = re.compile(r"<(?:tr|li|section|details|h2|/tbody|/ul|/ol)\b")
_ALONE = tuple(
    re.compile(one)
    for one in (
        r'(<p class="muted as-of">[^<]*<time datetime=)"[^"]*">[^<]*',
        r"( data-ago>)[^<]*",
        r'(name="token" value=")[0-9a-f]*',
    )
)
"""What time alone changes, which the page's script counts on, and tokens, any of which is good."""


def cut(part: str) -> list[str]:
    """Return a part in rows: joined, they are the part."""
    ends = [0, *(found.start() for found in _ROWS.finditer(part)), len(part)]
    return [part[begin:end] for begin, end in pairwise(ends) if begin < end]


def plain(row: str) -> str:
    """Return what a row says, without its ages and tokens."""
    for one in _ALONE:
        row = one.sub(r"\1", row)
    return row


def tag(rows: Sequence[str]) -> str:
    """Return what a part is known by: it stays while nothing but ages and tokens differs."""
    said = "".join(map(plain, rows))
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def digest(row: str) -> str:
    """Return the short digest of what a row says."""
    return b64encode(hashlib.sha256(plain(row).encode()).digest())[:LENGTH].decode()


def changed(rows: Sequence[str], have: str) -> list[str | tuple[int, int]]:
    """Return a part for a page that has some of it: new rows as they are, else where they stand.

    A pair is the place of the first row in what the page named, and how many follow one another.
    """
    named = have[1:]
    places: dict[str, int] = {}
    for at in range(min(len(named) // LENGTH, MOST)):
        places.setdefault(named[at * LENGTH : (at + 1) * LENGTH], at)
    told: list[str | tuple[int, int]] = []
    for row in rows:
        at = places.get(digest(row), -1)
        last = told[-1] if told else ""
        if at < 0:
            told.append(row)
        elif isinstance(last, tuple) and sum(last) == at:
            told[-1] = (last[0], last[1] + 1)
        else:
            told.append((at, 1))
    return told
