"""python3.dll is Python's own or says that it is ours, and leads to python313.dll either way."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import pefile
import pytest

from installer import authenticode, forwarder, pe, sign
from installer.package import BuildError
from tests.installer.signer import Signer, make
from tests.installer.stand_ins import PREFIX

pytestmark = pytest.mark.heavy

SOURCE = "__declspec(dllexport) int Py_One(void) { return 1; }\n__declspec(dllexport) int PyTwo;\n"
VERSION = """1 VERSIONINFO
FILEVERSION 3,13,{0},1013
FILEOS 0x40004
FILETYPE 2
BEGIN END
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a `python313.dll`, and a `python3.dll` that nobody has signed."""
    folder = tmp_path_factory.mktemp("python")
    (folder / "python313.c").write_text(SOURCE, encoding="ascii")
    version(folder, "python313", 11150)
    compiler = (f"{PREFIX}-gcc", "-shared", "-s", "-o")
    words = (*compiler, "python313.dll", "python313.c", "python313.o")
    subprocess.run(words, cwd=folder, check=True)
    forwards(folder, "python3.dll", "python313", 11150)
    return folder


def version(folder: Path, name: str, number: int) -> None:
    (folder / f"{name}.rc").write_text(VERSION.format(number), encoding="ascii")
    words = (f"{PREFIX}-windres", f"{name}.rc", f"{name}.o")
    subprocess.run(words, cwd=folder, check=True)


def forwards(folder: Path, name: str, to: str, number: int) -> Path:
    """Compile a library whose exports lead to another's."""
    exports = f"LIBRARY python3.dll\nEXPORTS\n  Py_One={to}.Py_One\n"
    (folder / "x.def").write_text(exports, encoding="ascii")
    (folder / "x.c").write_text("int DllMain(void) { return 1; }\n", encoding="ascii")
    version(folder, "x", number)
    words = (f"{PREFIX}-gcc", "-shared", "-s", "-nostdlib", "-Wl,-e,DllMain", "-o", name)
    subprocess.run((*words, "x.c", "x.def", "x.o"), cwd=folder, check=True)
    return folder / name


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    """Give a certificate in the name of Python's makers, as the root of python313.dll's."""
    return make(tmp_path_factory.mktemp("maker"), "A maker", company=forwarder.MAKER)


@pytest.fixture
def tree(python: Path, maker: Signer, tmp_path: Path) -> Path:
    """Give a tree whose python313.dll its makers signed, and whose python3.dll is anybody's."""
    inner = tmp_path / "tree" / "_internal"
    inner.mkdir(parents=True)
    for name in ("python313.dll", "python3.dll"):
        shutil.copy(python / name, inner / name)
    sign.file(inner / "python313.dll", maker.env)
    return tmp_path / "tree"


def test_row_156_ours_says_that_it_is_ours_and_forwards_every_name(tree: Path) -> None:
    place = tree / forwarder.NAME
    assert not forwarder.put(tree, {})
    found = pefile.PE(str(place))
    symbols = {one.name: one.forwarder for one in found.DIRECTORY_ENTRY_EXPORT.symbols}
    assert symbols == {b"PyTwo": b"python313.PyTwo", b"Py_One": b"python313.Py_One"}
    told = {key: value for info in found.FileInfo[0] for table in getattr(info, "StringTable", ())
            for key, value in table.entries.items()}  # fmt: skip
    found.close()
    assert told[b"CompanyName"] == b"AgentGuard project"
    assert b"forwards python3.dll" in told[b"FileDescription"]
    assert pe.read(place).version == pe.read(tree / forwarder.LIBRARY).version
    first = place.read_bytes()
    forwarder.put(tree, {})
    assert place.read_bytes() == first


def test_ours_is_the_same_wherever_it_is_made(tree: Path, tmp_path: Path) -> None:
    other = shutil.copytree(tree, tmp_path / "another folder" / "of another depth")
    for one in (tree, other):
        assert not forwarder.put(one, {})
    assert (tree / forwarder.NAME).read_bytes() == (other / forwarder.NAME).read_bytes()


def test_the_interpreters_own_file_stays_as_it_is(tree: Path, tmp_path: Path) -> None:
    place, own = tree / forwarder.NAME, tmp_path / "own.dll"
    own.hardlink_to(place)
    before = own.read_bytes()
    forwarder.put(tree, {})
    assert own.read_bytes() == before


def test_pythons_own_stays_where_it_is(tree: Path, maker: Signer) -> None:
    place = tree / forwarder.NAME
    sign.file(place, maker.env)
    before = place.read_bytes()
    assert forwarder.put(tree, {})
    assert place.read_bytes() == before


@pytest.mark.parametrize("packed", ["", "python3.dll", "tools/python3.dll"])
def test_row_156_pythons_own_is_taken_from_where_it_is_named(
    packed: str, tree: Path, maker: Signer, python: Path, tmp_path: Path
) -> None:
    given = Path(shutil.copy(python / "python3.dll", tmp_path / "given.dll"))
    sign.file(given, maker.env)
    content = given.read_bytes()
    if packed:
        with zipfile.ZipFile(tmp_path / "given.zip", "w") as made:
            made.writestr(packed, content)
        given = tmp_path / "given.zip"
    assert forwarder.put(tree, {forwarder.REAL: str(given)})
    assert (tree / forwarder.NAME).read_bytes() == content
    assert authenticode.signed(content)


def test_row_156_another_library_is_not_taken_for_pythons_own(
    tree: Path, maker: Signer, tmp_path: Path
) -> None:
    (tmp_path / "stranger").mkdir()
    stranger = make(tmp_path / "stranger", "A stranger", company=forwarder.MAKER)
    cases = {
        "of another version": (forwards(tmp_path, "old.dll", "python313", 12150), maker),
        "forwards elsewhere": (forwards(tmp_path, "else.dll", "other", 11150), maker),
        "not signed": (forwards(tmp_path, "none.dll", "python313", 11150), None),
        "not signed by": (forwards(tmp_path, "strange.dll", "python313", 11150), stranger),
    }
    for told, (file, signer) in cases.items():
        if signer is not None:
            sign.file(file, signer.env)
        with pytest.raises(BuildError, match=told):
            forwarder.put(tree, {forwarder.REAL: str(file)})


def test_a_changed_byte_is_not_pythons_own(tree: Path, maker: Signer, tmp_path: Path) -> None:
    file = forwards(tmp_path, "changed.dll", "python313", 11150)
    sign.file(file, maker.env)
    content = bytearray(file.read_bytes())
    content[0x400] ^= 1  # DllMain's first
    file.write_bytes(content)
    with pytest.raises(BuildError, match="not signed by"):
        forwarder.put(tree, {forwarder.REAL: str(file)})


def test_an_archive_without_one_is_told(tree: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "given.zip", "w") as made:
        made.writestr("python.exe", b"MZ")
    with pytest.raises(BuildError, match=r"no python3\.dll in given\.zip"):
        forwarder.put(tree, {forwarder.REAL: str(tmp_path / "given.zip")})
