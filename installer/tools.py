"""Finds the programs that write an MSI, and says what to install where one is missing or too old.

They are asked for before anything is frozen, which takes minutes.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

WRITING = ("wixl", "msibuild", "msiinfo")
OLDEST = (0, 106)  # earlier ones know no condition in a component
PYTHON = (3, 13)  # what is frozen: the lock file's packages for Windows are fetched for it
DOTTED = ".".join(map(str, PYTHON))
_SIGNING = "osslsigncode"
_WHERE = {
    "win32": (
        "Install MSYS2, there 'pacman -S mingw-w64-ucrt-x86_64-{package}', and put its folder"
        " ucrt64\\bin on the PATH; or build in WSL with Debian 13."
    ),
    "linux": "Install it with: apt-get install {packages}",
}
_PACKAGES = {
    _SIGNING: (_SIGNING, _SIGNING),
    **dict.fromkeys(WRITING, ("msitools", "msitools wixl")),
}
_VERSION = re.compile(r"(\d+)\.(\d+)")


class BuildError(Exception):
    """Something of the build went wrong; the text says what."""


def program(name: str) -> str:
    """Return where a program lies.

    Raises:
        BuildError: it is nowhere on the PATH; the text says what to install.

    """
    found = shutil.which(name)
    if found is None:
        raise BuildError(f"The program {name} is not there. {_advice(name)}")
    return found


def ready(*, signing: bool) -> None:
    """See that all programs are there.

    Raises:
        BuildError: one is missing, or wixl is too old.

    """
    for name in (*WRITING, *((_SIGNING,) if signing else ())):
        program(name)
    told = subprocess.run(
        (program("wixl"), "--version"), capture_output=True, text=True, check=False
    ).stdout
    found = _VERSION.search(told)
    if found is None or tuple(map(int, found.groups())) < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        raise BuildError(
            f"wixl is {told.strip() or 'broken'}; {wanted} is needed. {_advice('wixl')}"
        )


def interpreter(version: tuple[int, int]) -> None:
    """See that the Python of a Windows that builds is the one that is frozen.

    Raises:
        BuildError: it is another.

    """
    if version != PYTHON:
        given = ".".join(map(str, version))
        raise BuildError(
            f"The MSI is frozen with Python {DOTTED}; this is {given}. Install Python {DOTTED} from"
            f" python.org, remove .venv, and call: py -{DOTTED} dev.py build --msi"
        )


def _advice(name: str) -> str:
    package, packages = _PACKAGES[name]
    where = _WHERE.get(sys.platform, _WHERE["linux"])
    return where.format(package=package, packages=packages)
