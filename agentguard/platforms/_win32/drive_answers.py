"""What the target of a drive letter says of where the drive lies.

Source: Microsoft, QueryDosDevice; the devices are those of Windows' own redirectors and of the
shared folders of virtual machines and remote desktops.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

AFAR = (
    "\\??\\unc\\",
    "\\device\\lanmanredirector\\",
    "\\device\\mup\\",
    "\\device\\webdavredirector\\",
    "\\device\\nfsrdr\\",
    "\\device\\rdpdr\\",
    "\\device\\p9rdr\\",
    "\\device\\hgfs\\",
    "\\device\\vboxminirdr\\",
    "\\device\\prlfs\\",
)
"""How the targets of drives on other computers begin."""

_OTHER = "\\??\\"  # what `subst` writes before a path
_DEEPEST = 8  # letters that stand for letters


def letters(mask: int) -> Iterator[str]:
    """Return the letters of GetLogicalDrives' mask, such as `C:`."""
    return (f"{chr(ord('A') + place)}:" for place in range(26) if mask >> place & 1)


def is_remote(target: str, every: Mapping[str, str]) -> bool:
    """Judge a target; one that is a folder of another letter is as that letter is."""
    for _ in range(_DEEPEST):
        below = target.lower() + "\\"
        if below.startswith(AFAR):
            return True
        if not target.startswith(_OTHER):
            return False
        target = every.get(target[len(_OTHER) :][:2].upper(), "")
    return False
