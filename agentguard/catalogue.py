"""Finds what a room holds: one module, one constant; an empty room is an error.

A frozen build holds only the modules that its spec collects, and an agent without checks would
look healthy.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

from agentguard.errors import CatalogueError

if TYPE_CHECKING:
    from types import ModuleType

T = TypeVar("T")

NOT_AN_ENTRY = frozenset({"base", "scanner"})


def discover(room: ModuleType, constant: str, shape: type[T]) -> tuple[T, ...]:
    """Give every module's `constant` in `room`, in the order of the module names.

    Modules named `base`, `scanner` or with a leading underscore are the room's own vocabulary.

    Raises:
        CatalogueError: the room is empty, a module lacks the constant, or it has another shape.

    """
    found = tuple(_entry(f"{room.__name__}.{name}", constant, shape) for name in _modules(room))
    if not found:
        raise CatalogueError(
            f"The room {room.__name__} is empty.",
            "Build the program again with all its modules.",
        )
    return found


def _modules(room: ModuleType) -> tuple[str, ...]:
    names = (module.name for module in pkgutil.iter_modules(room.__path__))
    return tuple(sorted(n for n in names if n not in NOT_AN_ENTRY and not n.startswith("_")))


def _entry(module: str, constant: str, shape: type[T]) -> T:
    value = getattr(import_module(module), constant, None)
    if not isinstance(value, shape):
        raise CatalogueError(
            f"{module} has no {constant} of the shape {shape.__name__}.",
            "Give the module its one constant, or start its name with an underscore.",
        )
    return value
