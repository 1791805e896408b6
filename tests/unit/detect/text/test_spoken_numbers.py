"""Numbers in words: read as digits, judged as written ones, masked where they were said."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.cli import main
from agentguard.detect.lexicon.label_gap import SAID
from agentguard.detect.matching.number_words import languages, spoken_lines
from agentguard.detect.recognition.masked_names import masked
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.detect.recognition.spoken_numbers import heard
from tests.corpus.speech import call
from tests.unit.detect.files.extracted import counts

CARD = "4539 1488 0343 6467"
SAYINGS = {
    "pairs": "forty-five thirty-nine, fourteen eighty-eight,"
    " oh three forty-three, sixty-four sixty seven",
    "doubles": "four five three nine one four double eight zero"
    " three four three six four six seven",
    "hums": "four uh five three nine, um, one four eight eight zero"
    " three er four three six 4 6 seven",
    "German": "fünfundvierzig neununddreißig vierzehn achtundachtzig null drei dreiundvierzig"
    " vierundsechzig siebenundsechzig",
    "French": "quarante-cinq trente-neuf quatorze quatre-vingt-huit zéro trois quarante-trois"
    " soixante-quatre soixante-sept",
    "Spanish": "cuarenta y cinco treinta y nueve catorce ochenta y ocho cero tres cuarenta y tres"
    " sesenta y cuatro sesenta y siete",
    "Portuguese": "quatro cinco três nove um quatro oito oito zero"
    " três quatro três meia quatro meia sete",
    "Hindi": "चार पाँच तीन नौ एक चार आठ आठ शून्य तीन चार तीन छह चार छह सात",
    "Hinglish": "chaar paanch teen nau ek chaar double aath zero"
    " teen four three chhe chaar chhe saat",
    "Filipino": "apat lima tatlo siyam isa apat walo walo zero"
    " tatlo apat tatlo anim apat anim pito",
    "Arabic": "أربعة خمسة ثلاثة تسعة واحد أربعة ثمانية ثمانية صفر"
    " ثلاثة أربعة ثلاثة ستة أربعة ستة سبعة",
    "sentences": "Four five three nine. Four five three nine, yes. One four eight eight. Okay."
    " Zero three four three. And the last four? Six four six seven.",
    "turns": "Agent: card number?\nMia: four five three nine one four\n"
    "Agent: four five three nine one four?\nMia: yes\nMia: eight eight oh three four\nAgent: mhm\n"
    "Mia: three six four\nAgent: go on\nMia: six seven",
}
NOBODYS = (
    "one two three testing, testing",
    "count with me: one two three four five six seven eight nine ten eleven twelve",
    "it was twenty twenty-four, or nineteen ninety eight",
    "that is nine hundred and ninety nine pounds and fifty pence",
    "flat twelve, one hundred and forty two baker street",
    "we open at eight thirty and close at six forty five",
    "the order number is four five three nine one four eight eight oh three four three six four",
    "three people, four of them from two thousand and four, paid one or two pounds",
)


def plain(text: str) -> str:
    return heard(text).text.replace(SAID, "")


def test_every_language_says_its_numbers_in_order() -> None:
    for one in languages():
        said = {digits for entries in one.numbers.values() for _, digits in entries}
        assert {str(number) for number in range(21)} <= said


@pytest.mark.parametrize("saying", SAYINGS)
def test_row_430_a_spoken_card_is_read_as_one(saying: str) -> None:
    assert CARD in plain(SAYINGS[saying])
    assert counts(f"{SAYINGS[saying]}\n".encode()) == {"PAN": 1}
    (hit,) = default_scanner().scan(SAYINGS[saying])  # as the clipboard is judged
    assert (hit.kind, hit.masked) == ("PAN", ("...6467",))


@pytest.mark.parametrize(
    "sign", ["\u00b2", "\u2460", "\u00bd", "\u2167", "\u0663", "\u3007", "\U0001d7d7"]
)
def test_row_430_signs_that_are_like_digits_are_no_obstacle(sign: str) -> None:
    for text in (f"four {sign} five six", f"{sign} four five", f"{sign}{sign} double two {sign}"):
        assert default_scanner().scan(text) == ()
    whole = f"{SAYINGS['doubles']}, on {sign} m"
    assert [hit.kind for hit in default_scanner().scan(whole)] == ["PAN"]


def test_row_431_a_code_and_what_the_next_question_asks_for_are_no_card() -> None:
    """Together the code and the telephone have an issuer, a length and a check digit by chance."""
    text = (
        "Agent 00:37: and the security code\nCaller 00:43: three eight eight\n"
        "Agent 00:46: telephone please\n"
        "Caller 00:53: three one nine nine four nine nine five six eight zero\n"
    )
    assert "PAN" not in {hit.kind for hit in default_scanner().scan(text)}


CHANCE = random.Random(5)
HOSTILE = {
    "words": " ".join(
        CHANCE.choices(
            ["four", "five", "de", "no", "uh", "double", "and", "7", "is", "the", "zero", "oh"],
            k=3_000,
        )
    ),
    "twice": "double " * 2_200 + "two",
    "pairs": "forty-one " * 1_600,
    "bytes": f"four five {CHANCE.randbytes(7_900).hex()}",
    "turns": "A: four five six\nB: four five six\n" * 400,
}


def steps(text: str) -> int:
    """Count the calls that reading a text takes: they tell its order, and no clock is asked."""
    calls = 0

    def count(_frame: object, event: str, _about: object) -> None:
        nonlocal calls
        calls += event.endswith("call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        heard(text)
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize("piece", HOSTILE)
def test_row_431_hostile_talk_is_read_in_linear_time(piece: str) -> None:
    """Lines of nothing but words of numbers, as long as a line that is looked at may be."""

    line = HOSTILE[piece]
    part = line[: len(line) // 4]
    heard(part)  # what is read once, and kept
    whole = steps(line)
    assert whole < 6 * steps(part)
    assert steps(f"{line}\n{line}") < 3 * whole


def test_row_431_a_line_that_nobody_can_have_said_is_not_looked_into() -> None:
    line = f"{SAYINGS['doubles']} " + "x" * (1 << 14)
    assert heard(line).text == line
    assert CARD in plain(f"{line}\n{SAYINGS['doubles']}\n")


@pytest.mark.parametrize("text", NOBODYS)
def test_row_431_what_nobody_owns_is_none(text: str) -> None:
    assert counts(f"{text}\n".encode()) == {}


@given(st.lists(st.sampled_from([w for text in NOBODYS for w in text.split()]), max_size=40))
def test_row_431_words_of_such_numbers_in_any_order_are_none(
    words: list[str],
) -> None:
    said = heard(" ".join(words))
    found = {hit.kind for hit in default_scanner().scan(" ".join(words))}
    digits = {run for run in said.text.replace(SAID, "").split() if run.isdigit()}
    assert found <= {"PAN", "PHONE"}  # what its issuer, its check digit or its plan tells
    assert digits or not found


@pytest.mark.parametrize("saying", SAYINGS)
def test_row_432_every_part_is_masked_where_it_was_said(saying: str) -> None:
    masked_text = default_scanner().mask(f"so: {SAYINGS[saying]}; bye")
    assert masked_text.startswith(("so: ...6467", "so: Agent: card number?\nMia: ...6467"))
    assert masked_text.endswith("; bye")
    assert spoken_lines(masked_text) == []
    assert SAID not in masked_text


def test_row_432_what_is_not_a_value_stays_as_it_was_said() -> None:
    text = "I said four five three nine to him,\ncall four two, and one two three testing"
    assert default_scanner().mask(text) == text


def test_row_432_a_file_is_not_named_by_its_number() -> None:
    name = f"call {SAYINGS['doubles']}.txt"
    assert "five" not in masked(name)


@given(st.text("ab \n.,:-", max_size=30), st.text("ab \n.,:-", max_size=30))
def test_row_432_places_are_those_of_the_text_as_it_was(before: str, after: str) -> None:
    said = SAYINGS["doubles"]
    text = f"{before}\n{said}\n{after}"
    found = heard(text)
    start = found.text.index(CARD)
    (first,) = found.places(start, start + len(CARD))
    assert text[slice(*first)] == said


def test_row_433_explain_tells_that_it_was_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "call.txt").write_text(f"my card number is {SAYINGS['doubles']}\n")
    assert main(["scan", "--explain", str(tmp_path / "call.txt")]) == 1
    told = capsys.readouterr().out
    assert "it is written in words" in told
    assert "five" not in told


def test_calls_are_read_as_recognisers_of_speech_write_them() -> None:
    """Floors of made-up calls, by which the rules were made: strangers' sets are the measure."""
    right = wrong = values = 0
    for seed in range(1, 81):
        one = call(seed)
        found = counts(one.text.encode())
        for kind in found.keys() | one.truth.keys():
            there, told = one.truth.get(kind, 0), found.get(kind, 0)
            values, right, wrong = (
                values + there,
                right + min(there, told),
                wrong + max(0, told - there),
            )
    assert wrong == 0
    assert right >= 0.93 * values
