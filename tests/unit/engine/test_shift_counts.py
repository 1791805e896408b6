"""What a shift is counted by: every limit can be tried on it afterwards, and nobody is told of."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest

from agentguard.engine import before, shift_counts
from agentguard.model.actions import ActionKind
from agentguard.model.events import (
    AppFocused,
    CallState,
    PolicyInForce,
    ProofGiven,
    SessionState,
)
from agentguard.model.hits import Hit
from agentguard.model.locking import (
    Asker,
    LockAsked,
    LockLimitsSeen,
    LockSource,
    ShiftEnded,
    ShiftEnder,
    Standing,
)
from agentguard.model.shift_counts import GRACES, NO_COUNTS, added, from_place, read_rows
from tests.unit.engine.test_clipboard import Copies

POLICY = """
policy: counted
version: 1
shift: {counts: %s, lock: false}
controls:
  screen-lock: {respond: [lock], settings: {limit_minutes: %s}}
  clipboard:
    respond: [clear-clipboard, notify]
    settings: {kinds: [PAN], bulk_kinds: [EMAIL], bulk_count: 3}
  reauth:
    respond: [prove]
    settings: {groups: [{name: crm, images: [crm]}], grace_minutes: 15}
"""
MINUTE = 60.0
STEP = 30.0


@dataclass
class Desk:
    """A desk of the real engine whose screen locks when it is told to."""

    limit: int = 15
    counts: str = "true"
    policy: str = POLICY
    step: float = STEP
    locked: bool = False
    left: float = 0.0
    locks: int = 0
    calls: bool = True
    copies: Copies = field(init=False)

    def __post_init__(self) -> None:
        self.copies = Copies(policy=self.policy % (self.counts, self.limit))
        self.left = self.copies.clock.now().boot
        self.look()

    def look(self) -> None:
        """Have the session read, and lock when the engine asks for it."""
        now = self.copies.clock.now()
        idle = None if self.locked and not self.calls else now.boot - self.left
        self.copies.see(SessionState(at=now, locked=self.locked, idle=idle, source="test"))
        asked = [a for a in self.copies.done if a.kind is ActionKind.LOCK]
        self.copies.done.clear()
        if asked and not self.locked:
            self.locks += 1
            self.locked = True
            self.look()

    def away(self, minutes: float, *, own: float | None = None, by: str = "") -> None:
        """Leave the desk; `own` is when somebody else than the agent locks it, in minutes."""
        begun = self.copies.clock.now().boot
        while self.copies.clock.now().boot - begun < minutes * MINUTE:
            self.copies.pass_time(self.step)
            gone = self.copies.clock.now().boot - begun
            if own is not None and gone >= own * MINUTE and not self.locked:
                if by == "tray":
                    self.copies.see(LockAsked(at=self.copies.clock.now(), by=Asker.PERSON))
                self.locked = True
            self.look()
        self.back()

    def back(self) -> None:
        self.copies.clock.advance(1)
        self.locked, self.left = False, self.copies.clock.now().boot
        self.look()

    def work(self, seconds: float = 20) -> None:
        self.copies.pass_time(seconds)
        self.left = self.copies.clock.now().boot
        self.look()

    def call(self, *, live: bool) -> None:
        self.copies.see(CallState(at=self.copies.clock.now(), in_call=live, source="test"))

    def end(self) -> None:
        self.copies.see(ShiftEnded(at=self.copies.clock.now(), by=ShiftEnder.PERSON))

    def told(self, kind: str = "away.counts") -> dict[str, tuple[int, ...]]:
        rows: dict[str, tuple[int, ...]] = {}
        for record in self.copies.journal.records:
            if record.kind == kind:
                rows = added(rows, read_rows(dict(record.payload)))
        return rows


def spells(seed: int, most: int = 25) -> list[float]:
    """Return a day of somebody who leaves the desk, in minutes."""
    drawn = random.Random(seed)
    return [round(drawn.expovariate(1 / 11) * 2) / 2 for _ in range(most)]


@pytest.mark.parametrize(("seed", "limit"), [(1, 5), (2, 10), (3, 20), (4, 30)])
def test_row_330_counts_under_one_limit_tell_what_another_would_do(seed: int, limit: int) -> None:
    """The same days are lived under two policies; what was counted under one is the other's."""
    lived, truth = Desk(limit=15), Desk(limit=limit)
    for desk in (lived, truth):
        for minutes in spells(seed):
            desk.work()
            desk.away(minutes)
        desk.end()
    assert truth.locks == from_place(lived.told(), "free", limit)
    assert lived.locks == from_place(lived.told(), "free", 15)
    assert lived.locks == lived.told()["locked"][0]
    assert lived.locks, "nothing was tried"


def test_row_330_a_lock_of_the_agent_hides_nothing() -> None:
    desk = Desk(limit=5)
    desk.away(23)
    desk.end()
    assert desk.locks == 1
    assert desk.told()["free"][23] == 1
    assert sum(desk.told()["free"]) == 1


