"""What is native aboard and no package of its own: libraries inside libraries, with their versions.

Each part is told by the file that holds it. Where a file tells the part's version it is read there,
and a part that is not found fails the build, so that no list outlives what is aboard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from installer import pe
from installer.tools import BuildError

PE, UNTOLD = "the file's own version", "no version is in the file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A native part: the file that holds it, and what its version is read by (or PE, or UNTOLD)."""

    name: str
    licence: str
    inside: str
    version: str = UNTOLD
    package: str = ""
    """The package whose version tells the part's, where no file does."""

    files: str = ""
    """Which files of the tree are its own, as a pattern; none for a part of another's file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A part that is aboard, and its version, empty where nothing tells it."""

    part: Part
    version: str


_INNER = "_internal/"
_QT = f"{_INNER}PySide6/Qt6"
_PDFIUM = f"{_INNER}pypdfium2_raw/pdfium.dll"
_RE2 = f"{_INNER}re2/_re2.cp313-win_amd64.pyd"
_APSW = f"{_INNER}apsw/__init__.cp313-win_amd64.pyd"


def _part(
    name: str,
    licence: str,
    inside: str,
    version: str = UNTOLD,
    *,
    files: str = "",
    package: str = "",
) -> Part:
    return Part(
        name=name, licence=licence, inside=inside, version=version, files=files, package=package
    )


PARTS = (
    # Python and what it is built with. Its own modules are files beside it.
    _part("CPython", "PSF-2.0", f"{_INNER}python313.dll", PE,
          files=r"_internal/((_\w+|pyexpat|select|unicodedata)\.pyd|python313\.dll|base_library\.zip)"),
    _part("OpenSSL", "Apache-2.0", f"{_INNER}libcrypto-3.dll",
         r"OpenSSL (3\.\d+\.\d+) ", files=r"_internal/lib(crypto|ssl)-3\.dll"),
    _part("libffi", "MIT", f"{_INNER}libffi-8.dll", files=r"_internal/libffi-8\.dll"),
    _part("zlib", "Zlib", f"{_INNER}python313.dll", r"\0(1\.[23]\.\d+)\0"),
    _part("Expat", "MIT", f"{_INNER}pyexpat.pyd", r"expat_(\d+\.\d+\.\d+)\0"),
    _part("bzip2", "bzip2-1.0.6", f"{_INNER}_bz2.pyd", r"(1\.\d+\.\d+), \d+-"),
    _part("liblzma", "0BSD", f"{_INNER}_lzma.pyd"),
    _part("libmpdec", "BSD-2-Clause", f"{_INNER}_decimal.pyd", r"\0(\d\.\d\.\d)\0"),
    # What packages are built with.
    _part("SQLite", "blessing", _APSW,
         r"\0(3\.\d+\.\d+)\.\d+\0"),  # apsw's version is SQLite's and one number more
    _part("RE2", "BSD-3-Clause", _RE2, r"\.(\d{8})$", package="google-re2"),
    _part("Abseil", "Apache-2.0", _RE2, r"@lts_(\d{8})@absl@"),
    _part("pybind11", "BSD-3-Clause", _RE2),
    _part("libffi", "MIT", f"{_INNER}_cffi_backend.cp313-win_amd64.pyd"),
    _part("OpenSSL", "Apache-2.0", f"{_INNER}cryptography/hazmat/bindings/_rust.pyd",
         r"OpenSSL (\d+\.\d+\.\d+) \d"),
    _part("libsodium", "ISC", f"{_INNER}nacl/_sodium.pyd"),
    # PDFium, with what its build lists; which of it was linked, no file tells.
    _part("PDFium", "Apache-2.0", _PDFIUM, PE, files=re.escape(_PDFIUM)),
    _part("ICU", "Unicode-3.0", _PDFIUM, r"@icu_(\d+)@@"),
    _part("Anti-Grain Geometry", "LicenseRef-AGG-2.3", _PDFIUM),
    _part("FreeType", "FTL", _PDFIUM),
    _part("libjpeg-turbo", "IJG AND BSD-3-Clause", _PDFIUM),
    _part("OpenJPEG", "BSD-2-Clause", _PDFIUM),
    _part("Little CMS", "MIT", _PDFIUM),
    _part("libpng", "libpng-2.0", _PDFIUM),
    _part("libtiff", "libtiff", _PDFIUM),
    _part("zlib", "Zlib", _PDFIUM),
    _part("Abseil", "Apache-2.0", _PDFIUM),
    _part("fast_float", "MIT", _PDFIUM),
    _part("simdutf", "MIT", _PDFIUM),
    _part("HarfBuzz", "MIT-Modern-Variant", _PDFIUM),
    _part("Highway", "Apache-2.0", _PDFIUM),
    _part("Dragonbox", "Apache-2.0 WITH LLVM-exception", _PDFIUM),
    _part("LLVM libc", "Apache-2.0 WITH LLVM-exception", _PDFIUM),
    _part("Brotli", "MIT", _PDFIUM),
    _part("libyuv", "BSD-3-Clause", _PDFIUM),
    # Qt, with what Qt's own pages list of these three libraries.
    _part("Qt", "LGPL-3.0-only", f"{_QT}Core.dll", PE,
          files=r"_internal/PySide6/(Qt6\w+\.dll|plugins/.+)"),
    _part("PCRE2", "BSD-3-Clause", f"{_QT}Core.dll", r"(10\.\d+) \d{4}-\d\d-\d\d"),
    _part("double-conversion", "BSD-3-Clause", f"{_QT}Core.dll"),
    _part("zlib", "Zlib", f"{_QT}Core.dll"),
    _part("libpng", "libpng-2.0", f"{_QT}Gui.dll", r"\0(1\.6\.\d+)\0"),
    _part("FreeType", "FTL", f"{_QT}Gui.dll"),
    _part("HarfBuzz", "MIT-Modern-Variant", f"{_QT}Gui.dll"),
    _part("MD4C", "MIT", f"{_QT}Gui.dll"),
    # Microsoft's, and the beginning of our programs.
    _part("Microsoft Visual C++ Runtime", "LicenseRef-Microsoft-VC-Redistributable",
         f"{_INNER}vcruntime140.dll", PE,
          files=r"_internal/(vcruntime140(_1)?|msvcp140(_[12])?)\.dll"),
    _part("zlib", "Zlib", "agentguard.exe", r" inflate (\d+\.\d+\.\d+) Copyright"),
)  # fmt: skip


