"""Puts `python3.dll` into a tree: Python's own where there is one, else one of ours that says so.

Libraries of the stable ABI (Qt's, cryptography's) import from python3.dll, which forwards each name
to python313.dll. No package of the registries holds Python's; a Windows that builds has it, and
AGENTGUARD_PYTHON3 names the file, or an archive with it (python.org's embeddable package, or the
one of NuGet). It must be signed as python313.dll is, which the lock file pins. Without either, ours
is compiled: its exports are the same names, its version resource names us, and it bears our
signature. docs/adr/0055-what-is-aboard.md.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pefile  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from installer import authenticode, pe
from installer.tools import BuildError, program

REAL = "AGENTGUARD_PYTHON3"
NAME, LIBRARY = "_internal/python3.dll", "_internal/python313.dll"
MAKER = "Python Software Foundation"
_NATIVE = Path(__file__).with_name("native")
_TARGET = "x86_64-w64-mingw32"
_EXPORT = re.compile(r"^\w+$")
_BASE = "0x180000000"  # what Microsoft's linker gives every library of 64 bits


def put(tree: Path, env: Mapping[str, str] = os.environ) -> bool:
    """Put it into a tree that has a `python313.dll`; tell whether it is Python's own.

    Raises:
        BuildError: the file that is named is not Python's own of this version, or no compiler is
            there.

    """
    place, library = tree / NAME, tree / LIBRARY
    if given := env.get(REAL):
        _replace(place, _read(Path(given)))
        _judge(place, library)
    elif not real(place):
        _replace(place, b"")
        _compile(place, library)
    return real(place)


def real(file: Path) -> bool:
    """Check whether a library says that Python's makers signed it."""
    own = authenticode.leaf(file.read_bytes()) if file.is_file() else None
    if own is None:
        return False
    names = own.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return MAKER in {str(name.value) for name in names}


def _read(given: Path) -> bytes:
    if not zipfile.is_zipfile(given):
        return given.read_bytes()
    with zipfile.ZipFile(given) as opened:
        found = [n for n in opened.namelist() if n.rpartition("/")[2].lower() == "python3.dll"]
        if not found:
            raise BuildError(f"There is no python3.dll in {given.name}.")
        return opened.read(found[0])


def _replace(place: Path, content: bytes) -> None:
    place.unlink(missing_ok=True)  # a link to the interpreter's own file, which stays as it is
    place.write_bytes(content)


def _judge(file: Path, library: Path) -> None:
    """Look that a library is Python's own, of the version of `library`, and only forwards to it."""
    if not pe.is_image(file) or pe.read(file).version != pe.read(library).version:
        raise BuildError(f"The python3.dll that {REAL} names is of another version.")
    strange = {one.rpartition(b".")[0].lower() for one in _forwards(file)} - {b"python313"}
    if strange or not _forwards(file):
        raise BuildError(f"The python3.dll that {REAL} names forwards elsewhere.")
    if not real(file) or not _signed_as(file, library):
        raise BuildError(f"The python3.dll that {REAL} names is not signed by the {MAKER}.")


def _signed_as(file: Path, library: Path) -> bool:
    """Check a signature against the root of another's, at a time when its certificate held."""
    roots = [one for one in authenticode.signers(library.read_bytes()) if one.issuer == one.subject]
    own = authenticode.leaf(file.read_bytes())
    if own is None:
        return False
    when = int(own.not_valid_before_utc.timestamp()) + 60
    with tempfile.TemporaryDirectory(prefix="agentguard-python3-") as name:
        trusted = Path(name) / "roots.pem"
        trusted.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in roots))
        words: list[str | Path] = [program("osslsigncode"), "verify", "-CAfile", trusted]
        words += ["-ignore-timestamp", "-ignore-cdp", "-ignore-crl"]  # the root is what counts
        words += ["-time", str(when), "-in", file]
        return not subprocess.run(words, capture_output=True, check=False).returncode


def _forwards(file: Path) -> list[bytes]:
    """Return what each export of a library forwards to; empty bytes for code of its own."""
    with pefile.PE(str(file), fast_load=True) as found:
        found.parse_data_directories([pefile.DIRECTORY_ENTRY["IMAGE_DIRECTORY_ENTRY_EXPORT"]])
        exports = getattr(found, "DIRECTORY_ENTRY_EXPORT", None)
        return [one.forwarder or b"" for one in getattr(exports, "symbols", ())]


def _compile(place: Path, library: Path) -> None:
    version = pe.read(library).version
    with pefile.PE(str(library), fast_load=True) as found:
        found.parse_data_directories([pefile.DIRECTORY_ENTRY["IMAGE_DIRECTORY_ENTRY_EXPORT"]])
        told = (one.name for one in found.DIRECTORY_ENTRY_EXPORT.symbols if one.name)
        names = sorted(name.decode("ascii") for name in told)
    lines = "".join(f"  {name}={library.stem}.{name}\n" for name in names if _EXPORT.match(name))
    with tempfile.TemporaryDirectory(prefix="agentguard-python3-") as name:
        listing, resource = Path(name) / "python3.def", Path(name) / "python3.o"
        listing.write_text(f"LIBRARY python3.dll\nEXPORTS\n{lines}", encoding="ascii")
        numbers = f"-DNUMBERS={version.replace('.', ',')}"
        words: list[str | Path] = [program(f"{_TARGET}-windres"), numbers]
        words += [f'-DVERSION=\\"{version}\\"', _NATIVE / "python3.rc", resource]
        subprocess.run(words, check=True)
        words = [program(f"{_TARGET}-gcc"), "-s", "-shared", "-nostdlib", "-Wl,-e,DllMain"]
        # without one the linker takes a base from the name of the file, and with it from its folder
        words += ["-Wl,--no-insert-timestamp", f"-Wl,--image-base,{_BASE}"]
        words += ["-o", place, _NATIVE / "python3.c"]
        subprocess.run((*words, listing, resource), check=True)
