"""Freezes the agent for Windows with PyInstaller, on Linux in a Windows Python under Wine.

What is frozen is a copy of the sources, with the packages of the lock file that the agent itself
needs and nothing else. A tree is kept by the content of all that it is made of; the same content
gives the same bytes (PYTHONHASHSEED, SOURCE_DATE_EPOCH).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from installer import forwarder, licences, lighter, runtime, tools
from installer.package import BuildError, epoch

ROOT = Path(__file__).resolve().parents[1]
VECTORS = "tests/vectors/windows"
"""The answers that the recorder compares with, which are the tests' own."""
ROOMS = ("agentguard", "resources", "policies", VECTORS, "installer/pyinstaller")
ICON = "installer/agentguard.ico"
VERSION_FILE = "agentguard/__init__.py"
SPEC = "installer/pyinstaller/agentguard.spec"
_VERSION = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)
_LEFT_OUT = re.compile(r"^excluded module named '?([\w.]+)'? - imported by (.*)$", re.MULTILINE)
_TOP_LEVEL = re.compile(r"([\w.]+) \(top-level\)")
_FROZEN = frozenset({"_frozen_importlib", "_frozen_importlib_external", "pydoc"})
"""In the interpreter itself; and what the run-time hook stands in for."""
_BETWEEN = ("__pycache__", "*.pyc", "server")
CONSOLE = (
    *("console*.toml", "exports.toml", "feeds.toml", "plans.toml", "playbooks.toml"),
    *("policies-page.toml", "server-*.toml", "sign-in.toml", "tamper.toml"),
)
"""Files of sentences that the endpoint and its console say, and nothing at a desk: in every
language they would take more room than all that a desk says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """A Windows Python that builds: `run` is what stands before its words, `env` what it is given.

    `python` is its folder, without packages; `path` gives a path as its programs read it.
    """

    run: tuple[str | Path, ...]
    python: Path
    env: Mapping[str, str]
    drive: str = ""

    def path(self, file: Path) -> str:
        """Return a path as a Windows program reads it."""
        return f"{self.drive}{file}".replace("/", "\\") if self.drive else str(file)


def version() -> str:
    """Return the sources' version."""
    return _told((ROOT / VERSION_FILE).read_text(encoding="utf-8"))


def _told(text: str) -> str:
    found = _VERSION.search(text)
    if found is None:
        raise BuildError(f"{VERSION_FILE} tells no version.")
    return found.group(1)


def later(known: str) -> str:
    """Return the version after one."""
    *first, last = known.split(".")
    return ".".join((*first, str(int(last) + 1)))


