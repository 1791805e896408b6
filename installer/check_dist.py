"""Judges a frozen tree: a clean Windows finds every library that it imports, and it is small.

PyInstaller under Wine leaves out what Wine itself supplies, so that a tree works there and is dead
on a clean computer: everything that is imported must lie in the tree or belong to Windows 10.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from installer import pe, sign

MOST = 85  # MB of 2**20 bytes, as Explorer counts
LIBRARIES = "_internal"

WINDOWS = frozenset({
    "advapi32", "authz", "avrt", "bcrypt", "bcryptprimitives", "cfgmgr32", "comctl32",
    "comdlg32", "credui", "crypt32", "cryptbase", "cryptui", "d2d1", "d3d11", "d3d12", "d3d9",
    "dbghelp", "dcomp", "dnsapi", "dwmapi", "dwrite", "dxgi", "gdi32", "gdiplus", "hid",
    "icuuc", "imagehlp", "imm32", "iphlpapi", "kernel32", "kernelbase", "mpr", "mscms", "msi",
    "msimg32", "msvcrt", "mswsock", "ncrypt", "netapi32", "ntdll", "ole32", "oleacc",
    "oleaut32", "opengl32", "pdh", "powrprof", "propsys", "psapi", "rpcrt4", "rstrtmgr",
    "runtimeobject", "secur32", "setupapi", "shcore", "shell32", "shlwapi", "sspicli",
    "ucrtbase", "uiautomationcore", "user32", "userenv", "usp10", "uxtheme", "version",
    "wevtapi", "winhttp", "wininet", "winmm", "winscard", "winspool.drv", "wintrust", "wlanapi",
    "wldap32", "ws2_32", "wtsapi32"
})  # fmt: skip
"""Libraries of Windows 10 itself, without `.dll`."""

_SETS = ("api-ms-win-", "ext-ms-win-")  # Windows' own names for sets of functions


def missing(tree: Path) -> list[str]:
    """Return each import that a clean Windows would not find, as "library wanted by file"."""
    images = [path for path in sorted(tree.rglob("*")) if path.is_file() and pe.is_image(path)]
    places: dict[str, set[Path]] = defaultdict(set)
    for image in images:
        places[image.name.lower()].add(image.parent)
    return [
        f"{library} wanted by {image.relative_to(tree).as_posix()}"
        for image in images
        for library in pe.read(image).imports
        if not _found(library, _reach(tree, image), places)
    ]


def _found(library: str, reach: set[Path], places: Mapping[str, set[Path]]) -> bool:
    if library.startswith(_SETS) or library.removesuffix(".dll") in WINDOWS:
        return True
    return bool(places.get(library, set()) & reach)


def _reach(tree: Path, image: Path) -> set[Path]:
    """Return the folders that the loader looks in for what an image imports."""
    inner = tree / LIBRARIES
    reach = {image.parent, inner, tree}
    if inner in image.parents:
        top = inner / image.relative_to(inner).parts[0]
        libraries = inner / f"{'google_re2' if top.name == 're2' else top.name}.libs"
        reach |= {top, libraries}
        if top.name == "PySide6":
            reach.add(inner / "shiboken6")
    return reach


def unversioned(tree: Path) -> list[str]:
    """Return the images without a version resource."""
    images = (path for path in sorted(tree.rglob("*")) if path.is_file() and pe.is_image(path))
    return [path.relative_to(tree).as_posix() for path in images if not pe.read(path).version]


def size(tree: Path) -> int:
    """Return the bytes of all files."""
    return sum(path.stat().st_size for path in tree.rglob("*") if path.is_file())


def largest(tree: Path, count: int = 10) -> Iterator[str]:
    """Yield lines that tell what takes most room."""
    groups: Counter[str] = Counter()
    for path in tree.rglob("*"):
        if path.is_file():
            parts = path.relative_to(tree).parts
            groups["/".join(parts[:2])] += path.stat().st_size
    for name, taken in groups.most_common(count):
        yield f"{taken / 2**20:8.1f} MB  {name}"


def problems(tree: Path) -> list[str]:
    """Return everything that is wrong with a tree."""
    found = [f"MISSING {line}" for line in missing(tree)]
    found += [f"CHANGED after it was signed: {place}" for place in sign.broken(tree)]
    if (taken := size(tree) / 2**20) > MOST:
        found.append(f"the tree takes {taken:.1f} MB; it may take {MOST}")
    return found
