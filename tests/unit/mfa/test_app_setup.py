"""The desk's two steps to an authenticator app: nothing is kept, and every refusal has words."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.base import translations
from agentguard.base.errors import UplinkError
from agentguard.mfa.app_setup import AppSetup
from agentguard.mfa.offline_codes import OfflineCodes
from agentguard.mfa.totp import RemoteTotp
from agentguard.model.messages import Message, say
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.factors import AppOffer, AppRuling
from agentguard.ports.people import Ruling

ADDRESS = "otpauth://totp/AgentGuard:maria?secret=JBSWY3DPEHPK3PXPJBSWY3DP&issuer=AgentGuard"
LEAVE = "7KX2-M9QW-RT4C"


class Rig:
    """An endpoint that knows one code and one app, and a desk."""

    def __init__(self, folder: Path) -> None:
        self.problem, self.away, self.allowed = "", False, True
        self.asked: list[str] = []
        self.noted: list[tuple[str, int]] = []
        self.offline = OfflineCodes(folder, FakeClock())
        self.setup = AppSetup(
            ask=self.ask,
            codes=RemoteTotp(self.prove),
            offline=self.offline,
            allowed=lambda: self.allowed,
            note=lambda kind, count: self.noted.append((kind, count)),
        )

    def ask(self, code: str) -> AppRuling:
        self.asked.append(code)
        if self.away:
            raise UplinkError("dns", "The endpoint was not found.")
        if self.problem:
            return AppRuling(problem=self.problem, wait=61)
        return AppRuling(address=ADDRESS)

    def prove(self, _factor: str, _group: str, answer: str) -> Ruling:
        return Ruling(accepted=answer == "123456", problem="wrong")


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_an_offer_is_shown_and_its_first_code_brings_offline_codes(rig: Rig) -> None:
    offer = rig.setup.begin(f" {LEAVE} ")
    assert isinstance(offer, AppOffer)
    assert (offer.address, rig.asked) == (ADDRESS, [LEAVE])
    assert offer.key == "JBSW Y3DP EHPK 3PXP JBSW Y3DP"
    assert "JBSW" not in repr(offer), "a log or a traceback tells no secret"
    assert "JBSW" not in repr(AppRuling(address=ADDRESS))
    assert rig.offline.left() == 0
    codes = rig.setup.finish("123 456")
    assert len(codes) == 10
    assert rig.offline.left() == 10
    assert rig.noted == [("proof.app-shown", 1), ("proof.codes-issued", 10)]


def test_a_wrong_first_code_brings_nothing(rig: Rig) -> None:
    assert rig.setup.finish("12345") == say("mfa.six-digits")
    assert rig.setup.finish(LEAVE) == say("mfa.six-digits"), "no other factor counts here"
    assert rig.setup.finish("000000") == say("mfa.wrong")
    assert rig.offline.left() == 0
    assert rig.noted == []


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        ("wrong", say("mfa.app.wrong")),
        ("used", say("mfa.app.used")),
        ("expired", say("mfa.app.expired")),
        ("enrolled", say("mfa.app.enrolled")),
        ("anything", say("mfa.app.wrong")),
        ("locked", say("mfa.locked", minutes=2)),
    ],
)
def test_what_is_wrong_is_said(rig: Rig, problem: str, said: Message) -> None:
    rig.problem = problem
    assert rig.setup.begin(LEAVE) == said
    assert translations.load().has(said.id)
    assert rig.noted == []


def test_without_the_endpoint_or_the_policy_s_word_there_is_none(rig: Rig) -> None:
    rig.away = True
    assert rig.setup.begin(LEAVE) == say("mfa.app.endpoint-away")
    rig.away, rig.allowed, rig.asked = False, False, []
    assert rig.setup.begin(LEAVE) == say("mfa.app.off")
    assert rig.asked == []
