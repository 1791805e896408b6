"""Plants a marker in each place of a user's environment from which a program may load something.

A marker is a library (or a Python module) that writes its own name down when it is loaded.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil
import PySide6

QT = Path(PySide6.__file__).parent / "Qt"
SOURCE = """
#include <fcntl.h>
#include <unistd.h>
unsigned la_version(unsigned version) { return version; }
int OSSL_provider_init(const void *core, const void *in, const void **out, void **own) { return 0; }
__attribute__((constructor)) static void loaded(void) {
  int file = open(WHERE, O_WRONLY | O_CREAT | O_APPEND, 0666);
  if (file >= 0 && write(file, NAME, sizeof(NAME) - 1) > 0) close(file);
}
"""
CONFIGURATION = """
openssl_conf = all
[all]
providers = every
[every]
planted = marker
default = usual
[usual]
activate = 1
[marker]
module = {library}
activate = 1
"""
MODULE = """
with open({where!r}, "a", encoding="utf-8") as file:
    file.write("PYTHONPATH\\n")
"""
BEFORE_MAIN = ("LD_PRELOAD", "LD_AUDIT", "PYTHONPATH")
"""What only a shipped program is free of: a checkout is its developer's."""


@dataclass(frozen=True, slots=True)
class Plants:
    """The markers below a folder; `environment` has a variable for each."""

    folder: Path
    environment: dict[str, str]

    def loaded(self) -> set[str]:
        """Give the names of the markers that were loaded since they were last forgotten."""
        told = set((self.folder / "loaded").read_text(encoding="utf-8").split())
        return told | ({"SSLKEYLOGFILE"} if (self.folder / "keys").exists() else set())

    def mapped(self, pid: int) -> set[str]:
        """Give the planted files that a process has in its memory now."""
        maps = psutil.Process(pid).memory_maps(grouped=True)
        return {one.path for one in maps if one.path.startswith(str(self.folder))}

    def forget(self) -> None:
        """Begin anew."""
        (self.folder / "loaded").write_text("", encoding="utf-8")
        (self.folder / "keys").unlink(missing_ok=True)


def planted(folder: Path) -> Plants:
    """Plant them all."""
    folder.mkdir()
    (folder / "marker.c").write_text(SOURCE, encoding="utf-8")
    configuration = CONFIGURATION.format(library=_library(folder, "OPENSSL_CONF"))
    (folder / "openssl.cnf").write_text(configuration, encoding="utf-8")
    python = folder / "python"
    python.mkdir()
    module = MODULE.format(where=str(folder / "loaded"))
    (python / "sitecustomize.py").write_text(module, encoding="utf-8")
    shutil.copytree(QT / "plugins" / "platforms", folder / "qt" / "platforms")
    (folder / "lib").symlink_to(QT / "lib")  # where a plug-in looks for Qt itself
    settings = folder / "config" / "gtk-3.0" / "settings.ini"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"[Settings]\ngtk-modules={_library(folder, 'GTK_SETTINGS')}\n")
    providers, engines, gio = (folder / name for name in ("providers", "engines", "gio"))
    for place, name in ((providers, "legacy"), (engines, "engine"), (gio, "libgio")):
        place.mkdir()
        _library(folder, f"FROM_{name}", place / f"{name}.so")
    plants = Plants(
        folder,
        {
            "OPENSSL_CONF": str(folder / "openssl.cnf"),
            "OPENSSL_MODULES": str(providers),
            "OPENSSL_ENGINES": str(engines),
            "SSLKEYLOGFILE": str(folder / "keys"),
            "LD_PRELOAD": _library(folder, "LD_PRELOAD"),
            "LD_AUDIT": _library(folder, "LD_AUDIT"),
            "LD_LIBRARY_PATH": str(engines),
            "PYTHONPATH": str(python),
            "QT_PLUGIN_PATH": str(folder / "qt"),
            "QT_QPA_PLATFORM_PLUGIN_PATH": str(folder / "qt" / "platforms"),
            "QT_QPA_PLATFORMTHEME": "gtk3",
            "GTK_MODULES": _library(folder, "GTK_MODULES"),
            "GIO_EXTRA_MODULES": str(gio),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_CURRENT_DESKTOP": "GNOME",
        },
    )
    plants.forget()
    return plants


def _library(folder: Path, name: str, place: Path | None = None) -> str:
    made = place or folder / f"{name}.so"
    where, said = f'-DWHERE="{folder / "loaded"}"', f'-DNAME="{name}\\n"'
    subprocess.run(
        ("cc", "-shared", "-fPIC", where, said, "-o", made, folder / "marker.c"), check=True
    )
    return str(made)
