"""Keeps PySide from reading the source of every module that is imported after it.

It looks for its own name in each, to know where its switches of spelling (`snake_case`) may hold,
and Python keeps what was read: some 11 MiB. Nothing here uses the switches, and the frozen program
has no sources: it answers as this does.
"""

from __future__ import annotations

import sys

import PySide6.QtCore  # noqa: F401 - brings the look with it

_ROOM = "shibokensupport.feature"
_LOOK = "_mod_uses_pyside"


def spare() -> bool:
    """Answer in the place of the look; tell whether there is one."""
    room = sys.modules.get(_ROOM)
    if not hasattr(room, _LOOK):
        return False
    setattr(room, _LOOK, lambda _module: False)
    return True
