"""Text in any encoding, whatever its marks say, mixed, wrapped, or among bytes that are none."""

from __future__ import annotations

import base64
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.detect.extractor import Source
from agentguard.detect.formats._encoding import decoder_of, encoding_of
from agentguard.detect.formats.text import decoded
from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files.extracted import counts, kinds, read, reader, text
from tests.unit.detect.files.hostile import CARD

PLAIN = CARD.replace(" ", "")
WORDS = {
    "cyrillic": "Номер карты и дата рождения клиента, телефон и адрес",
    "greek": "Αριθμός κάρτας και ημερομηνία γέννησης",
    "chinese": "客户的电话号码和出生日期以及地址和护照号码全部登记在这里",
    "japanese": "カードの番号、生年月日、電話番号を登録してください",
    "korean": "고객의 전화번호와 생년월일을 등록하십시오",
    "arabic": "رقم البطاقة وتاريخ الميلاد ورقم الهاتف",
    "western": "Größe, café, naïve, señor",
}


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_unicode_is_told_without_a_mark(language: str, encoding: str) -> None:
    line = f"{WORDS[language]}\r\n{WORDS[language]} card {CARD}\r\n"
    assert decoded(line.encode(encoding)) == line
    assert kinds(line.encode(encoding)) == {"PAN"}


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        ("cyrillic", "cp1251"), ("cyrillic", "koi8-r"), ("cyrillic", "cp866"), ("greek", "cp1253"),
        ("chinese", "gb18030"), ("chinese", "big5"), ("japanese", "cp932"), ("japanese", "euc-jp"),
        ("korean", "euc-kr"), ("arabic", "cp1256"), ("western", "cp1252"), ("western", "cp850"),
        ("western", "mac-roman"), ("western", "cp1250"),
    ],
)  # fmt: skip
def test_numbers_survive_any_code_page(language: str, encoding: str) -> None:
    line = f"{WORDS[language]} card {CARD}\n".encode(encoding, "replace")
    assert kinds(line) == {"PAN"}


@pytest.mark.parametrize("encoding", ["cp932", "euc-jp", "gb18030", "euc-kr"])
def test_digits_of_full_width_are_read_in_code_pages(encoding: str) -> None:
    wide = CARD.translate({ord(str(n)): 0xFF10 + n for n in range(10)})
    assert kinds(f"card {wide}\n".encode(encoding)) == {"PAN"}


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfecard " + PLAIN.encode(),
        b"\xfe\xffcard " + PLAIN.encode(),
        b"\xef\xbb\xbf" + f"card {PLAIN}".encode("utf-16-le"),
        b"\xef\xbb\xbfcaf\xe9 card " + PLAIN.encode(),
        b"\xff\xfe\0\0" + f"card {PLAIN}".encode("utf-32-le"),
        b"<?xml version='1.0' encoding='utf-16'?><a>card " + PLAIN.encode() + b"</a>",
        f"<?xml version='1.0' encoding='utf-8'?><a>card {PLAIN}</a>".encode("utf-16-le"),
        b"<meta charset=utf-16><p>card " + PLAIN.encode() + b"</p>",
    ],
    ids=range(8),
)
def test_marks_and_headers_may_lie(data: bytes) -> None:
    assert kinds(data) == {"PAN"}


def test_a_log_may_mix_encodings() -> None:
    lines = [f"2025-03-04 a line of a log that goes on for long enough {n}\n" for n in range(50)]
    head = "".join(lines).encode()
    data = head + f"card {PLAIN}\n".encode("utf-16-le") + head + b"caf\xe9 \xc3\xa9\n"
    assert kinds(data + b"a@quillpost.com\0") == {"PAN", "EMAIL"}


def test_zeros_end_values() -> None:
    data = b"a plain text without anything odd for long enough\nab\0" + PLAIN.encode() + b"\0cd\n"
    assert kinds(data * 3) == {"PAN"}


def test_letters_of_two_bytes_are_found_among_noise() -> None:
    noise = random.Random(3).randbytes(5000)
    data = bytes(100) + noise + f"card {CARD} a@quillpost.com".encode("utf-16-le") + noise
    assert kinds(data) == {"PAN", "EMAIL"}


def test_a_card_is_found_among_many_random_bytes() -> None:
    noise = random.Random(5).randbytes(100_001)
    assert kinds(noise + f" card {CARD} ".encode() + noise) == {"PAN"}


def test_noise_is_given_as_little_text() -> None:
    noise = random.Random(4).randbytes(1 << 20)
    assert len(text(noise)) < len(noise) // 20


