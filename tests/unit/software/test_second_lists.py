"""Every end of support is compared with a second list where there is one; differences are told."""

from __future__ import annotations

import json
from datetime import date

import pytest

from tools.lifecycle import differences
from tools.lifecycle.differences import Difference


def second() -> dict[str, list[list[str]]]:
    told: dict[str, list[list[str]]] = json.loads(differences.SECOND.read_text(encoding="utf-8"))
    return told


def known() -> differences.Ends:
    return differences.ours(json.loads(differences.OURS.read_text(encoding="utf-8")))


def test_row_189_the_differences_are_those_of_the_present_data() -> None:
    """Whoever changes a day of the catalogue runs `python -m tools.lifecycle.differences`."""
    assert differences.OUT.read_text(encoding="utf-8") == differences.written()


def test_the_second_lists_are_broad_and_of_the_catalogue_s_own_lines() -> None:
    rows = second()["ends"]
    assert len(rows) > 800
    assert {row[4] for row in rows} == {
        "release-data", "DataForGeeks", "dotnet/core", "distro-info-data",
    }  # fmt: skip
    assert {(row[0], row[1]) for row in rows} <= set(known())
    for row in rows:
        assert date.fromisoformat(row[3]), row


def test_microsoft_s_client_dates_are_a_day_late_each_and_no_difference() -> None:
    rows = [row for row in second()["ends"] if row[0] == "windows" and row[4] == "DataForGeeks"]
    every = list(differences.compared(known(), rows))
    clients = [one for one in every if "lts" not in one.line]
    assert len(clients) > 30
    assert {(one.days, one.verdict) for one in clients} == {("1", "")}
    assert {(one.days, one.verdict) for one in every if one not in clients} == {("0", "")}


@pytest.mark.parametrize(
    ("mine", "other", "source", "days", "verdict"),
    [
        ("2025-10-14", "2025-10-14", "dotnet/core", "0", ""),
        ("2025-10-14", "2025-10-15", "DataForGeeks", "1", ""),
        ("2025-10-14", "2025-10-15", "dotnet/core", "+1", "the catalogue is stricter"),
        ("2025-10-14", "2025-10-16", "DataForGeeks", "+2", "the catalogue is stricter"),
        ("2025-10-14", "2025-10-13", "DataForGeeks", "-1", "the catalogue is kinder"),
        (True, "2025-10-14", "DataForGeeks", "", "ended, no day"),
        (False, "2025-10-14", "DataForGeeks", "", "no end announced"),
        (None, "2025-10-14", "DataForGeeks", "", "the catalogue tells nothing"),
    ],
)
def test_a_difference_is_told_with_its_days(
    mine: object, other: str, source: str, days: str, verdict: str
) -> None:
    ends = {("windows", "11"): {"security": mine}}
    (one,) = differences.compared(ends, [["windows", "11", "security", other, source]])
    assert isinstance(one, Difference)
    assert (one.days, one.verdict) == (days, verdict)
