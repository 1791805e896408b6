"""ZIP, TAR and packed files: large and odd ones are read whole, hostile ones refused."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tarfile
import zipfile
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.detect.extractor import Source
from agentguard.detect.limits import Limits
from agentguard.detect.reading.source_reader import Reader, Reading, default_extractors
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files.hostile import CARD, zipped

NOTE = f"Card number {CARD}\n".encode()
MAIL = b"Write to ann.lee@quillpost.com\n"
NOISE = random.Random(4).randbytes(1 << 19).hex().encode()
LIMITS = Limits(seconds=600.0)
PACKERS = [gzip.compress, bz2.compress, lzma.compress]


def alone(data: bytes) -> bytes:
    return lzma.compress(data, lzma.FORMAT_ALONE)


def read(data: bytes, limits: Limits = LIMITS) -> Reading:
    return Reader(default_scanner(), default_extractors(), limits).read(Source.of_bytes(data))


def told(data: bytes, limits: Limits = LIMITS) -> tuple[list[str], str]:
    reading = read(data, limits)
    return [hit.kind for hit in reading.hits], reading.reason


def tarred(
    members: Mapping[str, bytes], kind: int = tarfile.PAX_FORMAT, names: str = "utf-8"
) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=kind, encoding=names) as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


# Packed files


@pytest.mark.parametrize("pack", [*PACKERS, alone])
def test_a_packed_file_is_read(pack: Callable[[bytes], bytes]) -> None:
    assert told(pack(NOTE)) == (["PAN"], "")


@pytest.mark.parametrize("pack", PACKERS)
@pytest.mark.parametrize("between", [b"", bytes(8)])
def test_packed_files_one_behind_the_other_are_all_read(
    pack: Callable[[bytes], bytes], between: bytes
) -> None:
    joined = pack(MAIL) + between + pack(NOISE[:300_000]) + between + pack(NOTE)
    assert told(joined) == (["EMAIL", "PAN"], "")


@pytest.mark.parametrize("pack", PACKERS)
def test_what_stands_behind_and_is_not_packed_is_left(pack: Callable[[bytes], bytes]) -> None:
    assert told(pack(NOTE) + b"garbage") == (["PAN"], "")


@pytest.mark.parametrize("pack", PACKERS)
def test_a_cut_file_gives_what_came_before_and_is_told(pack: Callable[[bytes], bytes]) -> None:
    assert told(pack(NOTE) + pack(NOISE)[:-99])[1] == "reason.corrupt-part"
    assert told(pack(NOTE)[:12])[1].startswith("reason.corrupt")


def test_row_511_a_large_file_is_read_whole() -> None:
    large = gzip.compress(NOTE + NOISE * 3 + MAIL)
    assert told(large, Limits(seconds=600.0, part_mib=1)) == (["EMAIL", "PAN"], "")


def test_parts_without_number_end() -> None:
    many = gzip.compress(b"", mtime=0) * 20
    assert told(gzip.compress(NOTE) + many, Limits(members=10)) == (["PAN"], "reason.partial")


@given(
    data=st.binary(max_size=100), mark=st.sampled_from([b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\0"])
)
def test_any_bytes_behind_a_mark_are_read_or_refused(data: bytes, mark: bytes) -> None:
    assert isinstance(read(mark + data), Reading)


# ZIP


def test_row_511_a_large_archive_is_no_bomb_and_read_whole() -> None:
    members = {"a": NOTE, "b": NOISE, "c": NOISE[::-1], "d": MAIL}
    stored = zipped(members, zipfile.ZIP_STORED)
    assert told(stored, Limits(seconds=600.0, total_mib=1)) == (["EMAIL", "PAN"], "")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_row_511_an_archive_of_any_number_of_files_is_read_whole(method: int) -> None:
    many = zipped({"a": NOTE, **{str(n): b"x" for n in range(30)}, "z": MAIL}, method)
    assert told(many, Limits(seconds=600.0, members=20)) == (["EMAIL", "PAN"], "")
    broken = bytearray(many)
    broken[many.find(b"PK\x03\x04", 200) + 3] = 9
    kinds, reason = told(bytes(broken), Limits(seconds=600.0, members=20))
    assert (kinds, reason) == (["PAN"], "reason.corrupt-part")


def test_documents_in_a_large_archive_do_not_make_it_a_bomb() -> None:
    inner = zipped({"a": NOISE, "b": NOTE}, zipfile.ZIP_STORED)
    outer = zipped({str(n): inner + bytes([n]) for n in range(4)}, zipfile.ZIP_STORED)
    assert told(outer, Limits(seconds=600.0, total_mib=5)) == (["PAN"], "")


# TAR


@pytest.mark.parametrize("kind", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_kind_of_tape_archive_is_read(kind: int) -> None:
    long = "folder/" * 12 + "notes.txt"
    assert told(tarred({long: NOTE, "b": MAIL}, kind)) == (["EMAIL", "PAN"], "")


def test_the_oldest_tape_archives_have_no_mark() -> None:
    data = bytearray(tarred({"a.txt": NOTE}, tarfile.USTAR_FORMAT))
    data[257:512] = bytes(255)
    data[148:156] = b"        "
    data[148:156] = f"{sum(data[:512]):06o}\0 ".encode()
    assert told(bytes(data)) == (["PAN"], "")


def test_a_cut_tape_archive_is_told() -> None:
    whole = tarred({"a": NOTE, "b": NOISE})
    kinds, reason = told(whole[:200_000])
    assert kinds == ["PAN"]
    assert reason.startswith("reason.corrupt")


def test_row_511_a_tape_archive_of_any_number_of_files_is_read_whole() -> None:
    many = tarred({"a": NOTE, **{str(n): b"x" for n in range(30)}, "z": MAIL})
    assert told(many, Limits(seconds=600.0, members=20)) == (["EMAIL", "PAN"], "")


def summed(header: bytearray) -> bytes:
    """Give a header with the sum that it has now."""
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header[:512])
    return bytes(header)


@pytest.mark.parametrize(
    "size",
    [b"\xff" * 12, b"\x80" + b"\xff" * 11, b"77777777777\0", b"-0000000001\0", b"x" * 12],
    ids=["below zero", "binary", "octal", "minus", "none"],
)
def test_a_tape_archive_whose_size_lies_is_told(size: bytes) -> None:
    data = bytearray(tarred({"a": NOTE, "b": MAIL}, tarfile.USTAR_FORMAT))
    second = data[1024:1536]
    second[124:136] = size
    kinds, reason = told(bytes(data[:1024]) + summed(second) + bytes(data[1536:]))
    there = size[:1] in b"\x807"  # beyond the end: all that there is belongs to it
    assert (kinds, reason) == (["EMAIL", "PAN"] if there else ["PAN"], "reason.corrupt-part")
    first = data[:512]
    first[124:136] = size
    assert told(summed(first) + bytes(data[512:]))[1].startswith("reason.corrupt")


def test_what_is_told_about_a_member_is_read_in_time_by_its_length() -> None:
    about = bytearray(tarred({"é" * 90: NOTE}))
    about[124:136] = b"%011o\0" % (8 << 20)
    data = summed(about[:512]) + b"1" * (8 << 20) + tarred({"a": NOTE})
    assert told(data) == (["PAN"], "")


def test_tape_archives_that_were_joined_are_all_read() -> None:
    assert told(tarred({"a": NOTE}) + tarred({"b": MAIL})) == (["EMAIL", "PAN"], "")


def test_a_large_size_stands_beside_its_header() -> None:
    record = b"20 size=%d\n" % len(NOTE)
    about = tarfile.TarInfo("about")
    about.size, about.type = len(record), tarfile.XHDTYPE
    member = bytearray(tarred({"a": NOTE}, tarfile.USTAR_FORMAT))
    member[124:136] = b"0" * 11 + b"\0"
    data = about.tobuf(tarfile.USTAR_FORMAT) + record.ljust(512, b"\0")
    assert told(data + summed(member[:512]) + bytes(member[512:])) == (["PAN"], "")


@pytest.mark.parametrize("more", [False, True])
def test_a_sparse_member_is_told_and_the_next_is_read(*, more: bool) -> None:
    sparse = bytearray(tarfile.TarInfo("holes").tobuf(tarfile.GNU_FORMAT))
    sparse[156:157], sparse[124:136] = b"S", b"%011o\0" % 512
    sparse[482] = more
    data = summed(sparse) + bytes(512) * more + b"x" * 512 + tarred({"a": NOTE})
    assert told(data) == (["PAN"], "reason.unsupported-part")


def test_a_text_is_no_tape_archive() -> None:
    text = NOTE.ljust(600, b"x")
    reading = read(text)
    assert (reading.outcome, [hit.kind for hit in reading.hits]) == (FileOutcome.READ, ["PAN"])


@given(data=st.data())
def test_no_damage_of_a_tape_archive_raises(data: st.DataObject) -> None:
    whole = bytearray(tarred({"a": NOTE, "b" * 200: MAIL}))
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(read(bytes(whole)), Reading)
