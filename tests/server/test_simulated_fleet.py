"""Fifty desks live a week, and the same week under drafts: what was foretold is what happens."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from agentguard.commands._policy_reader import READING
from agentguard.model.events import AppFocused, ProofGiven
from agentguard.model.hits import Hit
from agentguard.model.policy import Policy
from agentguard.model.prompts import PromptKind
from agentguard.model.shift_counts import KINDS, from_place
from agentguard.model.simulation import What, simulated
from agentguard.model.simulation_reach import Sure
from agentguard.server.store.floor import simulating
from agentguard.server.store.floor.simulating import Asked
from tests.unit.engine.test_shift_counts import POLICY, Desk

DESKS, DAYS, DAY = 50, 5, 86400.0
AWAY = (2, 4, 6, 10, 14, 18, 26)
DRAFTS = {
    "in-force": (16, POLICY),
    "locks-and-copies": (8, POLICY.replace("bulk_count: 3", "bulk_count: 2")),
    "kinds-and-questions": (
        16,
        POLICY.replace("kinds: [PAN]", "kinds: [PAN, IBAN]").replace(
            "grace_minutes: 15", "grace_minutes: 5"
        ),
    ),
}


@dataclass
class Lived:
    """A week of one desk: what it tells of its counts, and what really happened at it."""

    told: list[dict[str, Any]] = field(default_factory=list)
    happened: dict[What, int] = field(default_factory=dict)


def live(seed: int, draft: str) -> Lived:
    """Live the week of a person, who does the same whatever the policy."""
    limit, policy = DRAFTS[draft]
    desk, chance = Desk(limit=limit, policy=policy, step=120.0), random.Random(seed)
    asked = 0
    for _ in range(DAYS):
        for _ in range(2):
            desk.work()
            copied = chance.choice(("PAN", "EMAIL", "IBAN"))
            desk.copies.copy(Hit(kind=copied, count=chance.randrange(1, 5)))
            desk.away(chance.choice(AWAY))
        desk.end()
    for _ in range(8):
        asked += opened(desk)
        for _ in range(chance.choice((1, 4, 9, 11))):
            desk.work(30)
    desk.end()
    found = [dict(r.payload) | {"kind": r.kind} for r in desk.copies.journal.records]
    told = [one for one in found if one["kind"] in KINDS]
    copies = desk.told("copies.counts")
    return Lived(
        told=told,
        happened={
            What.LOCKS: desk.locks,
            What.COPIES: from_place(copies, "~found", 0),
            What.CLEARS: from_place(copies, "~cleared", 0),
            What.ASKED: asked,
        },
    )


def opened(desk: Desk) -> int:
    """Open the gated window, and prove oneself where that is asked for; give how often it was."""
    before = _questions(desk)
    desk.copies.see(AppFocused(at=desk.copies.clock.now(), image="crm", window_class="crm"))
    asked = _questions(desk) - before
    if asked:
        at = desk.copies.clock.now()
        desk.copies.see(ProofGiven(at=at, group="crm", factor="totp"))
    desk.copies.see(AppFocused(at=desk.copies.clock.now(), image="mail", window_class="mail"))
    return asked


def _questions(desk: Desk) -> int:
    records = desk.copies.journal.records
    proof = PromptKind.PROOF.value
    return sum(r.kind == "prompt.asked" and r.payload.get("kind") == proof for r in records)


def policy(draft: str) -> Policy:
    limit, text = DRAFTS[draft]
    return READING.parse((text % ("true", limit)).encode(), "tried")


@pytest.fixture(scope="module")
def weeks() -> dict[str, list[Lived]]:
    return {draft: [live(seed, draft) for seed in range(DESKS)] for draft in DRAFTS}


def truth(weeks: dict[str, list[Lived]], draft: str) -> dict[What, int]:
    return {
        what: sum(one.happened[what] for one in weeks[draft])
        for what in What
        if what in weeks[draft][0].happened
    }


@pytest.mark.timeout(900)  # half a minute of work, which waits where others work too
@pytest.mark.heavy
def test_row_127_a_fleets_week_under_a_draft_is_what_was_foretold(
    running: Any, new_desk: Any, event: Any, weeks: dict[str, list[Lived]]
) -> None:
    for number, week in enumerate(weeks["in-force"]):
        desk = new_desk(f"Team {number % 5}", f"desk-{number}")
        sent = []
        for seq, one in enumerate(week.told, 1):
            rows = {name: row for name, row in one.items() if name != "kind"}
            sent.append(event(seq, one["kind"], counts=rows))
        desk.send(*sent)
    asked = Asked(teams=None, since=running.time() - 7 * DAY)
    teams = running.admin._database.run(lambda c: simulating.by_team(c, asked))
    whole = simulating.together(teams)
    assert (whole.desks, whole.counting, len(teams)) == (DESKS, DESKS, 5)
    for draft in DRAFTS:
        happens = truth(weeks, draft)
        found = {f.what: f for f in simulated(policy("in-force"), policy(draft), whole)}
        for what, figure in found.items():
            if what is What.FINDINGS:
                continue
            if (draft, what) == ("locks-and-copies", What.ASKED):
                assert figure.sure is Sure.LEAST, (
                    "more locks ask for more proofs"
                )  # here nobody left between
            else:
                assert figure.sure is Sure.EXACT, (draft, figure)
            assert (figure.draft, figure.real) == (happens[what], truth(weeks, "in-force")[what])
        assert set(happens) <= set(found)
    assert truth(weeks, "in-force") != truth(weeks, "locks-and-copies")
