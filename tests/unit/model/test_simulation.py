"""What a draft would have done: exact, at least, or not to be known, and never a guess."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentguard.model.policy import Policy
from agentguard.model.shift_counts import (
    GRACES,
    LONGEST,
    MANY,
    added,
    counted,
    from_place,
    read_rows,
)
from agentguard.model.simulation import NOTHING, Figure, Recorded, What, simulated
from agentguard.model.simulation_reach import Sure
from agentguard.policy.parser import parse
from agentguard.runtime.known_checks import shapes

TEXT = """
policy: tried
version: 1
controls:
  screen-lock: {respond: [lock], settings: {limit_minutes: 15}}
  clipboard:
    respond: [clear-clipboard, notify]
    settings: {kinds: [PAN], bulk_kinds: [EMAIL, PHONE], bulk_count: 3}
  reauth:
    respond: [prove]
    settings: {groups: [{name: crm, images: [crm]}], grace_minutes: 15}
  firewall: {respond: [notify]}
"""
OWN_KIND = (
    "detection: {recognisers: [{kind: STAFF, name: number, pattern: 'S-[0-9]{6}', "
    "finds: [S-123456]}]}"
)


def policy(*changed: tuple[str, str]) -> Policy:
    text = TEXT
    for before, after in changed:
        assert before in text
        text = text.replace(before, after)
    return parse(text.encode(), "tried.yaml", shapes())


def figures(recorded: Recorded, *changed: tuple[str, str]) -> dict[What, Figure]:
    """Return the figures by what they count, those of the firewall's findings among them."""
    found = simulated(policy(), policy(*changed), recorded)
    return {one.what: one for one in found if one.check not in {"pii-files", "vendors"}}


AWAY = {
    "free": tuple(1 for _ in range(LONGEST + 1)),
    "call": (0,) * 8 + (2,),
    "locked": (46, 3, 9),
    "covered": (4,),
}
COPIES = {"PAN": (0, 5), "EMAIL": (0, 7, 4, 2), "~found": (7,), "~cleared": (6,)}
GATE = {"crm": tuple(range(30, 30 - len(GRACES), -1)), "~asked": (24,)}
SEEN = Recorded(
    rows={"away.counts": AWAY, "copies.counts": COPIES, "gate.counts": GATE},
    findings={"firewall": 3},
)


def test_row_335_a_draft_that_is_the_policy_in_force_gives_what_really_happened() -> None:
    found = simulated(policy(), policy(), SEEN)
    assert {(f.what, f.real) for f in found} == {
        (What.LOCKS, 46), (What.COVERS, 4), (What.COPIES, 7), (What.CLEARS, 6),
        (What.ASKED, 24), (What.FINDINGS, 3),
    }  # fmt: skip
    for one in found:
        assert (one.draft, one.sure, one.more) == (one.real, Sure.EXACT, 0)


@pytest.mark.parametrize("limit", [1, 5, 10, 20, 30, 60])
def test_row_335_another_limit_is_exact(limit: int) -> None:
    told = figures(SEEN, ("limit_minutes: 15", f"limit_minutes: {limit}"))
    assert told[What.LOCKS].draft == LONGEST + 1 - limit
    assert told[What.LOCKS].sure is Sure.EXACT
    assert told[What.COVERS].draft == (2 if limit <= 8 else 0)
    assert told[What.LOCKS].more == LONGEST + 1 - limit - 46


@pytest.mark.parametrize("row", ["mixed", "lost"])
def test_time_away_that_is_not_known_makes_it_at_least(row: str) -> None:
    away = added(AWAY, {row: (0,) * 40 + (1,)})
    seen = replace(SEEN, rows={**SEEN.rows, "away.counts": away})
    told = figures(seen, ("limit_minutes: 15", "limit_minutes: 10"))[What.LOCKS]
    assert (told.draft, told.sure, told.why) == (51, Sure.LEAST, "simulate.why.calls")


