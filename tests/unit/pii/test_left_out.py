"""Patterns are made anew once no further kind was counted to its end for a while."""

from __future__ import annotations

from agentguard.pii.scanner import LeftOut, default_scanner


def test_a_full_kind_is_left_out_after_a_calm_while_and_not_before() -> None:
    left_out = LeftOut()
    given = [left_out.after({"PAN"}) for _ in range(6)]
    assert given[0] == frozenset()
    assert given[-1] == {"PAN"}


def test_every_further_kind_puts_it_off() -> None:
    left_out = LeftOut()
    full: set[str] = set()
    for kind in ("PAN", "EMAIL", "PHONE", "IBAN", "NINO", "NHS", "SSN", "DOB"):
        full.add(kind)
        assert left_out.after(full) == frozenset()


def test_a_table_with_more_than_is_counted_is_told_as_before_in_every_kind() -> None:
    rows = "".join(
        f"e-mail: clerk{number}@bluefinch.com, sort code: 20-{number // 100 % 100:02}-"
        f"{number % 100:02} account: {31_000_000 + number}\n"
        for number in range(12_000)
    )
    whole = {hit.kind: hit.count for hit in default_scanner().scan(rows)}
    first = {hit.kind: hit.count for hit in default_scanner().scan(rows[: len(rows) // 2])}
    assert whole["EMAIL"] == first["EMAIL"] == 1000
    assert whole["SORT_ACCT"] == first["SORT_ACCT"] == 1000
