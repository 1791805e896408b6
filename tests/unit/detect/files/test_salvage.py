"""Archives that were cut or damaged: their members are read one by one, and the damage is told."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.detect.limits import Limits
from agentguard.detect.reading.source_reader import Reading
from tests.unit.detect.files.hostile import docx, marked_encrypted, zipped
from tests.unit.detect.files.test_packed import MAIL, NOTE, read, told


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_STORED])
def test_every_packing_of_a_zip_is_read(method: int) -> None:
    assert told(zipped({"a": NOTE * 40}, method)) == (["PAN"], "")


def test_a_packing_that_is_not_known_is_told() -> None:
    data = bytearray(zipped({"a": NOTE * 40, "b": MAIL * 40}))
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = data.find(mark) + place
        data[at : at + 2] = (93).to_bytes(2, "little")  # Zstandard
    assert told(bytes(data)) == (["EMAIL"], "reason.unsupported-part")


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
@pytest.mark.parametrize("streamed", [False, True])
def test_an_archive_without_its_directory_is_read_and_told(*, method: int, streamed: bool) -> None:
    buffer = io.BytesIO()
    target = Pipe(buffer) if streamed and method == zipfile.ZIP_DEFLATED else buffer
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("a.txt", NOTE)
        archive.writestr("b/", b"")
        archive.writestr("c.zip", zipped({"c.txt": MAIL}))
    whole = buffer.getvalue()
    assert told(whole) == (["EMAIL", "PAN"], "")
    assert told(whole[: whole.index(b"PK\x01\x02")]) == (["EMAIL", "PAN"], "reason.corrupt")
    assert told(whole + bytes(70_000)) == (["EMAIL", "PAN"], "reason.corrupt")


class Pipe(io.RawIOBase):
    """Takes what is written, and cannot go back: sizes stand behind the members then."""

    def __init__(self, target: io.BytesIO) -> None:
        self._target = target

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override] - all that zipfile gives
        return self._target.write(data)


def test_a_cut_document_is_read_up_to_the_cut() -> None:
    whole = docx(f"<w:p><w:t>{NOTE.decode()}</w:t></w:p>")
    assert told(whole[:-30]) == (["PAN"], "reason.corrupt")


def test_of_an_archive_without_its_directory_sealed_and_odd_members_are_told() -> None:
    inner = marked_encrypted(zipped({"a.txt": NOTE}))
    plain = zipped({"b.txt": MAIL})
    assert told(inner[:-30] + bytes(70_000)) == ([], "reason.corrupt")
    both = inner[: inner.index(b"PK\x01\x02")] + plain[: plain.index(b"PK\x01\x02")]
    assert told(both) == (["EMAIL"], "reason.corrupt")
    odd = bytearray(zipped({"a.txt": NOTE}))
    odd[8] = 9
    assert told(bytes(odd[:-30])) == ([], "reason.corrupt")


def test_a_bomb_without_a_directory_is_told() -> None:
    bomb = zipped({f"{n}": bytes(1 << 20) for n in range(9)})
    assert told(bomb[:-30], Limits(seconds=600.0, total_mib=5)) == ([], "reason.bomb")
    one = zipped({"a": bytes(3 << 20), "b": NOTE})
    assert told(one[:-30], Limits(seconds=600.0, part_mib=2)) == (["PAN"], "reason.corrupt")


@given(data=st.data())
def test_no_damage_of_an_archive_without_its_directory_raises(data: st.DataObject) -> None:
    whole = bytearray(zipped({"a": NOTE, "b" * 200: MAIL}) + bytes(70_000))
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(0, 300))] = data.draw(st.integers(0, 255))
    assert isinstance(read(bytes(whole)), Reading)


def test_what_pages_and_numbers_write_is_told() -> None:
    assert told(zipped({"Index/Document.iwa": b"\0\x10\0\0" + bytes(30), "a.txt": NOTE})) == (
        ["PAN"],
        "reason.unsupported-part",
    )
