"""Messages and contacts of Outlook: people, bodies, attachments, messages within messages."""

from __future__ import annotations

import random
import struct
from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.detect.binary import lzfu
from agentguard.detect.extractor import Source
from agentguard.detect.formats import _mapi_properties
from agentguard.detect.limits import Limits
from agentguard.detect.reading.source_reader import Reader, Reading, default_extractors
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files import biff
from tests.unit.detect.files.compound import compound
from tests.unit.detect.files.hostile import CARD, docx, zipped

NOTE = f"Card number {CARD}"
MAIL = "ann.lee@quillpost.com"
FIXED = "__properties_version1.0"
LIMITS = Limits(seconds=600.0)


def read(data: bytes, limits: Limits = LIMITS) -> Reading:
    return Reader(default_scanner(), default_extractors(), limits).read(Source.of_bytes(data))


def counts(data: bytes) -> dict[str, int]:
    reading = read(data)
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "")
    return {hit.kind: hit.count for hit in reading.hits}


def text(id_: int, value: str, above: str = "") -> dict[str, bytes]:
    return {f"{above}__substg1.0_{id_:04X}001F": value.encode("utf-16-le")}


def binary(id_: int, value: bytes, above: str = "") -> dict[str, bytes]:
    return {f"{above}__substg1.0_{id_:04X}0102": value}


def fixed(head: int, values: Mapping[tuple[int, int], int]) -> bytes:
    entries = (struct.pack("<HHIQ", kind, id_, 6, v) for (kind, id_), v in values.items())
    return bytes(head) + b"".join(entries)


def message(*streams: Mapping[str, bytes], fix: bytes = bytes(32)) -> bytes:
    whole: dict[str, bytes] = {FIXED: fix}
    for some in streams:
        whole |= some
    return compound(whole)


def packed_rtf(data: bytes) -> bytes:
    """Pack RTF as runs of bytes that stand as they are (MS-OXRTFCP), and mark the end."""
    runs = b"".join(b"\0" + data[n : n + 8] for n in range(0, len(data), 8))
    place = (207 + len(data)) % 4096
    end = b"\x01" + struct.pack(">H", place << 4) if len(data) % 8 == 0 else b""
    body = runs + end
    return struct.pack("<II4sI", len(body) + 12, len(data), b"LZFu", 0) + body


RTF = b"{\\rtf1\\ansi " + NOTE.encode() + b"\\par}"
ATTACHED = "__attach_version1.0_#00000000/"


@pytest.mark.parametrize(
    "part",
    [
        text(0x0037, NOTE),
        text(0x1000, NOTE),
        binary(0x1013, f"<html><p>{NOTE}".encode()),
        binary(0x1009, packed_rtf(RTF)),
        text(0x8005, NOTE),
        text(0x3001, NOTE, "__recip_version1.0_#00000000/"),
        text(0x3707, NOTE, ATTACHED),
        binary(0x3701, NOTE.encode(), ATTACHED),
        binary(0x3701, docx(f"<w:p><w:t>{NOTE}</w:t></w:p>"), ATTACHED),
        binary(0x3701, zipped({"a.txt": NOTE.encode()}), ATTACHED),
        {
            f"{ATTACHED}__substg1.0_3701000D/Workbook": biff.stream(
                [biff.bof(), *biff.sheet([NOTE])]
            )
        },
        {f"{ATTACHED}__substg1.0_3701000D/{FIXED}": bytes(24)}
        | text(0x1000, NOTE, f"{ATTACHED}__substg1.0_3701000D/"),
    ],
    ids=[
        *("subject", "text", "html", "rtf", "named", "recipient", "file name", "file", "docx"),
        *("zip", "workbook", "message"),
    ],
)
def test_every_part_of_a_message_is_read(part: dict[str, bytes]) -> None:
    assert counts(message(text(0x001A, "IPM.Note"), part)) == {"PAN": 1}


def test_people_are_read_and_ids_that_look_like_addresses_are_not() -> None:
    people = text(0x0C1F, "desk@northmoor.co.uk") | text(
        0x39FE, MAIL, "__recip_version1.0_#00000000/"
    )
    ids = text(0x1035, "<1234@mx.northmoor.co.uk>") | text(0x1042, "<55@mx.northmoor.co.uk>")
    assert counts(message(people, ids)) == {"EMAIL": 2}


def test_a_contact_is_read_with_its_birthday() -> None:
    days = date(1980, 4, 3).toordinal() - date(1601, 1, 1).toordinal()
    fix = fixed(32, {(0x0040, 0x3A42): days * 864_000_000_000, (0x0003, 0x0E07): 1})
    card = text(0x3A1C, "+44 7911 123456") | text(0x8083, MAIL)
    assert counts(message(card, fix=fix)) == {"DOB": 1, "EMAIL": 1, "PHONE": 1}


