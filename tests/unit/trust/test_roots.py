"""Roots are walked one by one, each signed by the keys before it and by its own."""

from __future__ import annotations

import json

import pytest

from agentguard.base.errors import PolicyRejected
from agentguard.trust import bundles, dsse, roots
from agentguard.trust.dsse import Sealed
from tests.unit.policy.signing import chain, key, root, sealed, signed, text

FIRST = root()
NEW = ("new-a", "new-b")
OTHER_KEYS = root(
    2, root_keys=NEW, threshold=2, by=("root-a", "root-c", "new-a", "new-b"), policy_keys=("p2",)
)
THIRD = root(3, root_keys=NEW, threshold=1, by=NEW)


def walked(pinned: Sealed | None, *every: Sealed) -> int:
    return roots.content(roots.walk(pinned, every)).version


def refused(pinned: Sealed | None, *every: Sealed) -> str:
    with pytest.raises(PolicyRejected) as error:
        roots.walk(pinned, every)
    assert "{" not in str(error.value)
    return error.value.kind


def test_keys_are_changed_step_by_step() -> None:
    assert walked(None, FIRST) == 1
    assert walked(FIRST, FIRST, OTHER_KEYS, THIRD) == 3
    assert walked(FIRST, OTHER_KEYS, THIRD) == 3, "what is pinned need not be given again"
    assert walked(OTHER_KEYS, FIRST, OTHER_KEYS, THIRD) == 3, "older ones are passed over"
    assert walked(THIRD, FIRST, OTHER_KEYS) == 3, "and never gone back to"


@pytest.mark.parametrize(
    ("every", "kind"),
    [
        pytest.param((FIRST, THIRD), "root-step", id="a-step-is-missing"),
        pytest.param((FIRST, root(2, by=("root-a",))), "root-signatures", id="too-few"),
        pytest.param((root(1, by=("root-a",)),), "root-signatures", id="first-lacks-signatures"),
        pytest.param(
            (FIRST, root(2, root_keys=NEW, threshold=2, by=("root-a", "root-b", "new-a"))),
            "root-signatures",
            id="the-new-keys-did-not-agree",
        ),
        pytest.param(
            (FIRST, root(2, root_keys=NEW, threshold=2, by=("root-a", *NEW))),
            "root-signatures",
            id="the-old-keys-did-not-agree",
        ),
        pytest.param((FIRST, root(1, policy_keys=("evil",))), "root-other", id="another-first"),
    ],
)
def test_what_cannot_be_walked_is_refused(every: tuple[Sealed, ...], kind: str) -> None:
    assert refused(FIRST if len(every) > 1 else None, *every) == kind


def test_one_key_that_signs_twice_counts_once() -> None:
    given = root(2, by=("root-a",))
    doubled = Sealed(type=given.type, payload=given.payload, signatures=given.signatures * 2)
    assert refused(FIRST, doubled) == "root-signatures"


GOOD = json.loads(FIRST.payload)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"version": 0}, id="version"),
        pytest.param({"root_threshold": 0}, id="no-threshold"),
        pytest.param({"root_threshold": 4}, id="threshold-above-keys"),
        pytest.param({"policy_threshold": 2}, id="policy-threshold"),
        pytest.param({"root_keys": []}, id="no-keys"),
        pytest.param({"root_keys": [text("a"), text("a")]}, id="key-twice"),
        pytest.param({"policy_keys": ["AAAA"]}, id="short-key"),
        pytest.param({"policy_keys": ["*"]}, id="no-base64"),
        pytest.param({"more": 1}, id="one-more-field"),
    ],
)
def test_a_root_that_no_agent_could_follow_is_none(changed: dict[str, object]) -> None:
    payload = json.dumps({**GOOD, **changed}).encode()
    with pytest.raises(PolicyRejected) as error:
        roots.content(Sealed(type=roots.TYPE, payload=payload))
    assert error.value.kind == "root-form"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        pytest.param(b"{}", "root-chain", id="no-list"),
        pytest.param(b"[]", "root-chain", id="empty"),
        pytest.param(b"[1", "envelope-not-json", id="cut"),
        pytest.param(b"[{}]", "envelope-form", id="no-envelope"),
        pytest.param(b"[" + signed("policy: a") + b"]", "envelope-type", id="a-policy"),
    ],
)
def test_what_is_no_list_of_roots_is_refused(data: bytes, kind: str) -> None:
    with pytest.raises(PolicyRejected) as error:
        roots.read_chain(data)
    assert error.value.kind == kind


def test_a_file_of_roots_is_read_as_it_was_written() -> None:
    assert roots.read_chain(chain(FIRST, OTHER_KEYS)) == (FIRST, OTHER_KEYS)
    assert roots.read(dsse.write(FIRST)) == FIRST


def test_a_policy_needs_as_many_signatures_as_the_root_says() -> None:
    two = roots.content(root(policy_keys=("p1", "p2", "p3"), policy_threshold=2))
    for by in (("p1",), ("p1", "root-a"), ("root-a", "root-b")):
        with pytest.raises(PolicyRejected) as error:
            bundles.opened(signed("policy: a", *by), two)
        assert error.value.kind == "signature"
    assert bundles.opened(signed("policy: a", "p3", "p1"), two) == b"policy: a"


def test_a_root_is_no_policy_and_a_policy_no_root() -> None:
    as_policy = sealed(Sealed(type=bundles.TYPE, payload=FIRST.payload), "root-a", "root-b")
    with pytest.raises(PolicyRejected):
        roots.read(dsse.write(as_policy))
    moved = Sealed(type=roots.TYPE, payload=FIRST.payload, signatures=as_policy.signatures)
    assert refused(None, moved) == "root-signatures", "the type is signed as well"
    assert key("root-a")
