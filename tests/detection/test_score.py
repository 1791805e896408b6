"""The judge of a scan: right, wrong, missed, by counts and by values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.corpus import floors
from tests.corpus.score import Tally, judge, read
from tests.corpus.wording import names

LEAST = ("precision", "recall", "kind")


def file(path: str, truth: dict[str, list[str]], **more: Any) -> dict[str, Any]:
    row = {"path": path, "format": "txt", "encrypted": False, "truth": truth}
    return {**row, "optional": {}, "decoys": {}, **more}


FILES = [
    file("a.txt", {"PAN": ["4539148803436467", "5105105105105100"], "EMAIL": ["a@b.eu"]}),
    file("b.txt", {}),
    file("c.zip", {}, encrypted=True),
]


def figures(tally: Tally) -> tuple[int, int, int]:
    return tally.right, tally.wrong, tally.missed


def test_counts_are_compared_file_by_file() -> None:
    score = judge(FILES, {("a.txt", "PAN"): 3, ("b.txt", "PAN"): 1})
    assert figures(score.kinds["PAN"]) == (2, 2, 0)
    assert figures(score.kinds["EMAIL"]) == (0, 0, 1)
    assert figures(score.total) == (2, 2, 1)
    assert score.total.precision == 50.0
    assert round(score.total.recall, 1) == 66.7


def test_clean_and_encrypted_files_must_not_be_flagged() -> None:
    score = judge(FILES, {("b.txt", "PHONE"): 1, ("c.zip", "EMAIL"): 1})
    assert score.clean_flagged == ["b.txt"]
    assert score.sealed_flagged == ["c.zip"]


def test_a_kind_that_the_corpus_does_not_hold_counts_as_wrong() -> None:
    assert figures(judge(FILES, {("b.txt", "ZA_ID"): 2}).kinds["ZA_ID"]) == (0, 2, 0)


def test_what_is_optional_counts_neither_way() -> None:
    files = [file("a.txt", {"EMAIL": ["a@b.eu"]}, optional={"EMAIL": ["info@b.eu"]})]
    for found in (1, 2):
        assert figures(judge(files, {("a.txt", "EMAIL"): found}).total) == (1, 0, 0)
    assert figures(judge(files, {("a.txt", "EMAIL"): 3}).total) == (1, 1, 0)


def test_a_peer_is_judged_for_what_it_claims_alone() -> None:
    score = judge(FILES, {("a.txt", "PAN"): 2}, kinds=frozenset({"PAN"}))
    assert figures(score.total) == (2, 0, 0)
    assert figures(score.files) == (1, 0, 0)


def test_values_are_judged_by_their_letters_and_digits() -> None:
    values = {("a.txt", "PAN"): ["4539 1488 0343 6467", "4539-1488-0343-6467", "6011000990139424"]}
    score = judge(FILES, {}, kinds=frozenset({"PAN"}), values=values)
    assert figures(score.total) == (1, 1, 1)


def test_a_masked_number_is_right_by_its_ends() -> None:
    values = {("a.txt", "PAN"): ["453914******6467", "453914******9999"]}
    score = judge(FILES, {}, kinds=frozenset({"PAN"}), values=values)
    assert figures(score.total) == (1, 1, 1)


def test_lines_of_a_scan_are_read(tmp_path: Path) -> None:
    lines = [
        {"path": str(tmp_path / "a.txt"), "entity": "PAN", "count": 2},
        {"path": str(tmp_path / "d" / "x.zip!in.txt"), "entity": "PAN", "count": 1},
        {"path": str(tmp_path / "d" / "x.zip::b"), "entity": "PAN", "count": 1},
        {"path": str(tmp_path / "u"), "entity": None, "count": 0, "unread": "reason.corrupt"},
    ]
    found = read(map(json.dumps, lines), tmp_path)
    assert found == {("a.txt", "PAN"): 2, ("d/x.zip", "PAN"): 2}


def test_every_variant_has_a_floor_that_asks_for_something() -> None:
    assert set(floors.floors()) >= set(names())
    for floor in floors.floors().values():
        assert set(LEAST) <= set(floor) <= {*LEAST, "flagged"}
        assert all(0.0 < floor[name] <= 100.0 for name in LEAST)


def test_only_a_variant_that_is_held_out_may_flag_what_holds_nothing() -> None:
    assert [name for name, floor in floors.floors().items() if "flagged" in floor] == ["ninth"]
    most = int(floors.floors()["ninth"]["flagged"])
    clean = [file(f"{n}.txt", {}) for n in range(most + 1)]
    found = {(one["path"], "PAN"): 1 for one in clean}
    some, every = judge(clean[:most], dict(list(found.items())[:most])), judge(clean, found)
    assert not any("flagged" in one for one in floors.broken(some, "ninth"))
    assert sum("flagged" in one for one in floors.broken(every, "ninth")) == most + 1


def test_a_broken_floor_is_told() -> None:
    score = judge(FILES, {("a.txt", "PAN"): 1, ("b.txt", "PAN"): 1})
    told = list(floors.broken(score, "first"))
    assert told[0].startswith("b.txt was flagged")
    assert any(one.startswith("recall") for one in told)
    assert any(one.startswith("PAN") for one in told)
    assert not list(floors.broken(judge([], {}), "first"))
