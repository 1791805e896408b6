"""Writes an MSI's bill of materials in CycloneDX 1.6, of what is aboard and of nothing else.

Every file of the tree stands in it once, with its SHA-256, within the component that it belongs to:
a package, a native part, or the program itself. A package is told with the wheel that it came in,
by address and hash, and with its licence; Rust crates are those that a wheel's own bill names.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cyclonedx import spdx
from packaging.tags import Tag
from packaging.utils import canonicalize_name, parse_wheel_filename

from installer import aboard, forwarder, harvest, parts
from installer.check_programs import PROGRAMS
from installer.harvest import guid
from installer.tools import BuildError

LOCK = Path(__file__).resolve().parents[1] / "uv.lock"
OWN = "AgentGuard"
FORWARDER = "AgentGuard's forwarder python3.dll"
LICENCES: Mapping[str, str] = {
    "colorama": "BSD-3-Clause",
    "fido2": "BSD-2-Clause AND Apache-2.0 AND MPL-2.0",
    "google-re2": "BSD-3-Clause",
    "pyinstaller": "GPL-2.0-or-later WITH Bootloader-exception",
    "pypdfium2": "BSD-3-Clause AND Apache-2.0",
    "pyrage": "MIT",
    "python-stdnum": "LGPL-2.1-or-later",
    "segno": "BSD-3-Clause",
}
"""Of packages whose metadata name theirs in other words than SPDX's; read in their own files."""

Component = dict[str, Any]


