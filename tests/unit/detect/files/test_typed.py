"""A number whose kind another field says: identity documents as hotels, banks and airlines keep."""

from __future__ import annotations

import json
from itertools import cycle

import pytest

from tests.unit.detect.files.extracted import counts

BRITISH = tuple(f"53381{number}" for number in range(4900, 4910))
LICENCES = tuple(f"71245{number}" for number in range(8800, 8810))
ONE = BRITISH[0]


def table(names: tuple[str, str], kinds: tuple[str, ...]) -> bytes:
    """Give a table of guests, each with one of some kinds of documents."""
    numbers = {kind: iter(LICENCES if "icence" in kind else BRITISH) for kind in kinds}
    rows = (
        f"Ann Lee {number},{kind},{next(numbers[kind])},GB"
        for number, kind in zip(range(12), cycle(kinds), strict=False)
    )
    return "\n".join((f"guest,{names[0]},{names[1]},country", *rows, "")).encode()


@pytest.mark.parametrize(
    "names",
    [
        ("doc_type", "doc_no"),
        ("idType", "idNumber"),
        ("ID Type", "ID #"),
        ("type", "number"),
        ("document", "document number"),
        ("doctype", "docno"),
        ("Document type", "document"),
        ("Type of ID", "ID ref"),
        ("Proof of ID", "no."),
        ("guest id type", "guest id no"),
        ("tipo documento", "numero documento"),
        ("Ausweisart", "Ausweisnummer"),
        ("type de pi\xe8ce", "n\xb0 de pi\xe8ce"),
        ("rodzaj dokumentu", "nr dokumentu"),
        ("Doc. type", "Doc. number"),
        ("dokument", "seria i numer"),
    ],
)
def test_a_column_of_kinds_names_the_numbers_beside_it(names: tuple[str, str]) -> None:
    assert counts(table(names, ("Passport", "Driving licence"))) == {"PASSPORT": 6}


@pytest.mark.parametrize("said", ["P", "PP", "PASSPORT", "UK passport", "Passport (GB)"])
def test_a_passport_is_written_in_many_ways(said: str) -> None:
    assert counts(table(("doc type", "doc no"), (said, "Driving licence"))) == {"PASSPORT": 6}


def test_each_kind_is_told_by_its_own_row() -> None:
    people = ("passport,533814902", "NINO,HW279917C", "Aadhaar,234123412346", "Voter ID,533814903")
    rows = "".join(f"{number},{person}\n" for number, person in enumerate(people * 3))
    found = counts(f"row,id proof,id no\n{rows}".encode())
    assert found == {"AADHAAR": 1, "NINO": 1, "PASSPORT": 1}


@pytest.mark.parametrize(
    "kinds", [("order", "invoice"), ("passport fee", "visit"), ("adult", "P4")]
)
def test_other_words_name_no_document(kinds: tuple[str, ...]) -> None:
    assert counts(table(("type", "number"), kinds)) == {}


@pytest.mark.parametrize(
    "document",
    [
        {"name": "Ann", "idType": "passport", "idNumber": ONE, "country": "GB"},
        {"country": "GB", "docNumber": ONE, "docType": "passport"},
        {
            "documents": [
                {"type": "Passport", "number": ONE},
                {"type": "bus", "number": "71"},
            ]
        },
        {"documents": [{"documentType": "P", "documentNumber": ONE}]},
    ],
)
def test_fields_of_json_are_read_alike_in_any_order(document: object) -> None:
    assert counts(json.dumps(document).encode()) == {"PASSPORT": 1}


@pytest.mark.parametrize(
    "document",
    [
        f'<doc type="passport" number="{ONE}"/>',
        f"<ID><DocType>Passport</DocType><DocNumber>{ONE}</DocNumber></ID>",
        f"<ID><IDNo>{ONE}</IDNo><IDType>Passport</IDType></ID>",
    ],
)
def test_fields_of_xml_are_read_alike(document: str) -> None:
    assert counts(f"<guest>{document}</guest>".encode()) == {"PASSPORT": 1}


@pytest.mark.parametrize(
    "names", ["id1_type,id1_no,id2_type,id2_no", "doc type 1,doc no 1,doc type 2,doc no 2"]
)
def test_each_of_several_numbers_has_its_own_kind(names: str) -> None:
    rows = (
        f"Ann {n},Driving licence,{n},Passport,{b}" for n, b in zip(LICENCES, BRITISH, strict=True)
    )
    assert counts("\n".join((f"guest,{names}", *rows, "")).encode()) == {"PASSPORT": len(BRITISH)}


def test_a_card_keeps_the_name_of_what_holds_it() -> None:
    card = {"card": {"type": "debit", "number": "4539148803436467", "cvv": "123"}}
    assert counts(json.dumps(card).encode()) == {"CVV": 1, "PAN": 1}


@pytest.mark.parametrize(
    "form",
    [
        f"Document type: Passport (UK)\nDocument no: {ONE}\n",
        f"id_type=passport\nid_no={ONE}\n",
        f"Name;Ann\nDocument type;Passport\nDocument number;{ONE}\nExpiry;04/05/2031\n",
        f"Field,Value\nName,Ann\nDocument type,Passport\nDocument number,{ONE}\n",
    ],
)
def test_lines_of_a_form_are_read_alike(form: str) -> None:
    assert counts(form.encode()) == {"PASSPORT": 1}


OF_STATES = (
    "533814902",
    "C01X00T47",
    "YA7520631",
    "P3905817",
    "17FV30962",
    "GA402917",
    "XDB740582",
)


def column(name: str, numbers: tuple[str, ...]) -> bytes:
    rows = (f"Ann Lee,{number},x" for number in numbers)
    return "\n".join((f"guest,{name},remark", *rows, "")).encode()


@pytest.mark.parametrize(
    "name", ["ppt", "PP", "pspt_no", "pass no", "PassNr", "td_no", "apis doc", "doc no", "RP-Nr"]
)
def test_numbers_as_several_states_write_them_are_passports(name: str) -> None:
    assert counts(column(name, OF_STATES)) == {"PASSPORT": len(OF_STATES)}


@pytest.mark.parametrize(
    "name",
    [
        "ppt", "passp.", "psprt", "pass/ID", "PP/ID", "Ausweis/Pass", "P.P. No",
        "Reisedok-Nr", "doc. voyage", "titre de voyage", "doc viaggio", "reisdoc", "rejsedokument",
        "resehandling", "\xfati okm\xe1ny", "putovnica",
        "\u043f\u0430\u0441\u043f\u043e\u0440\u0442",
    ],
)  # fmt: skip
def test_a_short_name_of_nothing_else_is_enough(name: str) -> None:
    assert counts(column(name, BRITISH)) == {"PASSPORT": len(BRITISH)}


@pytest.mark.parametrize("name", ["pp", "bus pass no", "doc no", "booking no", "policy"])
def test_numbers_of_one_sort_are_not(name: str) -> None:
    assert counts(column(name, BRITISH)) == {}


@pytest.mark.parametrize("name", ["bus pass no", "docs", "booking no"])
def test_nor_are_codes_that_begin_alike(name: str) -> None:
    assert counts(column(name, tuple(f"DF73950{number}" for number in range(10, 20)))) == {}


@pytest.mark.parametrize("name", ["policy no", "order", "voucher"])
def test_nor_is_what_another_name_tells(name: str) -> None:
    assert counts(column(name, OF_STATES)) == {}


def test_one_of_several_fields_is_told_by_its_number() -> None:
    assert counts(b"passport1: 533814902\npassport2: 533814903\n") == {"PASSPORT": 2}
