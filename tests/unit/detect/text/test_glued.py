"""Names of columns whose words are written as one."""

from __future__ import annotations

import pytest

from agentguard.detect.tables.compound_names import mended, parted
from tests.unit.detect.files.extracted import counts
from tests.unit.detect.files.test_csv import table


@pytest.mark.parametrize(
    ("name", "apart"),
    [
        ("patientdob", "patient dob"),
        ("lastthreedigitsbehindcard", "last three digits behind card"),
        ("BANKSORTCODE", "BANK SORT CODE"),
        ("holderssn", "holder ssn"),
        ("donordob", "donor dob"),  # not "dono rdob"
        ("donorsin", "donor sin"),  # no name begins with "do"
        ("contactotelefonico", "contacto telefonico"),
        ("ptdob", "pt dob"),
        ("custpancardnumber", "cust pan card number"),
        ("nokphone", "nok phone"),
        ("ntlinsuranceno", "ntl insurance no"),  # not "ntlins urance"
        ("nummerpaspoort", "nummer paspoort"),
        ("lejaratkartya", "lejarat kartya"),
        (
            "\u03c0\u03b5\u03bb\u03b1\u03c4\u03b7\u03ba\u03b9\u03bd\u03b7\u03c4\u03bf",
            "\u03c0\u03b5\u03bb\u03b1\u03c4\u03b7 \u03ba\u03b9\u03bd\u03b7\u03c4\u03bf",
        ),
        ("bsnhuurder", "bsn huurder"),
        ("datumnarozenimajitele", "datum narozeni majitele"),
        ("cpfdocomprador", "cpf do comprador"),  # not "compra dor"
        ("platebn\u00edkarta", "platebn\u00ed karta"),  # not "plate"
        ("sinnas", "sin nas"),
    ],
)
def test_words_of_labels_are_found_in_a_name(name: str, apart: str) -> None:
    assert parted(name) == apart


@pytest.mark.parametrize(
    "name",
    ["customer", "adobe", "discount", "workorder", "hotel", "japan", "kreditkarte", "geburtsdatum",
     "reisende", "zzqual", "Already Apart", "bankverbindung", "card_number", "dob", "x" * 200, "",
     "na\xefve"],
)  # fmt: skip
def test_a_name_that_tells_by_itself_or_not_at_all_stays_whole(name: str) -> None:
    assert parted(name) == name


def test_a_name_is_parted_as_a_whole_before_its_first_word_is() -> None:
    numbers = ["960985440", "939474117"]
    assert counts(table(["zzname", "contactotelefonico"], *(["Ann", n] for n in numbers))) == {
        "PHONE": 2
    }


def test_values_below_such_a_name_are_found_and_numbers_of_things_are_not() -> None:
    days = [f"19{60 + n}-04-03" for n in range(2)]
    assert counts(table(["resident", "claimantdob"], *(["Ann", day] for day in days))) == {"DOB": 2}
    cards = ["4539148803436467", "5555341244441115"]
    assert counts(table(["resident", "shopordernumber"], *(["Ann", one] for one in cards))) == {}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("F\xf6delsedtum", "fodelsedatum"),
        ("passsport", "passport"),
        ("TELEHPONE", "telephone"),
        ("geburtsdtum", "geburtsdatum"),
        ("Geboortedtum", "geboortedatum"),
        *(
            (word, word)
            for word in ("passport", "nationality", "passages", "brith", "ninumber", "customers")
        ),
    ],
)
def test_a_slip_in_a_long_word_is_mended(typed: str, meant: str) -> None:
    assert mended(typed) == meant


def test_a_column_is_known_whose_name_was_mistyped() -> None:
    days = [f"19{60 + n}-04-03" for n in range(2)]
    assert counts(table(["hyresg\xe4st", "F\xf6delsedtum"], *(["Ann", day] for day in days))) == {
        "DOB": 2
    }
