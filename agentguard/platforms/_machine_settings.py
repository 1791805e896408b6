"""Reads what is set for the whole computer: the registry of Windows, or the files in /etc."""

from __future__ import annotations

import sys
from pathlib import Path

from agentguard.base.settings import DESCRIBED, Layers, Values

if sys.platform == "win32":
    from agentguard.platforms._win32 import registry

    MANAGED, INSTALLED = r"Software\Policies\AgentGuard", r"Software\AgentGuard"

    def machine_layers() -> Layers:
        """Return the layers; a key that may not be read is as one that is not there."""
        return Layers(
            managed=_key(MANAGED),
            installed=_key(INSTALLED),
            managed_in=rf"HKLM\{MANAGED}",
            installed_in=rf"HKLM\{INSTALLED}",
        )

    def _key(path: str) -> Values:
        try:
            found = {
                name.casefold(): v for name, v in registry.values(registry.MACHINE, path).items()
            }
        except OSError:
            return {}
        return {d.name: found[n] for d in DESCRIBED if (n := d.registry.casefold()) in found}

else:
    import tomllib

    FOLDER = Path("/etc/agentguard")

    def machine_layers(folder: Path = FOLDER) -> Layers:
        """Return the layers; a file that cannot be read is as one that is not there."""
        managed, installed = folder / "managed.toml", folder / "settings.toml"
        return Layers(
            managed=_file(managed),
            installed=_file(installed),
            managed_in=str(managed),
            installed_in=str(installed),
        )

    def _file(file: Path) -> Values:
        try:
            found = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {d.name: _plain(found[d.name]) for d in DESCRIBED if d.name in found}

    def _plain(value: object) -> object:
        return int(value) if isinstance(value, bool) else value
