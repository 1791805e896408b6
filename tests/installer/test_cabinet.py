"""The cabinet of an MSI holds the same files in less room, and every reader reads them."""

from __future__ import annotations

import random
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import pytest

from installer import cabinet
from installer.package import BuildError

pytestmark = pytest.mark.heavy

FIRST = 36


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give files of several blocks: alike over their borders, packed before, and empty."""
    folder, chance = tmp_path_factory.mktemp("files"), random.Random(155)
    part = chance.randbytes(20_000)
    contents = {
        "alike.bin": part * 9,
        "packed.bin": zlib.compress(chance.randbytes(200_000)),
        "text.txt": b"the same words again and again\r\n" * 9_000,
        "empty.txt": b"",
        "odd.bin": chance.randbytes(40_003),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder


SOURCE = """<?xml version="1.0"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Name="x" Id="*" UpgradeCode="{B7A1E0C4-3D52-4F0B-9C7E-5A6D1F2E8B91}" Language="1033"
      Version="1.0.0" Manufacturer="x">
    <Package InstallerVersion="500" Compressed="yes"/>
    <Media Id="1" Cabinet="app.cab" EmbedCab="yes"/>
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Component Id="c" Guid="{B7A1E0C4-3D52-4F0B-9C7E-5A6D1F2E8B92}">FILES</Component>
    </Directory>
    <Feature Id="f"><ComponentRef Id="c"/></Feature>
  </Product>
</Wix>
"""


@pytest.fixture(scope="module")
def msi(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an MSI with them as wixl writes it."""
    folder = tmp_path_factory.mktemp("cabinet")
    listed = (
        f'<File Id="{file.stem}" Name="{file.name}" Source="{file}"/>'
        for file in sorted(files.iterdir())
    )
    (folder / "x.wxs").write_text(SOURCE.replace("FILES", "".join(listed)), encoding="utf-8")
    subprocess.run(("wixl", "-o", folder / "x.msi", folder / "x.wxs"), check=True)
    return folder / "x.msi"


def extracted(msi: Path) -> bytes:
    words = ("msiinfo", "extract", msi, cabinet.STREAM)
    return subprocess.run(words, check=True, capture_output=True).stdout


@pytest.fixture(scope="module")
def given(msi: Path) -> bytes:
    """Give its cabinet."""
    return extracted(msi)


def blocks(content: bytes) -> list[tuple[int, bytes, int]]:
    """Return each block's checksum, packed bytes and length."""
    at, count, _kind = struct.unpack_from("<IHH", content, FIRST)
    found = []
    for _ in range(count):
        told, taken, wanted = struct.unpack_from("<IHH", content, at)
        found.append((told, content[at + 8 : at + 8 + taken], wanted))
        at += 8 + taken
    assert at == len(content)
    return found


def test_row_155_it_is_smaller_and_gives_the_same_files(
    msi: Path, given: bytes, files: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copy(msi, tmp_path / "copy.msi"))
    cabinet.repack(copy)
    made = extracted(copy)
    assert len(made) < 0.8 * len(given)
    assert cabinet.packed(given) == made == cabinet.packed(made)
    words = ("msiextract", "--directory", tmp_path / "out", copy)
    subprocess.run(words, check=True, capture_output=True)
    unpacked = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    assert unpacked == {file.name: file.read_bytes() for file in files.iterdir()}


def test_a_block_that_another_cabinet_had_is_not_packed_anew(
    given: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: dict[bytes, bytes] = {}
    made = cabinet.packed(given, known)
    assert made == cabinet.packed(given)
    monkeypatch.setattr(cabinet, "deflated", lambda *_: pytest.fail("it was packed anew"))
    assert cabinet.packed(given, known) == made


def test_a_block_after_another_one_is_packed_for_itself() -> None:
    one, two = b"all of it stands before " * 99, b"nothing of it stands before " * 99
    known: dict[bytes, bytes] = {}
    packed = [cabinet._block(known, one, before) for before in (one, two, b"")]
    assert len(set(packed)) == len(known) == 3
    for data, before in zip(packed, (one, two, b""), strict=True):
        reader = zlib.decompressobj(-zlib.MAX_WBITS, before)
        assert reader.decompress(data[2:]) + reader.flush() == one


def test_checksums_and_sizes_are_those_of_the_format(given: bytes) -> None:
    for content in (given, cabinet.packed(given)):  # gcab's own are the vector
        assert struct.unpack_from("<I", content, 8) == (len(content),)
        for told, data, wanted in blocks(content):
            lengths = struct.pack("<HH", len(data), wanted)
            assert cabinet.checksum(lengths, cabinet.checksum(data)) == told
            assert len(data) <= 32768 + 12


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda content: b"MSCX" + content[4:], "not as wixl"),
        (lambda content: content[:42] + b"\x03" + content[43:], "not as wixl"),
        (lambda content: content.replace(b"CK", b"XX", 1), "not packed with MSZIP"),
        (lambda content: content[:-9] + bytes(9), "not whole|incorrect|invalid|Error -"),
    ],
)
def test_another_cabinet_is_refused(given: bytes, change: object, told: str) -> None:
    assert callable(change)
    with pytest.raises((BuildError, zlib.error), match=told):
        cabinet.packed(change(given))
