"""The other people of this computer: what their profiles hold of a program, and who is not there.

Source: Microsoft, "HKEY_USERS", "User profiles" (ProfileList) and KNOWNFOLDERID
(FOLDERID_LocalAppData). The part of the registry of somebody who is not signed in is a file that
takes an administrator to load, which is not done: she is not seen.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from agentguard.platforms._win32 import registry
from agentguard.platforms._win32.tokens import own_sid

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

LIST = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList"
PATH = "ProfileImagePath"
LOCAL = Path("AppData", "Local")
PERSON = re.compile(r"S-1-(?:5-21|12-1)(?:-[0-9]{1,10}){2,5}")
"""The SID of an account of a person: local, of a domain, or of Entra."""


def data_of_users(program: str) -> tuple[Path, ...]:
    """Return the folders of `program` in all profiles; those of a roaming profile's copy too."""
    found = []
    for user in registry.children(registry.MACHINE, LIST):
        home = registry.values(registry.MACHINE, rf"{LIST}\{user}").get(PATH)
        if isinstance(home, str) and home:
            found.append(Path(os.path.expandvars(home)) / LOCAL / program)
    return tuple(folder for folder in found if folder.is_dir())


def others() -> tuple[str, ...]:
    """Return the SIDs of the other people whose part of the registry is loaded.

    Raises:
        OSError: that cannot be told.

    """
    mine = own_sid()
    loaded = registry.children(registry.USERS, "")
    return tuple(one for one in loaded if PERSON.fullmatch(one) and one != mine)


def absent() -> bool:
    """Check whether somebody has a profile here and is not signed in; so where it is not told."""
    try:
        here = {own_sid(), *others()}
        known = registry.children(registry.MACHINE, LIST)
        return any(_has_home(one) for one in known if PERSON.fullmatch(one) and one not in here)
    except OSError:
        return True


def _has_home(sid: str) -> bool:
    """Check whether a profile is more than an entry that was left behind."""
    home = registry.values(registry.MACHINE, rf"{LIST}\{sid}").get(PATH)
    return isinstance(home, str) and Path(os.path.expandvars(home)).exists()
