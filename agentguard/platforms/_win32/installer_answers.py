"""The upgrade code of a program that Windows Installer has put there: the same for every version.

Source: Microsoft, "UpgradeCode" and "Packed GUIDs": a GUID's first three groups stand backwards,
and of the others each pair of digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_GUID = re.compile(
    r"\{([0-9A-F]{8})-([0-9A-F]{4})-([0-9A-F]{4})-([0-9A-F]{4})-([0-9A-F]{12})\}", re.IGNORECASE
)
_PACKED = re.compile(r"[0-9A-F]{32}", re.IGNORECASE)


def packed(guid: str) -> str:
    """Return a GUID as Windows Installer names its keys; empty for what is none."""
    found = _GUID.fullmatch(guid)
    if found is None:
        return ""
    backwards = "".join(found[group][::-1] for group in (1, 2, 3))
    return (backwards + _pairs(found[4] + found[5])).upper()


def unpacked(name: str) -> str:
    """Return the GUID in a name of Windows Installer's; empty for what is none."""
    if not _PACKED.fullmatch(name):
        return ""
    first = (name[:8][::-1], name[8:12][::-1], name[12:16][::-1])
    rest = _pairs(name[16:])
    return f"{{{'-'.join((*first, rest[:4], rest[4:]))}}}".upper()


def _pairs(digits: str) -> str:
    return "".join(digits[at + 1] + digits[at] for at in range(0, len(digits), 2))


def by_product(codes: Iterable[tuple[str, Iterable[str]]]) -> Mapping[str, str]:
    """Return the upgrade code of each product's GUID, from keys whose values are the products."""
    return {
        product: code
        for name, values in codes
        if (code := unpacked(name))
        for value in values
        if (product := unpacked(value))
    }
