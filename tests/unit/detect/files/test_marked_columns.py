"""Columns whose values a list marks or counts: what stands beside a number is no part of it."""

from __future__ import annotations

import pytest

from tests.unit.detect.files.extracted import counts


@pytest.mark.parametrize("mark", ["{}*", "{} *", "{}**", "1) {}", "12)  {}"])
def test_marks_of_a_list_are_no_part_of_any_number(mark: str) -> None:
    numbers = ["943 476 5919", "401 023 2137"]
    rows = [f"Ann,{mark.format(number)},gold" for number in numbers]
    assert counts("\n".join(["guest,NHS number,plan", *rows]).encode()) == {"NHS": 2}


def test_a_mask_is_no_mark() -> None:
    rows = ["Ann,453914880343****,gold", "Bo,4485****2308****,gold", "Cy,4716*,gold"]
    assert counts("\n".join(["guest,card number,plan", *rows]).encode()) == {}
