"""Every kind's accepted and refused cases, from tests/vectors/pii."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from agentguard.base import translations
from agentguard.base.plugins import discover
from agentguard.detect import kinds
from agentguard.detect.recogniser import Recogniser
from agentguard.detect.recognition.scanner import default_scanner

VECTORS = sorted((Path(__file__).parents[3] / "vectors" / "pii").glob("*.toml"))
RECOGNISERS = discover(kinds, "RECOGNISER", Recogniser)


@cache
def read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def accepted() -> Iterator[tuple[str, str, str]]:
    for file in VECTORS:
        for case in read(file)["accept"]:
            yield read(file)["kind"], case["text"], case.get("tail", "")


def refused() -> Iterator[tuple[str, str]]:
    for file in VECTORS:
        for text in read(file)["refuse"]:
            yield read(file)["kind"], text


KINDS = sorted({read(file)["kind"] for file in VECTORS})
"""All cases of a kind are one test, which names each that fails: a case of its own costs more."""


def found(kind: str, text: str) -> list[tuple[int, tuple[str, ...]]]:
    return [(hit.count, hit.masked) for hit in default_scanner().scan(text) if hit.kind == kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_is_found_once_and_masked(kind: str) -> None:
    wanted = {
        text: [(1, (f"...{tail}",) if tail else ())]
        for one, text, tail in accepted()
        if one == kind
    }
    assert wanted
    assert {text: found(kind, text) for text in wanted} == wanted


@pytest.mark.parametrize("kind", KINDS)
def test_a_look_alike_is_refused(kind: str) -> None:
    texts = [text for one, text in refused() if one == kind]
    assert texts
    assert [text for text in texts if found(kind, text)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_masked_text_holds_no_value(kind: str) -> None:
    masked = {text: default_scanner().mask(text) for one, text, _ in accepted() if one == kind}
    assert masked
    assert [text for text, hidden in masked.items() if found(kind, hidden)] == []
    assert [text for text, hidden in masked.items() if hidden == text] == []


def test_every_kind_has_vectors_and_a_name() -> None:
    kinds = {recogniser.kind for recogniser in RECOGNISERS}
    assert {read(file)["kind"] for file in VECTORS} == kinds
    assert all(translations.load().has(f"kind.{kind}") for kind in kinds)


def test_a_mask_never_shows_more_than_four_characters() -> None:
    assert all(recogniser.shown <= 4 for recogniser in RECOGNISERS)
