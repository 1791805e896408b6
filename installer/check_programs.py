"""Judges the two programs of a frozen tree: version, icon, manifest, and guarded memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pefile  # type: ignore[import-untyped]

from installer import pe

PROGRAMS = {"agentguard.exe": "WINDOWS_GUI", "agentguard-ctl.exe": "WINDOWS_CUI"}
"""Each with the subsystem that Windows starts it in: with windows, or in a console."""

MANIFEST = (
    'level="asInvoker"', 'uiAccess="false"', "PerMonitorV2", "longPathAware",
    "Microsoft.Windows.Common-Controls",
)  # fmt: skip
"""No elevation and no prompt for one, sharp on every screen, long paths, and the newer controls."""

GUARDS = ("DYNAMIC_BASE", "NX_COMPAT", "HIGH_ENTROPY_VA")
LEAST_PICTURES = 4  # an icon that is sharp from 16 pixels on
_ICON = pefile.RESOURCE_TYPE["RT_ICON"]


def problems(tree: Path, version: str) -> list[str]:
    """Return everything that is wrong with the programs of a tree of a version."""
    return [
        f"{name}: {what}"
        for name, subsystem in PROGRAMS.items()
        for what in _judged(tree / name, subsystem, version)
    ]


def _judged(file: Path, subsystem: str, version: str) -> Iterator[str]:
    told = pe.read(file)
    if told.version != f"{version}.0":
        yield f"its version is {told.version or 'not told'}, not {version}.0"
    yield from (f"its manifest lacks {one}" for one in MANIFEST if one not in told.manifest)
    with pefile.PE(str(file)) as program:
        header = program.OPTIONAL_HEADER
        if header.Subsystem != pefile.SUBSYSTEM_TYPE[f"IMAGE_SUBSYSTEM_{subsystem}"]:
            yield f"it is not for {subsystem}"
        for name in GUARDS:
            if not getattr(header, f"IMAGE_DLLCHARACTERISTICS_{name}"):
                yield f"it is built without {name}"
        if _pictures(program) < LEAST_PICTURES:
            yield "its icon lacks sizes"


def _pictures(program: pefile.PE) -> int:
    resources = getattr(program, "DIRECTORY_ENTRY_RESOURCE", None)
    entries = resources.entries if resources else ()
    return sum(len(one.directory.entries) for one in entries if one.id == _ICON)
