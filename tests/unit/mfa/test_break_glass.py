"""A supervisor's code opens a desk by the endpoint's word alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.base import translations
from agentguard.base.errors import UplinkError
from agentguard.mfa import Verifiers
from agentguard.mfa.break_glass import BreakGlass
from agentguard.mfa.offline_codes import OfflineCodes
from agentguard.mfa.totp import RemoteTotp
from agentguard.model.messages import say
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.people import Ruling

CODE = "7KX2-M9QW-RT4C"


class Endpoint:
    """Knows one code, once."""

    def __init__(self, *, away: bool = False, problem: str = "", wait: int = 0) -> None:
        self.away, self.problem, self.wait = away, problem, wait
        self.asked: list[tuple[str, str, str]] = []

    def __call__(self, factor: str, group: str, answer: str) -> Ruling:
        self.asked.append((factor, group, answer))
        if self.away:
            raise UplinkError("dns", "The endpoint was not found.")
        if self.problem:
            return Ruling(accepted=False, problem=self.problem, wait=self.wait)
        self.problem = "used"
        return Ruling(accepted=True)


def test_it_opens_once() -> None:
    endpoint = Endpoint()
    verifier = BreakGlass(endpoint)
    proof = verifier.verify("Records", CODE.lower().replace("0", "o"))
    assert (proof.accepted, proof.factor) == (True, "break-glass")
    assert endpoint.asked == [("break-glass", "Records", "7KX2M9QWRT4C")]
    assert verifier.verify("Records", CODE).message == say("mfa.break-glass.used")


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        ("wrong", say("mfa.break-glass.wrong")),
        ("used", say("mfa.break-glass.used")),
        ("expired", say("mfa.break-glass.expired")),
        ("anything", say("mfa.break-glass.wrong")),
        ("locked", say("mfa.locked", minutes=30)),
    ],
)
def test_what_is_wrong_with_it_is_said(problem, said) -> None:
    proof = BreakGlass(Endpoint(problem=problem, wait=1800)).verify("Records", CODE)
    assert (proof.accepted, proof.message) == (False, said)
    assert translations.load().has(said.id)


def test_without_the_endpoint_it_stays_closed() -> None:
    proof = BreakGlass(Endpoint(away=True)).verify("Records", CODE)
    assert proof.message == say("mfa.break-glass.endpoint-away")
    assert translations.load().has("mfa.break-glass.endpoint-away")


@pytest.mark.parametrize("typed", ["", "123456", "7KX2M-9QWRT", "7KX2M9QWRT4CC", "7KX2-M9QW-RT4U"])
def test_other_answers_are_not_its_own(typed) -> None:
    assert not BreakGlass(Endpoint()).takes(typed)


def test_the_three_kinds_of_codes_are_told_apart_by_their_shape(tmp_path: Path) -> None:
    endpoint = Endpoint(problem="wrong")
    codes = OfflineCodes(tmp_path, FakeClock())
    (offline,) = codes.issue(1)
    every = Verifiers((RemoteTotp(endpoint), codes, BreakGlass(endpoint)))
    assert every.verify("g", offline).factor == "offline-code"
    assert every.verify("g", "123 456").factor == "totp"
    assert every.verify("g", CODE).factor == "break-glass"
    assert not every.verify("g", "what").accepted
