"""Passwords that everybody tries first are refused, and no others."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given, strategies

from agentguard.base.errors import UsageError
from agentguard.server.console import users
from agentguard.server.signin import weak_passwords

COMMON = (
    *("aaaaaaaaaaaaaaaa", "abcabcabcabcabc", "xyxyxyxyxyxyxyxy", "121212121212", "aaaabbbbcccc"),
    *("password1234", "Password12345!", "P@ssw0rd2024!", "passwordpassword", "Passwort123456"),
    *("123456789012", "1234567890123456", "0987654321098", "abcdefghijklmnop", "zyxwvutsrqpon"),
    *("qwertyuiop123", "asdfghjkl12345", "qwertzuiop2026", "Welcome2025!!", "administrator1"),
    *("iloveyou12345", "Sommer2024!!!!", "letmeinletmein", "trustno1trustno1", "agentguard2026"),
    *(
        "sam-miller-2024",
        "SamSamSamSam!",
        "m1ller1999miller",
        " " * 20,
        "correcthorsebatterystaple",
    ),
)
GOOD = (
    *("correct horse battery staple", "another long password", "kqzv-8m3x-plan-tree"),
    *("mein hund frisst gras", "Tr0ub4dor&3xkcd", "ключ от моей двери", "three clouds over Leeds"),
)


@pytest.mark.parametrize("password", COMMON)
def test_what_everybody_tries_first_is_refused(password: str) -> None:
    assert weak_passwords.problem(password, ["Sam Miller"]) == "common"


@pytest.mark.parametrize("password", GOOD)
def test_what_nobody_tries_first_is_taken(password: str) -> None:
    assert weak_passwords.problem(password, ["Sam Miller"]) == ""


def test_what_is_short_is_short() -> None:
    assert weak_passwords.problem("kqzv-8m3x-p") == "short"
    assert weak_passwords.problem("") == "short"


@given(strategies.text(min_size=1, max_size=4), strategies.integers(12, 60))
def test_no_repetition_of_little_is_taken(unit: str, length: int) -> None:
    assert weak_passwords.problem((unit * length)[:length]) == "common"


@given(strategies.integers(0, 2**32), strategies.integers(12, 40))
def test_no_run_of_the_alphabet_or_of_digits_is_taken(start: int, length: int) -> None:
    for row in (string.ascii_lowercase, "0123456789"):
        around = row * 6
        at = start % len(row)
        assert weak_passwords.problem(around[at : at + length]) == "common"


def test_a_first_password_that_is_made_here_is_always_good() -> None:
    assert {weak_passwords.problem(users._first_password()) for _ in range(500)} == {""}


def test_it_is_asked_wherever_a_password_is_set(running: Any, browser: Any) -> None:
    with pytest.raises(UsageError, match="first that anybody tries"):
        running.admin.add_user("eve", "aaaaaaaaaaaaaaaa")
    for password in ("aaaaaaaaaaaaaaaa", "sam sam sam sam"):
        told = browser.submit("/account/password", token=browser.token(), password=password)
        assert "first that anybody tries" in told.text
    with pytest.raises(UsageError, match="12"):
        running.admin.add_user("eve", "short")
