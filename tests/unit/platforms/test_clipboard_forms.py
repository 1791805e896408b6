"""What the bytes on a Windows clipboard mean, whichever system reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.platforms._win32.clipboard_forms import NO, page, plain, says_no, wide_text

HEADER = "Version:0.9\r\nStartHTML:{}\r\nEndHTML:{}\r\nStartFragment:{}\r\nEndFragment:{}\r\n"


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_text_is_read_up_to_its_end_mark(text: str) -> None:
    data = f"{text}\0rubbish".encode("utf-16-le")
    assert wide_text(data, 1000) == (text[:1000], len(text) <= 1000)


def test_text_is_cut_at_characters_not_at_units() -> None:
    data = "🙂🙂🙂".encode("utf-16-le")
    assert wide_text(data, 2) == ("🙂🙂", False)
    assert wide_text(data, 3) == ("🙂🙂🙂", True)


@given(st.binary(max_size=64), st.integers(0, 9))
def test_no_bytes_break_it(data: bytes, limit: int) -> None:
    assert len(wide_text(data, limit)[0]) <= limit
    assert isinstance(plain(data, "cp1252"), str)
    assert isinstance(page(data), str)
    assert says_no(data) in {True, False}


def test_half_a_unit_at_the_end_is_left_out() -> None:
    assert wide_text("ab".encode("utf-16-le") + b"c", 9) == ("ab", True)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Müller;1\0rest".encode(), "Müller;1"),
        ("Müller;1".encode("cp1252"), "Müller;1"),
        (b"", ""),
    ],
    ids=["utf-8", "ansi", "nothing"],
)
def test_a_table_is_utf_8_or_in_the_code_page(data: bytes, text: str) -> None:
    assert plain(data, "cp1252") == text


def marked(markup: bytes, *places: int) -> bytes:
    return HEADER.format(*places).encode() + markup


def test_all_of_a_page_is_taken_not_its_fragment_alone() -> None:
    start = len(HEADER.format(100, 200, 110, 190))
    markup = b"<p title='4539148803436467'>" + b"<b>\xc3\xa9</b></p>"
    data = marked(markup, start + 0, start + len(markup) + 0, start + 28, start + 38)
    assert page(data) in markup.decode()
    assert page(data).endswith("</p>")


def test_a_page_without_a_whole_is_its_fragment() -> None:
    head = (
        b"Version:0.9\r\nStartHTML:-1\r\nEndHTML:-1\r\nStartFragment:0099\r\nEndFragment:0106\r\n"
    )
    data = head.ljust(99) + b"<b>x</b> more"
    assert page(data) == "<b>x</b"


@pytest.mark.parametrize("header", ["", "StartHTML:9\r\nEndHTML:3\r\n", "StartHTML:x\r\n"])
def test_a_header_that_does_not_hold_hides_nothing(header: str) -> None:
    data = f"{header}<b>4539148803436467</b>\0".encode()
    assert "4539148803436467" in page(data)


def test_no_is_four_bytes() -> None:
    assert says_no(NO)
    assert not says_no(b"0")
    assert not says_no(b"\1\0\0\0")
    assert not says_no(None)
