"""The vendor register as CSV and as a piece of a policy: whole, told by line, harmless."""

from __future__ import annotations

import csv
import io
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base import translations
from agentguard.checks.vendors import Settings
from agentguard.model.vendors import Clause, ProgramClass, Vendor
from agentguard.policy import tree
from agentguard.policy.problems import Problems
from agentguard.policy.spec import record
from agentguard.policy.validation import Judge
from agentguard.software import vendor_policy, vendor_sheet
from agentguard.software.vendor_sheet import COLUMNS, LARGEST, LONGEST, MOST, read, write

WORDS = translations.load()
FULL = Vendor(
    name="Zoom Communications, Inc.",
    publishers=("Zoom*", "Zoom Video Communications, Inc."),
    products=("us.zoom.Zoom",),
    sources=("msi",),
    signers=("Zoom Video Communications*",),
    processes=("zoom", "cpthost"),
    network=("*.zoom.us",),
    classes=(ProgramClass.MESSAGING, ProgramClass.RECORDING),
    data=("names", "recordings of calls"),
    clauses=(Clause.AUDIT_RIGHT, Clause.INCIDENT_NOTICE),
    approved=False,
    contract="C-2026/114",
    contract_from="2026-01-01",
    contract_until="2027-12-31",
    review_by="2027-01-31",
    assessed="2026-06-30",
    lei="549300T6IPOCDWLKC615",
    country="US",
    owner="Telephony team",
    contact="security@zoom.example",
    documents=("https://dms.example/zoom?id=1&v=2",),
)
NAMES = {one.name for one in fields(Vendor)}


def told(raw: str | bytes) -> list[tuple[int, str, str]]:
    """Give each problem of a file: line, column, sentence."""
    found = read(raw.encode() if isinstance(raw, str) else raw)
    assert not (found.problems and found.vendors), "nothing is read by halves"
    for one in found.problems:
        assert WORDS.has(one.why.id)
        assert "{" not in WORDS.render(one.why)
    return [(one.line, one.column, WORDS.render(one.why)) for one in found.problems]


TEXT = st.text(max_size=40).map(vendor_sheet.clean)
TEXTS = st.lists(TEXT.filter(bool), max_size=4).map(tuple)
DAY = st.one_of(st.just(""), st.dates(date(2020, 1, 1), date(2099, 12, 31)).map(str))
LINK = st.from_regex(r"https://[a-z|\\;,\"'=]{1,9}(/[^\s\x00-\x1f]{0,9})?", fullmatch=True).filter(
    lambda text: vendor_sheet.clean(text) == text
)


@st.composite
def vendors(draw: Any) -> Vendor:
    """Give any vendor that a register may hold."""
    lists = ("publishers", "products", "sources", "signers", "processes", "network", "data")
    texts = ("contract", "owner", "contact")
    return Vendor(
        name=draw(TEXT.filter(bool)),
        approved=draw(st.booleans()),
        classes=tuple(draw(st.lists(st.sampled_from(ProgramClass), unique=True))),
        clauses=tuple(draw(st.lists(st.sampled_from(Clause), unique=True))),
        documents=tuple(draw(st.lists(LINK, max_size=3))),
        review_by=draw(DAY),
        contract_until=draw(DAY),
        assessed=draw(DAY),
        country=draw(st.sampled_from(("", "DE", "US"))),
        **{name: draw(TEXTS) for name in lists},
        **{name: draw(TEXT) for name in texts},
    )


REGISTERS = st.lists(vendors(), max_size=5, unique_by=lambda one: one.name.casefold()).map(tuple)


@given(REGISTERS)
def test_row_183_what_goes_out_comes_in_as_it_was(register: tuple[Vendor, ...]) -> None:
    found = read(write(register).encode())
    assert found.problems == ()
    assert found.vendors == register


@given(REGISTERS, st.sampled_from(",;\t"), st.booleans(), st.sampled_from(("utf-8", "utf-16")))
def test_it_comes_in_however_a_spreadsheet_saved_it(
    register: tuple[Vendor, ...], sign: str, marked: bool, code: str
) -> None:
    """Excel saves with semicolons, tabs, a mark or none, and quotes only what needs it."""
    rows = list(csv.reader(io.StringIO(write(register).removeprefix("\ufeff"), newline="")))
    out = io.StringIO()
    csv.writer(out, delimiter=sign).writerows(rows)
    text = f"sep={sign}\r\n{out.getvalue()}" if marked else out.getvalue()
    assert read(text.encode(code)).vendors == register


@given(REGISTERS)
def test_no_cell_is_one_that_a_spreadsheet_runs(register: tuple[Vendor, ...]) -> None:
    for row in csv.reader(io.StringIO(write(register).removeprefix("\ufeff"), newline="")):
        assert not any(cell.startswith(tuple("=+-@\t\r\n＝＋－＠")) for cell in row)  # noqa: RUF001


