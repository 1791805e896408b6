"""What a label begins with is met wherever the label stands, and in few longer words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.pii._labelled import Labelled, is_word
from agentguard.pii._re2 import Pattern
from agentguard.pii._spelling import first_part, spaced
from agentguard.pii.scanner import default_scanner

LABELLED = [
    Labelled(number, recogniser)
    for number, recogniser in enumerate(default_scanner().recognisers)
    if recogniser.labels
]
HEADS = {
    labelled.number: Pattern(f"(?s:.)(?i:{'|'.join(labelled.heads)})") for labelled in LABELLED
}
SPELT = [
    (labelled, re.compile(spaced(label).replace("\x1f", "").encode("latin-1"), re.IGNORECASE))
    for labelled in LABELLED
    for label in labelled.recogniser.labels
]
BEHIND = (b"", b": 1", b" no 1", b"No 1", b"_1", b"1", b"s", b"\n", b"(", b"number", b" of a", b"=")


@given(st.data(), st.sampled_from(BEHIND), st.booleans())
def test_a_label_that_stands_for_itself_is_met(
    data: st.DataObject, behind: bytes, capitals: bool
) -> None:
    labelled, pattern = data.draw(st.sampled_from(SPELT))
    written = data.draw(st.from_regex(pattern, fullmatch=True))
    text = b" " + (written.upper() if capitals else written) + behind
    end = labelled.label.end(text, 0)
    if end >= 0 and is_word(text, 1, end):
        assert HEADS[labelled.number].at(text, 0, len(text)) is not None


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("ph", ("photograph", "phase")),
        ("pass", ("passed", "passing")),
        ("acc(?: ?(?:number|no))?", ("access", "accept", "accounts")),
        ("fi(?:jo|sso)", ("fijos",)),
        ("contact (?:number|no)", ("contacts", "contact record", "contact of")),
        ("pension insurance", ("pensioner", "pension plan")),
        ("contacto", ("contactos", "contactless")),
    ],
)
def test_longer_words_are_not_looked_into(label: str, words: tuple[str, ...]) -> None:
    head = Pattern(f"(?i:{first_part(spaced(label))})")
    assert [word for word in words if head.at(word.encode(), 0, len(word))] == []


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("ph", ("ph", "PH: ", "ph_no", "phNo", "ph1")),
        ("acc(?: ?(?:number|no))?", ("acc", "accnumber", "ACC no", "accNumber", "acc_no")),
        ("contact (?:number|no)", ("contact number", "Contact_No", "contactnumber")),
        ("pension insurance", ("Pension Insurance No", "pensioninsurance")),
        ("contacto", ("contacto:", "CONTACTO")),
    ],
)
def test_the_label_itself_is(label: str, words: tuple[str, ...]) -> None:
    head = Pattern(f"(?i:{first_part(spaced(label))})")
    assert [word for word in words if not head.at(word.encode(), 0, len(word))] == []
