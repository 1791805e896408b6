"""The program of this checkout as packages start it: with their bytecode, beside its sources."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from installer.linux.parcel import LEANER, name_plainly

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = (
    "PySide6", "Xlib", "apsw", "cffi", "cryptography", "jeepney", "msgspec", "nacl", "platformdirs",
    "psutil", "pyrage", "re2", "ruamel", "shiboken6", "six.py", "stdnum", "truststore",
    "typing_extensions.py", "watchdog",
)  # fmt: skip
"""What an agent has loaded when nothing goes on."""


def started(folder: Path) -> tuple[str, ...]:
    """Return the words that start Python with the packages' bytecode, which is made in a folder.

    The system's library keeps its own there, as on a computer where the package is installed.
    """
    own = ("-X", f"pycache_prefix={folder}")
    installed = Path(sysconfig.get_path("purelib"))
    compiled = [ROOT / "agentguard", *(installed / name for name in LIBRARIES)]
    subprocess.run(
        (sys.executable, *own, "-X", "no_debug_ranges", str(LEANER), "-q", "-o", "2",
         "--invalidation-mode", "unchecked-hash", *map(str, compiled)),
        check=False,  # a library may carry a file for another Python
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    name_plainly(folder)
    for cache in Path(sysconfig.get_path("stdlib")).rglob("__pycache__"):
        if "test" not in cache.parts:
            there = folder / cache.parent.relative_to(cache.anchor)
            shutil.copytree(cache, there, dirs_exist_ok=True)
    return (sys.executable, *own)
