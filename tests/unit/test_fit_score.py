"""The fit of the weights of evidence: it learns what is true, and gives those that are in force."""

from __future__ import annotations

import tomllib

import pytest

from agentguard.detect.score.fitted import weights
from tests.corpus.dice import Dice
from tools.fit_score.__main__ import LIMITS
from tools.fit_score.fit import fitted, written
from tools.fit_score.samples import collected
from tools.fit_score.texts import Text, decoy_of, grammar, texts, value_of

FIRST_FEW = 400


def test_what_speaks_for_a_value_weighs_more_than_what_speaks_against_it() -> None:
    samples = {
        ("PAN", ("own.touch", "?"), True): 20.0,
        ("PAN", ("thing.touch",), False): 20.0,
        ("PAN", ("untold",), True): 4.0,
        ("PAN", ("untold", "!"), False): 4.0,
    }
    found = fitted(samples)
    assert "?" not in found, "a rule is no evidence"
    assert found["own.touch"] > 1 > abs(found["untold"])
    assert found["thing.touch"] < -1
    assert max(map(abs, found.values())) <= 12


def test_weights_are_written_in_halves() -> None:
    read = tomllib.loads(written({"own.touch": 3.3, "@PAN": -0.2}, {"sure": 0.5}))
    assert read == {"limits": {"sure": 0.5}, "shared": {"own.touch": 3.5}, "kinds": {"PAN": 0.0}}


def test_each_text_tells_its_values_and_decoys_have_none() -> None:
    every = [text for text, _ in zip(texts(Dice(3), 1), range(FIRST_FEW), strict=False)]
    assert all(text.weight > 0 for text in every)
    assert {bool(text.values) for text in every} == {True, False}
    dice = Dice(4)
    assert not any(decoy_of(dice, "PHONE").text.startswith("+") for _ in range(50))
    assert all(value_of(dice, kind).true for kind in grammar()["own"])


def test_samples_are_of_the_text_s_own_kind() -> None:
    card = Text(
        "PAN", b"card 4539148803436467, nhs number 943 476 5919", ("4539148803436467",), 2.0
    )
    assert collected([card]) == {("PAN", ("issued", "?", "own.touch"), True): 2.0}


@pytest.mark.heavy
def test_the_weights_in_force_are_those_that_are_fitted() -> None:
    made = tomllib.loads(written(fitted(collected(texts(Dice(7), 4))), LIMITS))
    assert made["limits"] == weights()["limits"]
    for part in ("shared", "kinds"):
        assert made[part].keys() == weights()[part].keys()
        moved = {name: w for name, w in made[part].items() if abs(w - weights()[part][name]) > 0.5}
        assert moved == {}
