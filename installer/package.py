"""Makes an MSI of a frozen tree: wixl writes it, completing.py adds what wixl cannot."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tempfile
from pathlib import Path

from installer import cabinet, completing, harvest
from installer.tools import BuildError, program

__all__ = ["BuildError"]

HERE = Path(__file__).resolve().parent
EPOCH = 1_700_000_000
"""The time of every file when SOURCE_DATE_EPOCH says no other (seconds since 1970)."""

CTL = "agentguard-ctl.exe"
_VERSION = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,5})")
_LARGEST = (127, 255, 65535)


def epoch() -> int:
    """Return the time that all that is built bears."""
    return int(os.environ.get("SOURCE_DATE_EPOCH", EPOCH))


def checked(version: str) -> str:
    """Return the version if Windows Installer can tell it from others.

    Raises:
        BuildError: it is not three numbers of at most 127, 255 and 65535.

    """
    found = _VERSION.fullmatch(version)
    if not found or any(int(n) > m for n, m in zip(found.groups(), _LARGEST, strict=True)):
        raise BuildError(
            f"{version!r} is no version of an MSI: three numbers, at most 127.255.65535."
        )
    return version


def make(tree: Path, version: str, out: Path, known: dict[bytes, bytes] | None = None) -> Path:
    """Write the MSI `out` of a tree and its checksum beside it.

    `known` holds packed blocks of other versions, as `cabinet.packed` takes and adds to them.

    Raises:
        BuildError: the version is none, or wixl refused or complained: it ignores what it does not
            know with a word on standard error, and a setting would be lost.

    """
    checked(version)
    for path in sorted(tree.rglob("*")):
        os.utime(path, (epoch(), epoch()))
    out.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as name:
        files = Path(name) / "files.wxs"
        files.write_text(harvest.fragment(tree, left_out={CTL}), encoding="utf-8")
        _wixl(tree.resolve(), version, out, files)
    cabinet.repack(out, known)
    completing.complete(out, epoch())
    checksum(out)
    return out


def _wixl(tree: Path, version: str, out: Path, files: Path) -> None:
    done = subprocess.run(
        words(tree, version, out, files), capture_output=True, text=True, check=False
    )
    if done.returncode or done.stderr.strip():
        raise BuildError(f"wixl ended with {done.returncode}: {done.stderr.strip()}")


def words(tree: Path, version: str, out: Path, files: Path) -> list[str | Path]:
    """Return the words that write an MSI.

    Wixl's are those of WiX 3, with one step instead of two.
    """
    said = {
        "Version": version,
        "FileVersion": f"{version}.0",
        "ProductCode": harvest.guid(f"product/{version}"),
        "Tree": tree.as_posix(),
        "Here": HERE.as_posix(),
    }
    defined = [word for name, value in said.items() for word in ("-D", f"{name}={value}")]
    return [program("wixl"), "-a", "x64", *defined, "-o", out, HERE / "agentguard.wxs", files]


def checksum(file: Path) -> Path:
    """Write the SHA-256 of a file beside it, as sha256sum reads it."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    beside = file.with_name(f"{file.name}.sha256")
    beside.write_text(f"{digest}  {file.name}\n", encoding="ascii")
    return beside