def test_a_call_that_ended_gives_a_lock_and_perhaps_a_cover() -> None:
    away = added(AWAY, {"after-call": (0,) * 12 + (3,)})
    seen = replace(SEEN, rows={**SEEN.rows, "away.counts": away})
    told = figures(seen, ("limit_minutes: 15", "limit_minutes: 10"))
    assert (told[What.LOCKS].draft, told[What.LOCKS].sure) == (54, Sure.EXACT)
    assert (told[What.COVERS].draft, told[What.COVERS].sure) == (0, Sure.LEAST)


def test_a_draft_that_does_not_lock_locks_nothing() -> None:
    told = figures(SEEN, ("respond: [lock]", "respond: [notify]"))[What.LOCKS]
    assert (told.draft, told.sure, told.more) == (0, Sure.EXACT, -46)


@pytest.mark.parametrize(
    ("changed", "draft", "sure"),
    [
        (("bulk_count: 3", "bulk_count: 2"), 5 + 6, Sure.EXACT),
        (("kinds: [PAN]", "kinds: [EMAIL]"), 13, Sure.EXACT),
        (("kinds: [PAN]", "kinds: [PAN, IBAN]"), 7, Sure.EXACT),
        (("bulk_count: 3", f"bulk_count: {MANY + 1}"), 5, Sure.EXACT),
    ],
)
def test_other_kinds_and_numbers_of_copies(
    changed: tuple[str, str], draft: int, sure: Sure
) -> None:
    told = figures(SEEN, changed)
    assert (told[What.COPIES].draft, told[What.COPIES].sure) == (draft, sure)
    assert told[What.CLEARS].draft == draft


@pytest.mark.parametrize(
    ("rows", "changed"),
    [
        ({"EMAIL+IBAN": (0, 0, 0, 1)}, ("bulk_count: 3", "bulk_count: 2")),
        ({"~allowed": (2,)}, ("bulk_count: 3", "bulk_count: 2")),
        ({"~more": (0, 2)}, ("bulk_count: 3", "bulk_count: 2")),
        ({"EMAIL": (0,) * MANY + (1,)}, ("bulk_count: 3", f"bulk_count: {MANY + 9}")),
    ],
)
def test_copies_that_cannot_be_told_apart_make_it_at_least(
    rows: dict[str, tuple[int, ...]], changed: tuple[str, str]
) -> None:
    seen = replace(SEEN, rows={**SEEN.rows, "copies.counts": added(COPIES, rows)})
    assert figures(seen, changed)[What.COPIES].sure is Sure.LEAST


@pytest.mark.parametrize(
    ("changed", "what", "why"),
    [
        (("bulk_count: 3", "bulk_count: 3, allowed_apps: [crm]"), What.COPIES, "programs"),
        (("bulk_count: 3", "bulk_count: 3, rules: [{then: warn}]"), What.CLEARS, "programs"),
        (("images: [crm]", "images: [crm, erp]"), What.ASKED, "windows"),
        (("controls:", f"{OWN_KIND}\ncontrols:"),
         What.COPIES, "not-looked"),
    ],
)  # fmt: skip
def test_row_336_what_was_not_recorded_is_not_guessed(
    changed: tuple[str, str], what: What, why: str
) -> None:
    told = figures(SEEN, changed)[what]
    assert (told.draft, told.sure, told.why) == (None, Sure.UNKNOWN, f"simulate.why.{why}")
    assert told.more == 0


def test_row_336_a_control_that_nobody_looked_at_is_not_known() -> None:
    paused = policy(
        ("limit_minutes: 15}", "limit_minutes: 15}"), ("firewall: {", "firewall: {paused: true, ")
    )
    found = {f.check: f for f in simulated(paused, policy(), SEEN) if f.what is What.FINDINGS}
    assert found["firewall"].sure is Sure.UNKNOWN
    off = {f.check: f for f in simulated(policy(), paused, SEEN) if f.what is What.FINDINGS}
    assert (off["firewall"].draft, off["firewall"].sure) == (0, Sure.EXACT)


