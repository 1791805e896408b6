"""Accounts of countries that are told by the code of a bank beside them, in either order."""

from __future__ import annotations

import pytest

from agentguard.detect.recognition.scanner import default_scanner

ROUTING = "021000021"
PAIRS = {
    "routing number": (ROUTING, "694809912447", "account number"),
    "ABA": (ROUTING, "6685183303", "acct #"),
    "BSB": ("062-000", "522479923", "account no"),
    "IFSC": ("SBIN0004321", "31568046206", "A/c no."),
}


def counted(text: str) -> int:
    return sum(hit.count for hit in default_scanner().scan(text) if hit.kind == "SORT_ACCT")


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("joint", [", ", "\n", " / ", "; "])
def test_row_593_an_account_is_found_beside_its_banks_code(name: str, joint: str) -> None:
    code, account, word = PAIRS[name]
    assert counted(f"{name}: {code}{joint}{word} {account}") == 1
    assert counted(f"{word} {account}{joint}{name} {code}") == 1


def test_row_593_a_routing_number_is_one_by_its_check_digit_alone() -> None:
    told = [last for last in range(10) if counted(f"routing 02100002{last}, account 6685183303")]
    assert told == [1]


@pytest.mark.parametrize(
    "text",
    [
        "routing {code} in table {account}",
        "IFSC SBIN0004321\nLoan account no. {account}",
        "BSB 062-000 order {account}",
        "build {code} account {account}",
    ],
)
def test_row_593_what_names_no_bank_or_another_thing_is_no_account(text: str) -> None:
    assert counted(text.format(code=ROUTING, account="6685183303")) == 0


@pytest.mark.parametrize(
    ("name", "number"),
    [("CLABE", "032180000118359719"), ("CBU", "2850590940090418135201")],
)
def test_row_593_an_account_of_one_piece_needs_its_name_and_its_check(
    name: str, number: str
) -> None:
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert (counted(f"{name}: {number}"), counted(f"{name}: {wrong}")) == (1, 0)
    assert counted(f"batch {number}") == 0
