"""Writes an MSI's bill of materials in CycloneDX: its packages, and what they carry."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from installer import pe
from installer.package import BuildError

# Libraries that come inside packages, and the file in a frozen tree whose version is theirs.
CARRIED: Mapping[str, tuple[str, str]] = {
    "CPython": ("_internal/python313.dll", "PSF-2.0"),
    "OpenSSL": ("_internal/libcrypto-3.dll", "Apache-2.0"),
    "Qt": ("_internal/PySide6/Qt6Core.dll", "LGPL-3.0-only"),
    "Microsoft Visual C++ Runtime": ("_internal/vcruntime140.dll", "LicenseRef-Microsoft"),
}
_BUILDS = ("pyinstaller", "altgraph", "pefile", "pywin32-ctypes", "setuptools", "packaging")


def builds(name: str) -> bool:
    """Check whether a package only builds the program, and is not in it."""
    return name.lower().replace("_", "-").startswith(_BUILDS)


def write(out: Path, tree: Path, listed: Path, version: str) -> Path:
    """Write the bill of a tree, made with the packages of the requirements file `listed`.

    Raises:
        BuildError: cyclonedx-py refused the file.

    """
    bill = _of_packages(listed)
    parts = [part for part in bill["components"] if not builds(part["name"])]
    parts += [_carried(name, tree / file, text) for name, (file, text) in CARRIED.items()]
    bill["components"] = sorted(parts, key=lambda part: (part["name"].lower(), part["version"]))
    bill["metadata"]["component"] = {
        "type": "application",
        "bom-ref": "agentguard",
        "name": "AgentGuard",
        "version": version,
        "licenses": [{"license": {"id": "Apache-2.0"}}],
    }
    known = {part["bom-ref"] for part in parts}
    bill["dependencies"] = [
        {"ref": "agentguard", "dependsOn": sorted(known)},
        *({"ref": ref} for ref in sorted(known)),
    ]
    out.write_text(json.dumps(bill, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return out


def _of_packages(listed: Path) -> dict[str, Any]:
    program = Path(sys.executable).with_name("cyclonedx-py" + (".exe" if os.name == "nt" else ""))
    done = subprocess.run(
        (program, "requirements", listed, "--output-reproducible", "--of", "JSON"),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildError(f"cyclonedx-py ended with {done.returncode}: {done.stderr.strip()}")
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def _carried(name: str, file: Path, text: str) -> dict[str, Any]:
    licence = {"name": text} if text.startswith("LicenseRef") else {"id": text}
    return {
        "type": "library",
        "bom-ref": name.lower().replace(" ", "-"),
        "name": name,
        "version": pe.read(file).version,
        "licenses": [{"license": licence}],
    }
