"""Whether a report names who sits at the desk, which the policy says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from agentguard.model.attention import Interruptions, Nagging
from agentguard.model.policy import ReportRules
from agentguard.model.release import Standing
from agentguard.model.snapshot import Snapshot
from agentguard.platforms.simulated import FakeClock
from agentguard.store.agent_store import open_store
from agentguard.uplink.enrolment import Enrolment
from agentguard.uplink.identity import DeviceKey
from agentguard.uplink.reports import Reports
from agentguard.uplink.sender import ASLEEP, GOODBYE
from agentguard.wire import v1
from tests.faults.desk import record, snapshot

USER = "maria.lopez"
KEY = DeviceKey(seed=bytes(range(32)))
RECEIVED = v1.Received(receipt="", signature="", next_in=60)
WAYS = ("", ASLEEP, GOODBYE)


@pytest.fixture
def reports(tmp_path: Path) -> Iterator[Reports]:
    clock = FakeClock()
    store = open_store(tmp_path, clock)
    store.journal.commit([record(1)], {})
    known = Enrolment(
        url="https://endpoint.example", device="dev-1", team="t", receipt_key=KEY.public
    )
    yield Reports(enrolment=known, key=KEY, journal=store.journal, outbox=store.outbox, user=USER)
    store.close()


def under(*, person: bool) -> Snapshot:
    """Give a picture under a policy that has reports name the person, or not."""
    made = snapshot()
    return replace(made, policy=replace(made.policy, reports=ReportRules(person=person)))


@pytest.mark.parametrize("goodbye", WAYS)
def test_a_report_names_the_person_unless_the_policy_says_no(
    reports: Reports, goodbye: str
) -> None:
    at = snapshot().at
    assert reports.make(snapshot(), at, goodbye).user == USER
    nameless = reports.make(under(person=False), at, goodbye)
    assert nameless.user == ""
    assert nameless.events, "what happened is told all the same"
    assert USER not in msgspec.json.encode(nameless).decode()


def test_a_policy_that_comes_while_the_agent_runs_counts_from_the_next_report(
    reports: Reports,
) -> None:
    said = [
        reports.make(under(person=person), snapshot().at).user
        for person in (True, False, False, True)
    ]
    assert said == [USER, "", "", USER]


@pytest.mark.parametrize(("signed", "told"), [(True, "2027-01-31"), (False, "")])
def test_row_262_a_report_tells_the_last_day_of_a_signed_policy(
    reports: Reports, signed: bool, told: str
) -> None:
    standing = Standing(signed=signed, expires="2027-01-31")
    made = replace(snapshot(), standing=standing)
    assert reports.make(made, made.at).policy_expires == told
    assert reports.make(replace(made, standing=None), made.at).policy_expires == ""


def test_row_262_a_report_tells_the_sensor_that_failed(reports: Reports) -> None:
    made = snapshot()
    blind = tuple(replace(one, sensor="files") for one in made.controls)
    report = reports.make(replace(made, controls=blind), made.at)
    assert {one.sensor for one in report.controls or ()} == {"files"}


def interrupting(shown: int) -> Snapshot:
    """Give a picture of a desk that has shown so many cards."""
    nagging = Nagging(check="wireless", shown=shown, dismissed=1)
    counts = Interruptions(shown=shown, later=1, held_by={"call": 2}, checks=(nagging,))
    return replace(snapshot(), interruptions=counts)


def test_interruptions_are_told_as_numbers_once_for_each_change(reports: Reports) -> None:
    at = snapshot().at
    assert reports.make(snapshot(), at).interruptions is None, "nobody was asked for anything"
    first = reports.make(interrupting(2), at)
    assert first.interruptions == v1.Interruptions(
        shown=2,
        later=1,
        held_by={"call": 2},
        checks=(v1.Nagging(check="wireless", shown=2, dismissed=1),),
    )
    reports.settle(first, RECEIVED)
    assert reports.make(interrupting(2), at).interruptions is None
    assert reports.make(interrupting(3), at).interruptions is not None


@pytest.mark.parametrize(
    ("root", "signed", "told"), [(1, False, False), (1, True, True), (0, False, True)]
)
def test_row_478_an_unsigned_policy_is_not_told_as_the_published_one(
    reports: Reports, root: int, signed: bool, told: bool
) -> None:
    """Without a root nothing could be proved, and the endpoint would hand on what is refused."""
    made = replace(snapshot(), standing=Standing(root=root, signed=signed))
    digest = reports.make(made, made.at).policy_digest
    assert digest == (made.policy.digest if told else "")