def found(tree: Path, versions: Mapping[str, str]) -> Iterator[Found]:
    """Yield the parts of a tree; `versions` are those of the packages aboard, by name.

    Raises:
        BuildError: a part is not where it is said to be, or nothing tells its version.

    """
    contents: dict[str, bytes] = {}
    for part in PARTS:
        file = tree / part.inside
        if not file.is_file():
            raise BuildError(f"{part.name}: there is no {part.inside}.")
        content = contents.setdefault(part.inside, file.read_bytes())
        if part.package:
            content = versions.get(part.package, "").encode("ascii")
        yield Found(part=part, version=_version(part, file, content))


def _version(part: Part, file: Path, content: bytes) -> str:
    if part.version == UNTOLD:
        return ""
    if part.version == PE:
        return _short(part.name, pe.read(file).version)
    told = re.search(part.version.encode("ascii"), content)
    if told is None:
        raise BuildError(f"{part.inside} does not tell the version of {part.name}.")
    return told.group(1).decode("ascii")


def _short(name: str, told: str) -> str:
    """Return a file's version as its makers write it."""
    first, second, third, _ = told.split(".")
    if name == "CPython":  # 3.13.11150.1013 is 3.13.11: the third number holds the level as well
        return f"{first}.{second}.{int(third) // 1000}"
    if name == "PDFium":
        return first
    return f"{first}.{second}.{third}"
