"""Writes the manifests of a release for winget: `manifests.py MSI VERSION URL [--out FOLDER]`.

Three files, as the community repository wants them: version, installer, and the words in English.
Source: Microsoft, schemas of winget-cli, version 1.10.0.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from installer import harvest

IDENTIFIER = "AgentGuard.AgentGuard"
SCHEMA = "1.10.0"
UPGRADE = "{B7A1E0C4-3D52-4F0B-9C7E-5A6D1F2E8B90}"
OLDEST = "10.0.18362.0"  # Windows 10 1903, as docs/platforms.md has it
PUBLISHER = "AgentGuard project"
SITE = "https://agentguard.github.io/"

Manifest = dict[str, Any]


def manifests(msi: bytes, version: str, url: str) -> dict[str, Manifest]:
    """Return the three manifests by the names of their files."""
    product = f"{{{harvest.guid(f'product/{version}')}}}"
    return {
        f"{IDENTIFIER}.yaml": _version(version),
        f"{IDENTIFIER}.installer.yaml": _installer(msi, version, url, product),
        f"{IDENTIFIER}.locale.en-US.yaml": _words(version),
    }


def _about(version: str, kind: str, **rest: object) -> Manifest:
    about = {"PackageIdentifier": IDENTIFIER, "PackageVersion": version}
    return {**about, **rest, "ManifestType": kind, "ManifestVersion": SCHEMA}


def _version(version: str) -> Manifest:
    return _about(version, "version", DefaultLocale="en-US")


def _installer(msi: bytes, version: str, url: str, product: str) -> Manifest:
    return _about(
        version,
        "installer",
        Platform=["Windows.Desktop"],
        MinimumOSVersion=OLDEST,
        InstallerType="msi",
        Scope="machine",
        InstallModes=["silent", "silentWithProgress"],
        InstallerSwitches={
            "Silent": "/qn /norestart",
            "SilentWithProgress": "/passive /norestart",
            "Log": '/l*v "<LOGPATH>"',
            "InstallLocation": 'INSTALLDIR="<INSTALLPATH>"',
        },
        InstallerSuccessCodes=[3010],
        UpgradeBehavior="install",
        ElevationRequirement="elevationRequired",  # with /qn Windows Installer asks nobody
        ProductCode=product,
        AppsAndFeaturesEntries=[
            {
                "DisplayName": "AgentGuard",
                "Publisher": PUBLISHER,
                "ProductCode": product,
                "UpgradeCode": UPGRADE,
                "InstallerType": "msi",
            }
        ],
        Installers=[
            {
                "Architecture": "x64",
                "InstallerUrl": url,
                "InstallerSha256": hashlib.sha256(msi).hexdigest().upper(),
            }
        ],
    )


def _words(version: str) -> Manifest:
    return _about(
        version,
        "defaultLocale",
        PackageLocale="en-US",
        Publisher=PUBLISHER,
        PackageName="AgentGuard",
        PackageUrl=SITE,
        License="Apache-2.0",
        ShortDescription="Guards the desks of a contact centre.",
        Tags=["contact-centre", "data-protection", "pci-dss", "security"],
    )


def main() -> int:
    """Write them."""
    parser = argparse.ArgumentParser(description="Write the manifests of a release for winget.")
    parser.add_argument("msi", type=Path)
    parser.add_argument("version")
    parser.add_argument("url")
    parser.add_argument("--out", type=Path, default=Path("dist/winget"))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    yaml = YAML(typ="rt")
    for name, manifest in manifests(given.msi.read_bytes(), given.version, given.url).items():
        with (given.out / name).open("w", encoding="utf-8") as file:
            yaml.dump(manifest, file)
        print(given.out / name)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