def test_a_paused_clipboard_or_gate_was_not_looked_at() -> None:
    before = policy(
        ("clipboard:\n", "clipboard:\n    paused: true\n"),
        ("reauth:\n", "reauth:\n    paused: true\n"),
    )
    found = {f.what: f for f in simulated(before, policy(), SEEN)}
    for what in (What.COPIES, What.CLEARS, What.ASKED):
        assert found[what].sure is Sure.UNKNOWN


def test_other_responses_find_the_same() -> None:
    told = figures(SEEN, ("firewall: {respond: [notify]}", "firewall: {respond: [lock]}"))
    assert told[What.FINDINGS].why == "simulate.why.as-found"
    assert told[What.FINDINGS].draft == 3


@pytest.mark.parametrize(
    ("minutes", "draft", "sure"),
    [(5, 28, Sure.EXACT), (30, 24, Sure.EXACT), (17, 25, Sure.LEAST), (720, 18, Sure.EXACT)],
)
def test_other_minutes_of_grace(minutes: int, draft: int, sure: Sure) -> None:
    told = figures(SEEN, ("grace_minutes: 15", f"grace_minutes: {minutes}"))[What.ASKED]
    assert (told.draft, told.sure) == (draft, sure)


def test_openings_in_a_call_make_it_at_least_and_no_question_asks_nothing() -> None:
    seen = replace(SEEN, rows={**SEEN.rows, "gate.counts": {**GATE, "~call": (2,)}})
    assert figures(seen, ("grace_minutes: 15", "grace_minutes: 5"))[What.ASKED].sure is Sure.LEAST
    told = figures(seen, ("respond: [prove]", "respond: [notify]"))[What.ASKED]
    assert (told.draft, told.sure) == (0, Sure.EXACT)


def test_desks_that_tell_nothing_make_it_at_least() -> None:
    seen = SEEN + Recorded(counting=0)
    told = figures(seen, ("limit_minutes: 15", "limit_minutes: 10"))
    assert (told[What.LOCKS].sure, told[What.LOCKS].why) == (Sure.LEAST, "simulate.why.desks")
    assert told[What.COPIES].sure is Sure.LEAST
    assert told[What.FINDINGS].sure is Sure.EXACT


def test_what_was_recorded_adds_up() -> None:
    twice = SEEN + SEEN + NOTHING
    assert twice.desks == twice.counting == 2
    assert twice.findings == {"firewall": 6}
    assert twice.rows["away.counts"]["locked"] == (92, 6, 18)


def test_counts_are_read_place_by_place() -> None:
    rows = counted({}, "free", 3, 2)
    assert rows == {"free": (0, 0, 0, 2)}
    assert (from_place(rows, "free", 3), from_place(rows, "free", 4)) == (2, 0)
    assert added(rows, counted({}, "free", 0)) == {"free": (1, 0, 0, 2)}
    assert read_rows({"a": [1], "b": [True], "c": ["x"], "d": [-1], "e": [0] * 62, "f": 3}) == {
        "a": (1,)
    }
    assert read_rows(3) == {}


def test_what_is_taken_away_by_rules_is_not_known_and_without_a_response_nothing_is() -> None:
    ruled = ("bulk_count: 3", "bulk_count: 3, rules: [{then: warn}]")
    fewer = ("bulk_count: 3", "bulk_count: 2, rules: [{then: warn}]")
    found = {f.what: f for f in simulated(policy(ruled), policy(fewer), SEEN)}
    assert (found[What.CLEARS].sure, found[What.COPIES].draft) == (Sure.UNKNOWN, 11)
    told = figures(SEEN, ("respond: [clear-clipboard, notify]", "respond: [notify]"))
    assert (told[What.CLEARS].draft, told[What.COPIES].draft) == (0, 7)
