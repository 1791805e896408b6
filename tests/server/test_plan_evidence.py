"""Plans as evidence and as a piece of a policy; how a line stands from day to day."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agentguard.policy.parser import parse
from agentguard.runtime.known_checks import shapes
from agentguard.server.feeds import plan_sheets, sheets
from agentguard.server.store.engine import times
from agentguard.server.store.software import plan_pages, plans
from agentguard.server.store.software.plans import Plan, Standing, Wish
from tests.server import planned
from tests.server.planned import DAY, PAGE, on, wish
from tests.server.test_roles import audit, signed_in

__all__ = ["signed_in"]


def do(running: Any, job: Any) -> Any:
    return running.admin._database.run(job)


@pytest.fixture
def fleet(running: Any) -> Any:
    """Give an endpoint whose desks have four products, of which three want a plan."""
    do(running, planned.lay)
    return running


# -- evidence ----------------------------------------------------------------------------------


def test_the_evidence_names_the_requirement_products_owners_days_and_decisions(
    fleet: Any, signed_in: Any
) -> None:
    now = fleet.time()
    do(fleet, lambda c: plans.put(c, wish(now, owner="=cmd"), "olga", now))
    auditor = signed_in("ann", "auditor")
    given = json.loads(auditor.get(f"{PAGE}.json").text)
    assert given["requirement"] == "PCI DSS 12.3.4"
    by = {one["product"]: one for one in given["products"]}
    assert (by["oracle-jdk"]["owner"], by["oracle-jdk"]["days_left"]) == ("=cmd", 60)
    assert by["winrar"]["standing"] == "wanted"
    (decided,) = given["decisions"]
    assert (decided["by"], decided["desks_then"], decided["act"]) == ("olga", 40, "set")
    for path, columns in (
        (f"{PAGE}.csv", plan_sheets.COLUMNS),
        (f"{PAGE}/decisions.csv", plan_sheets.DECIDED),
    ):
        answer = auditor.get(path)
        assert answer.headers["content-type"].startswith("text/csv")
        rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix(sheets.BOM), newline="")))
        assert tuple(rows[0]) == columns
        assert "'=cmd" in {one["owner"] for one in rows}
    assert [act for act, _ in audit(fleet, "ann") if act == "export.csv"] == ["export.csv"] * 3


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=100)


def plain(text: str) -> str:
    """Give what is left of a text without signs that nobody sees."""
    return "".join(c for c in text if unicodedata.category(c)[0] not in "CZ")


def going(now: float, **more: Any) -> plan_pages.Line:
    told = {"title": "X", "set_by": "olga", "set_at": now, **vars_of(wish(now))}
    plan = Plan(**{**told, **more})
    standing = Standing(product=plan.product, title="X", state="ended", desks=1)
    return plan_pages.line(standing, plan, times.day(now))


def vars_of(one: Wish) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Wish.__slots__}


@given(TEXTS, TEXTS, st.booleans())
@example('a "b" \\ c: # {d}', "- x\n  y: z", True)
@example("\u200fmixed \ufffe \ue000 \U000e0001", "\x1f\x85\u2028a", False)
def test_the_piece_of_a_policy_says_what_was_decided_in_any_script(owner, reason, covers) -> None:
    now = 1_790_000_000.0
    if not (plain(owner) and plain(reason)):
        return
    line = going(now, owner=owner, reason=reason, covers_attacked=covers)
    piece = plan_sheets.policy([line], "a comment\nof two lines")
    policy = parse(f"policy: p\nversion: 1\n{piece}".encode(), "p", shapes())
    (plan,) = policy.controls["software"].settings.plans
    assert plan.product == "oracle-jdk"
    for told, given_text in ((plan.owner, owner), (plan.reason, reason)):
        normal = unicodedata.normalize("NFC", given_text)
        is_control = [unicodedata.category(c) == "Cc" and c != "\n" for c in normal]
        assert told == "".join(" " if bad else c for c, bad in zip(normal, is_control, strict=True))
    assert (plan.until, plan.covers_attacked) == (on(now, 60), covers)


def test_what_is_overdue_or_on_no_desk_is_no_piece_of_a_policy(fleet: Any, signed_in: Any) -> None:
    now = fleet.time()
    do(fleet, lambda c: plans.put(c, wish(now, target=on(now, 1)), "olga", now))
    do(fleet, lambda c: plans.put(c, wish(now, "winrar"), "olga", now))
    boss = signed_in("olga", "officer")
    assert "oracle-jdk" in boss.get(f"{PAGE}/policy.yaml").text
    fleet.time.at += 2 * DAY
    boss.sign_in("olga", "correct horse battery staple")
    given = boss.get(f"{PAGE}/policy.yaml").text
    assert "oracle-jdk" not in given
    assert "winrar" in given
    do(fleet, planned.remove)
    given = boss.get(f"{PAGE}/policy.yaml").text
    assert "winrar" not in given
    policy = parse(f"policy: p\nversion: 1\n{given}".encode(), "p", shapes())
    assert policy.controls["software"].settings.plans == ()


# -- days --------------------------------------------------------------------------------------

ON = date(2026, 11, 30)


@given(
    st.sampled_from(["", "exploited", "ended", "ending", "unknown", "allowed", "supported"]),
    st.none() | st.integers(-3, 3),
    st.integers(-3, 3),
    st.sampled_from(["", "Telephony"]),
)
def test_a_line_on_the_day_before_on_the_day_and_after(state, left, due, owner) -> None:
    plan = None
    if left is not None:
        days = {"target": ON + timedelta(days=left), "review_by": ON + timedelta(days=due)}
        told = {name: one.isoformat() for name, one in days.items()}
        plan = Plan(
            product="x", title="X", owner=owner, reason="r", covers_attacked=False, set_by="o",
            set_at=1.0, **told,
        )  # fmt: skip
    line = plan_pages.line(Standing(product="x", title="X", state=state), plan, ON)
    if plan is None:
        wanted = "wanted" if state in plans.WANTED else "unasked"
    elif state in {"", "supported"}:
        wanted = "gone"
    elif not owner:
        wanted = "wanted"
    elif left < 0:
        wanted = "overdue"
    else:
        wanted = "review" if due < 0 else "planned"
    assert line.kind == wanted
    assert line.left == left
    for sort in plan_pages.SORTS:
        assert plan_pages.arranged([line], sort) == [line]


@given(st.lists(st.tuples(st.integers(-40, 40), st.integers(0, 2)), max_size=8))
def test_what_is_overdue_comes_first_and_then_what_is_nearest(given_days) -> None:
    found = []
    for number, (left, state) in enumerate(given_days):
        plan = Plan(
            product=str(number), title="X", owner="o", reason="r", covers_attacked=False,
            set_by="o", set_at=1.0, target=(ON + timedelta(days=left)).isoformat(),
            review_by=(ON + timedelta(days=1)).isoformat(),
        )  # fmt: skip
        stand = Standing(product=str(number), title="X", state=plans.WANTED[state])
        found.append(plan_pages.line(stand, plan, ON))
    lefts = [one.left for one in plan_pages.arranged(found, "urgency")]
    assert lefts == sorted(lefts)
