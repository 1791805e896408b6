"""agentguard vendors, as it is typed: the register between CSV and a policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.commands import vendors
from agentguard.platforms.simulated import FakeClock
from agentguard.software import vendor_sheet
from tests.cli.typed import Type, assert_one_sentence

SHEET = (
    "provider_name;contract_end;next_review;classes;documents\r\n"
    "Müller & Söhne;2027-01-31;2026-06-30;VPN|messaging;https://dms.example/1\r\n"
    "株式会社トーク;;2027-03-31;;\r\n"
)
ON = ("--on", "2026-12-15")


@pytest.fixture
def sheet(tmp_path: Path) -> str:
    """Give a register as a German spreadsheet saves it."""
    file = tmp_path / "vendors.csv"
    file.write_text(SHEET, encoding="utf-8-sig", newline="")
    return str(file)


def test_what_is_over_and_what_is_due_is_told(type_: Type, sheet: str) -> None:
    said = type_("vendors", "check", sheet, *ON)
    assert (said.code, said.err) == (1, "")
    assert said.out.splitlines() == [
        "Müller & Söhne: the review was due on 2026-06-30.",
        "Müller & Söhne: the contract ends on 2027-01-31.",
        "2 vendors. Over: 1. Due within 60 days: 1.",
    ]
    assert type_("vendors", "check", sheet, "--on", "2026-06-30").code == 0
    assert type_("vendors", "check", sheet).code == 1


def test_a_sheet_becomes_a_piece_of_a_policy_and_a_sheet_again(
    type_: Type, sheet: str, tmp_path: Path
) -> None:
    piece, back = tmp_path / "piece.yaml", tmp_path / "back.csv"
    assert type_("vendors", "import", sheet, "-o", str(piece)).code == 0
    assert type_("vendors", "import", sheet).out.encode() == piece.read_bytes()
    assert type_("vendors", "export", str(piece), "-o", str(back)).code == 0
    assert vendor_sheet.read(back.read_bytes()) == vendor_sheet.read(SHEET.encode())
    assert type_("vendors", "check", str(piece), *ON).code == 1


def test_a_whole_policy_and_the_one_in_force_are_read_as_well(type_: Type) -> None:
    shipped = Path("policies/pci-contact-centre.yaml").resolve()
    said = type_("vendors", "export", str(shipped))
    assert [one.name for one in vendor_sheet.read(said.out.encode()).vendors][:1] == ["Microsoft"]
    assert type_("vendors", "export").out.startswith('\ufeff"provider_name"')


def test_every_mistake_is_told_by_line_and_column(type_: Type, tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("provider_name,approved,documents\nA,perhaps,http://x\n,,\n,yes,\n")
    said = type_("vendors", "import", str(file))
    assert (said.code, said.out) == (2, "")
    places = [
        line.removeprefix("agentguard: ").split(": ")[0:2]
        for line in said.err.splitlines()
        if "wrong.csv" in line
    ]
    assert [(where.rpartition(":")[2], column) for where, column in places] == [
        ("2", "approved"),
        ("2", "documents"),
        ("4", "provider_name"),
    ]
    assert "Nothing was taken over." in said.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("controls: {}\n", "holds no settings"),
        ("controls: {vendors: {settings: {register: [{name: A, review_by: 2027-02-29}]}}}", ":1: "),
        ("controls: {vendors: {settings: {registers: []}}}", "registers"),
        ("controls: [", ":1: "),
    ],
)
def test_a_wrong_policy_is_told(type_: Type, tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(text)
    said = type_("vendors", "check", str(file))
    assert (said.code, said.out) == (2, "")
    assert words in said.err


def test_what_cannot_be_read_or_is_no_day_is_one_sentence(type_: Type, sheet: str) -> None:
    assert_one_sentence(type_("vendors", "check", "/nowhere/x.csv"), 2)
    assert_one_sentence(type_("vendors", "check", sheet, "--on", "soon"), 2)


def test_a_clock_that_was_set_back_hides_nothing_that_is_over(
    type_: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "vendors.csv"
    file.write_text("provider_name,contract_end\nA,2026-01-31\n")
    monkeypatch.setattr(vendors.platforms, "system_clock", lambda: FakeClock(wall=0.0))
    said = type_("vendors", "check", str(file))
    assert said.code == 1
    assert "A: the contract ended on 2026-01-31." in said.out
