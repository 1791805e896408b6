"""Whether a report names who sits at the desk, which the policy says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from agentguard.model.reporting import ReportRules
from agentguard.model.snapshot import Snapshot
from agentguard.platforms.simulated import FakeClock
from agentguard.store.agent_store import open_store
from agentguard.uplink.enrolment import Enrolment
from agentguard.uplink.identity import DeviceKey
from agentguard.uplink.reports import Reports
from agentguard.uplink.sender import GOODBYE
from agentguard.uplink.sleep_notice import ASLEEP
from tests.faults.desk import record, snapshot

USER = "maria.lopez"
KEY = DeviceKey(seed=bytes(range(32)))
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
