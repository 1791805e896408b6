"""What the endpoint signs of a desk's team counts before the policy that is signed for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from agentguard.uplink import enrolment_record
from agentguard.uplink.delivery import Deliveries
from agentguard.uplink.enrolment_record import FILE, Enrolment
from agentguard.wire import v1


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt as agents of before read it."""

    device: str
    epoch: int
    seq: int
    hash: str
    at: str
    seal: str = ""


class Told:
    """An endpoint and a door at once: keeps what it was asked and told, in its order."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def get(self, path: str, _sign: object) -> bytes:
        self.said.append(path)
        return b""

    def root(self) -> int:
        return 0

    def told(self, _time: float) -> None:
        """A time is no matter here."""

    def belong(self, team: str) -> None:
        self.said.append(team)

    def take_roots(self, _chain: bytes) -> None:
        raise AssertionError

    def take(self, _data: bytes) -> None:
        self.said.append("taken")


def answer(team: str, digest: str) -> v1.Received:
    receipt = v1.Receipt(
        device="d", epoch=1, seq=0, hash="", at="2026-12-01T00:00:00+00:00", team=team
    )
    text = msgspec.json.encode(receipt).decode()
    return v1.Received(receipt=text, signature="", next_in=60, policy_digest=digest)


def known(folder: Path, team: str) -> Enrolment:
    made = Enrolment(url="https://x", device="d", team=team, receipt_key="k", label="desk-1")
    enrolment_record.save(folder, made)
    return made


def test_row_453_what_was_refused_for_another_team_is_fetched_again_once(tmp_path: Path) -> None:
    """Endpoints of before and of now answer in turns while one is replaced by the other."""
    known(tmp_path, "Billing")
    one: Any = Told()
    deliveries = Deliveries(
        one, one, one, team=lambda team: enrolment_record.belong(tmp_path, team)
    )
    deliveries.follow("", answer("", "ab"))
    deliveries.follow("", answer("", "ab"))
    assert one.said == [v1.POLICY, "taken"]
    deliveries.follow("", answer("Sales", "ab"))
    deliveries.follow("", answer("Sales", "ab"))
    assert one.said[2:] == ["Sales", v1.POLICY, "taken", "Sales"]


def test_row_453_an_agent_of_before_reads_a_receipt_that_names_a_team() -> None:
    read = msgspec.json.decode(answer("Sales", "ab").receipt, type=Before)
    assert (read.device, read.seq) == ("d", 0)
    assert "team" not in answer("", "").receipt


def test_row_453_the_team_is_kept_with_everything_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = known(tmp_path, "Billing")
    assert not enrolment_record.belong(tmp_path, "Billing")
    assert enrolment_record.belong(tmp_path, "Sales")
    assert enrolment_record.load(tmp_path) == msgspec.structs.replace(made, team="Sales")
    assert not enrolment_record.belong(tmp_path / "none", "Sales")
    (tmp_path / FILE).write_text("{")
    assert enrolment_record.belong(tmp_path, "Shop"), "the door is told all the same"
    assert "could not be kept" in caplog.text
