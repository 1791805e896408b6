"""Finds what a room holds: one module, one constant; an empty room is an error.

A frozen build holds only the modules that its spec collects, and an agent without checks would
look healthy.
"""

from __future__ import annotations

import pkgutil
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from agentguard.base.errors import CatalogueError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

T = TypeVar("T")

NOT_AN_ENTRY = frozenset({"base", "scanner"})


def discover(room: ModuleType, constant: str, shape: type[T]) -> tuple[T, ...]:
    """Return every module's `constant` in `room`, in the order of the module names.

    Modules named `base`, `scanner` or with a leading underscore are the room's own vocabulary.

    Raises:
        CatalogueError: the room is empty, a module lacks the constant, or it has another shape.

    """
    found = tuple(_entry(f"{room.__name__}.{name}", constant, shape) for name in _entries(room))
    if not found:
        raise CatalogueError(
            f"The room {room.__name__} is empty.",
            "Build the program again with all its modules.",
        )
    return found


def modules(room: ModuleType) -> list[str]:
    """Return the names of a room's modules, in order.

    `pkgutil`, which also finds those of a frozen program, reads `inspect`: a twentieth of a start.
    """
    if hasattr(sys, "frozen"):
        return sorted(module.name for module in pkgutil.iter_modules(room.__path__))
    files = (file for folder in room.__path__ for file in Path(folder).iterdir())
    return sorted(file.stem for file in files if file.suffix == ".py" and file.stem != "__init__")


def _entries(room: ModuleType) -> Iterator[str]:
    return (n for n in modules(room) if n not in NOT_AN_ENTRY and not n.startswith("_"))


def _entry(module: str, constant: str, shape: type[T]) -> T:
    value = getattr(import_module(module), constant, None)
    if not isinstance(value, shape):
        raise CatalogueError(
            f"{module} has no {constant} of the shape {shape.__name__}.",
            "Give the module its one constant, or start its name with an underscore.",
        )
    return value
