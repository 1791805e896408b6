"""Tells Python listeners what is new, in place of Qt signals of our own.

`Signal.emit` of PySide6 6.12 gives back True without owning it: under Python 3.11, where True is
counted, a process dies after some hundreds of calls ("deallocating True or False").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVarTuple, Unpack

from PySide6.QtCore import QObject
from shiboken6 import Shiboken

A = TypeVarTuple("A")


class News(Generic[*A]):
    """A list of listeners; those whose Qt object is gone are forgotten."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Unpack[A]], object]] = []

    def connect(self, listener: Callable[[Unpack[A]], object]) -> None:
        """Tell this listener from now on."""
        self._listeners.append(listener)

    def tell(self, *news: *A) -> None:
        """Tell every listener, in the thread of the caller."""
        self._listeners = [one for one in self._listeners if _alive(one)]
        for listener in tuple(self._listeners):
            listener(*news)


def _alive(listener: object) -> bool:
    owner = getattr(listener, "__self__", None)
    return not isinstance(owner, QObject) or Shiboken.isValid(owner)
