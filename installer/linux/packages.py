"""Makes the desk's Linux packages: `-m installer.linux.packages UV --deb --rpm [--out FOLDER]`.

A package carries its own libraries below /usr/lib/agentguard, from the lock file, for Debian 13's
and Fedora's Python 3.13, and nothing that the agent does not use. Both packages are made of one
tree. The same inputs give the same tree: times come from SOURCE_DATE_EPOCH.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from installer.linux import parcel
from installer.linux.parcel import MANUAL, ROOT, BuildError, Parcel, compiled, epoch, own, put

__all__ = ["BuildError"]

HERE = Path(__file__).resolve().parent
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
DESK = Parcel(
    name="agentguard",
    summary="Guards the desks of a contact centre",
    about=(
        "It locks the screen in time, keeps customers' data out of the clipboard and out of",
        "files where it must not be, and asks for a second factor before sensitive use.",
    ),
    library="usr/lib/agentguard",
    scripts=HERE,
    depends=(
        "python3.13", "libdbus-1-3", "libegl1", "libfontconfig1", "libgl1", "libglib2.0-0t64",
        "libxcb-cursor0", "libxcb-icccm4", "libxcb-image0", "libxcb-keysyms1",
        "libxcb-render-util0", "libxcb-shape0", "libxcb-xinerama0", "libxcb-xkb1",
        "libxkbcommon-x11-0", "fontconfig",
    ),
    requires=(
        "/usr/bin/python3.13", "libxkbcommon-x11", "xcb-util-cursor", "mesa-libEGL", "dbus-libs",
    ),
    recommends="libnotify-bin, gnome-keyring | kwalletmanager, fonts-noto-core",
    weakly=("google-noto-sans-arabic-fonts", "google-noto-sans-devanagari-fonts"),
    configuration=("etc/agentguard/settings.toml", "etc/xdg/autostart/agentguard.desktop"),
    after="systemctl daemon-reload || true",
)  # fmt: skip
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
OF_TESTS = ("*simulated*.py",)  # the desktop that they have in place of a real one
OF_ENDPOINT = ("agentguard-demo.1", "agentguard-serve.1", "agentguard-server.1")
"""Pages of the manual that the endpoint's package brings: a desk has not those commands."""
METAINFO = "usr/share/metainfo/io.github.agentguard.AgentGuard.metainfo.xml"
ICON = "usr/share/icons/hicolor/scalable/apps/agentguard.svg"
deb = partial(parcel.deb, DESK)
rpm = partial(parcel.rpm, DESK)


def tree(folder: Path, uv: str, release: str) -> None:
    """Lay out what is installed."""
    library = folder / DESK.library
    parcel.libraries(DESK, library, uv)
    own(library, *OF_TESTS)
    slim(library)
    for name, (place, mode) in PLACES.items():
        put(folder / place, (HERE / name).read_bytes(), mode)
    put(folder / METAINFO, metainfo(release), 0o644)
    put(folder / ICON, (ROOT / "resources/icons/tray-good.svg").read_bytes(), 0o644)
    parcel.manual(folder / MANUAL, lambda page: page not in OF_ENDPOINT)
    put(folder / "usr/share/doc/agentguard/copyright", (ROOT / "LICENSE").read_bytes(), 0o644)
    compiled(library, brief=True)
    parcel.settle(folder)


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


def metainfo(release: str) -> bytes:
    """Return the AppStream file with this release."""
    day = datetime.fromtimestamp(epoch(), UTC).date().isoformat()
    text = (HERE / "agentguard.metainfo.xml").read_text(encoding="utf-8")
    return text.replace("@RELEASES@", f'<release version="{release}" date="{day}"/>').encode()


if __name__ == "__main__":
    raise SystemExit(parcel.asked_for(DESK, tree))
