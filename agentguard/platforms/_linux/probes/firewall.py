"""The host firewall: ufw, firewalld, or a ruleset of nftables.

The ruleset itself can only be read by root; a user can read ufw's switch and ask firewalld.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agentguard.model.facts import FirewallSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._linux.probes._asked import DENIED, NO_ANSWER, NO_TOOL, Answer, ask
from agentguard.ports.desktop import Probe

if sys.platform == "win32":
    raise ImportError("This probe is for Linux.")

UFW = Path("/etc/ufw/ufw.conf")
UNSEEN = "rules-unseen"
_ENABLED = re.compile(r"^\s*ENABLED\s*=\s*[\"']?(yes|no)\b", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was asked: ufw.conf (None when absent), firewalld, the ruleset, nftables' service."""

    ufw: str | None
    firewalld: Answer
    ruleset: Answer
    nftables: Answer


def read_from(answers: Answers, at: Moment) -> FirewallSeen:
    """Say whether a firewall is on; a switch whose rules are not loaded proves nothing."""
    filters = filtering(answers.ruleset.text) if not answers.ruleset.unread else None
    switched = next(_switched_on(answers), "")
    if switched:
        if filters is False:
            return FirewallSeen(at=at, product=switched, unread=UNSEEN)
        return FirewallSeen(at=at, on=True, product=switched)
    if filters is not None:
        return FirewallSeen(at=at, on=filters, product="nftables")
    return _without_rules(answers, at)


def _switched_on(answers: Answers) -> Iterator[str]:
    if answers.ufw is not None and _switch(answers.ufw) == "yes":
        yield "ufw"
    if not answers.firewalld.unread and answers.firewalld.text.strip() == "running":
        yield "firewalld"


def _switch(conf: str) -> str:
    found = _ENABLED.findall(conf)
    return str(found[-1]).lower() if found else ""


def _without_rules(answers: Answers, at: Moment) -> FirewallSeen:
    """Judge without the ruleset: only when every manager of rules is known to be off is it off."""
    ufw_off = answers.ufw is not None and _switch(answers.ufw) == "no"
    if ufw_off and answers.nftables.text.strip() in {"inactive", "failed"}:
        return FirewallSeen(at=at, on=False, product="ufw")
    nothing = answers.ufw is None and answers.firewalld.unread == NO_TOOL
    if nothing and answers.ruleset.unread == NO_TOOL:
        return FirewallSeen(at=at, unread=NO_TOOL)
    return FirewallSeen(at=at, unread=answers.ruleset.unread or NO_ANSWER)


def filtering(ruleset: str) -> bool | None:
    """Return whether incoming traffic is filtered by nft's ruleset; None when it says nothing.

    It is when a chain of the input hook drops by default, or a table with such a chain has a rule
    that drops or rejects.
    """
    try:
        parts = json.loads(ruleset)["nftables"]
        chains = [part["chain"] for part in parts if "chain" in part]
        rules = [part["rule"] for part in parts if "rule" in part]
    except (ValueError, TypeError, KeyError):
        return None
    guarded = [c for c in chains if c.get("hook") == "input" and c.get("type") == "filter"]
    if any(chain.get("policy") == "drop" for chain in guarded):
        return True
    tables = {(chain.get("family"), chain.get("table")) for chain in guarded}
    return any(
        (rule.get("family"), rule.get("table")) in tables and _refuses(rule.get("expr"))
        for rule in rules
    )


def _refuses(expressions: object) -> bool:
    return isinstance(expressions, list) and any(
        isinstance(e, dict) and ("drop" in e or "reject" in e) for e in expressions
    )


def _ufw_conf() -> str | None:
    try:
        return UFW.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def read(at: Moment, _policy: Policy) -> FirewallSeen:
    """Ask ufw, firewalld and, as root, the kernel's ruleset."""
    root = os.geteuid() == 0
    ruleset = ask("nft", "-j", "list", "ruleset") if root else Answer(unread=DENIED)
    answers = Answers(
        ufw=_ufw_conf(),
        firewalld=ask("firewall-cmd", "--state"),
        ruleset=ruleset,
        nftables=ask("systemctl", "is-active", "nftables.service"),
    )
    return read_from(answers, at)


PROBE = Probe(name="firewall", every=300, read=read)
