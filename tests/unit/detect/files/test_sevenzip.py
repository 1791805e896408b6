"""7z archives: what is read of them, in whichever way they were packed, and what is told."""

from __future__ import annotations

import io
import random
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import py7zr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base.errors import ScanError
from agentguard.detect.binary.sevenzip_header import folders_of
from agentguard.detect.extractor import Source
from agentguard.detect.limits import Limits
from agentguard.detect.reading.source_reader import Reader, Reading, default_extractors
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files.hostile import CARD, zipped

NOTE = f"Card number {CARD}".encode()
MAIL = b"Write to ann.lee@quillpost.com\n"
VECTORS = Path(__file__).parents[3] / "vectors" / "scan"
NOISE = random.Random(1).randbytes(300_000)
LIMITS = Limits(seconds=600.0)
LZMA2: Mapping[str, Any] = {"id": py7zr.FILTER_LZMA2, "preset": 1}
LZMA: Mapping[str, Any] = {"id": py7zr.FILTER_LZMA, "preset": 1}
X86: Mapping[str, Any] = {"id": py7zr.FILTER_X86}

WAYS: Mapping[str, list[Mapping[str, Any]]] = {
    "lzma": [LZMA],
    "lzma2": [LZMA2],
    "x86 and lzma": [X86, LZMA],
    "x86 and lzma2": [X86, LZMA2],
    "x86 and bzip2": [X86, {"id": py7zr.FILTER_BZIP2}],
    "arm and lzma2": [{"id": py7zr.FILTER_ARM}, LZMA2],
    "delta and lzma2": [{"id": py7zr.FILTER_DELTA, "dist": 4}, LZMA2],
    "bzip2": [{"id": py7zr.FILTER_BZIP2}],
    "deflate": [{"id": py7zr.FILTER_DEFLATE}],
    "copy": [{"id": py7zr.FILTER_COPY}],
}
UNKNOWN: Mapping[str, list[Mapping[str, Any]]] = {
    "zstd": [{"id": py7zr.FILTER_ZSTD, "level": 3}],
    "ppmd": [{"id": py7zr.FILTER_PPMD, "order": 6, "mem": 24}],
    "brotli": [{"id": py7zr.FILTER_BROTLI, "level": 3}],
}


def packed(
    members: Mapping[str, bytes],
    filters: list[Mapping[str, Any]] | None = None,
    password: str | None = None,
    *,
    names: bool = False,
) -> bytes:
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(
        buffer, "w", filters=filters, password=password, header_encryption=names
    ) as archive:
        for name, data in members.items():
            archive.writestr(data, name)
    return buffer.getvalue()


def read(data: bytes, limits: Limits = LIMITS) -> Reading:
    return Reader(default_scanner(), default_extractors(), limits).read(Source.of_bytes(data))


def kinds(reading: Reading) -> list[str]:
    return [hit.kind for hit in reading.hits]


@pytest.mark.parametrize("way", WAYS)
def test_every_member_of_a_solid_archive_is_read(way: str) -> None:
    reading = read(packed({"a": NOTE, "b": NOISE, "none": b"", "c": MAIL}, WAYS[way]))
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "")
    assert kinds(reading) == ["EMAIL", "PAN"]


@pytest.mark.parametrize("way", UNKNOWN)
def test_a_packing_that_is_not_known_is_told_and_never_clean(way: str) -> None:
    archive = packed({"a": NOTE * 50}, UNKNOWN[way])
    reading = read(archive)
    assert (reading.outcome, reading.reason) == (FileOutcome.UNREADABLE, "reason.unsupported")
    beside = read(zipped({"a.7z": archive, "b.txt": MAIL}))
    assert (kinds(beside), beside.reason) == (["EMAIL"], "reason.unsupported-part")


def test_what_was_added_later_is_a_folder_of_its_own() -> None:
    buffer = io.BytesIO(packed({"a": NOTE}))
    with py7zr.SevenZipFile(buffer, "a") as archive:
        archive.writestr(MAIL, "b")
    assert kinds(read(buffer.getvalue())) == ["EMAIL", "PAN"]


def test_a_plain_folder_beside_an_unknown_one_is_read() -> None:
    buffer = io.BytesIO(packed({"a": NOTE}))
    with py7zr.SevenZipFile(buffer, "a", filters=list(UNKNOWN["zstd"])) as archive:
        archive.writestr(MAIL * 99, "b")
    reading = read(buffer.getvalue())
    assert (kinds(reading), reading.reason) == (["PAN"], "reason.unsupported-part")


@pytest.mark.parametrize("names", [False, True])
def test_a_password_seals(names: bool) -> None:
    archive = packed({"a": NOTE}, password="correct horse", names=names)
    assert read(archive) == Reading(outcome=FileOutcome.SEALED, reason="reason.sealed")
    assert read(zipped({"a.7z": archive})).reason == "reason.sealed-part"


