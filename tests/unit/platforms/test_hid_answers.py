"""Which keys are plugged in under Windows, from what it answers."""

from __future__ import annotations

import pytest

from agentguard.platforms._win32.key_answers import CAPS, Known, is_key

KEY = bytes.fromhex("0100d0f1") + bytes(CAPS - 4)  # usage 1 of page 0xF1D0
MOUSE = bytes.fromhex("02000100") + bytes(CAPS - 4)


@pytest.mark.parametrize(
    ("caps", "key"), [(KEY, True), (MOUSE, False), (b"", False), (KEY[:10], False)]
)
def test_a_key_says_by_its_page_that_it_is_one(caps: bytes, key: bool) -> None:
    assert is_key(caps) is key


class Desk:
    """What is plugged in, and which devices were asked."""

    def __init__(self) -> None:
        self.there: tuple[str, ...] | None = ("mouse", "key")
        self.asked: list[str] = []
        self.known = Known(lambda: self.there, self.ask)

    def ask(self, path: str) -> bytes:
        self.asked.append(path)
        return KEY if path.startswith("key") else MOUSE


def test_each_device_is_asked_once_until_it_is_pulled() -> None:
    desk = Desk()
    assert desk.known.now() == desk.known.now() == {"key"}
    assert desk.asked == ["mouse", "key"]
    desk.there = ("mouse",)
    assert desk.known.now() == frozenset()
    desk.there = ("mouse", "key", "key-2")
    assert desk.known.now() == {"key", "key-2"}
    assert desk.asked == ["mouse", "key", "key", "key-2"]


def test_where_windows_does_not_tell_nothing_is_told() -> None:
    desk = Desk()
    desk.there = None
    assert desk.known.now() is None
