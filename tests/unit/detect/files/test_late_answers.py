"""Answers that stand apart from their question, in talks of tools that nobody here knows."""

from __future__ import annotations

import json

import pytest

from agentguard.detect.tables.chat_transcripts import is_asking
from tests.unit.detect.files.extracted import counts

CARD = "4539 1488 0343 6467"


@pytest.mark.parametrize(
    ("talk", "found"),
    [
        (  # what is wanted stands in the middle, and others put it off
            (
                "Sam: your passport no, since the ferry wants to see it\nIda: where is that bag\n"
                "Sam: no hurry at all\nIda: got it, 533401372 there\nSam: thanks\nIda: welcome\n"
            ),
            {"PASSPORT": 1},
        ),
        (  # the wrong one first, and set right
            (
                "Desk: have you an NHS number?\nIda: on the wristband it says ward 7712345\n"
                "Desk: that is the ward\nIda: oh then 943 476 5919\nDesk: lovely\n"
            ),
            {"NHS": 1},
        ),
        (  # one question, and two who are meant
            (
                "Clerk: dates of birth for you two, please\nIda: 03/04/1981\nClerk: ok\n"
                "Ida: and his 05/06/1979\nClerk: done\n"
            ),
            {"DOB": 2},
        ),
        (  # several things, nodded off one by one, with an account in two answers
            (
                "Clerk: mobile, dob, sort code and account please\nIda: 07911 123456\nClerk: ta\n"
                "Ida: its 03/04/1981\nClerk: ta\nIda: 20-45-67\nClerk: ta\nIda: 31926819\n"
            ),
            {"PHONE": 1, "DOB": 1, "SORT_ACCT": 1},
        ),
        (  # a question back is no answer
            (
                f"Till: card number?\nIda: {CARD}\nTill: then its CVV, on the back\n"
                "Ida: the 3 by the signature?\nTill: yes\nIda: 562\n"
            ),
            {"PAN": 1, "CVV": 1},
        ),
    ],
)
def test_row_445_an_answer_finds_what_asked_for_it(talk: str, found: dict[str, int]) -> None:
    assert counts(talk.encode()) == found


@pytest.mark.parametrize(
    "talk",
    [
        "Sam: order of 2026\nIda: no\nSam: thanks\nIda: 7712345\nSam: ok\n",
        "Sam: your passport office order\nIda: which\nSam: that one\nIda: 533401372\nSam: ok\n",
        "Sam: the CVV was fine\nIda: yes\nSam: what was the parcel?\nIda: 562\nSam: thanks\n",
        (
            "Sam: last 4 digits of it?\nIda: 6467\nSam: dob is known\nSam: order 7712345 it is\n"
            "Ida: 03/04/2026\nSam: ok\n"
        ),
    ],
)
def test_row_445_what_was_asked_for_last_holds(talk: str) -> None:
    assert counts(f"card {CARD}\n{talk}".encode()) == {"PAN": 1}


SAID = (
    ("asks", "Hello, what may I do"),
    ("tells", "I would pay the bill"),
    ("asks", "your date of birth for that"),
    ("tells", "03/04/1981"),
    ("asks", "which card"),
    ("tells", CARD),
    ("asks", "now the security code?"),
    ("tells", "562"),
)
FOUND = {"DOB": 1, "PAN": 1, "CVV": 1}


@pytest.mark.parametrize(
    "style",
    [
        "{who}  {n}:0{n}  {said}",
        "{short}> {said}",
        "{short}   {said}",
        "#0{n} [{who}] {said}",
        "{n}. [{who}] {said}",
    ],
)
def test_row_446_who_speaks_may_stand_in_a_column(style: str) -> None:
    lines = (
        style.format(who=who.title(), short=who[:3].upper(), n=n, said=said)
        for n, (who, said) in enumerate(SAID, 1)
    )
    assert counts("\n".join(lines).encode()) == FOUND


def test_row_446_a_visitor_may_get_a_new_number_with_each_line() -> None:
    names = {"asks": "Till", "tells": "Guest {}"}
    lines = (f"{names[who].format(71234 + n)}: {said}" for n, (who, said) in enumerate(SAID))
    assert counts("\n".join(lines).encode()) == FOUND


@pytest.mark.parametrize("keys", [("p", "x"), ("side", "heard"), ("by", "line")])
def test_row_446_records_are_a_talk_by_how_they_take_turns(keys: tuple[str, str]) -> None:
    talk = [dict(zip(keys, turn, strict=True)) for turn in SAID]
    assert counts(json.dumps({"id": "c1", "turns": talk}).encode()) == FOUND


def test_row_446_columns_of_a_table_are_no_talk() -> None:
    rows = (
        "Passport   Birthday   Paid\nOpen       03/04/26   7712345\nOpen       04/05/26   7712346\n"
    )
    assert counts((rows * 3).encode()) == {"DOB": 2}


def test_a_smile_asks_for_nothing() -> None:
    assert not is_asking("\U0001f44d")
    assert is_asking("\U0001f44d and the dob?")


@pytest.mark.parametrize(
    ("note", "found"),
    [
        (f"amex 378282246310005 no, {CARD} cid 562 11/29 taken", {"PAN": 1, "CVV": 1}),
        (f"took {CARD}, then expiry / CVC: 11/29 - 562", {"PAN": 1, "CVV": 1}),
        (f"she read {CARD} to him and the 562 cvv off the back", {"PAN": 1, "CVV": 1}),
        (f"card {CARD.replace(' ', '')} 562 (code on the back)", {"PAN": 1, "CVV": 1}),
        (f"{CARD}, last three on back 562", {"PAN": 1, "CVV": 1}),
        (f"{CARD} cvv on file", {"PAN": 1}),
        (f"paid by {CARD}, valid 2029 cvv 562", {"PAN": 1, "CVV": 1}),
    ],
)
def test_row_447_a_code_stands_before_its_word_and_beside_a_date(
    note: str, found: dict[str, int]
) -> None:
    assert counts(note.encode()) == found


def test_row_448_a_column_of_row_numbers_may_have_a_sign_for_a_name() -> None:
    head = "| # | Who | *Card* | CVV |\n|---|---|---|---|\n"
    rows = f"| 1 | Ida | {CARD} | 562 |\n| 2 | Sam | 5105 1051 0510 5100 | 563 |\n"
    assert counts((head + rows).encode())["CVV"] == 2


@pytest.mark.parametrize(
    ("note", "found"),
    [
        ("\u0906\u0927\u093e\u0930: 2345 6789 0124", {"AADHAAR": 1}),
        ("\u092a\u0948\u0928 \u0939\u0948 AFZPK7190K", {"IN_PAN": 1}),
        (
            "\u091c\u0928\u094d\u092e\u0926\u093f\u0928 \u0969/\u096a/\u0967\u096f\u096e\u0967",
            {"DOB": 1},
        ),
        ("\u092b\u093c\u094b\u0928: 91219 26525", {"PHONE": 1}),
        ("\u092a\u093e\u0938\u092a\u094b\u0930\u094d\u091f: P8858558", {"PASSPORT": 1}),
        (
            f"\u0915\u093e\u0930\u094d\u0921 {CARD} \u0938\u0940\u0935\u0940\u0935\u0940 562",
            {"PAN": 1, "CVV": 1},
        ),
        ("\u0906\u0935\u0947\u0926\u0928: 73824885", {}),
    ],
)
def test_row_449_hindi_is_read_in_its_own_letters(note: str, found: dict[str, int]) -> None:
    assert counts(note.encode()) == found
