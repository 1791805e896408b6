"""What fuzzing has kept: of every target, small, made-up, each once, and used."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from agentguard.detect.formats import default_extractors
from tests.fuzz import corpus
from tests.fuzz.corpus import ENDING, KEPT, LARGEST, LARGEST_PACK, MOST, chosen_of, kept

TARGETS = {
    "policy",
    "vault",
    *(f"journal-{name}" for name in ("file", "receipt", "row")),
    *(f"format-{one.name}" for one in default_extractors()),
}
MOST_OF_ALL = 1536 << 10  # bytes in git


def test_every_target_has_inputs_and_nothing_else_lies_there() -> None:
    assert {file.name.removesuffix(ENDING) for file in KEPT.iterdir()} == TARGETS
    assert sum(file.stat().st_size for file in KEPT.iterdir()) <= MOST_OF_ALL


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_what_is_kept_is_small_and_each_once(target: str) -> None:
    inputs = kept(target)
    assert 0 < len(inputs) <= MOST
    assert len(set(inputs)) == len(inputs)
    assert all(0 < len(data) <= LARGEST for data in inputs)
    assert (KEPT / f"{target}{ENDING}").stat().st_size <= LARGEST_PACK


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_nothing_that_looks_like_somebody_s_data_is_kept(target: str) -> None:
    for data in kept(target):
        assert not corpus.known_to_nobody(data), hashlib.sha256(data).hexdigest()


def test_somebody_s_data_would_be_seen() -> None:
    """Broken on purpose: a number of no sample, in the clear and as a spreadsheet's cell."""
    card = "4556737586899855"
    assert corpus.known_to_nobody(f"card {card}".encode())
    assert corpus.known_to_nobody(f"name;card\nAnn;{card}\nBo;{card}\n".encode())
    assert not corpus.known_to_nobody(b"nothing of anybody")


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_every_run_begins_with_what_is_kept(target: str, tmp_path: Path) -> None:
    corpus.lay(target, tmp_path)
    assert {file.read_bytes() for file in tmp_path.iterdir()} == set(kept(target))


def test_the_smallest_inputs_that_take_every_way_are_kept(tmp_path: Path) -> None:
    found: dict[Path, frozenset[int]] = {}
    for name, ways in {"a": {1}, "bb": {1, 2}, "ccc": {2}, "dddd": {3}, "eeeee": {1, 2, 3}}.items():
        (tmp_path / name).write_text(name)
        found[tmp_path / name] = frozenset(ways)
    assert [file.name for file in chosen_of(found)] == ["a", "bb", "dddd"]
