"""A person who sees nothing and has no mouse: keys of the X server, and what a reader tells.

Every key is decided by what is heard. A thing that no key reaches fails the test, with all that was
passed on the way.
"""

from __future__ import annotations

from tests.desktop.harness import Programs, eventually
from tests.desktop.screen_reader import Heard, ScreenReader

MOST = 60  # presses after which nothing new comes
SLOW = 15.0  # seconds within which a key moves the focus, if it does
LONG = 60.0  # seconds: to walk all windows is a thousand questions over the bus
DELAY = "15"  # milliseconds between two letters


class Typist:
    """Types into one program of a desktop, and hears what has the focus."""

    def __init__(self, inside: Programs, reader: ScreenReader, pid: int) -> None:
        self._inside, self._reader, self._pid = inside, reader, pid
        self._last: Heard | None = None

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        self._inside.run("xdotool", "key", *keys)

    def write(self, words: str) -> None:
        """Type words."""
        self._inside.run("xdotool", "type", "--delay", DELAY, words)

    def here(self) -> Heard:
        """Wait until something has the focus, and give it; first where it was told to be."""
        told = self._reader.again(self._last) if self._last else None
        if told is None or not {"focused", "showing"} <= told.states:
            told = eventually(lambda: self._reader.focused(self._pid), within=LONG)
        self._last = told
        return told

    def on(self, key: str = "Tab") -> Heard:
        """Press a key that moves the focus, and give what has it then."""
        last = self.here()
        self._reader.forget()
        self.press(key)

        def moved() -> Heard | None:
            one = self._reader.told("focused", SLOW)[0]
            return one if one and "focused" in one.states and one.path != last.path else None

        self._last = eventually(moved)
        return self._last

    def to(self, words: str, key: str = "Tab") -> Heard:
        """Press a key until what has the focus is called so; it may be there already."""
        passed = []
        for _ in range(MOST):
            now = self.here()
            if words in now.name:
                return now
            passed.append(now.name)
            self.on(key)
        raise AssertionError(f"no {key} comes to {words!r}, but to {passed}")

    def do(self, words: str) -> Heard:
        """Come to a button with Tab, and press it."""
        found = self.to(words)
        assert found.role == "push button", found
        self.press("space")
        return found

    def go(self, page: str) -> None:
        """Open a page from the list of pages, which has the focus when a window opens."""
        self.to(page, "Down")

    def choose(self, answer: str) -> None:
        """Come to a group of round buttons with Tab, go through it with arrows, and choose one."""
        while self.here().role != "radio button":
            self.on()
        if "checked" not in self.to(answer, "Down").states:
            self.press("space")

    def way(self) -> list[Heard]:
        """Press Tab until one has come round, and give all that was passed."""
        passed = [self.here()]
        for _ in range(MOST):
            one = self.on()
            if one.path == passed[0].path:
                return passed
            passed.append(one)
        raise AssertionError([one.name for one in passed])

    def hears(self, words: str, role: str = "") -> Heard:
        """Wait until something that can be read says these words."""

        def said() -> Heard | None:
            for window in self._reader.windows(self._pid):
                for one in (window, *self._reader.walk(window)):
                    if words in f"{one.name} {one.description}" and role in one.role:
                        return one
            return None

        return eventually(said, within=LONG)