def test_a_lock_screen_that_tells_no_idle_time_hides_nothing_either() -> None:
    desk = Desk(limit=5, calls=False)
    desk.away(23)
    desk.end()
    assert desk.told()["free"][23] == 1


@pytest.mark.parametrize(
    ("own", "by", "locker", "place"),
    [(0.0, "", 2, 0), (8.0, "", 1, 8), (0.0, "tray", 2, 0)],
)
def test_who_locks_before_the_agent_spares_it_the_lock(
    own: float, by: str, locker: int, place: int
) -> None:
    desk = Desk(limit=15)
    desk.away(20, own=own, by=by)
    desk.end()
    told = desk.told()
    assert told["free"][place] == 1
    assert sum(told["free"]) == 1
    assert told["locked"][locker] == 1
    assert sum(told["locked"]) == 1


def test_a_longer_limit_ends_where_the_computer_locks_by_itself() -> None:
    desk = Desk(limit=5)
    own = LockSource(name="policy", standing=Standing.LOCKS, seconds=10 * MINUTE)
    desk.copies.see(LockLimitsSeen(at=desk.copies.clock.now(), sources=(own,)))
    desk.away(30)
    desk.end()
    assert desk.told()["free"][10] == 1


def test_time_away_is_told_apart_by_calls() -> None:
    desk = Desk(limit=15)
    desk.call(live=True)
    desk.work()
    desk.away(7)  # in a call from beginning to end
    desk.copies.pass_time(3 * MINUTE)
    desk.call(live=False)
    desk.back()
    desk.call(live=True)
    desk.call(live=False)
    desk.away(4)
    desk.copies.pass_time(3 * MINUTE)
    desk.call(live=True)
    desk.back()
    desk.end()
    told = desk.told()
    assert told["call"][7] == 1
    assert told["after-call"][3] == 1
    assert told["free"][4] == 1
    assert told["mixed"][3] == 1


def test_what_was_not_seen_from_its_beginning_is_told_as_lost() -> None:
    desk = Desk()
    desk.copies.see(SessionState(at=desk.copies.clock.now(), locked=False, idle=None, source="t"))
    desk.copies.see(SessionState(at=desk.copies.clock.now(), locked=False, idle=None, source="t"))
    desk.copies.clock.advance(600)
    desk.look()  # idle for ten minutes already
    desk.back()
    desk.end()
    assert desk.told()["lost"] == (2,)
    assert "free" not in desk.told()


def test_a_cover_is_counted_as_what_really_happened() -> None:
    desk = Desk(limit=5)
    desk.call(live=True)
    desk.away(8)
    desk.end()
    assert desk.told()["covered"] == (1,)
    assert desk.told()["call"][8] == 1
    assert not desk.locks


def test_copies_are_counted_by_kinds_and_number() -> None:
    desk = Desk()
    desk.copies.copy(Hit(kind="PAN", count=1))
    desk.copies.copy(Hit(kind="EMAIL", count=2))
    desk.copies.copy(Hit(kind="EMAIL", count=700))
    desk.copies.copy(Hit(kind="IBAN", count=1), Hit(kind="EMAIL", count=1))
    desk.copies.copy()
    desk.end()
    told = desk.told("copies.counts")
    assert told["PAN"] == (0, 1)
    assert told["EMAIL"][2] == told["EMAIL"][50] == 1
    assert told["EMAIL+IBAN"] == (0, 0, 1)
    assert told["~found"] == told["~cleared"] == (2,)


def test_what_is_copied_while_nobody_is_there_is_not_counted() -> None:
    desk = Desk()
    desk.locked = True
    desk.look()
    desk.copies.copy(Hit(kind="PAN", count=1))
    desk.back()
    desk.end()
    assert desk.told("copies.counts") == {}


def test_copies_that_a_rule_lets_through_are_told_apart() -> None:
    made = POLICY.replace("kinds: [PAN],", "kinds: [PAN], allowed_apps: [crm],")
    desk = Copies(policy=made % ("true", 15))
    desk.copy(Hit(kind="PAN", count=1), app="crm")
    desk.see(ShiftEnded(at=desk.clock.now(), by=ShiftEnder.PERSON))
    told = next(r.payload for r in desk.journal.records if r.kind == "copies.counts")
    assert dict(told) == {"~allowed": [1]}


def test_rows_of_copies_are_bounded() -> None:
    desk = Desk()
    for number in range(60):
        desk.copies.copy(Hit(kind=f"KIND{number}", count=1))
    desk.end()
    told = desk.told("copies.counts")
    assert len(told) == 41
    assert told["~more"] == (0, 20)


def test_openings_of_a_group_are_tried_with_every_grace() -> None:
    """One opening each four minutes for an hour: who has ten minutes is asked at every third.

    More than six questions an hour are spared, so a shorter grace asks a seventh after the hour.
    """
    desk = Desk()
    for _ in range(16):
        at = desk.copies.clock.now()
        desk.copies.see(AppFocused(at=at, image="crm", window_class="crm"))
        desk.copies.see(ProofGiven(at=at, group="crm", factor="totp"))
        desk.copies.see(AppFocused(at=at, image="mail", window_class="mail"))
        for _ in range(8):
            desk.work(30)
    desk.end()
    asked = dict(zip(GRACES, desk.told("gate.counts")["crm"], strict=False))
    assert asked == {1: 7, 2: 7, 5: 7, 10: 6, 15: 4, 20: 3, 30: 2, 45: 2, 60: 1, 120: 1, 240: 1,
                     480: 1, 720: 1}  # fmt: skip
    assert desk.told("gate.counts")["~asked"] == (1,), "each proof was given before it was old"


