"""JSON: values behind their keys, lists as tables, and documents that are broken or huge."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.detect.formats import json as reader_of_json
from tests.unit.detect.files.extracted import counts, format_of, kinds, read, said

CARD = "4539148803436467"

Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=20,
)


def written(document: object) -> list[str]:
    return said(json.dumps(document).encode())


def test_a_value_stands_behind_its_key_and_those_above() -> None:
    document = {"payment": {"card": {"number": CARD, "code": "123"}}, "id": 7}
    assert written(document) == [f"payment card number: {CARD}", "payment card code: 123", "id: 7"]


def test_names_of_containers_say_nothing() -> None:
    assert written({"data": {"records": [{"items": {"dob": "1980-04-03"}}]}}) == ["dob: 1980-04-03"]


def test_the_ends_of_own_fields_say_nothing() -> None:
    card = {"CardNumber__c": CARD, "SecurityCode__c": "123", "__c": "x"}
    assert written({"Contact__r": {"Birthdate__pc": "1980-04-03"}, "Card__r": card}) == [
        "Contact Birthdate: 1980-04-03",
        f"Card CardNumber: {CARD}",
        "Card SecurityCode: 123",
        "Card __c: x",
    ]


def test_at_most_three_names_are_told() -> None:
    assert written({"a1": {"b1": {"c1": {"d1": "x"}}}}) == ["b1 c1 d1: x"]


def test_a_list_of_lists_is_a_table() -> None:
    assert written([["name", "dob"], ["Ann", "1980-04-03"]]) == ["name: Ann", "dob: 1980-04-03"]


def test_columns_that_a_sibling_names_are_told() -> None:
    document = {"columns": ["name", "dob"], "rows": [["Ann", "1980-04-03"]]}
    assert written(document)[-2:] == ["name: Ann", "dob: 1980-04-03"]


@pytest.mark.parametrize(
    "field",
    [
        {"name": "cvv", "value": "123"},
        {"value": "123", "label": "cvv"},
        {"question": "cvv", "id": 7, "answer": "123"},
    ],
)
def test_a_field_that_says_its_name_beside_is_named_so(field: dict[str, object]) -> None:
    assert "cvv: 123" in written({"fields": [field]})


def test_fields_that_say_their_names_stand_near_each_other() -> None:
    fields = (("Credit card no", CARD), ("Expiration date", "12/29"))
    named = [
        {"id": 360000 + n, "title": title, "type": "text", "value": value}
        for n, (title, value) in enumerate((*fields, ("CVC", "123")))
    ]
    document = {"ticket": {"id": 1, "custom_fields": named}}
    assert kinds(json.dumps(document).encode()) == {"PAN", "CVV"}


def test_escapes_are_read() -> None:
    found = said(rb'{"card": "4539\u00a01488\u00a00343\u00a06467", "path": "a\/b\nc"}')
    assert found == ["card: 4539\u00a01488\u00a00343\u00a06467", "path: a/b\nc"]


def test_numbers_lose_the_point_that_a_program_gave_them() -> None:
    assert said(b'{"card": 4539148803436467.0, "amount": 12.50}') == [
        f"card: {CARD}",
        "amount: 12.50",
    ]


def test_a_document_in_a_string_is_read() -> None:
    inner = json.dumps({"card": {"number": CARD}})
    assert written({"message": inner}) == [f"message card number: {CARD}"]


def test_a_document_in_base64_is_read() -> None:
    inner = base64.b64encode(json.dumps({"card_number": CARD}).encode()).decode()
    assert f"wrapped card_number: {CARD}" in written({"wrapped": inner})


def test_documents_line_by_line_with_a_broken_one_between() -> None:
    lines = (
        f'{{"card": "{CARD}"}}\n{{"card": "5555341244441115", "x": [1}}\n{{"dob": "1980-04-03"}}'
    )
    assert said(lines.encode()) == [
        f"card: {CARD}",
        "card: 5555341244441115",
        "x: 1",
        "dob: 1980-04-03",
    ]


def test_a_document_that_was_cut_is_read_to_its_end() -> None:
    assert said(f'{{"a": {{"card": "{CARD}'.encode()) == [f"a card: {CARD}"]


def test_what_stands_between_documents_is_kept() -> None:
    data = f'{{"a": 1}}\nthen card {CARD} was charged\n{{"b": 2}}\n'
    assert "PAN" in kinds(data.encode())


@pytest.mark.parametrize(
    "data",
    [
        b"[section]\ncard = 1\n",
        b"[2025-03-04 10:00:00] INFO start\n",
        b"[INFO] start\n",
        b"{card: 1}",
        b"{\\rtf1 text}",
        b"plain",
        b"",
    ],
)
def test_brackets_alone_make_no_json(data: bytes) -> None:
    assert format_of(data) != "json"


@pytest.mark.parametrize(
    "data",
    [b"{}", b' {"a": 1}', b'[{"a": 1}]', b'["x", 1]', b"[1, 2]", b"\xff\xfe{\0}\0"],
)
def test_json_is_told_by_its_first_tokens(data: bytes) -> None:
    assert format_of(data) == "json"


def test_a_key_names_only_its_own_value() -> None:
    document = [{"order": {"id": CARD}, "dob": "1980-04-03", "created": "2001-02-03"}]
    assert kinds(json.dumps(document).encode()) == {"DOB"}


def test_depth_without_end_is_read() -> None:
    data = b'[{"a":' * 100_000 + f'"card {CARD}"'.encode()
    assert {hit.kind for hit in read(data).hits} == {"PAN"}


@given(document=values, size=st.integers(1, 9))
def test_pieces_may_end_anywhere(document: Value, size: int) -> None:
    whole = json.dumps(document)
    pieces = [whole[start : start + size] for start in range(0, len(whole), size)]
    assert "".join(reader_of_json._Reader().read(iter(pieces))) == "".join(
        reader_of_json._Reader().read(iter([whole]))
    )


@given(data=st.text('{}[]",:\\u0 \n1ab', max_size=120))
def test_no_text_breaks_the_reader(data: str) -> None:
    assert isinstance("".join(reader_of_json._Reader().read(iter([data]))), str)


@given(texts=st.lists(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1)))
def test_every_string_is_in_the_text(texts: list[str]) -> None:
    found = "".join(reader_of_json._Reader().read(iter([json.dumps({"all": texts})])))
    assert all(text in found for text in texts)


def test_a_turn_of_a_talk_answers_the_question_of_the_turn_before() -> None:
    turns = (
        {"type": "message", "user": "U02", "text": "dob?", "ts": 1},
        {"type": "message", "user": "U05", "text": "July 25, 1969", "ts": 2},
        {"type": "message", "user": "U02", "text": "nhs number please", "ts": 3},
        {"type": "message", "user": "U05", "text": "943-476-5919", "ts": 4},
    )
    assert counts("\n".join(map(json.dumps, turns)).encode()) == {"DOB": 1, "NHS": 1}
    talk = {
        "turns": [
            {"text": "And your passport number?", "role": "agent"},
            {"text": "533401372", "role": "customer"},
            {"text": "thanks", "role": "agent"},
            {"text": "533401373", "role": "customer"},
        ]
    }
    assert counts(json.dumps(talk).encode()) == {"PASSPORT": 1}


def test_nobody_answers_himself_or_what_was_no_question() -> None:
    for first, who in (("dob?", "U02"), ("looked up the dob", "U05")):
        turns = ({"user": "U02", "text": first}, {"user": who, "text": "1969-07-25"})
        assert not counts("\n".join(map(json.dumps, turns)).encode())


def test_a_talk_may_ask_in_names_written_as_one_and_for_a_pair() -> None:
    asked = (("residentdob", "03/06/1950"), ("Sort code", "41-39-88"), ("accountno", "96119219"))
    turns = [
        {"user": who, "text": said, "seq": 1000 + number}
        for number, (name, value) in enumerate(asked)
        for who, said in (("U02", f"{name}?"), ("U05", value))
    ]
    assert counts("\n".join(map(json.dumps, turns)).encode()) == {"DOB": 1, "SORT_ACCT": 1}


def test_the_system_of_an_identifier_names_its_value() -> None:
    patient = {
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9434765919"}],
        "telecom": [{"system": "phone", "value": "0161 496 0123"}],
    }
    assert counts(json.dumps(patient).encode()) == {"NHS": 1, "PHONE": 1}


def test_an_answer_may_be_put_off() -> None:
    said = (("U02", "passport number?"), ("U05", "one moment"), ("U05", "533401372"))
    turns = ({"user": who, "text": text} for who, text in said)
    assert counts("\n".join(map(json.dumps, turns)).encode()) == {"PASSPORT": 1}


@pytest.mark.parametrize(
    "asked",
    [
        "Can you tell me your passport no",
        "Prosz\u0119 poda\u0107 numer paszportu",
        "and then your UK passport number.",
    ],
)
def test_a_turn_may_ask_without_a_sign(asked: str) -> None:
    turns = ({"from": "agent", "text": asked}, {"from": "customer", "text": "EN2463815"})
    assert counts(json.dumps({"messages": turns}).encode()) == {"PASSPORT": 1}
    for told in ("your ticket no", "looked up the passport no", "your passport is fine"):
        others = ({"from": "agent", "text": told}, turns[1])
        assert counts(json.dumps({"messages": others}).encode()) == {}
