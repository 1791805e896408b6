"""Makes the Linux packages: `packages.py UV --deb --rpm [--out FOLDER]`.

A package carries its own libraries below /usr/lib/agentguard, from the lock file, for Debian 13's
and Fedora's Python 3.13, and nothing that the agent does not use. Both packages are made of one
tree. The same inputs give the same tree: times come from SOURCE_DATE_EPOCH.
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
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PYTHON = "3.13"
PLATFORM = "x86_64-manylinux_2_34"
EPOCH = 1_700_000_000
LIBRARY = "usr/lib/agentguard"
QT_KEPT = (
    "Core", "DBus", "EglFSDeviceIntegration", "Gui", "OpenGL", "Svg", "WaylandClient",
    "WaylandEglClientHwIntegration", "Widgets", "WlShellIntegration", "XcbQpa",
)  # fmt: skip
QT_MODULES = ("Core", "DBus", "Gui", "Svg", "Widgets")
QT_PLUGINS = (
    "egldeviceintegrations", "iconengines", "imageformats", "platforminputcontexts", "platforms",
    "platformthemes", "styles", "wayland-decoration-client", "wayland-graphics-integration-client",
    "wayland-shell-integration", "xcbglintegrations",
)  # fmt: skip
DEPENDS = (
    "python3.13", "libdbus-1-3", "libegl1", "libfontconfig1", "libgl1", "libglib2.0-0t64",
    "libxcb-cursor0", "libxcb-icccm4", "libxcb-image0", "libxcb-keysyms1", "libxcb-render-util0",
    "libxcb-shape0", "libxcb-xinerama0", "libxcb-xkb1", "libxkbcommon-x11-0", "fontconfig",
)  # fmt: skip
REQUIRES = (
    "/usr/bin/python3.13",
    "libxkbcommon-x11",
    "xcb-util-cursor",
    "mesa-libEGL",
    "dbus-libs",
)
SCRIPTS = ("postinst", "prerm", "postrm")
PLACES = {
    "launcher": ("usr/bin/agentguard", 0o755),
    "agentguard.service": ("usr/lib/systemd/user/agentguard.service", 0o644),
    "agentguard-enrol.service": ("usr/lib/systemd/user/agentguard-enrol.service", 0o644),
    "agentguard-keeper.service": ("usr/lib/systemd/system/agentguard-keeper.service", 0o644),
    "agentguard.sysusers": ("usr/lib/sysusers.d/agentguard.conf", 0o644),
    "agentguard.tmpfiles": ("usr/lib/tmpfiles.d/agentguard.conf", 0o644),
    "autostart.desktop": ("etc/xdg/autostart/agentguard.desktop", 0o644),
    "agentguard.desktop": ("usr/share/applications/agentguard.desktop", 0o644),
    "settings.toml": ("etc/agentguard/settings.toml", 0o644),
}
OF_TESTS = ("*simulated*.py", "_fake_clock.py")  # the desktop that they have in place of a real one
CONFIGURATION = ("etc/agentguard/settings.toml", "etc/xdg/autostart/agentguard.desktop")
METAINFO = "usr/share/metainfo/io.github.agentguard.AgentGuard.metainfo.xml"
ICON = "usr/share/icons/hicolor/scalable/apps/agentguard.svg"
MANUAL = "usr/share/man/man1"
SUMMARY = "Guards the desks of a contact centre"


class BuildError(Exception):
    """Something of the build went wrong; the text says what."""


def epoch() -> int:
    """Return the time that all that is built bears."""
    return int(os.environ.get("SOURCE_DATE_EPOCH", EPOCH))


def version() -> str:
    """Return the version that is built."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def run(*words: str | Path) -> None:
    """Run a program to its end.

    Raises:
        BuildError: it failed; its words are in the error.

    """
    command = [str(word) for word in words]
    env = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch())}
    ended = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise BuildError(
            f"{command[0]} ended with {ended.returncode}.\n{ended.stdout}{ended.stderr}"
        )