def test_row_128_questions_that_the_gate_spares_are_not_foretold() -> None:
    """An opening each six minutes for three hours: five minutes of grace ask six times an hour."""
    desk = Desk(policy=POLICY.replace("grace_minutes: 15", "grace_minutes: 5"))
    for _ in range(30):
        at = desk.copies.clock.now()
        desk.copies.see(AppFocused(at=at, image="crm", window_class="crm"))
        desk.copies.see(ProofGiven(at=at, group="crm", factor="totp"))
        desk.copies.see(AppFocused(at=at, image="mail", window_class="mail"))
        for _ in range(12):
            desk.work(30)
    desk.end()
    row = dict(zip(GRACES, desk.told("gate.counts")["crm"], strict=False))
    asked = desk.told("gate.counts")["~asked"][0]
    assert asked < 30, "some were spared"
    assert row[5] == asked


def test_a_lock_makes_every_proof_void_and_a_call_asks_nobody() -> None:
    desk = Desk()
    for _ in range(2):
        desk.copies.see(AppFocused(at=desk.copies.clock.now(), image="crm", window_class="crm"))
        desk.locked = True
        desk.look()
        desk.back()
    desk.call(live=True)
    desk.copies.see(AppFocused(at=desk.copies.clock.now(), image="crm", window_class="crm"))
    desk.end()
    told = desk.told("gate.counts")
    assert told["crm"] == (2,) * len(GRACES)
    assert told["~call"] == (1,)


def test_a_policy_can_forbid_it() -> None:
    desk = Desk(counts="false")
    desk.away(20)
    desk.copies.copy(Hit(kind="PAN", count=1))
    desk.end()
    assert not [r for r in desk.copies.journal.records if r.kind.endswith(".counts")]


def test_after_eight_hours_it_is_written_without_an_end_of_a_shift() -> None:
    desk = Desk()
    for _ in range(6 * 60 + 1):
        desk.work(80)
    assert desk.told()["watched"] == (480,)


def test_row_331_counts_outlive_a_restart() -> None:
    desk = Desk()
    desk.away(12)
    desk.copies.pass_time(shift_counts.KEEP)
    again = before.read_back(desk.copies.journal.memory).counts
    assert again.rows["away.counts"]["free"][12] == 1
    assert again.seconds > 12 * MINUTE
    desk.end()
    assert before.read_back(desk.copies.journal.memory).counts == NO_COUNTS


@pytest.mark.parametrize(
    "kept", [None, 3, {}, {"seconds": "x", "rows": {}}, {"seconds": 1, "rows": 3}]
)
def test_a_memory_that_cannot_be_read_begins_anew(kept: object) -> None:
    assert shift_counts.read_back({"counts": kept}) == NO_COUNTS  # type: ignore[dict-item]


def test_row_330_no_record_tells_when_or_of_whom() -> None:
    """A record holds rows of counts alone, however the day went."""
    desk = Desk()
    for minutes in spells(4, 10):
        desk.work()
        desk.away(minutes)
    desk.copies.copy(Hit(kind="PAN", count=1, masked=("4***",)))
    desk.copies.see(AppFocused(at=desk.copies.clock.now(), image="crm", window_class="crm"))
    desk.end()
    told = [r for r in desk.copies.journal.records if r.kind.endswith(".counts")]
    assert len(told) == 3
    for record in told:
        assert read_rows(dict(record.payload)) == {
            k: tuple(v) for k, v in record.payload.items() if isinstance(v, list)
        }
        assert all(isinstance(v, list) for v in record.payload.values())


def test_a_call_that_is_told_twice_and_a_paused_gate_count_nothing() -> None:
    desk = Desk()
    desk.call(live=False)
    desk.copies = Copies(
        policy=(POLICY % ("true", 15)).replace("reauth:", "reauth:\n    paused: true")
    )
    desk.copies.see(AppFocused(at=desk.copies.clock.now(), image="crm", window_class="crm"))
    desk.end()
    assert desk.told("gate.counts") == {}
    assert not [r for r in desk.copies.journal.records if r.kind.endswith(".counts")]


def test_a_policy_that_forbids_it_forgets_what_was_counted() -> None:
    desk = Desk()
    desk.away(20)
    desk.copies.pass_time(shift_counts.KEEP)
    forbidding = Copies(policy=POLICY % ("false", 15)).engine.policy()
    desk.copies.see(PolicyInForce(at=desk.copies.clock.now(), policy=forbidding))
    desk.end()
    assert not [r for r in desk.copies.journal.records if r.kind.endswith(".counts")]
    assert before.read_back(desk.copies.journal.memory).counts == NO_COUNTS