@pytest.mark.parametrize("width", [64, 76, 10_000])
def test_a_file_in_base64_is_read_as_what_it_holds(width: int) -> None:
    table = "name,dob\nAnn,1980-04-03\nBo,1975-12-31\n" + "Cy,none\n" * 99
    wrapped = base64.b64encode(table.encode())
    lines = b"\n".join(wrapped[start : start + width] for start in range(0, len(wrapped), width))
    assert counts(lines) == {"DOB": 2}


@pytest.mark.parametrize(
    "magic", [b"PAR1", b"ORC", b"Obj\x01", b"\x28\xb5\x2f\xfd", b"bplist00", b"\x04\x22\x4d\x18"]
)
def test_packed_tables_are_told_and_searched(magic: bytes) -> None:
    reading = read(magic + bytes(64) + f"card {CARD}".encode())
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "reason.unsupported")
    assert {hit.kind for hit in reading.hits} == {"PAN"}


class _Endless(io.RawIOBase):
    """A file of many lines that was never written: each has its number, some a card."""

    def __init__(self, lines: int, form: str) -> None:
        self.size = lines * 64
        self._form = form
        self._place = 0

    def seek(self, place: int, whence: int = 0) -> int:
        self._place = place
        return place

    def read(self, size: int = -1) -> bytes:
        first, last = self._place // 64, (self._place + size) // 64 + 1
        data = b"".join(self._line(number) for number in range(first, last))
        start = self._place - first * 64
        self._place += size
        return data[start : start + size]

    def _line(self, number: int) -> bytes:
        return self._form.format(f"{number:>12}").encode().ljust(63) + b"\n"


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        (f"{{0}} card {CARD}", ""),
        (f'{{{{"n": "{{0}}", "card": "{CARD}"}}}}', ""),
        (f"<r><n>{{0}}</n><card>{CARD}</card></r>", "reason.partial"),
    ],
    ids=["text", "lines of json", "xml"],
)
def test_row_418_of_very_large_files_text_is_read_whole_and_others_by_samples(
    form: str, reason: str
) -> None:
    file = _Endless(400_000 if reason else 60_000, form)
    source = Source(file=file, size=file.size, head=file.read(1000))  # type: ignore[arg-type] - all that is read of it
    reading = reader(file_mib=1).read(source)
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, reason)
    assert [(hit.kind, hit.count) for hit in reading.hits] == [("PAN", 1)]


@given(data=st.binary(max_size=300), size=st.integers(1, 7))
def test_decoding_does_not_depend_on_the_pieces(data: bytes, size: int) -> None:
    name = encoding_of(data)
    if name:
        decoder = decoder_of(name)
        pieces = [decoder.decode(data[at : at + size]) for at in range(0, len(data), size)]
        whole = decoder_of(name).decode(data, final=True)
        assert "".join((*pieces, decoder.decode(b"", final=True))) == whole


@given(
    line=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=20, max_size=80),
    encoding=st.sampled_from(["utf-16", "utf-32", "utf-8-sig"]),
)
def test_a_marked_text_is_read_exactly(line: str, encoding: str) -> None:
    lines = f"\n{line} 0123456789"
    if not lines.isascii():
        assert decoded(lines.encode(encoding)) == lines


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("Zwrot na kartę płatniczą, wypłacono", "cp1250"),
        ("Pobočka zavřená, rodné č. manželky", "cp1250"),
        ("Helyettesítő gyógyszer, születési idő", "cp1250"),
        ("εντολέας γεννήθηκε την 5 Ιουνίου", "cp1253"),
        ("Дата рождения", "cp1251"),
        ("née à Paris, réglée en août", "utf-8"),
        ("El niño nació el día 5, ¿nº?", "utf-8"),
        ("Größe für den Übergang", "utf-8"),
        ("As informações não são código", "utf-8"),
        ("Perché così è già lunedì", "utf-8"),
        ("Født på sygehus, får ærter", "utf-8"),
    ],
)
def test_a_code_page_is_told_by_the_letters_of_its_languages(text: str, page: str) -> None:
    assert encoding_of(text.encode("cp1252" if page == "utf-8" else page)) == page


def test_labels_are_read_in_the_code_page_of_their_language() -> None:
    said = "rodné č. 695511/3286 manželky, přesunuto\nZwrot na kartę płatniczą"
    assert counts(said.encode("cp1250")) == {"CZ_RC": 1}
    assert counts("εντολέας γεννήθηκε την 5 Ιουνίου 1960".encode("cp1253")) == {"DOB": 1}
