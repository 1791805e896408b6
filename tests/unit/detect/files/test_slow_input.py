"""What takes a careless reader the square of its length, or more memory than it is worth."""

from __future__ import annotations

import struct
import tracemalloc
from email.message import EmailMessage

import pytest

from agentguard.detect.formats import _sqlite_pages, doc
from agentguard.detect.formats._office_xml import _links
from agentguard.detect.formats._xlsx_sheet import formats_of
from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files import biff
from tests.unit.detect.files.extracted import format_of, read, text
from tests.unit.detect.files.hostile import CARD, office, zipped
from tests.unit.detect.files.test_office_unlocked import locked, parts

LONG = 1 << 20
SHORT = 16 << 10
NOTE = f"card {CARD}"


@pytest.mark.parametrize(
    ("form", "data"),
    [
        ("html", "<html><" + "a" * LONG),
        ("html", "<html><p " + "b" * LONG + " c=d>"),
        ("html", "<html><p a" + " " * LONG + "b=c>"),
        ("html", "<html><script>" + "<" * LONG),
        ("html", "<html><td colspan" + " " * LONG + ">"),
        ("html", '<html><p a="' + "b='" * (LONG // 3) + ">"),
        ("xml", "<?xml version='1.0'?><" + "a" * LONG),
        ("xml", "<?xml version='1.0'?><a " + "b" * LONG + " c='d'/>"),
        ("xml", "<?xml version='1.0'?>" + "<a>b" * (LONG // 4)),
        ("xml", "<?xml version='1.0'?>" + "<!DOCTYPE a>" * 400),
        ("text", "<!DOCTYPE a>" * 400),
        ("html", "<a" + " b='c'" * (SHORT // 6)),
        ("rtf", "{\\rtf1 {" + " " * LONG),
        ("rtf", "{\\rtf1 " + "{\\*\\x" * (LONG // 6)),
        ("json", '{"a": "' + "\\" * LONG),
        ("json", '{"a": ' + "[" * LONG),
        ("json", '{"a": "b", ' + '"' * LONG),
        ("json", "{" + '"a": "b", ' * (LONG // 10)),
        ("json", '[{"a": "b", "c": }, ' * (LONG // 20)),
        ("sql", "INSERT INTO a VALUES (1);\n" * (LONG // 26)),
        ("sql", "INSERT INTO a VALUES (1);\n" + "INSERT INTO a (b" * (LONG // 16)),
        ("sql", "COPY a (b) FROM stdin;\n\\.\n" * (LONG // 26)),
        ("text", "base64" * (LONG // 6)),
        ("text", "name  card\n" + ("-" * 1900 + "x\n") * 9),
        ("text", "name:" + " " * LONG + "x"),
        ("keyed", "a:\n  b: c\n  d: e\n" + "f" + " " * (32 << 10) + "g\n"),
        ("keyed", "a:\n  b: c\n  d: e\n" + "- " * LONG + "g\n"),
        ("csv", ",".join(f"a{n}" for n in range(LONG // 20)) + "\n" + "1,2,3\n" * 9),
        ("csv", "name,card\n" + 'a,"' + "b" * (3 * LONG)),
        ("csv", "name,note\n" + "a,b\n" * SHORT + 'a,"' + "code: " * LONG + '"\n' + "a,b\n" * 9),
    ],
    ids=lambda value: value if len(value) < 9 else "",
)
def test_text_of_any_form_takes_time_by_its_length(form: str, data: str) -> None:
    whole = f"{data}\n{NOTE}\n".encode()
    assert format_of(whole) in {form, "text"}
    assert read(whole).outcome is FileOutcome.READ


@pytest.mark.parametrize("line", ["=?a?q?" * 200_000, "=?utf-8?q?a?= " * 9_000, "=?" * LONG])
def test_a_subject_of_words_that_never_end_is_read(line: str) -> None:
    mail = f"From: a@b.cd\nTo: b@c.de\nDate: today\nSubject: {line}\n\n{NOTE}\n"
    assert {hit.kind for hit in read(mail.encode()).hits} >= {"PAN"}


@pytest.mark.parametrize(
    "told", [";" * LONG, 'text/plain; a="' + ";" * LONG, "a/b" + ";x=" * SHORT]
)
def test_what_a_mail_tells_of_its_parts_is_cut(told: str) -> None:
    mail = f"From: a@b.cd\nTo: b@c.de\nDate: today\nContent-Type: {told}\n\n{NOTE}\n"
    assert {hit.kind for hit in read(mail.encode()).hits} >= {"PAN"}


@pytest.mark.parametrize("charset", ["punycode", "idna", "zlib_codec", "undefined", "\0"])
def test_a_charset_that_is_none_is_not_tried(charset: str) -> None:
    body = "a-" + "b" * LONG + f"\n{NOTE}\n"
    mail = f"From: a@b.cd\nTo: b@c.de\nDate: today\nContent-Type: text/plain; charset={charset}\n"
    assert {hit.kind for hit in read(f"{mail}\n{body}".encode()).hits} >= {"PAN"}


def test_parts_within_parts_without_end_are_told() -> None:
    mail = "From: a@b.cd\nTo: b@c.de\nDate: today\n"
    for depth in range(2000):
        mail += f"Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n"
    reading = read(f"{mail}\n{NOTE}\n".encode())
    assert ({hit.kind for hit in reading.hits} >= {"PAN"}, reading.reason) == (
        True,
        "reason.too-deep",
    )


def test_parts_that_are_many_are_read_in_part() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@b.cd", "b@c.de", NOTE
    for _ in range(1100):
        mail.add_attachment("x")
    assert read(mail.as_bytes()).reason == "reason.partial"


def test_styles_and_links_take_time_by_their_length() -> None:
    assert formats_of("<numFmt " + 'numFmtId="1" ' * (LONG // 8) + ">")[1] == {}
    assert formats_of("<cellXfs>" * (LONG // 4)) == (frozenset(), {})
    assert _links("<Relationship " + 'Target="a" ' * (LONG // 8) + ">") == ""
    assert _links('<Relationship TargetMode="External" Target="mailto:a&amp;b"/>') == "mailto:a&b\n"


def test_a_letter_of_small_tables_takes_time_by_its_length() -> None:
    small = "\rname\x07card\x07\x07" + f"Ann\x07{CARD}\x07\x07"
    for unit in ("\r\x07", "\x07", "a\x07", "\ra\x07\x07", small):
        assert "".join(doc._laid_out(unit * (LONG // 64)))


def test_a_text_that_all_cells_share_is_not_written_without_end() -> None:
    strings = f"<sst><si><t>{'x' * 30_000}</t></si></sst>"
    columns = [f"A{chr(ord('A') + n % 26)}{chr(ord('A') + n // 26)}" for n in range(100)]
    cells = "".join(f'<c r="{column}1" t="s"><v>0</v></c>' for column in columns)
    sheet = f"<worksheet><sheetData>{f'<row>{cells}</row>' * 100}</sheetData></worksheet>"
    book = office("xl", {"sharedStrings.xml": strings, "worksheets/sheet1.xml": sheet})
    assert read(book, total_mib=64).reason == "reason.bomb"
    old = [biff.shared("x" * 30_000), *(biff.cell(n // 200, n % 200, 0) for n in range(20_000))]
    assert read(biff.book(*old), total_mib=64).reason == "reason.bomb"


def test_a_cell_that_points_far_beyond_the_strings_is_empty() -> None:
    cell = f'<c r="A1" t="s"><v>{"9" * 5000}</v></c><c r="B1"><v>4539148803436467</v></c>'
    sheet = f"<worksheet><sheetData><row>{cell}</row></sheetData></worksheet>"
    assert {hit.kind for hit in read(office("xl", {"worksheets/sheet1.xml": sheet})).hits} == {
        "PAN"
    }


def test_a_name_is_cut_before_it_is_said_of_each_of_many() -> None:
    whole = f"<?xml version='1.0'?><{'n' * SHORT}>{'<a>1</a><b>2</b>' * SHORT}</{'n' * SHORT}>"
    assert len(text(whole.encode())) < 20 * len(whole)


def test_a_member_that_is_larger_than_it_says_takes_no_more_memory() -> None:
    data = bytearray(zipped({"a.txt": bytes(200 << 20)}))
    place = data.find(b"PK\x01\x02")
    data[place + 24 : place + 28] = (10).to_bytes(4, "little")
    tracemalloc.start()
    assert read(bytes(data)).reason == "reason.corrupt-part"
    assert tracemalloc.get_traced_memory()[1] < 32 << 20
    tracemalloc.stop()


@pytest.mark.parametrize(
    "change",
    [
        (b'keyBits="256"', b'keyBits="99999999999999999999"'),
        (b'blockSize="16"', b'blockSize="88888888888888888888"'),
        (b'spinCount="100000"', b'spinCount="1000000000"'),
    ],
    ids=["key", "block", "spins"],
)
def test_a_key_that_costs_too_much_is_not_tried(change: tuple[bytes, bytes]) -> None:
    info, package = parts()
    assert change[0] in info
    reading = read(locked(info.replace(*change), package))
    assert (reading.outcome, reading.reason) == (FileOutcome.UNREADABLE, "reason.unsupported")


def test_records_that_lie_over_each_other_are_read_as_often_as_a_page_holds() -> None:
    size = 1 << 16
    record = b"\x7f\x01\x7f" + b"\x09" * 126
    places = struct.pack(">H", size - 400) * 8000
    head = struct.pack(">BHHHB", 0x0D, 0, 8000, 0, 0)
    page = (head + places).ljust(size - 400, b"\0") + record.ljust(400, b"\0")
    assert len(_sqlite_pages.text_of(page)) < 100 * size
