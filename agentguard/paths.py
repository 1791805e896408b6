"""Where things live: the program's resources, and this user's data."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import platformdirs

from agentguard.errors import CannotError

APP = "AgentGuard"
HOME_VARIABLE = "AGENTGUARD_HOME"


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
