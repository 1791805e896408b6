"""What a label begins with is met wherever the label stands, and in few longer words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.detect.matching.kind_labels import Labelled, is_word
from agentguard.detect.matching.label_regex_builder import behind_a_border, first_part, spaced
from agentguard.detect.matching.re2_engine import Pattern
from agentguard.detect.recognition.scanner import default_scanner

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
BEHIND = (
    b"", b": 1", b" no 1", b"No 1", b"_1", b"1", b"s", b"\n", b"(", b"number", b" of a", b"=", b"X",
    b"Xy", b"xY",
)  # fmt: skip


@pytest.mark.parametrize(
    "text", ["mobiln\xedtelefon: 00420 779 984 358", "Ring p\xe5r\xf8rende p\xe5 409 23 087"]
)
def test_an_accented_letter_ends_a_label_before_any_other(text: str) -> None:
    assert [hit.kind for hit in default_scanner().scan(text)] == ["PHONE"]


def test_a_label_with_an_accent_at_its_end_is_met_before_any_letter() -> None:
    met = set()
    for labelled in LABELLED:
        for label in labelled.recogniser.labels:
            words = re.sub(r"\\x(..)", lambda code: chr(int(code[1], 16)), label)
            if words.isalpha() and not words[-1].isascii():
                written = f" {words}s".encode("latin-1")
                assert HEADS[labelled.number].at(written, 0, len(written)) is not None
                met.add(words)
    assert "trojc\xedsl\xed" in met


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
        ("ss", ("SSL", "SSH", "ssh")),
        ("(?-i:NN|SS)", ("NNTP", "SSL", "ss")),
        ("t(?:e|\xe9)l", ("tell", "telnet")),
        ("hasl[oa]", ("haslocal",)),
        ("document n(?:umber|o)", ("documents", "documentation")),
    ],
)
def test_longer_words_are_not_looked_into(label: str, words: tuple[str, ...]) -> None:
    head = Pattern(f"(?i:{first_part(spaced(label))})")
    assert [word for word in words if head.at(word.encode("latin-1"), 0, len(word))] == []


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("ph", ("ph", "PH: ", "ph_no", "phNo", "ph1")),
        ("acc(?: ?(?:number|no))?", ("acc", "accnumber", "ACC no", "accNumber", "acc_no")),
        ("contact (?:number|no)", ("contact number", "Contact_No", "contactnumber")),
        ("pension insurance", ("Pension Insurance No", "pensioninsurance")),
        ("contacto", ("contacto:", "CONTACTO")),
        ("ss(?: ?no)?", ("ss ", "SS:", "ssNo", "SSNO", "SSno", "Ss1")),
        ("(?-i:NN|SS)(?: ?no)?", ("NN", "SS1", "SSno", "SSNO")),
        ("t(?:e|\xe9)l", ("tel", "T\xe9l", "TEL.", "telNo")),
    ],
)
def test_the_label_itself_is(label: str, words: tuple[str, ...]) -> None:
    head = Pattern(f"(?i:{first_part(spaced(label))})")
    assert [word for word in words if not head.at(word.encode("latin-1"), 0, len(word))] == []


def test_of_a_label_that_is_looked_at_closer_the_next_letter_is_told() -> None:
    hidden = spaced(" (?:last )?(?:sif|c\xedf)")
    head = Pattern(f"(?i:{first_part('(?:tre|tri)', hidden)})")
    words = ("tri last", "TRI-SIF", "tresif", "trec\xedf", "Tri Cifre")
    assert [word for word in words if not head.at(word.encode("latin-1"), 0, len(word))] == []
    others = ("trigger", "tree", "tre ", "trim", "TRIM")
    assert [word for word in others if head.at(word.encode(), 0, len(word))] == []


@pytest.mark.parametrize(
    ("label", "word"),
    [
        ("tri", "Tri"),
        ("tr(?:i|\xedo)s", "Tris"),
        ("(?:(?:kredit|bank)?karte|s?code)", "BankKarte"),
        ("(?:(?:kredit|bank)?karte|s?code)", "Scode"),
        ("(?:(?:kredit|bank)?karte|s?code)", "Code"),
        ("[ck]od", "Kod"),
        ("(?-i:SIN|[Pp]n)", "Pn"),
    ],
)
def test_within_a_word_a_label_begins_with_a_capital(label: str, word: str) -> None:
    pattern = Pattern(behind_a_border([spaced(label)]))
    assert pattern.at(f"x{word}".encode(), 0, 1 + len(word)) is not None
    assert pattern.search(f"x{word.lower()} y{word.lower()}".encode(), 0, 3 + 2 * len(word)) is None
