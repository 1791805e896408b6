"""Who called whom, in columns of records of calls and of messages, and what looks like it."""

from __future__ import annotations

import json

import pytest

from tests.unit.detect.files.extracted import counts

_US = ("2125550917", "4157303344", "7135628190", "3053447781", "6027719043")
_CALLS = "accountcode,src,dst,duration,disposition"


def _csv(header: str, rows: list[str]) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def test_numbers_of_calls_are_telephones_beside_extensions() -> None:
    rows = [f",{number},40{place},187,ANSWERED" for place, number in enumerate(_US)]
    assert counts(_csv(_CALLS, rows)) == {"PHONE": len(_US)}


def test_a_log_of_queues_tells_who_called() -> None:
    rows = [
        f"17867299{n}4|178672997{n}.48853|help|NONE|ENTERQUEUE||{number}|1"
        for n, number in enumerate(_US)
    ]
    assert counts("\n".join(rows).encode()) == {"PHONE": len(_US)}


def test_a_gateway_of_messages_tells_to_whom_with_country_and_without_plus() -> None:
    to = ("916370842111", "917156753622", "918260668233", "917010406744")
    lines = [
        json.dumps({"id": f"f9{n}", "to": one, "body": "on its way"}) for n, one in enumerate(to)
    ]
    assert counts("\n".join(lines).encode()) == {"PHONE": len(to)}


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("src,dst,weight", "{0},{0},3"),  # a graph's
        ("src,dst,bytes,proto", "{0},443,120,6"),
        ("from,to,amount", "{0},{0},12.40"),
        ("from,body", "{0},hello"),  # a messenger's users
        ("caller_id_ref,duration", "{0},12"),
    ],
)
def test_other_ends_are_none(header: str, row: str) -> None:
    assert counts(_csv(header, [row.format(number) for number in _US])) == {}


def test_a_caller_must_be_in_a_plan() -> None:
    rows = [f"1{n}00000{n}23,44,187" for n in range(5)]
    assert counts(_csv("caller,callee,duration", rows)) == {}