@pytest.mark.parametrize(
    ("ticks", "day"),
    [(0, ""), (-1, ""), (864_000_000_000, "1601-01-02"), (2**63, ""), (1, "1601-01-01")],
)
def test_a_time_is_a_day_or_none(ticks: int, day: str) -> None:
    assert _mapi_properties.day(ticks) == day


def test_narrow_texts_are_read_in_their_code_page() -> None:
    fix = fixed(32, {(0x0003, 0x3FFD): 1251})
    body = {"__substg1.0_1000001E": f"Карта: {NOTE}".encode("cp1251")}
    assert counts(message(body, fix=fix)) == {"PAN": 1}
    assert _mapi_properties.encoding(0, 1251) == "cp1251"
    assert _mapi_properties.encoding(99_999, 0) == "cp1252"
    assert _mapi_properties.encoding(65_001) == "utf-8"


def test_lists_of_texts_are_read() -> None:
    assert counts(message({"__substg1.0_8001101F-00000000": NOTE.encode("utf-16-le")})) == {
        "PAN": 1
    }


def test_what_programs_note_is_left_out() -> None:
    assert _mapi_properties.line(0x8007, "A=1;B=ann.lee@quillpost.com") == ""
    assert _mapi_properties.line(0x0C1F, "/O=EX/CN=RECIPIENTS/CN=ANN") == ""
    assert _mapi_properties.line(0x0037, "\0") == ""
    assert _mapi_properties.line(0x0037, "hello") == "Subject: hello\n"


def test_messages_within_messages_are_read_to_a_depth() -> None:
    streams: dict[str, bytes] = {FIXED: bytes(32)}
    above = ""
    for _ in range(12):
        above += f"{ATTACHED}__substg1.0_3701000D/"
        streams |= {f"{above}{FIXED}": bytes(24)} | text(0x1000, NOTE, above)
    reading = read(compound(streams))
    assert ([hit.kind for hit in reading.hits], reading.reason) == (["PAN"], "reason.too-deep")


def test_an_encrypted_attachment_is_told() -> None:
    locked = b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n"
    reading = read(message(text(0x1000, NOTE), binary(0x3701, locked, ATTACHED)))
    assert ([hit.kind for hit in reading.hits], reading.reason) == (["PAN"], "reason.sealed-part")


def test_a_damaged_body_and_one_too_large_are_told() -> None:
    broken = message(text(0x0037, NOTE), binary(0x1009, b"no rtf"))
    assert read(broken).reason == "reason.corrupt-part"
    large = message(text(0x0037, NOTE), text(0x1000, "x" * (1 << 20)))
    assert read(large, Limits(part_mib=1)).reason == "reason.too-large-part"


# Packed RTF: the examples of MS-OXRTFCP 3


def test_the_examples_of_the_specification_are_unpacked() -> None:
    simple = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a00726370673132354232 0af3"
        "2068656c090020627705b06c647d0a800fa0".replace(" ", "")
    )
    assert lzfu.unpacked(simple, 1 << 20) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    crossing = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert lzfu.unpacked(crossing, 1 << 20) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
    plain = struct.pack("<II4sI", 30, 18, b"MELA", 0) + b"{\\rtf1 not packed}"
    assert lzfu.unpacked(plain, 1 << 20) == b"{\\rtf1 not packed}"


@given(data=st.binary(min_size=1, max_size=9000))
def test_what_was_packed_is_unpacked(data: bytes) -> None:
    assert lzfu.unpacked(packed_rtf(data), 1 << 20) == data


@given(data=st.binary(max_size=300), most=st.integers(0, 500))
def test_no_packed_rtf_grows_over_its_limit(data: bytes, most: int) -> None:
    head = struct.pack("<II4sI", 100, 2**32 - 1, b"LZFu", 0)
    assert len(lzfu.unpacked(head + data, most)) <= most


def test_no_cut_or_flipped_message_raises() -> None:
    whole = message(
        text(0x0037, NOTE),
        binary(0x1009, packed_rtf(RTF * 20)),
        binary(0x3701, zipped({"a.txt": NOTE.encode()}), ATTACHED),
        {f"{ATTACHED}__substg1.0_3701000D/{FIXED}": bytes(24)},
    )
    chance = random.Random(3)
    for _ in range(200):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        assert isinstance(read(bytes(data[: chance.randrange(8, len(data))])), Reading)