@given(REGISTERS)
def test_the_piece_of_a_policy_says_the_same(register: tuple[Vendor, ...]) -> None:
    """As the policy's own reader has it."""
    problems = Problems("piece.yaml")
    node: Any = tree.read(vendor_policy.piece(register).encode(), problems)
    for _ in ("controls", "vendors", "settings"):
        (row,) = node.rows
        node = row.node
    settings = Judge(problems).value(node, record(Settings), "")
    assert problems.found == []
    assert isinstance(settings, Settings)
    assert settings.register == register
    assert vendor_policy.differences(register, settings.register) == {}


def test_every_field_has_a_column_and_a_full_vendor_comes_back() -> None:
    assert set(COLUMNS.values()) == NAMES
    assert [one.name for one in fields(Vendor) if getattr(FULL, one.name) == one.default] == []
    assert read(write((FULL,)).encode()).vendors == (FULL,)


def test_a_name_alone_is_enough() -> None:
    assert read(b"provider_name\nAcme\n").vendors == (Vendor(name="Acme"),)


def test_a_column_is_known_however_it_is_written() -> None:
    raw = b'"Provider Name";APPROVED;classes\r\n\r\nAcme;No;vpn | Remote-Control\r\n;;\r\n'
    assert read(raw).vendors == (
        Vendor(
            name="Acme",
            approved=False,
            classes=(ProgramClass.VPN, ProgramClass.REMOTE_CONTROL),
        ),
    )


@pytest.mark.parametrize(
    ("raw", "line", "column", "words"),
    [
        ("", 1, "", "The file is empty."),
        (b"provider_name\nM\xfcller", 2, "", "not UTF-8"),
        ("provider_name\n" + "x" * LARGEST, 1, "", "larger than"),
        ('provider_name\nA\n"B', 3, "", "quotation mark"),
        ('provider_name\n"A"x', 2, "", "quotation mark"),
        ("provider_name,colour\nA,red", 1, "colour", "There is no such column"),
        ("provider_name,\nA,red", 1, "2", "There is no such column"),
        ("provider_name,owner,owner\nA", 1, "owner", "twice"),
        ("owner\nA", 1, "provider_name", "missing"),
        ("provider_name\nA,B", 2, "", "more cells"),
        ("provider_name\nA\nB\na", 4, "provider_name", "line 2 already"),
        ("provider_name,owner\n ,B", 2, "provider_name", "no name"),
        ('provider_name,owner\n"A\nB",x\n,y', 4, "provider_name", "no name"),
        ("provider_name,approved\nA,perhaps", 2, "approved", "yes or no"),
        ("provider_name,classes\nA,VPN|spying", 2, "classes", "remote-control, file-sync"),
        ("provider_name,clauses\nA,audit", 2, "clauses", "audit-right"),
        ("provider_name,next_review\nA,2027-02-29", 2, "next_review", "as 2027-01-31"),
        ("provider_name,next_review\nA,31.01.2027", 2, "next_review", "as 2027-01-31"),
        ("provider_name,provider_country\nA,Germany", 2, "provider_country", "as DE"),
        ("provider_name,provider_lei\nA,123", 2, "provider_lei", "20 signs"),
        ("provider_name,documents\nA,http://x", 2, "documents", "https://"),
        ("provider_name,documents\nA,javascript:alert(1)", 2, "documents", "https://"),
        ("provider_name,owner\nA," + "x" * (LONGEST + 1), 2, "owner", "at most 1000"),
        ("provider_name,data_shared\nA," + "x|" * (MOST + 1), 2, "data_shared", "at most 1000"),
    ],
)
def test_a_mistake_is_told_by_line_and_column(
    raw: str | bytes, line: int, column: str, words: str
) -> None:
    ((at, where, why),) = told(raw)
    assert (at, where) == (line, column)
    assert words in why


def test_a_contract_that_ends_before_it_begins_is_a_mistake() -> None:
    raw = "provider_name,contract_start,contract_end\nA,2027-01-02,2027-01-01\nB,2027-01-02,\n"
    assert [(line, column) for line, column, _ in told(raw)] == [(2, "contract_end")]


def test_every_mistake_is_told_at_once() -> None:
    raw = "provider_name,approved,next_review\nA,x,y\n,no,\nB,,2027-01-01\n"
    assert [(line, column) for line, column, _ in told(raw)] == [
        (2, "approved"),
        (2, "next_review"),
        (3, "provider_name"),
    ]


def test_a_register_has_an_end() -> None:
    raw = "provider_name\n" + "\n".join(f"V{n}" for n in range(MOST + 1))
    assert "at most 1000 vendors" in told(raw)[0][2]


@given(st.binary(max_size=200))
def test_whatever_comes_is_read_or_told(raw: bytes) -> None:
    told(raw)
    told(b"provider_name,owner\n" + raw)


def test_differences_are_named_by_vendor_and_field() -> None:
    ours = (FULL, Vendor(name="Acme"))
    theirs = (replace(FULL, country="DE", approved=True), Vendor(name="Other"))
    assert vendor_policy.differences(ours, theirs) == {
        "Acme": ("missing",),
        "Other": ("added",),
        FULL.name: ("approved", "country"),
    }
