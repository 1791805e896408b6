"""What the endpoint says of a code becomes a proof, or a sentence that tells what to do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base import translations
from agentguard.base.errors import UplinkError
from agentguard.mfa import Verifiers
from agentguard.mfa.totp import RemoteTotp, code
from agentguard.model.messages import say
from agentguard.ports.people import Proof, Ruling


class Endpoint:
    """An endpoint that gives one ruling and remembers what it was asked."""

    def __init__(self, ruling: Ruling | None) -> None:
        self._ruling = ruling
        self.asked: list[tuple[str, str, str]] = []

    def ask(self, factor: str, group: str, answer: str) -> Ruling:
        self.asked.append((factor, group, answer))
        if self._ruling is None:
            raise UplinkError("timeout", "The endpoint did not answer.")
        return self._ruling


def test_a_right_code_is_a_proof() -> None:
    endpoint = Endpoint(Ruling(accepted=True))
    proof = RemoteTotp(endpoint.ask).verify("Payments", "123456")
    assert proof == Proof(accepted=True, factor="totp")
    assert endpoint.asked == [("totp", "Payments", "123456")]


@pytest.mark.parametrize(
    ("ruling", "expected"),
    [
        (Ruling(accepted=False, problem="wrong"), say("mfa.wrong")),
        (Ruling(accepted=False, problem="used"), say("mfa.used")),
        (Ruling(accepted=False, problem="locked", wait=1), say("mfa.locked", minutes=1)),
        (Ruling(accepted=False, problem="locked", wait=1741), say("mfa.locked", minutes=30)),
        (Ruling(accepted=False, problem="locked"), say("mfa.locked", minutes=1)),
        (Ruling(accepted=False, problem="not-enrolled"), say("mfa.not-enrolled")),
        (Ruling(accepted=False, problem="something of a later version"), say("mfa.refused")),
        (Ruling(accepted=False), say("mfa.refused")),
        (None, say("mfa.endpoint-away")),
    ],
)
def test_anything_else_stays_closed_and_says_what_to_do(
    ruling: Ruling | None, expected: object
) -> None:
    proof = RemoteTotp(Endpoint(ruling).ask).verify("Payments", "123456")
    assert not proof.accepted
    assert proof.message == expected
    told = translations.load().render(proof.message)
    assert not told.startswith("mfa.")
    assert "{" not in told


@pytest.mark.parametrize(
    "typed",
    [
        "123456",
        " 123 456 ",
        "123-456",
        "1 2 3 4 5 6",
        "\uff11\uff12\uff13\uff14\uff15\uff16",
        "\u0661\u0662\u0663\u0664\u0665\u0666",
        "123\u00a0456",
    ],
)
def test_digits_are_taken_as_people_type_them(typed: str) -> None:
    endpoint = Endpoint(Ruling(accepted=True))
    assert RemoteTotp(endpoint.ask).verify("g", typed).accepted
    assert endpoint.asked[0][2] == "123456"


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "12345a", "½23456", "abcdef", "\x00" * 6]
)
def test_another_shape_costs_no_try_at_the_endpoint(typed: str) -> None:
    endpoint = Endpoint(Ruling(accepted=True))
    proof = RemoteTotp(endpoint.ask).verify("g", typed)
    assert not proof.accepted
    assert proof.message == say("mfa.six-digits")
    assert endpoint.asked == []


@given(st.text(max_size=30))
def test_whatever_is_typed_is_six_digits_or_none(typed: str) -> None:
    found = code(typed)
    assert found is None or (len(found) == 6 and found.isascii() and found.isdigit())


class ByLength:
    """A verifier that takes answers of one length."""

    def __init__(self, factor: str, length: int) -> None:
        self._factor = factor
        self._length = length

    @property
    def factor(self) -> str:
        return self._factor

    def takes(self, answer: str) -> bool:
        return len(answer) == self._length

    def verify(self, group: str, answer: str) -> Proof:
        return Proof(accepted=True, factor=f"{self._factor}:{group}")


def test_an_answer_goes_to_the_factor_whose_shape_it_has() -> None:
    both = Verifiers((ByLength("six", 6), ByLength("ten", 10), ByLength("six-too", 6)))
    assert both.verify("g", "123456").factor == "six:g"
    assert both.verify("g", "ABCDEFGHJK").factor == "ten:g"
    for neither in ("", "1234", "x" * 5000):
        proof = both.verify("g", neither)
        assert (proof.accepted, proof.message) == (False, say("mfa.shape"))
