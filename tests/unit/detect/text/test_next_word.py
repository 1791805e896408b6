"""A label is found behind the first word of any other one, of which more was looked for."""

from __future__ import annotations

import re

import pytest

from agentguard.detect.recognition.scanner import default_scanner

WORDS = sorted(
    {
        found[0]
        for recogniser in default_scanner().recognisers
        for label in recogniser.labels
        for found in re.finditer(r"(?<![a-z\\?(|])[a-z]{4,}(?= )", label)
    }
)
LABELLED = {
    "BE_NN": "rijksregisternummer: 00020584716",
    "NL_BSN": "burgerservicenummer: 111222333",
    "PASSPORT": "reisepass: C01X00T47",
    "PL_PESEL": "pesel: 44051401359",
    "SE_PN": "personnummer: 811218-9876",
}


def test_there_are_many_such_words() -> None:
    assert len(WORDS) > 100


@pytest.mark.parametrize("kind", LABELLED)
def test_a_label_may_stand_behind_the_first_word_of_another(kind: str) -> None:
    texts = {word: f"x\n{word} {LABELLED[kind]}\n" for word in WORDS}
    found = {
        word: {hit.kind for hit in default_scanner().scan(text)} for word, text in texts.items()
    }
    assert [word for word, kinds in found.items() if kind not in kinds] == []
