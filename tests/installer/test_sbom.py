"""The bill of materials names what is aboard, all of it, with hashes and licences, and no more."""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from installer import aboard, forwarder, parts, sbom, sign
from installer.package import BuildError
from tests.installer import stand_ins
from tests.installer.signer import make

pytestmark = pytest.mark.heavy

TOLD = {
    ("OpenSSL", "libcrypto-3.dll"): ("3.0.18", b"OpenSSL 3.0.18 30 Sep 2025"),
    ("OpenSSL", "_rust.pyd"): ("4.0.3", b"OpenSSL 4.0.3 29 Sep 2026"),
    ("zlib", "python313.dll"): ("1.3.1", b"\x001.3.1\0"),
    ("zlib", "agentguard.exe"): ("1.3.2", b" inflate 1.3.2 Copyright"),
    ("Expat", "pyexpat.pyd"): ("2.7.3", b"expat_2.7.3\0"),
    ("bzip2", "_bz2.pyd"): ("1.0.8", b"1.0.8, 13-Jul-2019"),
    ("libmpdec", "_decimal.pyd"): ("4.0.0", b"\x004.0.0\0"),
    ("SQLite", "__init__.cp313-win_amd64.pyd"): ("3.54.1", b"\x003.54.1.0\0"),
    ("Abseil", "_re2.cp313-win_amd64.pyd"): ("20250512", b"@lts_20250512@absl@"),
    ("ICU", "pdfium.dll"): ("78", b"@icu_78@@"),
    ("PCRE2", "Qt6Core.dll"): ("10.48", b"10.48 2026-08-31"),
    ("libpng", "Qt6Gui.dll"): ("1.6.58", b"\x001.6.58\0"),
}
"""What is inside which file, its version, and how the file tells it, read on 30 November 2026."""

PACKAGES = {
    # name: the wheel's tag, the licence as it is told, its files
    "google-re2": ("cp313-cp313-win_amd64", "", ["re2/_re2.cp313-win_amd64.pyd"]),
    "apsw": ("cp313-cp313-win_amd64", "any-OSI", ["apsw/__init__.cp313-win_amd64.pyd"]),
    "tqdm": ("py3-none-any", "MPL-2.0 AND MIT", ["tqdm/__init__.py", "tqdm/std.py"]),
    "pyinstaller": ("py3-none-win_amd64", "GPL", ["PyInstaller/__init__.py"]),
    # of another system and of the build: installed, or in the lock file, and not aboard
    "jeepney": ("py3-none-any", "MIT", ["jeepney/__init__.py"]),
    "pefile": ("py3-none-any", "MIT", ["pefile.py"]),
}
LOCKED = {
    one["name"]: one["version"]
    for one in tomllib.loads(sbom.LOCK.read_text(encoding="utf-8"))["package"]
    if one["name"] in PACKAGES
}
ABOARD = {"google-re2", "apsw", "tqdm"}
BAD = "no licence of SPDX"


def site(folder: Path) -> Path:
    """Make a folder of packages as an installer of wheels leaves it."""
    for name, (tag, licence, files) in PACKAGES.items():
        version = LOCKED[name]
        home = folder / f"{name.replace('-', '_')}-{version}.dist-info"
        home.mkdir(parents=True)
        about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nLicense: {licence}\n"
        (home / "METADATA").write_text(about, encoding="utf-8")
        (home / "WHEEL").write_text(f"Wheel-Version: 1.0\nTag: {tag}\n", encoding="utf-8")
        rows = "".join(f"{file},sha256=x,1\n" for file in files)
        (home / "RECORD").write_text(rows, encoding="utf-8")
    return folder


MODULES = ["agentguard", "agentguard.cli", "tqdm", "tqdm.std", "json", "_pyi_rth_utils"]


