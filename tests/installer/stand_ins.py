"""Makes trees of tiny programs in the place of frozen ones: a second each, of any version."""

from __future__ import annotations

import marshal
import struct
import subprocess
from collections.abc import Iterable
from pathlib import Path

from installer import aboard

NATIVE = Path(__file__).with_name("native")
PREFIX = "x86_64-w64-mingw32"
PROGRAMS = {"agentguard-ctl": ("ctl.c", ()), "agentguard": ("tray.c", ("-mwindows",))}


def make(tree: Path, version: str) -> Path:
    """Make the tree of a version; a file stands in it that no other version has."""
    inner = tree / "_internal"
    inner.mkdir(parents=True)
    numbers = f"{version},0".replace(".", ",")
    resource = tree / "version.o"
    _run(
        f"{PREFIX}-windres", f"-DNUMBERS={numbers}", f'-DVERSION=\\"{version}\\"',
        NATIVE / "version.rc", resource,
    )  # fmt: skip
    for name, (source, words) in PROGRAMS.items():
        _run(
            f"{PREFIX}-gcc", "-Os", "-s", "-Wl,--no-insert-timestamp", *words,
            f'-DVERSION="{version}"', "-o", tree / f"{name}.exe", NATIVE / source, resource,
        )  # fmt: skip
    resource.unlink()
    (inner / "both.txt").write_text(f"both {version}\n", encoding="ascii")
    (inner / f"only-{version}.txt").write_text(f"{version}\n", encoding="ascii")
    deep = inner / "agentguard" / "_data"
    deep.mkdir(parents=True)
    (deep / "text & more.toml").write_text("# deeper\n", encoding="ascii")
    return tree


def _run(*words: str | Path) -> None:
    subprocess.run(words, check=True)


def archive(tree: Path, modules: Iterable[str]) -> None:
    """Write an archive of modules as PyInstaller does, empty but for their names."""
    toc = marshal.dumps([(name, (0, 0, 0)) for name in modules])
    (tree / aboard.ARCHIVE).write_bytes(b"PYZ\0" + bytes(4) + struct.pack("!i", 12) + toc)