def packages(folder: Path, uv: str) -> Path:
    """Return a folder with the agent's packages for Windows and PyInstaller, made once a lock."""
    listed = subprocess.run(
        (uv, "export", "--project", ROOT, "--frozen", "--no-default-groups", "--group", "windows",
         "--no-emit-project", "--no-emit-package", "panda3d", "--quiet"),
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    lines = "".join(f"{line}\n" for line in listed.splitlines() if not line.startswith("#"))
    place = folder / f"packages-{hashlib.sha256(lines.encode()).hexdigest()[:16]}"
    if place.is_dir():
        return place
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        aside, listing = Path(name) / "site", Path(name) / "packages.txt"
        listing.write_text(lines, encoding="utf-8")
        subprocess.run(
            (uv, "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:",
             "--target", aside, "--python-platform", "x86_64-pc-windows-msvc",
             "--python-version", tools.DOTTED, "--requirement", listing),
            check=True,
        )  # fmt: skip
        shutil.copy(listing, aside / "packages.txt")
        aside.rename(place)
    return place


def key(versions: Iterable[str], *made_of: Path) -> str:
    """Name the content of all that a tree is made of."""
    digest = hashlib.sha256(f"{sorted(versions)} {epoch()}".encode())
    given = os.environ.get(forwarder.REAL)
    for path in (*_sources(), *_makers(), *made_of, *([Path(given)] if given else ())):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            between = {"__pycache__", "server"} & set(path.parts)
            if path.is_file() and not between and not of_console(path):
                yield path
    yield ROOT / ICON


OF_PAPERS = (
    *("catalogue-pack.toml", "evidence.toml", "requirements.toml", "simulate.toml"),
    "vendor-sheet.toml",
)
"""What the console says in other languages; a desk's commands say it in English alone."""


def of_console(path: Path) -> bool:
    """Check whether a file holds sentences that no desk says."""
    left = CONSOLE if path.parent.name == "en" else (*CONSOLE, *OF_PAPERS)
    return path.parent.parent.name == "text" and any(map(path.match, left))


def not_copied(folder: str, names: list[str]) -> set[str]:
    """Return what of a folder is not frozen: for `shutil.copytree`."""
    plain = shutil.ignore_patterns(*_BETWEEN)(folder, names)
    return plain | {name for name in names if of_console(Path(folder) / name)}


def _makers() -> Iterator[Path]:
    """Yield what changes a tree after PyInstaller, and this file."""
    yield from (
        Path(one) for one in (__file__, runtime.__file__, licences.__file__, lighter.__file__)
    )
    yield Path(forwarder.__file__)
    yield from sorted(Path(forwarder.__file__).with_name("native").iterdir())


def trees(folder: Path, python: Path, site: Path, versions: Sequence[str]) -> dict[str, Path]:
    """Return the frozen tree of each version, from before or made now.

    The first is the sources' own.

    `python` holds the Windows Python for Wine; trees of other sources in `folder` are removed.

    Raises:
        BuildError: PyInstaller ended badly; its words are in the error.

    """
    stamps = sorted(python.glob("python.ready"))  # what the Python under Wine is made of
    home = folder / f"frozen-{key(versions, site / 'packages.txt', *stamps)}"
    made = {one: home / f"agentguard-{one}" for one in versions}
    if not home.is_dir():
        for old in folder.glob("frozen-*"):
            shutil.rmtree(old)
        with tempfile.TemporaryDirectory(dir=folder) as name, builder(python) as windows:
            _freeze(Path(name), windows, site, versions)
            (Path(name) / "dist").rename(home)
    return made


def _freeze(aside: Path, windows: Windows, site: Path, versions: Sequence[str]) -> None:
    source, python = aside / "source", aside / "python"
    for room in ROOMS:
        shutil.copytree(ROOT / room, source / room, ignore=not_copied)
    lighter.lighten(source / "resources")
    shutil.copy(ROOT / ICON, source / ICON)
    own = (source / VERSION_FILE).read_text(encoding="utf-8")
    for one in versions:
        init = aside / "work" / one / VERSION_FILE
        init.parent.mkdir(parents=True)
        init.write_text(own.replace(_told(own), one), encoding="utf-8")
    _linked(windows.python, python)
    _linked(site, python / "Lib" / "site-packages")
    env = {
        **windows.env,
        "AGENTGUARD_VERSIONS": " ".join(versions),
        "AGENTGUARD_WORK": windows.path(aside / "work"),
        "PYTHONPATH": "",
        "PYTHONHASHSEED": "1",
        "PYTHONNODEBUGRANGES": "1",  # columns of a traceback: a quarter of all code, and of no use
        "PYTHONUTF8": "1",
        # PyInstaller asks some things in processes of their own, each of which would compile it
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": windows.path(aside / "bytecode"),
        "SOURCE_DATE_EPOCH": str(epoch()),
    }
    words = (
        *windows.run, python / "python.exe", "-m", "PyInstaller", "--noconfirm",
        "--workpath", windows.path(aside / "work"), "--distpath", windows.path(aside / "dist"),
        windows.path(source / SPEC),
    )  # fmt: skip
    _run(words, aside, env)
    judge(aside / "work" / Path(SPEC).stem / f"warn-{Path(SPEC).stem}.txt")
    for one in versions:
        tree = aside / "dist" / f"agentguard-{one}"
        deflate(tree / "_internal" / "base_library.zip")
        runtime.unify(tree)
        forwarder.put(tree)
        licences.put(tree, site, windows.python, ROOT / "LICENSE")


def judge(warnings: Path) -> None:
    """Look that no module was left out which another one imports as it is loaded.

    Raises:
        BuildError: one was; the program would work until it needs it.

    """
    text = warnings.read_text(encoding="utf-8", errors="replace")
    lost = [
        f"{name}, by {', '.join(by)}"
        for name, importers in _LEFT_OUT.findall(text)
        if name not in _FROZEN and (by := _TOP_LEVEL.findall(importers))
    ]
    if lost:
        raise BuildError("Modules were left out that are needed:\n" + "\n".join(lost))


def deflate(library: Path) -> None:
    """Pack the modules that Python begins with: PyInstaller stores them as they are."""
    packed = library.with_suffix(".packed")
    with zipfile.ZipFile(library) as given, zipfile.ZipFile(packed, "w") as made:
        for entry in given.infolist():
            content = given.read(entry)
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, content, compresslevel=9)
    packed.replace(library)


def _linked(tree: Path, place: Path) -> None:
    """Copy a tree by links, so that it takes no room and no time."""
    left_out = shutil.ignore_patterns("__pycache__", "site-packages")
    try:
        shutil.copytree(tree, place, ignore=left_out, copy_function=os.link)
    except OSError:  # another disk, or a file system without links
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(tree, place, ignore=left_out)


def _run(words: Sequence[str | Path], folder: Path, env: Mapping[str, str]) -> None:
    """Run it; its words go to a file, since Wine's servers keep pipes open."""
    log = folder / "pyinstaller.log"
    with log.open("wb") as said:
        done = subprocess.run(
            words, cwd=folder, env={**os.environ, **env}, stdin=subprocess.DEVNULL, stdout=said,
            stderr=said, check=False,
        )  # fmt: skip
    if done.returncode:
        shown = log.read_text(encoding="utf-8", errors="replace")[-4000:]
        raise BuildError(f"{shown}\nPyInstaller ended with {done.returncode}.")


def builder(folder: Path) -> AbstractContextManager[Windows]:
    """Return the Python of a Windows that builds, or one under Wine; `folder` holds that.

    Raises:
        BuildError: the Windows' Python is another than the one that is frozen.

    """
    if sys.platform == "win32":
        tools.interpreter(sys.version_info[:2])
        return nullcontext(Windows(run=(), python=Path(sys.base_prefix), env={}))
    return wine(folder)


@contextmanager
def wine(folder: Path) -> Iterator[Windows]:
    """Yield the Windows Python that tests/windows/environment.py made in `folder`, for a while."""
    with tempfile.TemporaryDirectory(prefix="agentguard-build-") as name:
        own = Path(name)
        shutil.copytree(folder / "prefix", own / "prefix", symlinks=True)
        (own / "run").mkdir(mode=0o700)
        env = {
            "WINEPREFIX": str(own / "prefix"),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml=",
            "XDG_RUNTIME_DIR": str(own / "run"),
            "DISPLAY": "",
        }
        try:
            yield Windows(run=("wine",), python=folder / "python", env=env, drive="Z:")
        finally:
            for word in ("-k", "-w"):
                subprocess.run(("wineserver", word), env={**os.environ, **env}, check=False)
