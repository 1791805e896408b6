"""The text of pages, documents, tables and lists of files that were copied."""

from __future__ import annotations

from urllib.request import url2pathname

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.ports.desktop import Flavour
from agentguard.sensors.clipboard import files, text_of

CARD = "4111 1111 1111 1111"


@pytest.mark.parametrize(
    "page",
    [
        f"<b>Card</b> {CARD}",
        "<p>4111 <b>1111</b> <span class='x'>1111</span> 1111</p>",
        "<p>4111 11<wbr>11 1111 1111",
        "<p>4111&nbsp;1111&#32;1111 1111</p>".replace("&nbsp;", "&#x20;"),
        f"<input name=card value='{CARD}'>",
        f'<a href="tel:{CARD}">call</a>',
        f"<style>p {{}}</style><script>x()</script>{CARD}<!-- end -->",
    ],
    ids=["bold", "spans", "break", "entities", "value", "link", "unseen"],
)
def test_a_number_in_a_page_is_seen_whole(page: str) -> None:
    assert CARD in text_of(Flavour(kind="html", data=page))


def test_cells_of_a_table_do_not_run_together() -> None:
    page = "<table><tr><td>4111</td><td>1111</td></tr></table>"
    assert "41111111" not in text_of(Flavour(kind="html", data=page))


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (r"{\rtf1\ansi card 4111 1111 1111 1111\par}", CARD),
        (r"{\rtf1 4111 \b 1111\b0  1111 1111}", CARD),
        (r"{\rtf1 Gr\'fc\'dfe}", "Grüße"),
        (r"{\rtf1 \u20320?\u22909?}", "你好"),
        (r"{\rtf1 a\\b\{c\}}", r"a\b{c}"),
    ],
    ids=["plain", "bold", "code-page", "unicode", "signs"],
)
def test_a_document_gives_its_words(rtf: str, text: str) -> None:
    assert text in text_of(Flavour(kind="rtf", data=rtf))


def test_a_table_is_its_own_text() -> None:
    assert text_of(Flavour(kind="csv", data="a;b\n1;2")) == "a;b\n1;2"


def test_of_a_list_of_files_the_names_are_text() -> None:
    listed = Flavour(
        kind="files",
        data="copy\r\n# a comment\r\nfile:///home/a/My%20cards.csv\r\nC:\\x\\y.txt\r\n",
    )
    assert files(listed) == (url2pathname("/home/a/My%20cards.csv"), "C:\\x\\y.txt")
    assert text_of(listed) == "My cards.csv\ny.txt"


@given(
    kind=st.sampled_from(["html", "rtf", "csv", "files"]),
    data=st.text(alphabet="<>/\\{}'\"&;#x0129 afilerdtpub:-*!\n", max_size=300),
)
def test_no_markup_is_an_error(kind: str, data: str) -> None:
    assert isinstance(text_of(Flavour(kind=kind, data=data)), str)


@pytest.mark.parametrize(
    ("kind", "piece"),
    [("html", "<!--"), ("html", "<script>"), ("html", "<a "), ("html", "value='"), ("rtf", "\\")],
    ids=["comments", "scripts", "marks", "values", "signs"],
)
def test_the_time_grows_with_the_length_alone(kind: str, piece: str) -> None:
    assert isinstance(text_of(Flavour(kind=kind, data=piece * (200_000 // len(piece)))), str)
