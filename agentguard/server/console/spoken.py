"""Which language a request is answered in: the person's own choice, else what the browser asks for.

It is looked up for each request and travels with it; nothing of it is kept between two requests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agentguard.base import languages
from agentguard.base.languages import SPOKEN, SYSTEM

AS_ASKED = ""
"""The choice of whatever the browser asks for."""
_LONGEST = 1000  # characters of the header that are looked at


def language(own: str, headers: Mapping[bytes, bytes], usual: str) -> str:
    """Return the language of an answer; `usual` is the endpoint's, when no other is meant.

    `headers` are a request's, by their names in small letters.
    """
    asked = headers.get(b"accept-language", b"").decode("latin-1")[:_LONGEST]
    return languages.chosen(own or SYSTEM, [*_wanted(asked), usual])


def known(wish: str) -> bool:
    """Check whether a person may choose this."""
    return wish == AS_ASKED or wish in SPOKEN


def _wanted(header: str) -> Iterator[str]:
    """Yield the languages of an Accept-Language header, the dearest first."""
    found = []
    for part in header.split(","):
        tag, _, rest = part.strip().partition(";")
        weight = _weight(rest)
        if tag and weight > 0:
            found.append((tag.strip(), weight))
    yield from (tag for tag, _ in sorted(found, key=lambda one: -one[1]))


def _weight(parameter: str) -> float:
    """Return the weight of a language; what is no weight counts as none."""
    name, given, value = parameter.partition("=")
    if not given:
        return 1.0
    if name.strip() != "q":
        return 0.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
