"""Keeps None alive in Python 3.11 while Qt is used.

PySide6's wheels are built for Python 3.12 and later, where None is never counted (PEP 683). In 3.11
each of their calls that gives nothing takes one of the references to None, and some ten thousand
calls later the interpreter dies of "deallocating None".
"""

from __future__ import annotations

import sys

UNCOUNTED = (3, 12)
_MANY = 1 << 40


def keep_none() -> None:
    """Give None more references than calls can take; from Python 3.12 on there is nothing to do."""
    if sys.version_info < UNCOUNTED:
        import ctypes  # noqa: PLC0415 - a scan's child comes by here

        ctypes.c_ssize_t.from_address(id(None)).value += _MANY
