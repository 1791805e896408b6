"""Lines of a text that comes in pieces."""

from __future__ import annotations

from collections.abc import Iterator

LONGEST = 1 << 20
"""Characters of a line that are held; a longer one is cut at a space."""


def lines(found: Iterator[str]) -> Iterator[list[str]]:
    """Yield the lines of each piece; the last of them may go on in the next."""
    rest = ""
    for piece in found:
        *whole, rest = (rest + piece).replace("\r\n", "\n").split("\n")
        if len(rest) > LONGEST:
            end = rest.rfind(" ") + 1 or len(rest)
            whole.append(rest[:end])
            rest = rest[end:]
        yield whole
    yield [rest]
