"""The firewall, read from ufw's switch, firewalld's word and recorded rulesets."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.model.facts import FirewallSeen
from agentguard.model.moments import Moment
from agentguard.platforms._linux.probes import firewall
from agentguard.platforms._linux.probes._asked import Answer
from agentguard.platforms._linux.probes.firewall import Answers

VECTORS = Path("tests/vectors/probes")
AT = Moment(boot=10.0, wall=1_790_000_000.0)
ABSENT = Answer(unread="no-tool")
DENIED = Answer(unread="denied")


def read(
    *,
    ufw: str | None = None,
    firewalld: Answer = ABSENT,
    rules: Answer | str = ABSENT,
    nftables: str = "inactive",
) -> FirewallSeen:
    ruleset = rules
    if isinstance(rules, str):
        ruleset = Answer(text=(VECTORS / f"nft-{rules}.json").read_text())
    conf = (VECTORS / f"ufw-{ufw}.conf").read_text() if ufw else None
    assert isinstance(ruleset, Answer)
    answers = Answers(
        ufw=conf, firewalld=firewalld, ruleset=ruleset, nftables=Answer(text=nftables + "\n")
    )
    return firewall.read_from(answers, AT)


def told(seen: FirewallSeen) -> tuple[bool | None, str, str]:
    return (seen.on, seen.product, seen.unread)


def test_ufw_switched_on_is_on() -> None:
    assert told(read(ufw="on", rules=DENIED)) == (True, "ufw", "")
    assert told(read(ufw="on", rules="policy-drop")) == (True, "ufw", "")


def test_ufw_switched_on_without_loaded_rules_is_not_believed() -> None:
    assert told(read(ufw="on", rules="debian-default")) == (None, "ufw", "rules-unseen")


def test_ufw_switched_off_is_off_when_nothing_else_filters() -> None:
    assert told(read(ufw="off", rules=DENIED)) == (False, "ufw", "")


def test_ufw_switched_off_beside_a_ruleset_that_may_not_be_read_is_unknown() -> None:
    assert told(read(ufw="off", rules=DENIED, nftables="active")) == (None, "", "denied")


def test_ufw_switched_off_beside_a_ruleset_that_filters_is_on() -> None:
    assert told(read(ufw="off", rules="policy-drop")) == (True, "nftables", "")


def test_firewalld_is_believed_when_it_runs() -> None:
    running = Answer(text="running\n")
    assert told(read(firewalld=running, rules=DENIED)) == (True, "firewalld", "")
    assert told(read(firewalld=running, rules="rule-reject")) == (True, "firewalld", "")
    assert told(read(firewalld=Answer(), rules=DENIED)) == (None, "", "denied")
    failed = Answer(text="not running\n", unread="no-answer")
    assert told(read(firewalld=failed, rules=DENIED)) == (None, "", "denied")


@pytest.mark.parametrize(
    ("rules", "on"),
    [
        ("debian-default", False),
        ("open-chains", False),
        ("policy-drop", True),
        ("rule-reject", True),
    ],
)
def test_a_ruleset_filters_when_it_refuses_what_comes_in(rules: str, *, on: bool) -> None:
    assert told(read(rules=rules)) == (on, "nftables", "")


@pytest.mark.parametrize("words", ["", "nft: command failed", "[]", '{"nftables": 3}'])
def test_words_that_say_nothing_prove_nothing(words: str) -> None:
    assert told(read(rules=Answer(text=words))) == (None, "", "no-answer")


def test_a_machine_without_any_firewall_program_says_so() -> None:
    assert told(read()) == (None, "", "no-tool")