def write(out: Path, tree: Path, site: Path, version: str) -> Path:
    """Write the bill of a tree, made with the packages of `site`.

    Raises:
        BuildError: something is aboard that is of nobody, or whose licence or wheel nobody tells.

    """
    found = aboard.packages(tree, site)
    versions = {str(canonicalize_name(one.name)): one.version for one in found.values()}
    left, wheels = dict.fromkeys(harvest.files(tree)), _wheels()
    components = [_native(tree, left, one) for one in parts.found(tree, versions)]
    components += _forwarding(tree, left)
    components += [_package(tree, left, one, wheels) for one in found.values()]
    components.append(_freezer(aboard.freezer(site), wheels))
    components += [crate for one in found.values() for crate in _crates(one)]
    own = _component("application", OWN, version, "Apache-2.0", ref="agentguard")
    own["components"] = _files(tree, left)
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": own},
        "components": sorted(components, key=lambda one: (one["name"].lower(), one["bom-ref"])),
        "dependencies": _dependencies(components),
    }
    text = json.dumps(bill, indent=2, sort_keys=True)
    bill["serialNumber"] = f"urn:uuid:{guid(f'bill/{text}').lower()}"
    out.write_text(json.dumps(bill, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return out


def _component(kind: str, name: str, version: str, licence: str, *, ref: str) -> Component:
    made: Component = {"type": kind, "bom-ref": ref, "name": name, "licenses": _licence(licence)}
    return {**made, "version": version} if version else made


def _licence(text: str) -> list[dict[str, Any]]:
    if spdx.is_supported_id(text):
        return [{"license": {"id": text}}]
    return [{"expression": text}] if spdx.is_expression(text) else [{"license": {"name": text}}]


def _files(tree: Path, places: Iterable[str]) -> list[Component]:
    """Return files as components with their hashes."""
    return [
        {
            "type": "file",
            "bom-ref": f"file:{place}",
            "name": place,
            "hashes": [{"alg": "SHA-256", "content": _sha256(tree / place)}],
        }
        for place in places
    ]


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _taken(left: dict[str, None], wanted: Iterable[str]) -> list[str]:
    """Take files from those that are nobody's yet."""
    taken = [place for place in wanted if place in left]
    for place in taken:
        del left[place]
    return taken


def _native(tree: Path, left: dict[str, None], found: parts.Found) -> Component:
    part, name = found.part, re.sub(r"[^a-z0-9]+", "-", found.part.name.lower())
    ref = f"native:{name}@{found.version}#{part.inside}"
    made = _component("library", part.name, found.version, part.licence, ref=ref)
    if found.version:
        made["purl"] = f"pkg:generic/{name}@{found.version}"
    made["evidence"] = {"occurrences": [{"location": part.inside}]}
    pattern = re.compile(part.files) if part.files else None
    own = [place for place in left if pattern is not None and pattern.fullmatch(place)]
    if part.name == "CPython" and forwarder.real(tree / forwarder.NAME):
        own.append(forwarder.NAME)
    if mine := _taken(left, own):
        made["components"] = _files(tree, mine)
    return made


def _forwarding(tree: Path, left: dict[str, None]) -> list[Component]:
    """Return python3.dll where it is ours; where it is Python's it went with the rest of that."""
    mine = _taken(left, [forwarder.NAME])
    if not mine:
        return []
    made = _component("library", FORWARDER, "", "Apache-2.0", ref="agentguard-python3")
    about = "Compiled with the program; it holds no code, and forwards each name to python313.dll."
    return [{**made, "description": about, "components": _files(tree, mine)}]


def _package(
    tree: Path, left: dict[str, None], one: aboard.Package, wheels: Mapping[str, list[_Wheel]]
) -> Component:
    name = canonicalize_name(one.name)
    licence = LICENCES.get(name, one.licence)
    if not spdx.is_expression(licence):
        raise BuildError(f"The licence of {name} is none of SPDX: {licence[:60]!r}")
    made = _component("library", one.name, one.version, licence, ref=_ref(one))
    made["purl"] = _ref(one)
    made["externalReferences"] = [_wheel(one, wheels.get(name, []))]
    inside = [{"location": f"{aboard.ARCHIVE}#{module}"} for module in one.modules]
    if inside:
        made["evidence"] = {"occurrences": inside}
    if mine := _taken(left, one.files):
        made["components"] = _files(tree, mine)
    return made


def _ref(one: aboard.Package) -> str:
    return f"pkg:pypi/{canonicalize_name(one.name)}@{one.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wheel:
    """A wheel of the lock file."""

    url: str
    sha256: str
    version: str
    tags: frozenset[Tag]
    build: tuple[int, str] | tuple[()]


def _wheels() -> dict[str, list[_Wheel]]:
    """Return the wheels of the lock file by the names of their packages."""
    made: dict[str, list[_Wheel]] = {}
    for package in tomllib.loads(LOCK.read_text(encoding="utf-8"))["package"]:
        for wheel in package.get("wheels", ()):
            _, version, build, tags = parse_wheel_filename(wheel["url"].rpartition("/")[2])
            known = _Wheel(
                url=wheel["url"],
                sha256=wheel["hash"].removeprefix("sha256:"),
                version=str(version),
                tags=tags,
                build=build,
            )
            made.setdefault(canonicalize_name(package["name"]), []).append(known)
    return made


def _wheel(one: aboard.Package, known: Iterable[_Wheel]) -> Component:
    """Return the wheel that a package came in: of its own tags, and the last build of these."""
    same = (wheel for wheel in known if wheel.version == one.version)
    fitting = [wheel for wheel in same if {str(tag) for tag in wheel.tags} & one.tags]
    if not fitting:
        raise BuildError(f"The lock file has no wheel of {one.name} for {sorted(one.tags)}.")
    wheel = max(fitting, key=lambda this: this.build)
    hashes = [{"alg": "SHA-256", "content": wheel.sha256}]
    return {"type": "distribution", "url": wheel.url, "hashes": hashes}


def _freezer(one: aboard.Package, wheels: Mapping[str, list[_Wheel]]) -> Component:
    """Return what of PyInstaller is in both programs."""
    licence = LICENCES[aboard.FREEZER]
    made = _component("library", "PyInstaller bootloader", one.version, licence, ref=_ref(one))
    made["purl"] = _ref(one)
    made["externalReferences"] = [_wheel(one, wheels.get(aboard.FREEZER, []))]
    made["evidence"] = {"occurrences": [{"location": name} for name in PROGRAMS]}
    return made


def _crates(one: aboard.Package) -> Iterator[Component]:
    """Yield the Rust crates that a wheel's own bill names as parts of what it carries."""
    for file in sorted(one.home.glob("sboms/*.cyclonedx.json")):
        for crate in json.loads(file.read_text(encoding="utf-8"))["components"]:
            if crate.get("scope") == "excluded":
                continue  # it only built
            ref = f"pkg:cargo/{crate['name']}@{crate['version']}"
            about = ("name", "version", "hashes", "licenses", "purl")
            made = {key: crate[key] for key in about if key in crate}
            made["purl"] = ref  # without the folder that it was built in
            yield {**made, "type": "library", "bom-ref": f"{ref}#{canonicalize_name(one.name)}"}


def _dependencies(components: Iterable[Component]) -> list[Component]:
    """Return what is made of what: the program of all, and packages of what lies in their files."""
    refs = sorted(one["bom-ref"] for one in components)
    return [{"ref": "agentguard", "dependsOn": refs}, *({"ref": ref} for ref in refs)]


def problems(bill: Path, tree: Path, site: Path) -> list[str]:
    """Return what a bill names that is not aboard a tree, and what is aboard that it lacks."""
    read = json.loads(bill.read_text(encoding="utf-8"))
    told = [read["metadata"]["component"], *read["components"]]
    listed = [file for one in told for file in one.get("components", ())]
    named = {file["name"]: file["hashes"][0]["content"] for file in listed}
    there = {place: _sha256(tree / place) for place in harvest.files(tree)}
    found = [f"{place} is aboard and not in the bill" for place in sorted(set(there) - set(named))]
    found += [f"{place} is in the bill and not aboard" for place in sorted(set(named) - set(there))]
    both = sorted(set(named) & set(there))
    found += [f"{place} is another file" for place in both if named[place] != there[place]]
    if len(listed) != len(named):
        found.append("a file is in the bill twice")
    of_packages = {ref for one in told if (ref := one.get("purl", "")).startswith("pkg:pypi/")}
    wanted = {_ref(one) for one in aboard.packages(tree, site).values()}
    wanted.add(_ref(aboard.freezer(site)))
    found += [f"{ref} is aboard and not in the bill" for ref in sorted(wanted - of_packages)]
    found += [f"{ref} is in the bill and not aboard" for ref in sorted(of_packages - wanted)]
    return found
