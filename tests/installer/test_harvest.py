"""The list of files for wixl: the same for the same tree, and every file in its folder."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from installer import freeze, harvest, package
from installer.package import BuildError

SPACE = "{http://schemas.microsoft.com/wix/2006/wi}"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (
        "agentguard.exe",
        "_internal/a & b.txt",
        "_internal/deep/er/c.toml",
        "_internal/z",
    ):
        file = tmp_path / "tree" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name, encoding="ascii")
    return tmp_path / "tree"


def places(fragment: str) -> dict[str, str]:
    """Give the source of each file by where it is installed."""
    found: dict[str, str] = {}

    def walk(element: ET.Element, path: str) -> None:
        for child in element:
            name = child.get("Name", "")
            if child.tag == f"{SPACE}File":
                found[f"{path}{name}"] = child.get("Source", "")
            elif child.tag == f"{SPACE}Directory":
                walk(child, f"{path}{name}/")
            elif child.tag != f"{SPACE}ComponentGroup":
                walk(child, path)

    walk(ET.fromstring(fragment), "")  # noqa: S314 - made a line above
    return found


def test_every_file_is_installed_where_it_lies(tree: Path) -> None:
    wanted = {name: f"$(var.Tree)/{name}" for name in harvest.files(tree)}
    assert len(wanted) == 4
    assert places(harvest.fragment(tree)) == wanted


def test_what_the_main_source_names_is_left_out(tree: Path) -> None:
    assert "agentguard.exe" not in places(harvest.fragment(tree, left_out={"agentguard.exe"}))


def test_the_same_tree_gives_the_same_text(tree: Path, tmp_path: Path) -> None:
    twin = tmp_path / "elsewhere"
    for name in reversed(harvest.files(tree)):  # made in another order
        (twin / name).parent.mkdir(parents=True, exist_ok=True)
        (twin / name).write_bytes((tree / name).read_bytes())
    assert harvest.fragment(twin) == harvest.fragment(tree)


def test_what_differs_from_version_to_version_comes_last(tree: Path) -> None:
    (tree / "_internal" / "agentguard.pyz").write_bytes(b"")
    assert list(places(harvest.fragment(tree))) == [
        "_internal/deep/er/c.toml",
        "_internal/a & b.txt",
        "_internal/z",
        "_internal/agentguard.pyz",
        "agentguard.exe",
    ]


def test_a_component_keeps_its_guid_when_others_come_and_go(tree: Path) -> None:
    def guids() -> dict[str, str]:
        text = harvest.fragment(tree)
        return dict(re.findall(r'<Component Id="(\w+)" Guid="([0-9A-F-]{36})"', text))

    before = guids()
    (tree / "_internal" / "new.txt").write_text("new", encoding="ascii")
    after = guids()
    assert before.items() <= after.items()
    assert len(after) == len(before) + 1
    assert len(set(after.values())) == len(after)


@pytest.mark.parametrize("version", ["0.1.0", "127.255.65535"])
def test_versions_that_windows_tells_apart(version: str) -> None:
    assert package.checked(version) == version


@pytest.mark.parametrize(
    "version", ["1.2", "1.2.3.4", "128.0.0", "1.256.0", "1.0.65536", "1.0.0rc1"]
)
def test_versions_that_it_does_not(version: str) -> None:
    with pytest.raises(BuildError, match="no version"):
        package.checked(version)


def test_the_next_version_is_higher() -> None:
    assert freeze.later("0.1.0") == "0.1.1"
    assert freeze.later("1.9.9") == "1.9.10"


def test_a_tree_is_named_by_all_that_it_is_made_of(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = freeze.key(("0.1.0",))
    assert freeze.key(("0.1.0",)) == plain
    assert freeze.key(("0.1.0", "0.1.1")) != plain
    assert freeze.key(("0.1.0",), Path(__file__)) != plain
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1600000000")
    assert freeze.key(("0.1.0",)) != plain


WARNED = """
missing module named fcntl - imported by subprocess (optional), agentguard.vault.lock (conditional)
excluded module named _frozen_importlib - imported by importlib (optional), zipimport (top-level)
excluded module named numpy - imported by pypdfium2._lazy (delayed)
excluded module named 'a.b' - imported by z (delayed, optional)
"""


def test_what_is_left_out_and_needed_later_alone_is_left_out_rightly(tmp_path: Path) -> None:
    warnings = tmp_path / "warn.txt"
    warnings.write_text(WARNED, encoding="utf-8")
    freeze.judge(warnings)


def test_what_is_left_out_and_needed_at_once_fails_the_build(tmp_path: Path) -> None:
    warnings = tmp_path / "warn.txt"
    line = "excluded module named sqlite3 - imported by a.b (delayed), agentguard.c (top-level)\n"
    warnings.write_text(WARNED + line, encoding="utf-8")
    with pytest.raises(BuildError, match=r"sqlite3, by agentguard\.c"):
        freeze.judge(warnings)


def test_packing_keeps_names_content_and_order(tmp_path: Path) -> None:
    library = tmp_path / "base_library.zip"
    with zipfile.ZipFile(library, "w") as made:
        for name in ("z.pyc", "a/b.pyc"):
            made.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), name * 500)
    twin = Path(shutil.copy(library, tmp_path / "twin.zip"))
    size = library.stat().st_size
    freeze.deflate(library)
    freeze.deflate(twin)
    assert twin.read_bytes() == library.read_bytes()
    assert library.stat().st_size < size / 2
    with zipfile.ZipFile(library) as read:
        assert read.namelist() == ["z.pyc", "a/b.pyc"]
        assert read.read("a/b.pyc") == b"a/b.pyc" * 500