def test_an_archive_in_an_archive_is_read_to_a_depth() -> None:
    data = packed({"a": NOTE})
    for _ in range(3):
        data = packed({"inner.7z": data, "folder/readme": b"x"})
    assert kinds(read(data)) == ["PAN"]
    for _ in range(6):
        data = packed({"inner.7z": data})
    assert read(data).reason == "reason.too-deep"


@pytest.mark.parametrize("content", [{}, {"none": b""}], ids=["nothing", "an empty file"])
def test_nothing_within_is_clean(content: dict[str, bytes]) -> None:
    assert read(packed(content)) == Reading(outcome=FileOutcome.READ)


def test_a_bomb_is_told_before_it_unfolds() -> None:
    assert read(packed({"zeros": bytes(64 << 20)}, [LZMA2])).reason == "reason.bomb"


def test_a_member_that_must_be_held_and_is_too_large_is_left_out_and_the_next_is_read() -> None:
    big = b"{\\rtf1 " + random.Random(2).randbytes(3 << 20).hex().encode() + b"}"
    archive = packed({"a": MAIL, "big": big, "c": NOTE}, [LZMA2])
    reading = read(archive, Limits(seconds=600.0, part_mib=1))
    assert (kinds(reading), reading.reason) == (["EMAIL", "PAN"], "reason.too-large-part")


def test_row_511_more_than_the_total_is_read_whole() -> None:
    buffer = io.BytesIO(packed({"a": NOTE}))
    with py7zr.SevenZipFile(buffer, "a") as archive:
        archive.writestr(random.Random(3).randbytes(2 << 20).hex().encode() + b"\n" + MAIL, "b")
    reading = read(buffer.getvalue(), Limits(seconds=600.0, total_mib=1))
    assert (kinds(reading), reading.reason) == (["EMAIL", "PAN"], "")


def test_a_cut_or_flipped_archive_is_damaged() -> None:
    archive = packed({"a": NOTE, "b": NOISE}, [LZMA2])
    assert read(archive[:-40]).reason == "reason.corrupt"
    flipped = bytearray(archive)
    flipped[len(archive) // 2] ^= 0xFF
    reading = read(bytes(flipped))
    assert (kinds(reading), reading.reason) == (["PAN"], "reason.corrupt-part")


def header(body: bytes, packed_bytes: bytes = b"") -> bytes:
    """Give an archive with a header of one's own."""
    start = len(packed_bytes).to_bytes(8, "little") + len(body).to_bytes(8, "little")
    start += zlib.crc32(body).to_bytes(4, "little")
    mark = b"7z\xbc\xaf\x27\x1c\x00\x04" + zlib.crc32(start).to_bytes(4, "little")
    return mark + start + packed_bytes + body


LIES = {
    "a billion streams": b"\x01\x04\x06\x00\xe0\x00\xca\x9a\x3b",
    "a billion folders": b"\x01\x04\x07\x0b\xf0\x00\xca\x9a\x3b\x00",
    "a cut number": b"\x01\x04\x06\xff",
    "a folder of no steps": b"\x01\x04\x07\x0b\x01\x00\x00\x0c\x00\x00",
    "steps in a ring": b"\x01\x04\x07\x0b\x01\x00\x02\x01\x00\x01\x00\x00\x00\x0c\x01\x01\x00\x00",
    "endless wrapping": b"\x17\x00",
    "another mark": b"\x05",
    "endless properties": b"\x01\x02" + b"\x01\x00" * 5000,
}


@pytest.mark.parametrize("lie", LIES)
def test_a_header_that_lies_is_a_reason(lie: str) -> None:
    reading = read(header(LIES[lie]))
    assert reading.outcome is FileOutcome.UNREADABLE
    assert reading.reason in {"reason.corrupt", "reason.unsupported"}


def test_a_size_that_lies_is_a_damaged_part() -> None:
    body = b"\x01\x04\x06\x00\x01\x09\x1f\x00\x07\x0b\x01\x00\x01\x01\x00\x0c\x40\x00\x00\x00"
    reading = read(header(body.replace(b"\x40", b"\x81\x00"), NOTE))
    assert (kinds(reading), reading.reason) == (["PAN"], "reason.corrupt-part")


@given(data=st.data())
def test_no_damage_raises_anything_else(data: st.DataObject) -> None:
    whole = bytearray(
        (VECTORS / data.draw(st.sampled_from(["plain.7z", "locked-content.7z"]))).read_bytes()
    )
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(6, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(read(bytes(whole[: data.draw(st.integers(6, len(whole)))])), Reading)


@given(body=st.binary(max_size=80))
def test_any_header_is_read_or_refused(body: bytes) -> None:
    try:
        folders = folders_of(Source.of_bytes(header(b"\x01\x04\x06" + body, NOISE[:500])))
    except ScanError as error:
        assert error.reason.startswith("reason.")  # noqa: PT017 - either end is right
    else:
        assert len(folders) <= 100_000
