"""How long a place of secrets is waited for, and what it answers."""

from __future__ import annotations

import threading

import pytest

from agentguard.base.errors import SecretError
from agentguard.platforms._secret_time_limit import Limit


def test_the_answer_is_given_and_what_is_raised_is_raised() -> None:
    limit = Limit("keyring")
    assert limit.ask(lambda: 7) == 7
    assert limit.ask(lambda: None) is None

    def locked() -> None:
        raise SecretError("locked", "keyring")

    with pytest.raises(SecretError, match="locked, keyring"):
        limit.ask(locked)
    with pytest.raises(ZeroDivisionError):
        limit.ask(lambda: 1 // 0)


def test_a_place_that_never_answers_is_left_alone_for_a_while() -> None:
    asked, answers = [], threading.Event()

    def never() -> None:
        asked.append(threading.current_thread().name)
        answers.wait()

    limit = Limit("keyring", seconds=0.05, rest=3600)
    try:
        for _ in range(3):
            with pytest.raises(SecretError, match="silent, keyring") as silent:
                limit.ask(never)
            assert silent.value.passing
        assert asked == ["secrets"]
    finally:
        answers.set()


def test_after_the_rest_it_is_asked_again() -> None:
    answers = threading.Event()
    limit = Limit("keyring", seconds=0.05, rest=0)
    try:
        with pytest.raises(SecretError, match="silent"):
            limit.ask(answers.wait)
        assert Limit("keyring", rest=0).ask(lambda: "here") == "here"
    finally:
        answers.set()
    assert limit.ask(lambda: "here") == "here"
