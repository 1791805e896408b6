"""The page of kinds says what the recognisers are."""

from __future__ import annotations

from tests.unit.detect.text.kinds_page import PAGE, page
from tests.unit.detect.text.national_numbers import MADE


def test_the_page_is_in_step_with_the_recognisers() -> None:
    advice = "Run python3 dev.py made and commit docs/kinds.md."
    assert PAGE.read_text(encoding="utf-8") == page(), advice


def test_every_national_kind_names_its_source_and_its_words() -> None:
    for part in page().split("\n### ")[1:]:
        kind = part.partition(":")[0]
        assert kind in MADE
        assert "https://" in part
        assert part.count("`") >= 2 or kind == "IT_CF"  # which needs no words
