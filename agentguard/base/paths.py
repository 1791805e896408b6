"""Where things live: the program's resources, and this user's data."""

from __future__ import annotations

import os
import sys
import zlib
from contextlib import suppress
from functools import cache
from pathlib import Path

import platformdirs

from agentguard.base import atomic_files, environment
from agentguard.base.errors import CannotError

APP = "AgentGuard"
HOME_VARIABLE = "AGENTGUARD_HOME"
MACHINE_VARIABLE = "AGENTGUARD_MACHINE"
PRIVATE = "private"
APART = "-apart"
"""The end of the name of the folder beside a user's, with halves of what opens that one's keys."""

FIRST_SEAT = 1
_SEAT = "seat-{}"
_SEATS: list[int] = [FIRST_SEAT]
"""The seat of this session, last; see `sit`."""

_SPARE: dict[str, Path] = {}
"""The data folder of a program whose user's own cannot be used; empty for all others."""


@cache
def _root(room: str) -> Path:
    package = Path(__file__).parents[1]
    for candidate in (package / "_data" / room, package.parent / room):
        if candidate.is_dir():
            return candidate
    raise CannotError(f"The program's folder '{room}' is missing.", "Install the program again.")


def resources() -> Path:
    """Return the folder of texts, icons, lessons and catalogues."""
    return _root("resources")


def shipped_policies() -> Path:
    """Return the folder of the shipped policies."""
    return _root("policies")


def data_folder() -> Path:
    """Return this user's data folder, made with access for the user only.

    In a checkout AGENTGUARD_HOME replaces it, for tests and the demonstration.

    Raises:
        CannotError: it could not be made.

    """
    folder = wanted_folder()
    try:
        atomic_files.make_folder(folder)
    except OSError as error:
        raise CannotError(
            f"The data folder {folder} could not be made ({error.strerror}).",
            f"Give the user write access, or set {HOME_VARIABLE} to another folder.",
        ) from error
    return folder


def _moved(variable: str) -> Path | None:
    """Return where a checkout's environment puts a folder.

    A shipped program's stays where it is.
    """
    chosen = "" if environment.shipped() else os.environ.get(variable)
    return Path(chosen) if chosen else None


def _own_folder() -> Path:
    """Return this user's folder as the system knows it.

    HOME and XDG_DATA_HOME could name another.
    """
    if sys.platform != "win32" and environment.shipped():
        import pwd  # noqa: PLC0415 - a checkout needs none

        with suppress(KeyError):  # the system's directory of users is away
            return Path(pwd.getpwuid(os.getuid()).pw_dir) / ".local" / "share" / APP
    return Path(platformdirs.user_data_dir(APP, appauthor=False))


def wanted_folder() -> Path:
    """Return where this user's data folder is to be; it may be missing."""
    own = _SPARE.get(HOME_VARIABLE) or _moved(HOME_VARIABLE) or _own_folder()
    return own if _SEATS[-1] == FIRST_SEAT else own / _SEAT.format(_SEATS[-1])


def sit(seat: int) -> None:
    """Have the folder of a seat: a second session of the same person has one of its own."""
    _SEATS[:] = [seat]


def spare_folder() -> Path:
    """Return a folder for a user whose own cannot be used, and stay there until the program ends.

    Access is for the user only. It is the one of the session's runtime, else a temporary one; where
    nothing can be made at all, one that does not exist, and everything is kept in memory.
    """
    _SPARE[HOME_VARIABLE] = _spare()
    return _SPARE[HOME_VARIABLE]


def runtime_folder(folder: Path) -> Path | None:
    """Return where signs of a data folder stand that live no longer than its user's session.

    It is in memory, so that it can be written where that folder's disk is full or read-only. None
    where the system gives no such place. In a checkout XDG_RUNTIME_DIR moves it.
    """
    if sys.platform == "win32":
        return None
    place = _moved("XDG_RUNTIME_DIR") or Path(f"/run/user/{os.getuid()}")
    name = f"{zlib.crc32(os.fsencode(folder.absolute())):08x}"  # a name for a folder, and no secret
    return place / APP.lower() / name if place.is_dir() else None


def make_runtime_folder(folder: Path) -> Path | None:
    """Return the same once it is there, for this user alone; None where it cannot be."""
    wanted = runtime_folder(folder)
    if wanted is None:
        return None
    with suppress(OSError):
        if _private(wanted.parent) and _private(wanted):
            return wanted
    return None


def _private(folder: Path) -> bool:
    """Make a folder for this user alone, and tell whether it is the user's own.

    Raises:
        OSError: it could not be made.

    """
    if sys.platform == "win32":
        return False
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder.lstat().st_uid == os.getuid() and not folder.is_symlink()


def _spare() -> Path:
    if sys.platform != "win32":
        with suppress(OSError):
            folder = Path(f"/run/user/{os.getuid()}") / APP.lower()
            if _private(folder):
                return folder
    with suppress(OSError):
        import tempfile  # noqa: PLC0415 - hardly any start needs it

        return Path(tempfile.mkdtemp(prefix="agentguard-"))
    return _own_folder() / "nowhere"


def machine_folder() -> Path:
    """Return this computer's folder: the installer makes it, all may read it, the system writes it.

    In a checkout AGENTGUARD_MACHINE replaces it, for tests.
    """
    chosen = _moved(MACHINE_VARIABLE)
    if chosen:
        return chosen
    if sys.platform == "win32":
        return Path(platformdirs.site_data_dir(APP, appauthor=False))
    return Path("/var/lib/agentguard")


def private_folder() -> Path:
    """Return the part of this computer's folder that holds the keeper's key and the enrolment code.

    Only the system may read it: the installer sees to that on Windows; elsewhere it is made so.

    Raises:
        CannotError: it could not be made.

    """
    folder = machine_folder() / PRIVATE
    try:
        folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)  # all may read this one
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise CannotError(
            f"The folder {folder} could not be made ({error.strerror}).",
            "Start this as administrator, or by the system's service manager.",
        ) from error
    return folder
