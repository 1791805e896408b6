"""What the published policies teach the endpoint: allowed is only what every desk allows."""

from __future__ import annotations

from typing import Any

import pytest

from agentguard.checks.software import Settings
from agentguard.commands._policy_reader import READING
from agentguard.server.policies.teaching import teaching
from agentguard.server.store.software.judging import Teaching
from tests.unit.policy.signing import Said, chain, root

PLAN = """controls:
  software:
    settings:
      accepted: ["Acme*"]
      plans:
        - product: oracle-jdk
          owner: Telephony
          until: "2027-03-31"
          reason: the wallboard
"""
WITHOUT = """controls:
  software:
    settings:
      warn_days: 30
"""
ALLOWED, NOTHING = (["Acme*"], ["oracle-jdk"]), ([], [])


@pytest.fixture
def endpoint(running: Any) -> Any:
    """Give an endpoint with two teams that knows its root."""
    running.admin.policies.publish_roots(chain(root()))
    for team in ("Billing", "Claims"):
        running.admin.enrol_code(team)
    return running


def publish(endpoint: Any, *every: tuple[str, str, int]) -> None:
    """Publish policies one above the other: rules, the team, and the percent of its ring."""
    for version, (rules, team, percent) in enumerate(every, 1):
        said = Said(version=version, loosens=True, rules=rules, group=team)
        made = endpoint.admin.policies.judged(said.signed(), "site", READING)
        endpoint.admin.policies.publish(said.signed(), made.label, percent)


def taught(endpoint: Any, before: Teaching | None = None) -> Teaching:
    read = teaching(READING)
    found: Teaching = endpoint.admin._database.run(lambda c: read(c, before or Teaching()))
    return found


@pytest.mark.parametrize(
    ("published", "relief"),
    [
        ((), NOTHING),
        (((PLAN, "", 100),), ALLOWED),
        (((PLAN, "", 10),), NOTHING),
        (((PLAN, "", 0),), NOTHING),
        (((WITHOUT, "", 100), (PLAN, "", 10)), NOTHING),
        (((PLAN, "", 100), (WITHOUT, "", 10)), NOTHING),
        (((WITHOUT, "", 100), (PLAN, "", 100)), ALLOWED),
        (((PLAN, "Billing", 100),), NOTHING),
        (((PLAN, "Billing", 100), (PLAN, "Claims", 100)), ALLOWED),
        (((PLAN, "Billing", 100), (WITHOUT, "Claims", 100)), NOTHING),
        (((PLAN, "", 100), (WITHOUT, "Claims", 100)), NOTHING),
        (((PLAN, "", 100), (WITHOUT, "Claims", 10)), NOTHING),
        (((PLAN, "", 100), (PLAN, "Claims", 10)), ALLOWED),
    ],
)
def test_row_170_a_program_is_allowed_only_where_no_desk_may_have_a_policy_that_does_not(
    endpoint: Any, published: tuple[tuple[str, str, int], ...], relief: tuple[list[str], list[str]]
) -> None:
    publish(endpoint, *published)
    settings = taught(endpoint).settings
    assert (list(settings.accepted), [one.product for one in settings.plans]) == relief


def test_the_policy_that_all_teams_have_speaks_for_the_fleet(endpoint: Any) -> None:
    publish(endpoint, (WITHOUT, "", 100), (PLAN, "", 10), (PLAN, "Claims", 100))
    assert taught(endpoint).settings.warn_days == 30


def test_what_is_published_is_read_when_it_changes(endpoint: Any) -> None:
    publish(endpoint, (PLAN, "", 100))
    first = taught(endpoint)
    assert taught(endpoint, first) is first
    endpoint.admin.policies.move("", 10)
    moved = taught(endpoint, first)
    assert moved.digest != first.digest
    assert moved.settings.plans == ()


def test_an_endpoint_that_reads_no_policies_is_taught_nothing(endpoint: Any) -> None:
    publish(endpoint, (PLAN, "", 100))
    found = endpoint.admin._database.run(lambda c: teaching(None)(c, Teaching()))
    assert found.settings == Settings()


def test_a_policy_that_cannot_be_read_allows_nothing(endpoint: Any) -> None:
    publish(endpoint, (PLAN, "", 100))
    read = teaching(READING.__class__(parse=_broken, weaker=READING.weaker))
    found = endpoint.admin._database.run(lambda c: read(c, Teaching()))
    assert found.settings == Settings()


def _broken(_text: bytes, _source: str) -> Any:
    raise KeyError
