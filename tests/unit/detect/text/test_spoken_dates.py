"""Dates in words: read as days of the calendar, and only where a day, month and year are said."""

from __future__ import annotations

import pytest

from agentguard.detect.lexicon.label_gap import SAID
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.detect.recognition.spoken_numbers import heard, in_digits

DATES = {
    "april twenty third nineteen eighty three": "1983-04-23",
    "the twenty eighth of september nineteen seventy three": "the 1973-09-28",
    "fourth May nineteen forty-eight": "1948-05-04",
    "may sixteenth two thousand five": "2005-05-16",
    "fourth of december two thousand and three": "2003-12-04",
    "february second twenty ten": "2010-02-02",
    "the 5th of may nineteen oh five": "the 1905-05-05",
    "july seventeen, nineteen fifty": "1950-07-17",
    "december first two thousand": "2000-12-01",
    "siebzehnter Juli neunzehnhundertfünfzig": "1950-07-17",
    "am dritten März zweitausendfünf": "am 2005-03-03",
    "zevenentwintig januari negentienhonderd zevenenvijftig": "1957-01-27",
    "veintisiete de enero de mil novecientos cincuenta y siete": "1957-01-27",
    "uno de agosto de dos mil tres": "2003-08-01",
    "vingt janvier mille neuf cent quatre-vingt-dix-sept": "1997-01-20",
    "le premier mai deux mille six": "le 2006-05-01",
    "um de agosto de mil novecentos e noventa e sete": "1997-08-01",
    "ventisette gennaio millenovecentocinquantasette": "1957-01-27",
    "tjugotredje mars nittonhundrafemtio": "1950-03-23",
}
NO_DATES = (
    "meet me on may fifth at nineteen thirty",
    "in march nineteen eighty four we moved",
    "the thirty second of may nineteen eighty four",
    "february thirtieth nineteen ninety",
    "may third eighteen fifty",
    "the first of may, and nineteen ninety was a good year",
    "twenty past five, may nineteen",
    "3 May 1971",
)


@pytest.mark.parametrize(("words", "date"), DATES.items())
def test_a_date_in_words_is_read_as_one_in_digits(words: str, date: str) -> None:
    assert heard(words).text == date
    assert heard(f"so {words}, thank you").text == f"so {date}, thank you"


@pytest.mark.parametrize("words", NO_DATES)
def test_what_is_no_whole_date_stays_as_it_was_said(words: str) -> None:
    assert heard(words).text == words


@pytest.mark.parametrize("words", [*DATES])
def test_row_583_a_birthday_in_words_is_found_where_it_is_asked_for(words: str) -> None:
    talk = f"Agent: and your date of birth?\nCaller: {words}\nAgent: thank you"
    assert [hit.kind for hit in default_scanner().scan(talk)] == ["DOB"]
    assert default_scanner().scan(f"Agent: when do you fly?\nCaller: {words}") == ()


def test_the_place_of_a_date_in_words_is_known() -> None:
    words = "may sixteenth two thousand five"
    text = f"born {words}, card later"
    said = heard(text)
    at = said.text.index("2005-05-16")
    assert next(said.places(at, at + len("2005-05-16"))) == (5, 5 + len(words))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("تاريخ الميلاد: 24/11/2005", ["DOB"]),
        ("وتاريخ الميلاد\u061f \u0661\u0665/\u0660\u0665/\u0661\u0669\u0665\u0660", ["DOB"]),
        ("تاريخ الميلاد 16 سبتمبر 1944", ["DOB"]),
        ("العميل مريم جوال 050 658 0964 لم يستلم الطلب", ["PHONE"]),
        ("هاتف: 0538398086", ["PHONE"]),
        ("اتصل على الرقم \u0660\u0665\u0665\u0663\u0660\u0666\u0668\u0669\u0660\u0668", ["PHONE"]),
        ("رقم جواز السفر: 518340562", ["PASSPORT"]),
        ("تاریخ پیدائش: 4/3/1981", ["DOB"]),
        ("تاريخ الطلب: 24/11/2005", []),
        ("رقم الطلب 0506580964", []),
    ],
)
def test_row_584_labels_in_arabic_letters_are_known(text: str, kinds: list[str]) -> None:
    assert [hit.kind for hit in default_scanner().scan(text)] == kinds


