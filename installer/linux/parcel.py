"""One package for Linux: what it is called, needs and leaves out, written as .deb and .rpm.

The desk's (`packages.py`) and the endpoint's (`installer/server/parcels.py`) are made of it. No
right of root is used, and the same tree gives the same package: times come from SOURCE_DATE_EPOCH.
"""

from __future__ import annotations

import argparse
import compileall
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = "3.13"
PLATFORM = "x86_64-manylinux_2_34"
EPOCH = 1_700_000_000
MANUAL = "usr/share/man/man1"


class BuildError(Exception):
    """Something of the build went wrong; the text says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What a package says of itself; `scripts` is the folder of what it runs, `library` its own.

    `configuration` are files that an administrator changes and an upgrade keeps; `left_out` are
    packages of the lock file that it never loads; `after` is what an RPM runs once it is removed;
    `recommends` is Debian's field, `weakly` names the RPMs that it can do without.
    """

    name: str
    summary: str
    about: tuple[str, ...]
    library: str
    scripts: Path
    depends: tuple[str, ...]
    requires: tuple[str, ...]
    configuration: tuple[str, ...]
    after: str
    section: str = "utils"
    recommends: str = ""
    weakly: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


KNOWN = """\
0\tstring\t\\177ELF\tELF
>4\tbyte\t1\t32-bit
>4\tbyte\t2\t64-bit
"""
"""What an RPM has to know of files, in the words of libmagic: which are programs, and how wide.

All else that it would find out is for finding what is needed, and that is told here (`requires`);
it is two thirds of the time that such a package takes.
"""
SCRIPTS = ("postinst", "prerm", "postrm")
LEANER = Path(__file__).with_name("leaner.py")


def epoch() -> int:
    """Return the time that all that is built bears."""
    return int(os.environ.get("SOURCE_DATE_EPOCH", EPOCH))


def version() -> str:
    """Return the version that is built."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def run(*words: str | Path, **more: str) -> None:
    """Run a program to its end; `more` is of its environment.

    Raises:
        BuildError: it failed; its words are in the error.

    """
    command = [str(word) for word in words]
    env = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch()), **more}
    ended = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise BuildError(
            f"{command[0]} ended with {ended.returncode}.\n{ended.stdout}{ended.stderr}"
        )


def put(path: Path, data: bytes, mode: int) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(mode)


def manual(folder: Path, wanted: Callable[[str], bool]) -> None:
    """Write the pages for `man` whose names are wanted, packed as packages have them."""
    with tempfile.TemporaryDirectory() as name:
        run(sys.executable, ROOT / "tools" / "docs" / "commands.py", name)
        for page in sorted(Path(name).iterdir()):
            if wanted(page.name):
                put(folder / f"{page.name}.gz", gzip.compress(page.read_bytes(), mtime=0), 0o644)


def libraries(parcel: Parcel, library: Path, uv: str) -> None:
    """Install the lock file's packages that it needs."""
    extras = [word for one in parcel.extras for word in ("--extra", one)]
    without = [word for one in parcel.left_out for word in ("--no-emit-package", one)]
    with tempfile.TemporaryDirectory() as name:
        listed = Path(name) / "packages.txt"
        run(uv, "export", "--project", ROOT, "--frozen", "--no-dev", "--no-emit-project", "--quiet",
            *extras, *without, "--output-file", listed)  # fmt: skip
        run(uv, "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--target",
            library, "--python-platform", PLATFORM, "--python-version", PYTHON, "--link-mode",
            "copy", "--requirement", listed)  # fmt: skip


def own(library: Path, *left_out: str, source: Path = ROOT) -> None:
    """Add the program itself with its data, of this checkout or of another."""
    shutil.copytree(
        source / "agentguard",
        library / "agentguard",
        ignore=shutil.ignore_patterns("__pycache__", "_data", "_win32", *left_out),
    )
    for name in ("resources", "policies"):
        shutil.copytree(source / name, library / "agentguard" / "_data" / name)


def compiled(library: Path, *, brief: bool = False) -> None:
    """Write bytecode that is checked by its source's hash: packages keep no times.

    `brief` bytecode has neither docstrings nor asserts, as frozen code has none: for what is in
    memory all day. It bears the plain name: `-OO` would look for that of the system's library,
    which has none, and compile it at each start.
    """
    program = f"/usr/bin/python{PYTHON}"
    level = 2 if brief else 0
    # without the columns of a traceback, which are a mebibyte in every agent's memory
    compiler = (str(LEANER),) if brief else ("-m", "compileall")
    python = (program, "-X", "no_debug_ranges", *compiler)
    how = ("-q", "-o", str(level), "--invalidation-mode", "unchecked-hash")
    if Path(program).exists():
        run(*python, *how, "-s", library.parents[2], "-p", "/", library)
    elif sys.version_info[:2] == (3, 13):
        compileall.compile_dir(library, quiet=1, optimize=level)
    name_plainly(library)


def name_plainly(folder: Path) -> None:
    """Let bytecode without docstrings bear the name that Python looks for without options."""
    for made in folder.rglob("*.opt-2.pyc"):
        made.replace(made.with_name(made.name.replace(".opt-2", "")))


