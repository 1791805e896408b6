"""XML: leaves and attributes behind their names, cells as tables, and documents that do harm."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.detect.formats import xml
from tests.unit.detect.files.extracted import format_of, kinds, read, said

CARD = "4539148803436467"


def written(body: str) -> list[str]:
    return said(f"<?xml version='1.0'?><data>{body}</data>".encode())


def walked(document: str, size: int = 1 << 20) -> str:
    pieces = (document[start : start + size] for start in range(0, len(document), size))
    return "".join(xml.read(pieces))


@pytest.mark.parametrize(
    ("body", "values"),
    [
        (f"<card><number>{CARD}</number></card>", [f"card number: {CARD}"]),
        ("<a><dob>1980-04-03</dob><ref>1</ref></a>", ["a dob: 1980-04-03", "a ref: 1"]),
        (f"<card number='{CARD}' cvv=\"123\"/>", [f"card number: {CARD}", "card cvv: 123"]),
        ("<x:p xmlns:x='urn:a'><x:dob>1980</x:dob></x:p>", ["p dob: 1980"]),
        ("<field name='cvv'>123</field>", ["cvv: 123"]),
        ("<param name='cvv' value='123'/>", ["cvv: 123"]),
        ("<d><key>cvv</key><string>123</string></d>", ["d key: cvv", "cvv: 123"]),
        ("<e><name>cvv</name><value>123</value></e>", ["e name: cvv", "cvv: 123"]),
        ("<a>4539&#160;1488 &amp; &lt;x&gt;</a>", ["a: 4539\u00a01488 & <x>"]),
        ("<a><![CDATA[1 < 2 & <b>]]></a>", ["a: 1 < 2 & <b>"]),
        ("<!-- card 1 --><a>x</a>", ["card 1", "a: x"]),
        ("<p>My card is <b>4539</b>1488, <i>yes</i></p>", ["p: My card is 45391488, yes"]),
        ("<p>To <x>Ann</x><x>Lee</x></p>", ["p: To Ann Lee"]),
        ('<j>{"card": {"cvv": "123"}}</j>', ["j card cvv: 123"]),
        ("<k>&lt;a&gt;&lt;dob&gt;1980&lt;/dob&gt;&lt;/a&gt;</k>", ["k a dob: 1980"]),
        ("<a></a><b/><c> </c>", []),
    ],
)
def test_values_stand_behind_their_names(body: str, values: list[str]) -> None:
    assert written(body) == values


def test_cells_of_rows_are_a_table() -> None:
    rows = "".join(
        f"<row><cell>{a}</cell><cell>{b}</cell></row>"
        for a, b in [("name", "dob"), ("Ann", "1980")]
    )
    assert written(f"<rows>{rows}</rows>") == ["name: Ann", "dob: 1980"]


def test_a_workbook_of_2003_is_a_table() -> None:
    def row(*cells: str) -> str:
        data = "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in cells)
        return f"<Row>{data}</Row>"

    book = f"<Table>{row('order', 'dob')}{row(CARD, '1980-04-03')}</Table>"
    document = (
        f'<?xml version="1.0"?><Workbook xmlns:ss="urn:x"><Worksheet>{book}</Worksheet></Workbook>'
    )
    assert said(document.encode())[-2:] == [f"order: {CARD}", "dob: 1980-04-03"]


def test_the_nearest_name_decides() -> None:
    body = f"<payment><order><number>{CARD}</number></order><born>1980-04-03</born></payment>"
    assert kinds(f"<?xml version='1.0'?>{body}".encode()) == {"DOB"}


@pytest.mark.parametrize(
    "document",
    [
        "<a><b>1</b><c>2</c>and card 3 <d>4",
        "<a><b>1</c>card 2</b></d> 3 <4> </a>",
        "<a b='1 c=\"2>card 3 4</a>",
        "<a><!-- never closed 1 2 3 card 4</a>",
        "<a><![CDATA[never closed 1 2 3 4</a>",
    ],
)
def test_what_is_broken_is_read_nevertheless(document: str) -> None:
    found = walked(document)
    assert all(digit in found for digit in "1234")


def test_entities_are_never_expanded() -> None:
    lines = ['<!ENTITY e0 "lol">']
    lines += [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12)]
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [{"".join(lines)}]><x>&e11; card {CARD}</x>'
    assert len(walked(bomb)) < len(bomb)
    assert kinds(bomb.encode()) == {"PAN"}


def test_no_other_file_is_read() -> None:
    document = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x><y>&a;</y></x>'
    assert "root:" not in "".join(said(document.encode()))


@pytest.mark.parametrize("mark", ["<!--", "<![CDATA[", "<a ", "<a b='", "</a", "<a>", "&#", "<?"])
def test_marks_without_end_take_linear_time(mark: str) -> None:
    start = time.process_time()
    walked(mark * (400_000 // len(mark)))
    assert time.process_time() - start < 5


def test_depth_without_end_is_read() -> None:
    data = b"<?xml version='1.0'?>" + b"<a>" * 100_000 + f"card {CARD}".encode()
    assert {hit.kind for hit in read(data).hits} == {"PAN"}


@pytest.mark.parametrize(
    "document",
    [
        "<?xml version='1.0'?><html><body>x</body></html>",
        "<!doctype html><p>x</p>",
        "<p>x</p><p>y</p>",
        "<table><tr><td>x</td></tr></table>",
        "<html><a>x</a></html>",
        "<ann.lee@quillpost.com> wrote:",
        "< 5 items",
        "text <a>x</a>",
    ],
)
def test_pages_and_prose_are_no_xml(document: str) -> None:
    assert format_of(document.encode()) != "xml"


@pytest.mark.parametrize(
    "document",
    [
        "<?xml version='1.0'?><table><name>x</name></table>",
        "<?xml version='1.0'?>\n<a/>",
        "<!-- note --><!DOCTYPE a SYSTEM 'a.dtd'>\n<a>\n <b>x</b></a>",
        "<ns:a xmlns:ns='urn:x'><ns:b/></ns:a>",
        "<a>x</a>",
    ],
)
def test_xml_is_told_by_its_first_elements(document: str) -> None:
    assert format_of(document.encode()) == "xml"
    assert format_of(document.encode("utf-16")) == "xml"


@given(
    document=st.lists(
        st.sampled_from(["<a>", "</a>", "<b c='1'/>", "<c>x y</c>", "text ", "&amp;", "<!-- n -->"])
    ).map("".join),
    size=st.integers(1, 9),
)
def test_pieces_may_end_anywhere(document: str, size: int) -> None:
    assert "".join(walked(document, size).split()) == "".join(walked(document).split())


@given(document=st.text("<>/!?[]-&;=\"' \nab1:", max_size=200))
def test_no_text_breaks_the_reader(document: str) -> None:
    assert isinstance(walked(document), str)
