"""Signed policies at the endpoint: what does not verify is not published; bytes go on untouched."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base.errors import UsageError
from agentguard.policy.parser import parse
from agentguard.server.store.desks.policies import Bundle, Label, chosen, part
from agentguard.trust import roots
from agentguard.wire import v1
from tests.server.test_roles import signed_in
from tests.unit.policy.signing import Said, chain, root

__all__ = ["signed_in"]

ROOT = root()


def label(said: Said) -> Label:
    policy = parse(said.text.encode(), "site", ())
    return Label(
        digest=policy.digest,
        name=policy.name,
        epoch=said.epoch,
        version=said.version,
        team=said.group,
    )


@pytest.fixture
def policies(running: Any) -> Any:
    running.admin.policies.publish_roots(chain(ROOT))
    return running.admin.policies


def publish(policies: Any, said: Said, percent: int = 100, by: tuple[str, ...] = ()) -> bytes:
    raw = said.signed(*by)
    policies.publish(raw, label(said), percent)
    return raw


def wanted(running: Any, desk: Any, present: str = "") -> str:
    running.time.at += 5
    return str(desk.send(policy_digest=present).json().get("policy_digest", ""))


def test_a_signed_policy_is_handed_on_byte_for_byte_and_once(
    running: Any, desk: Any, policies: Any
) -> None:
    assert desk.get(v1.POLICY).json()["kind"] == "no-policy"
    raw = publish(policies, Said(version=3))
    told = wanted(running, desk)
    first = desk.get(v1.POLICY)
    assert first.content == raw
    assert first.headers["etag"] == f'"{told}"'
    assert told == label(Said(version=3)).digest
    again = desk.get(v1.POLICY, **{"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert wanted(running, desk, present=told) == ""


def test_roots_are_told_and_handed_on_and_given_at_the_enrolment(
    running: Any, desk: Any, policies: Any, new_desk: Any
) -> None:
    assert desk.enrolled.policy_root == ""
    second = root(2, policy_keys=("other",))
    policies.publish_roots(chain(ROOT, second))
    running.time.at += 5
    assert desk.send().json()["policy_root"] == 2
    handed = roots.read_chain(desk.get(v1.ROOTS).content)
    assert [roots.content(one).version for one in handed] == [1, 2]
    later = new_desk(label="desk-2").enrolled.policy_root
    assert [roots.content(one).version for one in roots.read_chain(later.encode())] == [2]


def test_without_a_root_there_is_none_to_hand_on(running: Any, desk: Any) -> None:
    assert desk.get(v1.ROOTS).status_code == 404
    with pytest.raises(UsageError, match="No root document"):
        running.admin.policies.publish(Said().signed(), label(Said()), 100)


@pytest.mark.parametrize("by", [("stranger",), ("root-a", "root-b")], ids=["stranger", "root-keys"])
def test_what_is_not_signed_by_a_policy_key_is_not_published(
    policies: Any, by: tuple[str, ...]
) -> None:
    with pytest.raises(UsageError, match="0 of the 1 signatures"):
        publish(policies, Said(), by=by)
    assert policies.overview()[0] == []


def test_nothing_at_or_below_what_is_published_can_follow(policies: Any) -> None:
    publish(policies, Said(version=5, group="Billing"))
    for said in (Said(version=5, note="other"), Said(version=4), Said(version=5)):
        with pytest.raises(UsageError, match="published already"):
            publish(policies, said)
    publish(policies, Said(version=1, epoch=2))


def test_a_root_that_skips_a_step_is_not_published(policies: Any) -> None:
    with pytest.raises(UsageError, match="root 2 is needed"):
        policies.publish_roots(chain(root(3)))
    with pytest.raises(UsageError, match="0 of the 2 signatures that root 1 asks for"):
        policies.publish_roots(chain(root(2, root_keys=("x",), threshold=1, by=("x",))))


def test_rings_grow_step_by_step_and_a_policy_can_be_stopped(
    running: Any, desk: Any, policies: Any
) -> None:
    old, new = Said(version=1), Said(version=2)
    publish(policies, old)
    assert wanted(running, desk) == label(old).digest
    publish(policies, new, percent=0)
    assert wanted(running, desk) == label(old).digest
    steps = [policies.move("", None).percent for _ in range(4)]
    assert steps == [1, 10, 100, 100]
    assert wanted(running, desk) == label(new).digest
    policies.move("", 0)
    assert wanted(running, desk) == label(old).digest
    assert wanted(running, desk, present=label(new).digest) == "", "nobody goes back"
    with pytest.raises(UsageError, match="0 to 100"):
        policies.move("", 101)
    with pytest.raises(UsageError, match="No policy is published for Sales"):
        policies.move("Sales", None)


def test_a_team_has_its_own_policy_before_that_of_all(
    running: Any, desk: Any, policies: Any, new_desk: Any
) -> None:
    other = new_desk(team="Sales", label="desk-9")
    publish(policies, Said(version=1, group="Billing"))
    publish(policies, Said(version=2))
    assert wanted(running, desk) == label(Said(version=1, group="Billing")).digest
    assert wanted(running, other) == label(Said(version=2)).digest


def test_who_has_which_is_known(running: Any, desk: Any, policies: Any) -> None:
    publish(policies, Said(version=1))
    desk.send(policy="site 1", policy_digest=label(Said()).digest)
    bundles, held = policies.overview()
    assert [(b.label.name, b.percent) for b in bundles] == [("site", 100)]
    assert [(h.device, h.team, h.policy) for h in held] == [(desk.id, "Billing", "site 1")]
    assert policies.newest("") == Said(version=1).text.encode()
    assert policies.newest("Sales") is None


def test_an_old_agent_reads_the_answers_and_an_old_endpoint_is_understood() -> None:
    received = v1.Received(receipt="{}", signature="", next_in=60)
    assert "policy_root" not in json.loads(msgspec.json.encode(received))
    assert msgspec.json.decode(b'{"receipt":"","signature":"","next_in":1}', type=v1.Received)


@given(st.text(max_size=40), st.integers(0, 100), st.integers(0, 100))
def test_who_is_in_a_ring_is_in_every_larger_one(device: str, one: int, other: int) -> None:
    def inside(percent: int) -> bool:
        bundle = Bundle(label=label(Said()), percent=percent, published_at=0.0)
        return chosen([bundle], device, "") is not None

    assert inside(min(one, other)) <= inside(max(one, other))
    assert inside(100)
    assert not inside(0)


def test_a_ring_holds_about_as_many_as_it_says() -> None:
    inside = sum(part(f"device-{n}") < 1000 for n in range(10_000))
    assert 850 < inside < 1150


def test_an_administrator_sees_who_has_which_and_who_is_due(
    running: Any, desk: Any, policies: Any, signed_in: Any
) -> None:
    publish(policies, Said(version=1))
    publish(policies, Said(version=2))
    desk.send(policy="site 1", policy_digest=label(Said()).digest)
    shown = " ".join(
        re.sub("<[^>]*>", " ", signed_in("boss", "admin").get("/policies").text).split()
    )
    assert "site 2 every team 100 % 0" in shown
    assert "site 1 every team 100 % 1" in shown
    assert "desk-1 Billing site 1 (should have site 2)" in shown
    assert "checked by root 1" in shown
    assert signed_in("sue").get("/policies").status_code == 404


def test_without_policies_the_page_says_so(running: Any, signed_in: Any) -> None:
    assert "Nothing is published yet." in signed_in("boss", "admin").get("/policies").text
