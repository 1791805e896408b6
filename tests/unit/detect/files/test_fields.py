"""Values whose names stand beside them: in histories, patches, attributes and cells."""

from __future__ import annotations

import json

import pytest

from tests.unit.detect.files.extracted import counts

CARD, ORDER, BORN, NHS = "4539148803436467", "4485275742308327", "03/04/1980", "943 476 5919"
FIELDS = (("orderNo", ORDER), ("dateOfBirth", BORN), ("nhsNumber", NHS))
FOUND = {"DOB": 1, "NHS": 1}
PATCH = [{"op": "add", "path": f"/0/{name}", "value": value} for name, value in FIELDS]


@pytest.mark.parametrize(
    "document",
    [
        PATCH,
        [{"value": value, "name": name} for name, value in FIELDS],
        [{"id": "x7", "title": n, "type": "text", "text": value} for n, value in FIELDS],
        [{"field": name, "old": None, "new": value} for name, value in FIELDS],
    ],
)
def test_a_sibling_names_a_value_wherever_it_stands(document: object) -> None:
    assert counts(json.dumps(document).encode()) == FOUND


def test_changes_may_come_line_by_line() -> None:
    assert counts("\n".join(map(json.dumps, PATCH)).encode()) == FOUND


def test_an_attribute_names_another_before_or_behind_it() -> None:
    items = "".join(f'<item value="{value}" key="{name}"/>' for name, value in FIELDS)
    assert counts(f"<all>{items}</all>".encode()) == FOUND


@pytest.mark.parametrize("header", ["Field,Old value,New value", "Question,Before,Answer"])
def test_a_history_names_the_field_in_each_row(header: str) -> None:
    rows = "\n".join(f"{name},,{value}" for name, value in FIELDS * 2)
    assert counts(f"{header}\n{rows}\n".encode()) == FOUND


@pytest.mark.parametrize("cell", ["{}={}", "{}: {}", "{} ({})"])
def test_cells_may_bring_their_names(cell: str) -> None:
    row = "; ".join(cell.format(*field) for field in FIELDS)
    assert counts("\n".join([row] * 5).encode()) == FOUND


def test_an_account_stands_beside_its_sort_code_whatever_is_between() -> None:
    header = "passport_no,bank_a_c_no,dob,holder_email,bank_sort_code\n"
    row = "10718570{0},3192681{0},0{0}/04/1980,x{0}@holt-mills.co.uk,20-45-53\n"
    rows = "".join(map(row.format, range(1, 7)))
    assert counts((header + rows).encode())["SORT_ACCT"] == 6


def test_records_of_named_fields_may_be_parted_by_empty_lines() -> None:
    lines = ["Field\tValue"]
    for name, number in (
        ("Ann", "4539148803436467"),
        ("Bo", "4539148803436468"),
        ("Cy", "4539148803436469"),
    ):
        lines += [f"Name\t{name}", f"Document\t{number}", "DOB\t03/04/1980", "\t"]
    assert counts("\n".join(lines).encode()) == {"DOB": 1}