def settle(folder: Path, kept: frozenset[str] = frozenset()) -> None:
    """Give every file of a tree one time and a plain mode; `kept` have the mode that they have."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            continue
        if path.relative_to(folder).as_posix() not in kept:
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        os.utime(path, (epoch(), epoch()))


def deb(parcel: Parcel, root: Path, release: str, out: Path, *, quick: bool = False) -> Path:
    """Write the Debian package of a tree; `quick` hardly packs it, for tests."""
    control = root / "DEBIAN"
    size = sum(p.stat().st_size for p in root.rglob("*") if p.is_file() and not p.is_symlink())
    put(control / "control", _control(parcel, release, size), 0o644)
    put(control / "conffiles", "".join(f"/{one}\n" for one in parcel.configuration).encode(), 0o644)
    for name in SCRIPTS:
        put(control / name, (parcel.scripts / name).read_bytes(), 0o755)
    for path in (control, *control.iterdir()):
        os.utime(path, (epoch(), epoch()))
    made = out / f"{parcel.name}_{release}_amd64.deb"
    packed = ("-Zzstd", "-z1") if quick else ("-Zxz", "-z6")
    try:
        run("dpkg-deb", "--root-owner-group", *packed, "--build", root, made)
    finally:
        shutil.rmtree(control)
    return made


def _control(parcel: Parcel, release: str, size: int) -> bytes:
    lines = (
        f"Package: {parcel.name}",
        f"Version: {release}",
        "Architecture: amd64",
        "Maintainer: AgentGuard maintainers <maintainers@agentguard.invalid>",
        f"Section: {parcel.section}",
        "Priority: optional",
        f"Installed-Size: {size // 1024}",
        f"Depends: {', '.join(parcel.depends)}",
        *([f"Recommends: {parcel.recommends}"] if parcel.recommends else ()),
        f"Description: {parcel.summary}",
        *(f" {line}" for line in parcel.about),
    )
    return ("\n".join(lines) + "\n").encode()


def rpm(parcel: Parcel, root: Path, release: str, out: Path, *, quick: bool = False) -> Path:
    """Write the RPM package of a tree; `quick` hardly packs it, for tests."""
    with tempfile.TemporaryDirectory() as name:
        top, spec = Path(name), Path(name) / f"{parcel.name}.spec"
        spec.write_text(_spec(parcel, root, release), encoding="utf-8")
        defined = (
            f"_topdir {top}",
            "use_source_date_epoch_as_buildtime 1",
            "_build_id_links none",
            "_buildhost localhost",
            f"_binary_payload {'w1.zstdio' if quick else 'w6.xzdio'}",
        )
        words = [word for one in defined for word in ("--define", one)]
        known = top / "known"
        known.write_text(KNOWN, encoding="ascii")
        run("rpmbuild", "-bb", *words, "--target", "x86_64", spec, MAGIC=str(known))
        (made,) = top.rglob("*.rpm")
        return Path(shutil.copy(made, out / f"{parcel.name}-{release}-1.x86_64.rpm"))


def _spec(parcel: Parcel, root: Path, release: str) -> str:
    def script(name: str) -> str:
        body = (parcel.scripts / name).read_text(encoding="utf-8")
        return re.sub(r"^#!.*\n", "", body)

    wanted = [f"Requires: {one}" for one in parcel.requires]
    requires = "\n".join([*wanted, *(f"Recommends: {one}" for one in parcel.weakly)])
    about, files = "\n".join(parcel.about), "\n".join(_files(parcel, root))
    return f"""\
%global __brp_compress %{{nil}}
%global __os_install_post %{{nil}}
%global debug_package %{{nil}}
Name: {parcel.name}
Version: {release}
Release: 1
Summary: {parcel.summary}
License: Apache-2.0
AutoReqProv: no
{requires}

%description
{about}

%install
cp -a {root}/. %{{buildroot}}/

%post
{script("postinst")}
%preun
{script("prerm")}
%postun
[ "$1" = 0 ] || exit 0
{parcel.after}

%files
%defattr(-,root,root,-)
{files}
"""


def _files(parcel: Parcel, root: Path) -> Iterable[str]:
    """Name what the RPM owns: its own folders whole, and each file that lies among others'."""
    whole = (parcel.library, f"usr/share/doc/{parcel.name}")
    yield from (f"/{one}" for one in whole)
    for path in sorted(root.rglob("*")):
        place = path.relative_to(root).as_posix()
        if path.is_dir() or place.startswith(tuple(f"{one}/" for one in whole)):
            continue
        yield f"%config(noreplace) /{place}" if place in parcel.configuration else f"/{place}"


KINDS = {"deb": deb, "rpm": rpm}
Tree = Callable[[Path, str, str], None]
"""Lays out what is installed: (folder, uv, version)."""


def build(parcel: Parcel, tree: Tree, uv: str, kinds: Iterable[str], out: Path,
          release: str = "") -> list[Path]:  # fmt: skip
    """Make the packages, and give them.

    Raises:
        BuildError: a program that is needed failed.

    """
    release = release or version()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{parcel.name}-linux-") as name:
        root = Path(name) / "root"
        tree(root, uv, release)
        return [KINDS[kind](parcel, root, release, out) for kind in kinds]


def asked_for(parcel: Parcel, tree: Tree) -> int:
    """Make what the command line asks for; give the exit code."""
    parser = argparse.ArgumentParser(description=f"Make the Linux packages of {parcel.name}.")
    parser.add_argument("uv", help="the program uv")
    parser.add_argument("--deb", action="store_true")
    parser.add_argument("--rpm", action="store_true")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--version", default="")
    given = parser.parse_args()
    kinds = [kind for kind in KINDS if getattr(given, kind)] or list(KINDS)
    try:
        for made in build(parcel, tree, given.uv, kinds, given.out, given.version):
            print(f"{made} {made.stat().st_size / 1e6:.1f} MB")
    except BuildError as error:
        print(error, file=sys.stderr)
        return 3
    return 0
