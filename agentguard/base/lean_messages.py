"""Loads msgspec without what no message of ours holds: exact decimal numbers, and UUIDs.

It asks for both types as it starts, and their modules bring others along: half a megabyte on every
desk. Whoever imports one of them later gets Python's own; only msgspec does not know its values.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType


class Unused:
    """Stands for a type of which msgspec never sees a value here."""

    unknown = None
    """What it takes of `uuid.SafeUUID`."""


ASKED = {"decimal": ("Decimal",), "uuid": ("UUID", "SafeUUID")}
"""What msgspec asks for, by the module that has it."""


def load() -> None:
    """Load it so, unless it is there already. To be called before there are other threads."""
    if "msgspec" in sys.modules:
        return
    absent = [name for name in ASKED if name not in sys.modules]
    for name in absent:
        sys.modules[name] = ModuleType(name)
        vars(sys.modules[name]).update({one: type(one, (Unused,), {}) for one in ASKED[name]})
    try:
        import_module("msgspec")
    finally:
        for name in absent:
            del sys.modules[name]
