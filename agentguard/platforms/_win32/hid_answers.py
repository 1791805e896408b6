"""What Windows says of devices for people (HID), read without a call to it.

A security key says by its usage page that it is one (CTAP 2.1, 11.2.8.1).
"""

from __future__ import annotations

from collections.abc import Callable

USAGE_PAGE = 0xF1D0
USAGE_AT = 2  # HIDP_CAPS: Usage, then UsagePage, both USHORT
CAPS = 64  # bytes of HIDP_CAPS


def is_key(caps: bytes) -> bool:
    """Check whether the capabilities of a device (HIDP_CAPS) are those of a security key."""
    page = int.from_bytes(caps[USAGE_AT : USAGE_AT + 2], "little")
    return len(caps) == CAPS and page == USAGE_PAGE


class Known:
    """The keys among what is plugged in; each device is asked once for what it is."""

    def __init__(
        self, listed: Callable[[], tuple[str, ...] | None], asked: Callable[[str], bytes]
    ) -> None:
        self._listed, self._asked = listed, asked
        self._keys: dict[str, bool] = {}

    def now(self) -> frozenset[str] | None:
        """Name the keys that are plugged in now; None where Windows does not tell."""
        there = self._listed()
        if there is None:
            return None
        fresh = (one for one in there if one not in self._keys)
        self._keys |= {one: is_key(self._asked(one)) for one in fresh}
        self._keys = {one: self._keys[one] for one in there}
        return frozenset(one for one, key in self._keys.items() if key)
