"""Where things live: the program's resources, and this user's data."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

import platformdirs

from agentguard.errors import CannotError

APP = "AgentGuard"
HOME_VARIABLE = "AGENTGUARD_HOME"
MACHINE_VARIABLE = "AGENTGUARD_MACHINE"
PRIVATE = "private"


@cache
def _root(room: str) -> Path:
    package = Path(__file__).parent
    for candidate in (package / "_data" / room, package.parent / room):
        if candidate.is_dir():
            return candidate
    raise CannotError(f"The program's folder '{room}' is missing.", "Install the program again.")


def resources() -> Path:
    """Give the folder of texts, icons, lessons and catalogues."""
    return _root("resources")


def shipped_policies() -> Path:
    """Give the folder of the shipped policies."""
    return _root("policies")


def data_folder() -> Path:
    """Give this user's data folder, made with access for the user only.

    The environment's AGENTGUARD_HOME replaces it, for tests and the demonstration.

    Raises:
        CannotError: it could not be made.

    """
    chosen = os.environ.get(HOME_VARIABLE)
    folder = Path(chosen) if chosen else Path(platformdirs.user_data_dir(APP, appauthor=False))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotError(
            f"The data folder {folder} could not be made ({error.strerror}).",
            f"Give the user write access, or set {HOME_VARIABLE} to another folder.",
        ) from error
    return folder


def machine_folder() -> Path:
    """Give this computer's folder: the installer makes it, all may read it, the system writes it.

    The environment's AGENTGUARD_MACHINE replaces it, for tests.
    """
    chosen = os.environ.get(MACHINE_VARIABLE)
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData")) / APP
    return Path("/var/lib/agentguard")


def private_folder() -> Path:
    """Give the part of this computer's folder that holds the keeper's key and the enrolment code.

    Only the system may read it: the installer sees to that on Windows; elsewhere it is made so.

    Raises:
        CannotError: it could not be made.

    """
    folder = machine_folder() / PRIVATE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotError(
            f"The folder {folder} could not be made ({error.strerror}).",
            "Start this as administrator, or by the system's service manager.",
        ) from error
    return folder
