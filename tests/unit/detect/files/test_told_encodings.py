"""Text is read whatever its mark says, and text of mainframes as well."""

from __future__ import annotations

import pytest

from agentguard.detect.formats._encoding import encoding_of
from tests.unit.detect.files.extracted import counts, said

NOTE = "Customer note: card number 4539 1488 0343 6467, please\r\n" * 3
WIDE = NOTE.encode("utf-16-le")


@pytest.mark.parametrize(
    "data",
    [
        b"\xfe\xff" + WIDE,
        b"\xff\xfe" + NOTE.encode("utf-16-be"),
        b"\xff\xfe" + WIDE[1:],
        b"\xff\xfe\0\0" + WIDE,
        b"\xef\xbb\xbf" + WIDE,
        b"\xef\xbb\xbf" * 2 + NOTE.encode(),
        b"\xef\xbb" + NOTE.encode(),
        b"\xff" + WIDE,
        b"\xff\xfe" + NOTE.encode(),
        "\xef\xbb\xbf".encode() + NOTE.encode(),
    ],
    ids=[
        "the other order",
        "the other order, big",
        "half a letter lost",
        "twice as wide",
        "of UTF-8",
        "twice",
        "half",
        "half, wide",
        "none is wide",
        "read once as Latin",
    ],
)
def test_a_mark_that_is_wrong_hides_nothing(data: bytes) -> None:
    assert counts(data) == {"PAN": 1}


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff"])
@pytest.mark.parametrize(
    "words", ["card number ", "\u03b1\u03c1\u03b9\u03b8\u03bc\u03cc\u03c2 ", "\u5361\u53f7"]
)
def test_a_mark_that_is_right_is_believed(mark: bytes, words: str) -> None:
    name = {2: "utf-16", 4: "utf-32"}[len(mark)] + ("-be" if mark[-1] == 0xFF else "-le")
    data = mark + f"{words * 9} 4539 1488 0343 6467 card\n".encode(name)
    assert encoding_of(data) == name[:6]
    assert counts(data) == {"PAN": 1}


@pytest.mark.parametrize("page", ["cp037", "cp500", "cp1140", "cp273"])
@pytest.mark.parametrize("end", ["\x85", "\r\n", ""])
def test_text_of_mainframes_is_read(page: str, end: str) -> None:
    records = [f"{name:<30}{card:<20}{born:<30}{end}" for name, card, born in ROWS]
    assert counts("".join(records).encode(page)) == {"PAN": 2}


ROWS = (
    ("CUSTOMER", "CARD NUMBER", "TOWN"),
    ("ANN LEE", "4539148803436467", "AYR"),
    ("BO HILL", "4716108999716531", "ELY"),
    ("CY MOOR", "", "RYE"),
)


def test_lines_of_mainframes_are_lines() -> None:
    text = "one of them\x85another one\x85"
    assert said(text.encode("cp037"))[0].split("\n")[:2] == ["one of them", "another one"]


@pytest.mark.parametrize(
    "data",
    [
        b"a@b.example and c@d.example, e@f.example",
        ("\u0418\u043c\u044f @ \u0444\u0430\u043c\u0438\u043b\u0438\u044f " * 40).encode("cp1251"),
        bytes(range(256)) * 16,
        b"@" * 100,
    ],
)
def test_other_text_is_not_taken_for_that_of_mainframes(data: bytes) -> None:
    assert encoding_of(data) != "cp037"
