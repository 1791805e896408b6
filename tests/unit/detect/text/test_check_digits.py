"""Check digits: a right one holds, and one wrong digit or a swap is noticed."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agentguard.detect.kinds._issuers import PLAIN, issued, luhn
from agentguard.detect.kinds._tokens import proved
from agentguard.detect.kinds.iban import mod_97
from agentguard.detect.kinds.nhs import mod_11
from agentguard.detect.kinds.nino import given as nino_given
from agentguard.detect.kinds.ssn import given as ssn_given
from agentguard.detect.recognition.scanner import default_scanner

digits = st.text("0123456789", min_size=1, max_size=18)


def with_luhn(body: str) -> str:
    return next(f"{body}{digit}" for digit in "0123456789" if luhn(f"{body}{digit}"))


def with_mod_97(country: str, account: str) -> str:
    return next(iban for check in range(2, 99) if mod_97(iban := f"{country}{check:02d}{account}"))


@pytest.mark.parametrize("length", range(13, 20))
def test_what_an_issuer_gives_has_the_shape_of_a_cards_digits(length: int) -> None:
    shapes = re.compile("|".join(PLAIN))
    numbers = (f"{head:04d}{'0' * (length - 4)}" for head in range(10_000))
    assert [n for n in numbers if issued(n) and not shapes.fullmatch(n)] == []


@given(body=digits, place=st.integers(0, 17), other=st.sampled_from("0123456789"))
def test_luhn_notices_a_wrong_digit(body: str, place: int, other: str) -> None:
    number = with_luhn(body)
    place %= len(number)
    assume(number[place] != other)
    assert not luhn(f"{number[:place]}{other}{number[place + 1 :]}")


@given(body=digits, place=st.integers(0, 16))
def test_luhn_notices_a_swap_except_of_nought_and_nine(body: str, place: int) -> None:
    number = with_luhn(body)
    place %= len(number) - 1
    pair = number[place : place + 2]
    assume(pair[0] != pair[1] and set(pair) != {"0", "9"})
    assert not luhn(f"{number[:place]}{pair[::-1]}{number[place + 2 :]}")


@given(account=st.text("0123456789", min_size=18, max_size=18), place=st.integers(0, 17))
def test_mod_97_notices_a_wrong_digit(account: str, place: int) -> None:
    iban = with_mod_97("DE", account)
    wrong = str((int(account[place]) + 1) % 10)
    assert not mod_97(f"{iban[:4]}{account[:place]}{wrong}{account[place + 1 :]}")


@given(account=st.text("0123456789", min_size=18, max_size=18))
def test_every_german_account_is_found(account: str) -> None:
    iban = with_mod_97("DE", account)
    (hit,) = default_scanner().scan(f"Payout to {iban}.")
    assert (hit.kind, hit.count, hit.masked) == ("IBAN", 1, (f"...{iban[-4:]}",))


@given(body=st.text("0123456789", min_size=9, max_size=9))
def test_one_check_digit_at_most_fits_an_nhs_number(body: str) -> None:
    assert sum(mod_11(f"{body}{digit}") for digit in range(10)) <= 1


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("4539148803436467", True),
        ("4539148803436", True),
        ("45391488034364671", False),
        ("5105105105105100", True),
        ("5005105105105100", True),
        ("2220999999999999", False),
        ("2221000000000000", True),
        ("2720999999999999", True),
        ("2721000000000000", False),
        ("371449635398431", True),
        ("3714496353984310", False),
        ("351449635398431", False),
        ("3528000000000000", True),
        ("3527000000000000", False),
        ("30569309025904", True),
        ("36569309025904", True),
        ("6011000000000000", True),
        ("6012000000000000", True),
        ("6200000000000000000", True),
        ("9400111899562537", False),
        ("1111111111111111", False),
        ("7111111111111111", False),
    ],
)
def test_issuers_give_only_their_ranges_and_lengths(number: str, right: bool) -> None:
    assert issued(number) is right


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("219091234", True),
        ("899091234", True),
        ("900091234", False),
        ("000091234", False),
        ("666091234", False),
        ("219001234", False),
        ("219090000", False),
        ("078051120", False),
        ("19091234", True),
    ],
)
def test_areas_that_were_never_given_are_no_ssn(number: str, right: bool) -> None:
    assert ssn_given(number) is right


@pytest.mark.parametrize(
    "prefix", ["BG", "GB", "KN", "NK", "NT", "TN", "ZZ", "DA", "AO", "QQ", "IA"]
)
def test_prefixes_that_were_never_given_are_no_nino(prefix: str) -> None:
    assert not nino_given(f"{prefix}123456A")


@given(born=st.dates(date(1900, 1, 1), date(2025, 12, 31)))
def test_a_date_of_birth_is_one_value_however_it_is_written(born: date) -> None:
    day, year = born.day, born.year
    ways = (
        born.isoformat(),
        f"{born:%d.%m.%Y}",
        f"{day} {born:%B} {year}",
        f"{born:%B} {day}, {year}",
        f"{born:%d-%b-%Y}",
        f"{born:%Y%m%d}",
    )
    text = "\n".join(f"dob: {way}" for way in ways)
    (hit,) = default_scanner().scan(text)
    assert (hit.kind, hit.count, hit.masked) == ("DOB", 1, ())


@pytest.mark.parametrize("head", ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "npm_"])
def test_row_367_a_token_that_carries_its_check_is_proved_by_it_alone(head: str) -> None:
    """CRC-32 of thirty letters in base 62; one wrong letter, or another prefix, proves nothing."""
    token = f"{head}kNtaU4i5GpIpatEJc2vPjjeJeRvtQR4fviqh"
    assert proved(token)
    wrong = (
        f"{token[:at]}{'Z' if token[at] != 'Z' else 'Y'}{token[at + 1 :]}" for at in range(4, 40)
    )
    assert not any(map(proved, wrong))
    assert not proved(token.replace(head, "glpat-"))
