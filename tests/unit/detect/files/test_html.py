"""HTML: labels beside their values, tables, forms, attributes, scripts, and pages that do harm."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.detect.files.extracted import counts, format_of, kinds, said, text

CARD = "4539148803436467"
PAGE = "<!doctype html><html><body>{}</body></html>"


def page(body: str) -> bytes:
    return PAGE.format(body).encode()


@pytest.mark.parametrize(
    "body",
    [
        "<p>Date of birth:&nbsp;03/04/1980</p>",
        "<div class=l>DOB</div>\n\n<div class=v>03/04/1980</div>",
        "<dl><dt>Date of birth</dt><dd>03/04/1980</dd></dl>",
        "<label for=b>Born</label> <input id=b value='03/04/1980'>",
        "<label for=f3_4>Born</label><p>as printed</p><input id=f3_4 value='03/04/1980'>",
        "<label>Born <input name=f3_4 value='03/04/1980'></label>",
        "<label>Born:*</label> <textarea id=f3_4 value='03/04/1980'></textarea>",
        "<label for=f1>paxdob</label><input id=f1 value='03/04/1980'>",
        "<dl><dt>paxdob</dt><dd>03/04/1980</dd></dl>",
        "<table><tr><td>paxdob:</td><td><input value='03/04/1980' readonly></td></tr></table>",
        "<input type=hidden name=dob value=1980-04-03>",
        '<input name="date_of_birth" placeholder="dd/mm/yyyy" value="03/04/1980"/>',
        "<textarea name=x>DOB: 03/04/1980</textarea>",
        "<span data-dob='1980-04-03'>x</span>",
        '<span data-user=\'{"birth": {"date": "1980-04-03"}}\'>x</span>',
        "<script>var a = {'dob': '1980-04-03'}; alert(a);</script>",
        '<script type="application/json">{"person": {"birth": {"date": "1980-04-03"}}}</script>',
        "<!-- dob 1980-04-03 -->",
        "<p>D<b>OB</b>: 03/<i>04</i>/1980</p>",
        "<table><tr><th>DOB</th><td>03/04/1980</td></tr></table>",
        "<table><tr><th>x<th>dob<tr><td>1<td>03/04/1980</table>",
        "<table><tr><th colspan=2>x</th><th>dob</th></tr><tr><td>1<td>2<td>03/04/1980</table>",
        "<table><tr><td><table><tr><td>a</td><td>DOB: 03/04/1980</td></tr></table></table>",
    ],
)
def test_a_value_is_read_beside_its_label(body: str) -> None:
    assert kinds(page(body)) == {"DOB"}


@pytest.mark.parametrize(
    "body",
    [
        "<label for=f1>Born</label><input id=f2 name=since value='03/04/1980'>",
        "<label>Born</label><input id=f1 value=1><input id=f2 name=since value='03/04/1980'>",
    ],
)
def test_a_label_names_one_field(body: str) -> None:
    assert " since: 03/04/1980" in text(page(body))


def test_a_form_in_a_table_is_turned() -> None:
    rows = [
        ("Order", CARD),
        ("Name", "Ann Lee"),
        ("DOB", "03/04/1980"),
        ("Mail", "a.b@quillpost.com"),
    ]
    cells = "".join(f"<tr><th>{label}</th><td>{value}</td></tr>" for label, value in rows)
    assert counts(page(f"<table>{cells}</table>")) == {"DOB": 1, "EMAIL": 1}


def test_a_long_table_is_given_while_it_is_read() -> None:
    rows = "".join(f"<tr><td>Ann</td><td>{n:016}</td></tr>" for n in range(3000))
    found = text(page(f"<table><tr><th>name</th><th>order</th></tr>{rows}"))
    assert found.count("order: ") == 3000


def test_links_and_metadata_are_read() -> None:
    body = (
        "<meta name=author content='ann.lee@quillpost.com'><a href='mailto:bo@quillpost.com'>x</a>"
    )
    assert counts(page(body)) == {"EMAIL": 2}


def test_switches_of_forms_say_nothing() -> None:
    assert "on" not in said(page("<input type=checkbox name=terms value=on>"))[0].split()


@pytest.mark.parametrize("mark", ["<", "<a ", "<table>", "<script>", "<td>", "&", "<!--", "<p x='"])
def test_marks_without_end_take_linear_time(mark: str) -> None:
    start = time.process_time()
    text(page(mark * (400_000 // len(mark))))
    assert time.process_time() - start < 8


@pytest.mark.parametrize(
    "data",
    [
        "<html><p>x",
        "<TABLE BORDER=1>",
        "<div>x</div>",
        "<?xml version='1.0'?><html><p>x</p></html>",
    ],
)
def test_pages_are_told_in_any_encoding(data: str) -> None:
    assert format_of(data.encode()) == "html"
    assert format_of(data.encode("utf-16")) == "html"


@given(body=st.text("<>/!tabler d='\"&;-x1\n", max_size=200))
def test_no_page_breaks_the_reader(body: str) -> None:
    assert isinstance(text(page(body)), str)


def test_a_lone_number_that_a_noun_names_counts_no_more_because_a_table_follows() -> None:
    rows = "".join(f"<tr><td>{name}</td><td>3</td></tr>" for name in ("Ann", "Bo"))
    page = f"<p>Payment 4736168393011133 bounced.</p><table><tr><th>name</th>{rows}</table>"
    assert counts(f"<html><body>{page}</body></html>".encode()) == {}
