"""agentguard recorder: the login of a recorder's platform is read unseen and kept, never shown."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import pytest

from agentguard.uplink.recorders.logins import Logins
from agentguard.uplink.recorders.platform import Login

SECRET = "s3cr3t-Of-The-Platform"
LOGIN = Login(user="client-1", agent="agent-7", secret=SECRET)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give what sets the standard input."""
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_three_lines_are_a_login_that_nothing_shows(type_, answers, home) -> None:
    home.mkdir(parents=True, exist_ok=True)
    answers(f"client-1\nagent-7\n{SECRET}\n")
    told = type_("recorder", "login", "twilio")
    assert told.code == 0
    assert "The login for twilio is kept in " in told.out
    assert SECRET not in told.out + told.err
    assert Logins(home).load("twilio") == LOGIN
    assert Logins(home).load("genesys-cloud") is None
    assert type_("recorder", "forget").code == 0
    assert Logins(home).load("twilio") is None


@pytest.mark.parametrize("text", ["", "client-1\n", "client-1\nagent-7\n", "\n\n\n"])
def test_a_login_that_is_not_complete_is_not_kept(type_, answers, home, text) -> None:
    home.mkdir(parents=True, exist_ok=True)
    answers(text)
    told = type_("recorder", "login", "twilio")
    assert told.code == 2
    assert "The login is not complete." in told.err
    assert list(home.iterdir()) == []


def test_without_a_standard_input_nothing_is_kept(type_, monkeypatch, home) -> None:
    home.mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(sys, "stdin", None)
    assert type_("recorder", "login", "twilio").code == 2


def test_at_a_terminal_it_asks_and_the_secret_is_typed_unseen(type_, monkeypatch, home) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    home.mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr("sys.stdin", Terminal("client-1\nagent-7\n"))
    monkeypatch.setattr("getpass.getpass", lambda _question: SECRET)
    told = type_("recorder", "login", "twilio")
    assert told.code == 0
    assert "This person's id at the platform:" in told.err
    assert Logins(home).load("twilio") == LOGIN


def test_a_platform_that_nobody_knows_is_wrong_use(type_) -> None:
    assert type_("recorder", "login", "unheard-of").code == 2
