"""Where Windows' registry tells of installed software beside the list of programs.

Sources: as in `software_answers`, `runtime_answers`, `office_answers` and `installer_answers`;
Citrix, "Citrix Workspace app updates" (LTSROnly).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from agentguard.model.facts import Software
from agentguard.platforms._win32 import installer_answers, registry, runtime_answers

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

UPGRADES = r"SOFTWARE\Classes\Installer\UpgradeCodes"
OWN_UPGRADES = r"Software\Microsoft\Installer\UpgradeCodes"
FRAMEWORK = r"SOFTWARE\Microsoft\NET Framework Setup\NDP"
DOTNET = r"SOFTWARE\dotnet\Setup\InstalledVersions"
VISUAL_C = r"SOFTWARE\Microsoft\VisualStudio\14.0\VC\Runtimes"
OFFICE = r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
CITRIX = r"SOFTWARE\Citrix\ICA Client\AutoUpdate\Commandline Policy"

MOST = 5_000
"""Keys of one kind that are read; a computer with Office has a few hundred upgrade codes."""
_ARCHS = 10
_VIEWS = (registry.WIDE, registry.NARROW)


def upgrade_codes() -> Mapping[str, str]:
    """Return the upgrade code of every product that Windows Installer has put here, or for her.

    Raises:
        OSError: they may not be read.

    """
    return installer_answers.by_product(
        (name, tuple(registry.values(root, rf"{path}\{name}")))
        for root, path in ((registry.USER, OWN_UPGRADES), (registry.MACHINE, UPGRADES))
        for name in registry.children(root, path)[:MOST]
    )


def runtimes() -> tuple[Software, ...]:
    """Return .NET Framework, .NET and Visual C++ 14 by their own keys.

    Raises:
        OSError: one may not be read.

    """
    full = registry.values(registry.MACHINE, rf"{FRAMEWORK}\v4\Full")
    three_five = registry.values(registry.MACHINE, rf"{FRAMEWORK}\v3.5")
    return (
        *runtime_answers.frameworks(full, three_five),
        *runtime_answers.shared(one for view in _VIEWS for one in shared(view)),
        *runtime_answers.visual_c(
            (arch, registry.values(registry.MACHINE, rf"{VISUAL_C}\{arch}", view))
            for view in _VIEWS
            for arch in ("x64", "x86", "arm64")
        ),
    )


def shared(view: int) -> tuple[tuple[str, str, str], ...]:
    """Return .NET's runtimes in a view of the registry: architecture, framework and version.

    Raises:
        OSError: they may not be read.

    """
    places = [
        (arch, framework, rf"{DOTNET}\{arch}\sharedfx\{framework}")
        for arch in registry.children(registry.MACHINE, DOTNET, view)[:_ARCHS]
        for framework in registry.children(registry.MACHINE, rf"{DOTNET}\{arch}\sharedfx", view)
    ]
    return tuple(
        (arch, framework, version)
        for arch, framework, place in places[:MOST]
        for version in tuple(registry.values(registry.MACHINE, place, view))[:MOST]
    )


def office() -> registry.Values:
    """Return how Office was installed and takes its updates.

    Raises:
        OSError: it may not be read.

    """
    return registry.values(registry.MACHINE, OFFICE)


def long_term() -> bool:
    """Check whether Citrix Workspace app follows its long-term release alone."""
    told = registry.values(registry.MACHINE, CITRIX, registry.NARROW).get("LTSROnly")
    return told == 1 or (isinstance(told, str) and told.strip().casefold() in {"true", "1"})