def tree(folder: Path, uv: str, release: str) -> None:
    """Lay out what is installed."""
    library = folder / LIBRARY
    libraries(library, uv)
    own(library)
    slim(library)
    for name, (place, mode) in PLACES.items():
        put(folder / place, (HERE / name).read_bytes(), mode)
    put(folder / METAINFO, metainfo(release), 0o644)
    put(folder / ICON, (ROOT / "resources/icons/tray-good.svg").read_bytes(), 0o644)
    manual(folder / MANUAL)
    put(folder / "usr/share/doc/agentguard/copyright", (ROOT / "LICENSE").read_bytes(), 0o644)
    compiled(library)
    for path in sorted(folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            os.utime(path, (epoch(), epoch()))


def put(path: Path, data: bytes, mode: int) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(mode)


def manual(folder: Path) -> None:
    """Write the pages for `man`, packed as packages have them."""
    with tempfile.TemporaryDirectory() as name:
        run(sys.executable, ROOT / "tools" / "docs" / "commands.py", name)
        for page in sorted(Path(name).iterdir()):
            put(folder / f"{page.name}.gz", gzip.compress(page.read_bytes(), mtime=0), 0o644)


def libraries(library: Path, uv: str) -> None:
    """Install the lock file's packages that an agent needs."""
    with tempfile.TemporaryDirectory() as name:
        listed = Path(name) / "packages.txt"
        run(uv, "export", "--project", ROOT, "--frozen", "--no-dev", "--no-emit-project", "--quiet",
            "--output-file", listed)  # fmt: skip
        run(uv, "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--target",
            library, "--python-platform", PLATFORM, "--python-version", PYTHON, "--link-mode",
            "copy", "--requirement", listed)  # fmt: skip


def own(library: Path) -> None:
    """Add the program itself with its data; the endpoint's part stays away."""
    shutil.copytree(
        ROOT / "agentguard",
        library / "agentguard",
        ignore=shutil.ignore_patterns("__pycache__", "_data", "_win32", *OF_TESTS),
    )
    for name in ("resources", "policies"):
        shutil.copytree(ROOT / name, library / "agentguard" / "_data" / name)


def slim(library: Path) -> None:
    """Take away what no agent uses: most of Qt, tools, headers, tests of others."""
    qt = library / "PySide6"
    if qt.is_dir():
        _slim_qt(qt)
    for path in [*library.rglob("__pycache__"), *library.rglob("*.pyi"), library / "bin"]:
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _slim_qt(qt: Path) -> None:
    kept = {f"libQt6{name}.so.6" for name in QT_KEPT}
    modules = {f"Qt{name}.abi3.so" for name in QT_MODULES}
    libraries_ = (p for p in (qt / "Qt" / "lib").glob("libQt6*") if p.name not in kept)
    plugins = (p for p in (qt / "Qt" / "plugins").iterdir() if p.name not in QT_PLUGINS)
    others = (p for p in (qt / "Qt").iterdir() if p.name not in {"lib", "plugins"})
    own_ = (p for p in qt.iterdir() if not _needed(p, modules))
    gtk = qt / "Qt" / "plugins" / "platformthemes" / "libqgtk3.so"  # GTK loads what users name
    for path in [*libraries_, *plugins, *others, *own_, gtk]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _needed(path: Path, modules: set[str]) -> bool:
    """Check whether a part of PySide6 stays: its Python files, Qt itself and our modules."""
    name = path.name
    if path.is_dir():
        return name in {"Qt", "support"}
    return path.suffix == ".py" or name.startswith("libpyside6.") or name in modules


def compiled(library: Path) -> None:
    """Write bytecode that is checked by its source's hash: packages keep no times."""
    program = f"/usr/bin/python{PYTHON}"
    words = (program, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash")
    if Path(program).exists():
        run(*words, "-s", library.parents[2], "-p", "/", library)
    elif sys.version_info[:2] == (3, 13):
        compileall.compile_dir(library, quiet=1)


def metainfo(release: str) -> bytes:
    """Return the AppStream file with this release."""
    day = datetime.fromtimestamp(epoch(), UTC).date().isoformat()
    text = (HERE / "agentguard.metainfo.xml").read_text(encoding="utf-8")
    return text.replace("@RELEASES@", f'<release version="{release}" date="{day}"/>').encode()


def deb(root: Path, release: str, out: Path, *, quick: bool = False) -> Path:
    """Write the Debian package of a tree; `quick` hardly packs it, for tests."""
    control = root / "DEBIAN"
    size = sum(p.stat().st_size for p in root.rglob("*") if p.is_file() and not p.is_symlink())
    put(control / "control", _control(release, size), 0o644)
    put(control / "conffiles", "".join(f"/{one}\n" for one in CONFIGURATION).encode(), 0o644)
    for name in SCRIPTS:
        put(control / name, (HERE / name).read_bytes(), 0o755)
    made = out / f"agentguard_{release}_amd64.deb"
    try:
        run(
            "dpkg-deb",
            "--root-owner-group",
            "-Zgzip" if quick else "-Zxz",
            "-z1" if quick else "-z6",
            "--build",
            root,
            made,
        )
    finally:
        shutil.rmtree(control)
    return made


def _control(release: str, size: int) -> bytes:
    lines = (
        "Package: agentguard",
        f"Version: {release}",
        "Architecture: amd64",
        "Maintainer: AgentGuard maintainers <maintainers@agentguard.invalid>",
        "Section: utils",
        "Priority: optional",
        f"Installed-Size: {size // 1024}",
        f"Depends: {', '.join(DEPENDS)}",
        "Recommends: libnotify-bin, gnome-keyring | kwalletmanager",
        f"Description: {SUMMARY}",
        " It locks the screen in time, keeps customers' data out of the clipboard and out of",
        " files where it must not be, and asks for a second factor before sensitive use.",
    )
    return ("\n".join(lines) + "\n").encode()


def rpm(root: Path, release: str, out: Path, *, quick: bool = False) -> Path:
    """Write the RPM package of a tree; `quick` hardly packs it, for tests."""
    with tempfile.TemporaryDirectory() as name:
        top, spec = Path(name), Path(name) / "agentguard.spec"
        spec.write_text(_spec(root, release), encoding="utf-8")
        defined = (
            f"_topdir {top}",
            "use_source_date_epoch_as_buildtime 1",
            "_build_id_links none",
            "_buildhost localhost",
            f"_binary_payload {'w1.gzdio' if quick else 'w6.xzdio'}",
        )
        words = [word for one in defined for word in ("--define", one)]
        run("rpmbuild", "-bb", *words, "--target", "x86_64", spec)
        (made,) = top.rglob("*.rpm")
        return Path(shutil.copy(made, out / f"agentguard-{release}-1.x86_64.rpm"))


def _spec(root: Path, release: str) -> str:
    def script(name: str) -> str:
        body = (HERE / name).read_text(encoding="utf-8")
        return re.sub(r"^#!.*\n", "", body)

    requires = "\n".join(f"Requires: {one}" for one in REQUIRES)
    return f"""\
%global __brp_compress %{{nil}}
%global __os_install_post %{{nil}}
%global debug_package %{{nil}}
Name: agentguard
Version: {release}
Release: 1
Summary: {SUMMARY}
License: Apache-2.0
AutoReqProv: no
{requires}

%description
It locks the screen in time, keeps customers' data out of the clipboard and out of files where it
must not be, and asks for a second factor before sensitive use.

%install
cp -a {root}/. %{{buildroot}}/

%post
{script("postinst")}
%preun
{script("prerm")}
%postun
[ "$1" = 0 ] || exit 0
systemctl daemon-reload || true

%files
%defattr(-,root,root,-)
/usr/bin/agentguard
/{LIBRARY}
/usr/lib/systemd/user/agentguard.service
/usr/lib/systemd/user/agentguard-enrol.service
/usr/lib/systemd/system/agentguard-keeper.service
/usr/lib/sysusers.d/agentguard.conf
/usr/lib/tmpfiles.d/agentguard.conf
/usr/share/applications/agentguard.desktop
/{METAINFO}
/{ICON}
/usr/share/doc/agentguard
/{MANUAL}/agentguard*.1.gz
%config(noreplace) /etc/agentguard/settings.toml
%config(noreplace) /etc/xdg/autostart/agentguard.desktop
"""


KINDS = {"deb": deb, "rpm": rpm}


def build(uv: str, kinds: Iterable[str], out: Path, release: str = "") -> list[Path]:
    """Make the packages, and give them.

    Raises:
        BuildError: a program that is needed failed.

    """
    release = release or version()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="agentguard-linux-") as name:
        root = Path(name) / "root"
        tree(root, uv, release)
        return [KINDS[kind](root, release, out) for kind in kinds]


def main() -> int:
    """Make what is asked for."""
    parser = argparse.ArgumentParser(description="Make the Linux packages.")
    parser.add_argument("uv", help="the program uv")
    parser.add_argument("--deb", action="store_true")
    parser.add_argument("--rpm", action="store_true")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--version", default="")
    given = parser.parse_args()
    kinds = [kind for kind in KINDS if getattr(given, kind)] or list(KINDS)
    try:
        for made in build(given.uv, kinds, given.out, given.version):
            print(f"{made} {made.stat().st_size / 1e6:.1f} MB")
    except BuildError as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