@pytest.fixture
def whole(tree: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Give a tree with a file for each part, and the folder of its packages."""
    made = shutil.copytree(tree, tmp_path / "tree")
    content = (made / "agentguard.exe").read_bytes()
    for place in {part.inside for part in parts.PARTS} | {forwarder.NAME}:
        name = place.rpartition("/")[2]
        told = b"".join(text for (_, inside), (_, text) in TOLD.items() if inside == name)
        (made / place).parent.mkdir(parents=True, exist_ok=True)
        (made / place).write_bytes(content + told)
    stand_ins.archive(made, MODULES)
    return made, site(tmp_path / "site")


def read(bill: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(bill.read_text(encoding="utf-8"))
    return made


@pytest.fixture
def bill(whole: tuple[Path, Path], tmp_path: Path) -> Path:
    return sbom.write(tmp_path / "bill.json", *whole, "1.0.0")


def test_row_158_every_file_aboard_is_in_it_once_with_its_hash(
    whole: tuple[Path, Path], bill: Path
) -> None:
    tree, packages = whole
    made = read(bill)
    told = [made["metadata"]["component"], *made["components"]]
    files = [
        (f["name"], f["hashes"][0]["content"]) for one in told for f in one.get("components", ())
    ]
    wanted = [
        (file.relative_to(tree).as_posix(), hashlib.sha256(file.read_bytes()).hexdigest())
        for file in tree.rglob("*")
        if file.is_file()
    ]
    assert sorted(files) == sorted(wanted)
    assert sbom.problems(bill, tree, packages) == []


def test_row_158_a_package_is_in_it_if_it_is_aboard_and_only_then(bill: Path) -> None:
    made = read(bill)
    of_packages = {
        one["name"]: one
        for one in made["components"]
        if one.get("purl", "").startswith("pkg:pypi/")
    }
    assert set(of_packages) == {*ABOARD, "PyInstaller bootloader"}
    for one in of_packages.values():
        (wheel,) = one["externalReferences"]
        assert wheel["url"].endswith(".whl")
        assert len(wheel["hashes"][0]["content"]) == 64
    modules = of_packages["tqdm"]["evidence"]["occurrences"]
    assert [one["location"] for one in modules] == [
        f"{aboard.ARCHIVE}#tqdm",
        f"{aboard.ARCHIVE}#tqdm.std",
    ]


def test_row_158_each_is_told_with_a_licence_and_each_native_part_with_its_version(
    bill: Path,
) -> None:
    made = read(bill)
    assert all(one["licenses"] for one in made["components"])
    known = {(one["name"], one.get("version")) for one in made["components"]}
    assert {(name, version) for (name, _), (version, _) in TOLD.items()} <= known
    assert ("RE2", LOCKED["google-re2"][-8:]) in known
    for name in ("CPython", "libffi", "Qt", "PDFium", "Microsoft Visual C++ Runtime"):
        assert name in {one for one, _ in known}


def test_it_is_cyclonedx_and_the_same_for_the_same_tree(
    whole: tuple[Path, Path], bill: Path, tmp_path: Path
) -> None:
    text = bill.read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    again = sbom.write(tmp_path / "again.json", *whole, "1.0.0")
    assert again.read_text(encoding="utf-8") == text
    made = read(bill)
    refs = {one["bom-ref"] for one in made["components"]}
    assert set(made["dependencies"][0]["dependsOn"]) == refs
    assert len(refs) == len(made["components"])


def test_row_158_what_is_aboard_and_not_in_it_is_told(whole: tuple[Path, Path], bill: Path) -> None:
    tree, packages = whole
    (tree / "_internal" / "more.pyd").write_bytes(b"MZ")
    stand_ins.archive(tree, [*MODULES, "jeepney"])
    told = sbom.problems(bill, tree, packages)
    assert "_internal/more.pyd is aboard and not in the bill" in told
    assert f"pkg:pypi/jeepney@{LOCKED['jeepney']} is aboard and not in the bill" in told


def test_row_158_what_is_in_it_and_not_aboard_is_told(whole: tuple[Path, Path], bill: Path) -> None:
    tree, packages = whole
    (tree / "_internal" / "both.txt").unlink()
    stand_ins.archive(tree, [one for one in MODULES if not one.startswith("tqdm")])
    told = sbom.problems(bill, tree, packages)
    assert "_internal/both.txt is in the bill and not aboard" in told
    assert f"pkg:pypi/tqdm@{LOCKED['tqdm']} is in the bill and not aboard" in told


def test_row_158_a_changed_byte_is_another_file(whole: tuple[Path, Path], bill: Path) -> None:
    tree, packages = whole
    (tree / "_internal" / "both.txt").write_text("both 1.0.1\n", encoding="ascii")
    assert sbom.problems(bill, tree, packages) == ["_internal/both.txt is another file"]


def test_the_forwarder_is_named_as_ours_unless_it_is_pythons_own(
    whole: tuple[Path, Path], bill: Path, tmp_path: Path
) -> None:
    def holder(bill: Path) -> str:
        return next(
            str(one["name"])
            for one in read(bill)["components"]
            if forwarder.NAME in {file["name"] for file in one.get("components", ())}
        )

    tree, packages = whole
    assert holder(bill) == sbom.FORWARDER
    sign.file(tree / forwarder.NAME, make(tmp_path, forwarder.MAKER, company=forwarder.MAKER).env)
    assert holder(sbom.write(tmp_path / "signed.json", tree, packages, "1.0.0")) == "CPython"


def test_a_module_of_nobody_ends_the_build(whole: tuple[Path, Path], tmp_path: Path) -> None:
    tree, packages = whole
    stand_ins.archive(tree, [*MODULES, "stranger"])
    with pytest.raises(BuildError, match="of no package: stranger"):
        sbom.write(tmp_path / "bill.json", tree, packages, "1.0.0")


def test_a_licence_that_nobody_tells_ends_the_build(
    whole: tuple[Path, Path], tmp_path: Path
) -> None:
    tree, packages = whole
    told = packages / f"tqdm-{LOCKED['tqdm']}.dist-info" / "METADATA"
    told.write_text(f"Name: tqdm\nVersion: {LOCKED['tqdm']}\nLicense: {BAD}\n", encoding="utf-8")
    with pytest.raises(BuildError, match="licence of tqdm"):
        sbom.write(tmp_path / "bill.json", tree, packages, "1.0.0")


@pytest.mark.parametrize("told", TOLD, ids=lambda told: f"{told[0]} in {told[1]}")
def test_a_part_that_is_not_found_any_more_ends_the_build(
    told: tuple[str, str], whole: tuple[Path, Path]
) -> None:
    tree, _ = whole
    name, inside = told
    versions = {"google-re2": LOCKED["google-re2"]}
    file = next(tree.rglob(inside))
    file.write_bytes(file.read_bytes().replace(TOLD[told][1], b""))
    with pytest.raises(BuildError, match=f"does not tell the version of {name}"):
        list(parts.found(tree, versions))
    file.unlink()
    with pytest.raises(BuildError, match="there is no"):
        list(parts.found(tree, versions))


def test_a_package_without_its_wheel_in_the_lock_file_ends_the_build(
    whole: tuple[Path, Path], tmp_path: Path
) -> None:
    tree, packages = whole
    told = packages / f"tqdm-{LOCKED['tqdm']}.dist-info" / "WHEEL"
    told.write_text("Wheel-Version: 1.0\nTag: cp27-cp27m-win32\n", encoding="utf-8")
    with pytest.raises(BuildError, match="no wheel of tqdm"):
        sbom.write(tmp_path / "bill.json", tree, packages, "1.0.0")


def test_crates_of_a_wheels_own_bill_are_named_but_those_that_only_built(
    whole: tuple[Path, Path], tmp_path: Path
) -> None:
    tree, packages = whole
    crates = [
        {"type": "library", "name": name, "version": "1.2.3", "scope": scope, "bom-ref": name,
         "licenses": [{"expression": "MIT OR Apache-2.0"}],
         "hashes": [{"alg": "SHA-256", "content": "a" * 64}]}
        for name, scope in (("aes", "required"), ("cc", "excluded"))
    ]  # fmt: skip
    own = packages / f"apsw-{LOCKED['apsw']}.dist-info" / "sboms" / "apsw.cyclonedx.json"
    own.parent.mkdir()
    own.write_text(json.dumps({"components": crates}), encoding="utf-8")
    made = sbom.write(tmp_path / "bill.json", tree, packages, "1.0.0")
    told = {one["name"]: one for one in read(made)["components"]}
    assert told["aes"]["purl"] == "pkg:cargo/aes@1.2.3"
    assert told["aes"]["hashes"][0]["content"] == "a" * 64
    assert "cc" not in told
