"""The data that users of this computer have of one program, in their own profiles.

Source: Microsoft, "User profiles" (ProfileList) and KNOWNFOLDERID (FOLDERID_LocalAppData).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from agentguard.platforms._win32 import registry

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

LIST = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList"
PATH = "ProfileImagePath"
LOCAL = Path("AppData", "Local")


def data_of_users(program: str) -> tuple[Path, ...]:
    """Return the folders of `program` in all profiles; those of a roaming profile's copy too."""
    found = []
    for user in registry.children(registry.MACHINE, LIST):
        home = registry.values(registry.MACHINE, rf"{LIST}\{user}").get(PATH)
        if isinstance(home, str) and home:
            found.append(Path(os.path.expandvars(home)) / LOCAL / program)
    return tuple(folder for folder in found if folder.is_dir())
