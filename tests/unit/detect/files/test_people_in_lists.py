"""Lists of names in notes: what stands beside a name is told by the list."""

from __future__ import annotations

import pytest

from agentguard.detect.tables.people_in_lists import with_names
from tests.unit.detect.files.extracted import counts

NAMES = ("Ann Holt", "Bo Day", "Cy Reyes-Lund", "Di O'Neil")
BARE = ("98123 43210", "8147209356", "9831047725", "98123 43277")


def rows(joint: str, numbers: tuple[str, ...], rest: str = "") -> str:
    return "".join(
        f"{name}{joint}{number}{rest}\n" for name, number in zip(NAMES, numbers, strict=True)
    )


@pytest.mark.parametrize("joint", [" - ", ", ", " / ", "  ", " \u2013 ", ": ", " "])
@pytest.mark.parametrize(
    "above", ["callbacks today", "Follow up calls:", "R\xfcckrufe", "rappels du matin", "a ligar"]
)
def test_the_line_above_says_that_they_are_called(above: str, joint: str) -> None:
    assert counts(f"{above}\n{rows(joint, BARE)}".encode()) == {"PHONE": 4}


@pytest.mark.parametrize("joint", [" - ", " / ", "  ", " "])
def test_some_of_the_numbers_say_it(joint: str) -> None:
    some = ("+91 98123 43211", BARE[1], "+91 98123 43212", BARE[3])
    assert counts(f"shift 4\n{rows(joint, some, '  box 3')}".encode()) == {"PHONE": 4}


def test_lists_may_be_marked_and_timed() -> None:
    listed = "".join(
        f"- [ ] 10:{at}5 {name} - {number} - after 4pm\n"
        for at, (name, number) in enumerate(zip(NAMES, BARE, strict=True))
    )
    assert counts(f"to ring\n{listed}".encode()) == {"PHONE": 4}


def test_another_number_may_stand_before_it() -> None:
    listed = "".join(
        f"{name} / order 4821993{at} / {number}\n"
        for at, (name, number) in enumerate(zip(NAMES, BARE, strict=True))
    )
    assert counts(f"call list\n{listed}".encode()) == {"PHONE": 4}


@pytest.mark.parametrize(
    "text",
    [
        f"stock today\n{rows(' - ', BARE)}",
        "callbacks\norder 8147209356\nticket 9831047725\n",
        "callbacks\nAnn, order 8147209356\nBo, order 9831047725\n",
        "callbacks\nAnn Holt 12/03/2026 14:30\nBo Day 13/03/2026 14:30\n",
        "callbacks\nthe meter 8147209356\nthe pump 9831047725\n",
        f"callbacks\n{rows(' - ', ('943 476 5919', '401 023 2137', '943 476 5870', '1'))}",
        "callbacks\n8147209356\n9831047725\n",
    ],
)
def test_what_is_no_list_of_telephones_stays_as_it_is(text: str) -> None:
    assert with_names(text) == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1 Ann Holt 08/02/1973 512-43-7718\n", {"DOB": 1, "SSN": 1}),
        ("2 Bo (spouse) 05/03/1988 528-61-4407\n", {"DOB": 1, "SSN": 1}),
        ("11:05 Ann Holt, 23 November 1971, NHS 943 476 5919, cough\n", {"DOB": 1, "NHS": 1}),
        ("Pt Ann Holt  NHS no. 943 476 5919  22/04/1985\n", {"DOB": 1, "NHS": 1}),
        ("stu Ann Holt 07/07/81 nino LC 41 72 35 D\n", {"DOB": 1, "NINO": 1}),
        ("Ann Holt 07/03/2024 NHS 943 476 5919\n", {"NHS": 1}),
        ("Ann Holt seen 08/02/1973 NHS 943 476 5919\n", {"NHS": 1}),
        ("seen 08/02/1973, 512-43-7718\n", {"SSN": 1}),
        ("Ann Holt 08/02/1973 order 512437718\n", {}),
    ],
)
def test_a_day_of_long_ago_beside_a_persons_number(text: str, found: dict[str, int]) -> None:
    assert counts(text.encode()) == found
