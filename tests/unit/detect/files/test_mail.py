"""Mails and folders of mails: headers, charsets that lie, attachments, and mails within mails."""

from __future__ import annotations

import base64
import struct
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.detect.formats import eml
from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files.extracted import counts, format_of, kinds, read, text
from tests.unit.detect.files.hostile import CARD, zipped

HEAD = b"From: desk@northmoor.co.uk\nTo: desk@northmoor.co.uk\nMIME-Version: 1.0\n"
NOTE = f"card {CARD}"


def mail(body: str = "hello", subject: str = "x") -> EmailMessage:
    message = EmailMessage()
    message["From"] = message["To"] = "desk@northmoor.co.uk"
    message["Subject"] = subject
    message.set_content(body)
    return message


def test_words_of_headers_are_read_in_their_charset() -> None:
    words = base64.b64encode(f"Käufer, {NOTE}".encode("latin-1")).decode()
    data = HEAD + f"Subject: =?iso-8859-1?B?{words}?=\n\nhello\n".encode()
    assert "Käufer, card" in text(data)
    assert counts(data) == {"EMAIL": 1, "PAN": 1}


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        ("utf-16", NOTE.encode()),
        ("us-ascii", f"Käufer, {NOTE}".encode("latin-1")),
        ("utf-8", f"Käufer, {NOTE}".encode("utf-16-le")),
        ("no-such-charset", NOTE.encode()),
        ("utf\0-8", NOTE.encode()),
        ("utf-7", NOTE.encode()),
    ],
)
def test_charsets_may_lie(charset: str, body: bytes) -> None:
    part = f'Content-Type: text/plain; charset="{charset}"\n'.encode()
    data = HEAD + part + b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(body)
    assert "PAN" in {hit.kind for hit in read(data).hits}


@pytest.mark.parametrize("charset", ["utf\0-8", "idna", "hex", "unicode_escape", "no-such", "\xff"])
@pytest.mark.parametrize("transfer", ["7bit", "8bit", "base64", "quoted-printable", "x"])
def test_whatever_charset_a_body_names_it_is_read_as_it_is_written(
    charset: str, transfer: str
) -> None:
    """Letters beyond ASCII have the library decode by that name, unless it is kept from it."""
    told = (
        f'Content-Type: text/plain; charset="{charset}"\nContent-Transfer-Encoding: {transfer}\n\n'
    )
    data = HEAD + told.encode("latin-1") + f"Käufer \xff, {NOTE}\n".encode("latin-1")
    reading = read(data)
    assert ("PAN" in {hit.kind for hit in reading.hits}, reading.reason) == (True, "")


def test_names_of_attachments_are_read() -> None:
    message = mail()
    message.add_attachment(b"x", maintype="image", subtype="png", filename=f"{NOTE} é.png")
    assert "PAN" in kinds(bytes(message))


def test_a_mail_within_a_mail_is_read_however_it_is_packed() -> None:
    outer = mail()
    outer.add_attachment(mail(NOTE))
    assert "PAN" in kinds(bytes(outer))
    packed = HEAD + b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
    assert "PAN" in kinds(packed + base64.encodebytes(bytes(mail(NOTE))))


def test_a_page_of_a_mail_is_read_as_a_page() -> None:
    message = mail()
    message.add_alternative(
        "<table><tr><th>x<th>dob<tr><td>1<td>03/04/1980</table>", subtype="html"
    )
    assert counts(bytes(message)) == {"EMAIL": 1, "DOB": 1}


def test_a_mail_that_is_too_large_is_told_and_read_as_text() -> None:
    data = HEAD + b"Content-Type: text/plain\n\n" + NOTE.encode() + b"\n" + b"x\n" * (1 << 20)
    reading = read(data, part_mib=1)
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "reason.too-large-part")
    assert {hit.kind for hit in reading.hits} == {"EMAIL", "PAN"}


def test_a_folder_of_mails_is_read_mail_by_mail() -> None:
    folder = b"".join(
        b"From x\n" + HEAD + b"\nFrom here on\n>From x\ncard %d\n\n" % card
        for card in (4539148803436467, 5555341244441115)
    )
    assert format_of(folder) == "mbox"
    assert counts(folder)["PAN"] == 2


def attribute(id_: int, value: bytes, level: int = 1) -> bytes:
    checksum = sum(value) & 0xFFFF
    return struct.pack("<BII", level, id_, len(value)) + value + struct.pack("<H", checksum)


def winmail(*attributes: bytes) -> bytes:
    return b"\x78\x9f\x3e\x22" + b"\x01\x00" + b"".join(attributes)


def test_what_outlook_wraps_is_read() -> None:
    rtf = rb"{\rtf1 DOB: 03/04/1980\par}"
    packed = struct.pack("<III", len(rtf) + 12, len(rtf), 0x414C454D) + struct.pack("<I", 0) + rtf
    data = winmail(
        attribute(0x2800C, NOTE.encode() + b"\0"),
        attribute(0x6800F, zipped({"a.txt": b"ann.lee@quillpost.com"}), 2),
        attribute(0x69003, "SSN 219-09-1234".encode("utf-16-le") + packed),
    )
    assert kinds(data) >= {"PAN", "EMAIL", "SSN"}
    message = mail()
    message.add_attachment(data, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    assert kinds(bytes(message)) >= {"PAN", "EMAIL", "SSN"}


def test_a_cut_winmail_gives_what_came_before() -> None:
    data = winmail(attribute(0x2800C, NOTE.encode()), attribute(0x6800F, bytes(1000)))
    reading = read(data[:-500])
    assert reading.reason == "reason.corrupt-part"
    assert {hit.kind for hit in reading.hits} == {"PAN"}


@given(data=st.binary(max_size=200))
def test_no_attributes_break_the_reader(data: bytes) -> None:
    assert isinstance(text(winmail(data)), str)


@given(charset=st.text(st.characters(codec="ascii"), max_size=12), data=st.binary(max_size=40))
def test_any_charset_gives_some_text(charset: str, data: bytes) -> None:
    assert isinstance(eml._in_charset(data, charset), str)
