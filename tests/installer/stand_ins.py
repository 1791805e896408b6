"""Makes trees of tiny programs in the place of frozen ones: a second each, of any version."""

from __future__ import annotations

import subprocess
from pathlib import Path

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