@pytest.mark.parametrize(
    "talk",
    [
        "00:38 AGENT     and date of birth\n00:46 CUSTOMER  February 28, 1946",
        "[Agent 00:24] Your date of birth please?\n[Kim 00:31] It is 28 August 1980.",
        "CH1 00:28 and date of birth\nCH2 00:37 15 February 2000",
        "agent 00:28: and date of birth\ncust 00:37: 15 February 2000",
        "**Wyatt** (0:10): Date of birth please?\n\n**Poppy** (0:13): 25 August 1979.",
    ],
)
def test_row_585_who_speaks_is_told_however_a_recogniser_writes_it(talk: str) -> None:
    talk += "\n"
    assert [hit.kind for hit in default_scanner().scan(as_read(talk))] == ["DOB"]


def as_read(text: str) -> str:
    """Return a text as its format gives it to the scanner."""
    from agentguard.detect.tables.chat_transcripts import in_turns  # noqa: PLC0415 - as a reader
    from agentguard.detect.tables.talk_turns import as_talk  # noqa: PLC0415 - as a reader

    return in_turns(as_talk(text))


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("928 sorry 875 er 5736", "9288755736"),
        ("587 hang on 726 hang on 9246", "5877269246"),
        ("nine seven one let's see eight zero five", "971805"),
        ("654 luego 321 espera 987", "654321987"),
    ],
)
def test_row_586_who_hesitates_says_one_number(said: str, number: str) -> None:
    assert heard(said).text.removeprefix(SAID) == number
    talk = f"Agent: best callback number?\nCaller: {said}\n"
    assert len(number) < 9 or [hit.kind for hit in default_scanner().scan(talk)] == ["PHONE"]


@pytest.mark.parametrize(
    "text", ["order 123456 uh on 12 03 2024", "2 sorry 3 of them", "10 on 12 June, 1234 on 5678"]
)
def test_what_stands_between_two_numbers_makes_them_one_only_where_somebody_hesitates(
    text: str,
) -> None:
    assert heard(text).text == text


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("paige dash y at aol dot com", "paige-y@aol.com"),
        ("wyatt two seven at icloud dot com", "wyatt27@icloud.com"),
        ("hartigan dot matilda three at xtra dot co dot nz", "hartigan.matilda3@xtra.co.nz"),
        ("marisa guion bajo quintana arroba hotmail punto es", "marisa_quintana@hotmail.es"),
        ("bastien deux trois arobase skynet point be", "bastien23@skynet.be"),
        ("beatriz underline moreira arroba gmail ponto com", "beatriz_moreira@gmail.com"),
        ("petersen unterstrich m at gmx punkt de", "petersen_m@gmx.de"),
    ],
)
def test_row_587_addresses_of_mail_are_read_as_they_are_said(said: str, address: str) -> None:
    assert in_digits(f"it is {said}, thanks") == f"it is {address}, thanks"


@pytest.mark.parametrize(
    "text",
    [
        "cb Giselle 6025464758 re late parcel",
        "09:22 i/c 9185498448 wrong dept",
        "phone_primary = 639568191402",
        'callerid="Jasper" <441273824474>',
        "Hdy 0676/8165776",
        "my husband can be reached on 0474168882",
    ],
)
def test_row_588_telephones_are_known_by_the_short_words_of_notes(text: str) -> None:
    assert [hit.kind for hit in default_scanner().scan(text)] == ["PHONE"]


def test_a_code_in_single_digits_is_one_behind_its_question() -> None:
    talk = "Agent: card?\nCaller: 4539 1488 0343 6467\nAgent: c v c\nCaller: 2 5 6\nAgent: ok\n"
    assert {hit.kind for hit in default_scanner().scan(as_read(talk))} == {"PAN", "CVV"}
