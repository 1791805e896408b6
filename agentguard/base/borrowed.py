"""Libraries that a long-lived process needs for a moment: used, and let go of again."""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.RLock()
_brief = False


def be_brief() -> None:
    """Let go of what is borrowed from now on in this process: it lives for hours."""
    global _brief  # noqa: PLW0603 - one process is of one kind
    _brief = True


@contextmanager
def borrowed(*names: str) -> Iterator[None]:
    """Import what is wanted of these libraries within; an agent forgets it at the end.

    What they made may be kept, their classes may not be compared with those of the next time.
    A library that was there before stays.
    """
    with _lock:
        there = frozenset(sys.modules)
        try:
            yield
        finally:
            if _brief:
                gone = [one for one in sys.modules if one not in there and _is_of(one, names)]
                for found in gone:
                    _forget(found)
                _forget_warnings(frozenset(gone))


def _is_of(module: str, names: tuple[str, ...]) -> bool:
    return any(module == one or module.startswith(f"{one}.") for one in names)


def _forget_warnings(gone: frozenset[str]) -> None:
    """Take away how warnings of these modules are treated: each reading would add to it."""
    ours = vars(warnings)["filters"]
    ours[:] = [one for one in ours if one[2].__module__ not in gone]


def let_go(*names: str) -> None:
    """Forget modules that something imported within a function, and that nobody holds."""
    for name in names:
        _forget(name)


def _forget(name: str) -> None:
    gone = sys.modules.pop(name, None)
    room, _, last = name.rpartition(".")
    if gone is not None and vars(sys.modules.get(room, object)).get(last) is gone:
        delattr(sys.modules[room], last)  # a package knows its modules, too
