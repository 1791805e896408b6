"""A label whose value is masked has it: what stands in the next line is not that value."""

from __future__ import annotations

import pytest

from agentguard.detect.recognition.scanner import default_scanner

MASKED = (
    "****-**-**",
    "**/**/****",
    "********",
    "xx/xx/xxxx",
    "(****)",
    "\u00b7\u00b7\u00b7\u00b7-\u00b7\u00b7",
)


@pytest.mark.parametrize("mask", MASKED)
def test_the_time_of_the_next_line_is_no_birthday(mask: str) -> None:
    text = f"2026-02-02 15:01:08 user=7 dob={mask}\n2026-02-02 15:01:39 auth=1 batch=2\n"
    assert default_scanner().scan(text) == ()


@pytest.mark.parametrize("before", ["dob: ", "**DOB:** ", "***DOB:***\n", "DOB (dd/mm/yyyy):\n"])
def test_what_is_no_mask_hides_nothing(before: str) -> None:
    (hit,) = default_scanner().scan(f"{before}03/04/1980\n")
    assert hit.kind == "DOB"


def test_what_proves_itself_counts_behind_a_mask_too() -> None:
    (hit,) = default_scanner().scan("card: **** **** **** 6467\n4539 1488 0343 6467\n")
    assert (hit.kind, hit.count) == ("PAN", 1)
