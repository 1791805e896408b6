"""What a policy grants to programs past their support: plans and days of grace, and their end.

What holds is said again by a table of its own, day for day, and held against the check.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agentguard.base import translations
from agentguard.checks._plans import Plan, Terms, granted
from agentguard.checks._programs import Taught
from agentguard.checks.software import CHECK, Settings
from agentguard.model.events import Facts
from agentguard.model.facts import Kind, Lifecycle, LifecyclesKnown, Software, SoftwareSeen
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.software import Attack, Match, State
from agentguard.model.verdicts import State as Outcome
from agentguard.model.verdicts import Verdict
from agentguard.software.catalogue import Catalogue, Exploited, Product, ReleaseLine, Rule
from agentguard.software.match import Matcher

DAY = date(2026, 11, 25)
ONE = timedelta(days=1)
WORDS = translations.load()
PLAN = Plan(product="tool", owner="Telephony", until=DAY.isoformat(), reason="the wallboard")
SEVERITIES = ("", "low", "medium", "high", "critical")


def found(state: State, ends: date | None = None, **more: object) -> Match:
    """Make what was said of a program before the policy was asked."""
    told = Match(
        name="Acme Tool 3 (x64)",
        version="3.1",
        publisher="Acme",
        product="tool",
        title="Tool",
        line="3",
        kind="app",
        state=state,
        date=ends,
        source="https://page",
        why=say("support.no-end"),
        rule="x",
    )
    return replace(told, **more)  # type: ignore[arg-type]


near = st.integers(-3, 3).map(lambda days: DAY + days * ONE)
graces = st.integers(0, 3)
plans = st.lists(
    st.builds(
        Plan,
        product=st.sampled_from(["tool", "TOOL", "Tool 3", "acme*", "other"]),
        owner=st.just("Telephony"),
        until=near.map(date.isoformat) | st.just("2027-02-30"),
        reason=st.just("the wallboard"),
        covers_attacked=st.booleans(),
    ),
    max_size=3,
).map(tuple)


@given(
    st.sampled_from(State),
    near | st.none(),
    st.tuples(
        st.lists(st.tuples(near, st.sampled_from(SEVERITIES)), min_size=1, max_size=3),
        st.booleans(),
    ),
    plans,
    st.tuples(graces, graces, graces),
    st.booleans(),
)
@example(State.ENDED, DAY - ONE, ([(DAY, "")], False), (PLAN,), (0, 0, 0), False)
@example(State.ENDED, DAY - ONE, ([(DAY, "")], False), (), (1, 0, 0), False)
@example(State.EXPLOITED, None, ([(DAY - ONE, "high")], False), (), (0, 1, 0), False)
@example(State.EXPLOITED, None, ([(DAY - ONE, "critical")], False), (), (0, 1, 0), False)
def test_each_state_and_grace_and_plan_on_the_day_before_on_it_and_after(
    state, ends, attacked_by, given_plans, days, strict
) -> None:
    attacks, has_ended = attacked_by
    is_attacked = state is State.EXPLOITED
    one = found(
        state,
        ends,
        attacks=tuple(Attack(listed=d, severity=s) for d, s in attacks) if is_attacked else (),
        beneath=(State.ENDED if has_ended else State.SUPPORTED) if is_attacked else None,
    )
    ended, attacked, critical = days
    terms = Terms(
        plans=given_plans,
        ended=ended,
        attacked=attacked,
        critical=critical,
        no_grace=("tool",) if strict else (),
    )
    told = granted(one, terms, DAY)

    planned = [
        plan
        for plan in given_plans
        if plan.product != "other"
        and plan.until >= "2026-11-25"
        and plan.until != "2027-02-30"
        and (state in {State.ENDED, State.ENDING} or (is_attacked and plan.covers_attacked))
    ]
    if planned:
        assert (told.state, told.date) == (State.ALLOWED, date.fromisoformat(planned[0].until))
        assert told.why.params["owner"] == "Telephony"
        assert not told.wrong
        return
    assert told.state is state
    counts = []
    if is_attacked:
        mild = {"low", "medium", "high"}
        own = {s: attacked if s in mild else min(attacked, critical) for s in SEVERITIES}
        counts += [(listed, own[severity]) for listed, severity in attacks]
    if state is State.ENDED or (is_attacked and has_ended):
        counts.append((ends, ended))
    in_time = bool(counts) and all(
        begun is not None and length > 0 and (DAY - begun).days <= length
        for begun, length in counts
    )
    assert (told.grace is not None) is (in_time and not strict)
    assert told.wrong is (state in {State.ENDED, State.EXPLOITED} and told.grace is None)
    if told.grace is not None:
        assert told.grace >= DAY
        assert granted(one, terms, told.grace).grace == told.grace
        assert granted(one, terms, told.grace + ONE).wrong, "the day after, it is what it was"


def test_without_a_word_in_the_policy_nothing_is_granted() -> None:
    assert Settings().terms == Terms()
    for state in (State.ENDED, State.EXPLOITED):
        one = found(state, DAY - ONE, attacks=(Attack(listed=DAY, severity="low"),))
        assert granted(one, Settings().terms, DAY) == one


def test_what_ended_on_a_day_that_is_not_told_has_no_grace() -> None:
    assert granted(found(State.ENDED), Terms(ended=365), DAY).wrong


def test_an_old_attack_is_not_forgotten_for_a_new_one() -> None:
    new = Attack(listed=DAY, severity="high")
    old = Attack(listed=DAY - 90 * ONE, severity="high")
    terms = Terms(attacked=14, critical=14)
    assert not granted(found(State.EXPLOITED, attacks=(new,)), terms, DAY).wrong
    assert granted(found(State.EXPLOITED, attacks=(new, old)), terms, DAY).wrong


# -- the whole check ---------------------------------------------------------------------------

WELL = Lifecycle(product="System 1", prefix="1", ends=date(2030, 1, 1), source="x", editions=("w",))


def catalogue(ends: date, *attacks: Exploited) -> Matcher:
    """Make a catalogue with one product, whose line 3 ends on a day."""
    line = ReleaseLine(name="3", security=ends)
    tool = Product(slug="tool", title="Tool", source="x", lines=(line,), exploited=attacks)
    return Matcher(
        Catalogue(
            compiled=DAY, products={"tool": tool}, rules=(Rule(product="tool", names=("tool",)),)
        )
    )


def judged(known: Matcher, settings: Settings, on: date = DAY, *, lines=(WELL,)) -> Verdict:
    """Judge a desk with this one program on a system."""
    noon = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    at = Moment(boot=1.0, wall=noon.timestamp())
    items = (
        Software(name="S", version="1", vendor="", source="x", kind=Kind.SYSTEM, edition="w"),
        Software(name="tool", version="3.1", vendor="", source="x"),
    )
    seen = SoftwareSeen(at=at, items=items)
    facts = Facts(last={}).seeing(LifecyclesKnown(at=at, lines=lines, compiled=DAY, programs=known))
    verdict = CHECK.judge(seen, facts.seeing(seen), settings)
    assert verdict is not None
    return verdict


def words(verdict: Verdict) -> tuple[str, list[str]]:
    """Return the sentence and the table behind it."""
    return WORDS.render(verdict.message), [WORDS.render(row) for row in verdict.rows]


@pytest.mark.parametrize(
    ("left", "said", "row"),
    [
        (12, "the next in 12 days: Tool 3", "Tool 3: support ends in 12 days, 2026-12-12."),
        (1, "the next tomorrow: Tool 3", "Tool 3: support ends tomorrow, 2026-12-12."),
        (0, "the next today: Tool 3", "Tool 3: support ends today, 2026-12-12."),
    ],
)
def test_an_end_is_counted_down(left: int, said: str, row: str) -> None:
    ends = date(2026, 12, 12)
    verdict = judged(catalogue(ends), Settings(), ends - left * ONE)
    sentence, rows = words(verdict)
    assert verdict.state is Outcome.PASS
    assert said in sentence
    assert row in rows


@pytest.mark.parametrize(
    ("after", "state", "said"),
    [
        (1, Outcome.PASS, "the next 29 more days: Tool 3 (2026-12-30)"),
        (29, Outcome.PASS, "until tomorrow: Tool 3 (2026-12-30)"),
        (30, Outcome.PASS, "until today: Tool 3 (2026-12-30)"),
        (31, Outcome.FAIL, "Their makers no longer mend faults in: Tool 3 (2026-11-30)."),
    ],
)
def test_grace_is_told_and_counted_and_then_it_fails(after: int, state: Outcome, said: str) -> None:
    ends = date(2026, 11, 30)
    verdict = judged(catalogue(ends), Settings(grace_days=30), ends + after * ONE)
    assert verdict.state is state
    sentence, rows = words(verdict)
    assert said in sentence
    expected = "support ended on 2026-11-30." if state is Outcome.FAIL else "to be mended"
    assert any(expected in row for row in rows)


@pytest.mark.parametrize(
    ("severity", "after", "state"),
    [
        ("high", 7, Outcome.PASS),
        ("high", 8, Outcome.FAIL),
        ("critical", 2, Outcome.PASS),
        ("critical", 3, Outcome.FAIL),
        ("", 2, Outcome.PASS),
        ("", 3, Outcome.FAIL),
    ],
)
def test_an_attack_has_a_grace_of_its_own_by_its_severity(severity, after, state) -> None:
    listed = date(2026, 11, 1)
    attack = Exploited(cve="CVE-1", added=listed, below="3.2", severity=severity)
    settings = Settings(grace_days=300, grace_attacked_days=7, grace_critical_days=2)
    verdict = judged(catalogue(date(2030, 1, 1), attack), settings, listed + after * ONE)
    assert verdict.state is state
    sentence, rows = words(verdict)
    assert sentence.startswith("Attackers are known to use a fault")
    expected = "attackers are known" if state is Outcome.FAIL else "to be mended"
    assert any(row.startswith("Tool 3: ") and expected in row for row in rows)


def test_a_plan_covers_an_attack_only_when_it_says_so_and_ends_by_itself() -> None:
    known = catalogue(date(2030, 1, 1), Exploited(cve="CVE-1", added=DAY, below="3.2"))
    plain = judged(known, Settings(plans=(PLAN,)))
    assert plain.state is Outcome.FAIL
    assert words(plain)[0] == "Attackers are known to use a fault of: Tool 3.", "no day of its end"
    covering = Settings(plans=(replace(PLAN, covers_attacked=True),))
    assert judged(known, covering).state is Outcome.PASS
    assert "until today, 2026-11-25" in " ".join(words(judged(known, covering))[1])
    after = judged(known, covering, DAY + ONE)
    assert after.message is not None
    assert (after.state, after.message.id) == (Outcome.FAIL, "software.exploited")


def test_what_the_policy_teaches_hides_no_attack() -> None:
    known = catalogue(date(2030, 1, 1), Exploited(cve="CVE-1", added=DAY, below="3.2"))
    own = Settings(programs=(Taught(name="Our tool", names=("*",)),))
    verdict = judged(known, own)
    assert verdict.message is not None
    assert verdict.message.id == "software.exploited"


def test_a_system_has_plans_and_grace_as_programs_have() -> None:
    known, past = catalogue(date(2030, 1, 1)), (replace(WELL, ends=DAY - ONE),)
    assert judged(known, Settings(), lines=past).state is Outcome.FAIL
    planned = Settings(plans=(replace(PLAN, product="System 1"),))
    assert judged(known, planned, lines=past).state is Outcome.PASS
    assert judged(known, Settings(grace_days=1), lines=past).state is Outcome.PASS
    assert judged(known, Settings(grace_days=1), DAY + ONE, lines=past).state is Outcome.FAIL


def test_the_gravest_is_told_first_and_each_has_its_row() -> None:
    settings = Settings(grace_days=30, plans=(replace(PLAN, product="tool", until="2027-01-31"),))
    past = (replace(WELL, ends=DAY - ONE),)
    sentence, rows = words(judged(catalogue(DAY), settings, lines=past))
    assert sentence == (
        "No longer supported by the maker. Your policy gives time, "
        "the next 29 more days: System 1 (2026-12-24)."
    )
    assert rows == [
        "System 1: to be mended in 29 days, by 2026-12-24.",
        "Tool 3: allowed for 67 more days, until 2027-01-31.",
    ]
