"""Plans and what was decided about them, as evidence and for a policy: CSV, JSON and YAML."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import fields
from glob import escape
from typing import Any

from agentguard.server.feeds import sheets
from agentguard.server.store.engine.times import iso
from agentguard.server.store.software.plan_pages import Line
from agentguard.server.store.software.plans import Decision

REQUIREMENT = "PCI DSS 12.3.4"
COLUMNS = (
    "product", "name", "state", "support_ends", "desks", "owner", "target", "days_left", "standing",
    "reason", "next_review", "covers_attacked", "set_by", "set_at",
)  # fmt: skip
DECIDED = (
    "at", "by", "act", "product", "name", "owner", "target", "reason", "next_review",
    "covers_attacked", "state_then", "desks_then",
)  # fmt: skip
MOST = 1000
"""Plans that a policy may hold."""


def plans_csv(lines: Iterable[Line]) -> str:
    """Return every product that wants a plan or has one."""
    return sheets.BOM + sheets.lines([COLUMNS, *(_cells(one) for one in lines)])


def decisions_csv(found: Iterable[Decision]) -> str:
    """Return what was decided, the oldest first."""
    return sheets.BOM + sheets.lines([DECIDED, *map(_decided, found)])


def evidence(lines: Iterable[Line], found: Iterable[Decision], now: float) -> dict[str, Any]:
    """Return both for a program, with the requirement that they bear on."""
    return {
        "requirement": REQUIREMENT,
        "made_at": iso(now),
        "products": [_named(COLUMNS, _cells(one)) for one in lines],
        "decisions": [_named(DECIDED, _decided(one)) for one in found],
    }


def policy(lines: Iterable[Line], head: str) -> str:
    """Return the plans that go on, as a piece of a policy file; `head` is a comment above it.

    A product that no desk has past its support, and a plan whose last day has passed, allow nothing
    and are left out.
    """
    going = [one for one in lines if one.kind in {"planned", "review"}][:MOST]
    text = [f"# {line}" for line in head.splitlines()]
    text += ["controls:", "  software:", "    settings:"]
    if not going:
        return "\n".join([*text, "      plans: []", ""])
    text.append("      plans:")
    for one in going:
        plan = one.plan
        if plan is None:
            continue
        text.append(f"        - product: {_quoted(escape(plan.product))}")
        text.append(f"          owner: {_quoted(plan.owner)}")
        text.append(f"          until: {_quoted(plan.target)}")
        text.append(f"          reason: {_quoted(plan.reason)}")
        if plan.covers_attacked and escape(plan.product) == plan.product:
            text.append("          covers_attacked: true")
    return "\n".join([*text, ""])


def _quoted(text: str) -> str:
    """Return a text as YAML between quotes, in the form and the signs that a policy takes."""
    normal = unicodedata.normalize("NFC", text)
    return '"' + "".join(map(_sign, normal)) + '"'


def _sign(one: str) -> str:
    if one == "\n":
        return "\\n"
    if unicodedata.category(one) in {"Cc", "Cs"}:
        return " "
    if one in '"\\':
        return f"\\{one}"
    return one if one.isprintable() else f"\\U{ord(one):08x}"


def _cells(one: Line) -> Sequence[object]:
    stand, plan = one.standing, one.plan
    told: tuple[object, ...] = ("", "", "", one.kind, "", "", "", "", None)
    if plan is not None:
        told = (
            plan.owner,
            plan.target,
            one.left,
            one.kind,
            plan.reason,
            plan.review_by,
            _flag(yes=plan.covers_attacked),
            plan.set_by,
            plan.set_at,
        )
    return (one.product, one.title, stand.state, stand.ends, stand.desks, *told)


def _decided(one: Decision) -> Sequence[object]:
    values = (getattr(one, each.name) for each in fields(one) if each.name != "id")
    return [_flag(yes=value) if isinstance(value, bool) else value for value in values]


def _flag(*, yes: bool) -> str:
    return "yes" if yes else "no"


def _named(columns: Sequence[str], cells: Sequence[object]) -> dict[str, object]:
    plain = (iso(one) if isinstance(one, float) else one for one in cells)
    return dict(zip(columns, plain, strict=True))
