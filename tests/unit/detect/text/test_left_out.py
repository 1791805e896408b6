"""Patterns are made anew once looks at what is counted to its end cost as much."""

from __future__ import annotations

from agentguard.detect.recognition.scanner import LeftOut, default_scanner


def test_a_full_kind_is_left_out_once_enough_looks_at_it_were_in_vain() -> None:
    left_out = LeftOut(pays=100)
    assert left_out.after({"PAN"}, 99) == frozenset()
    assert left_out.after({"PAN"}, 100) == {"PAN"}


def test_for_each_further_kind_it_is_paid_again() -> None:
    left_out = LeftOut(pays=100)
    assert left_out.after({"PAN"}, 150) == {"PAN"}
    assert left_out.after({"PAN", "EMAIL"}, 249) == {"PAN"}
    assert left_out.after({"PAN", "EMAIL"}, 250) == {"PAN", "EMAIL"}


def test_where_no_further_kind_is_full_nothing_is_made_anew() -> None:
    left_out = LeftOut(pays=0)
    first = left_out.after({"PAN"})
    assert left_out.after({"PAN"}, 10**6) is first


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
