"""A lock is asked for until the session proves it; in a call the screens are covered instead."""

from __future__ import annotations

import pytest

from agentguard.model.actions import ActionKind, Outcome
from agentguard.model.events import ActionFinished, CallState, PolicyInForce
from agentguard.model.locking import Asker, LockAsked, LockLimitsSeen, LockTried
from agentguard.model.messages import say
from agentguard.model.shield import ShieldLifted, ShieldRefused, Why
from agentguard.model.verdicts import Finding, Severity
from tests.unit.engine.conftest import Rig, make_policy


def call(rig: Rig, *, on: bool) -> None:
    rig.see(CallState(at=rig.clock.now(), in_call=on, source="softphone" if on else ""))


def locks(rig: Rig) -> int:
    return sum(action.kind is ActionKind.LOCK for action in rig.done)


def seconds(rig: Rig, count: int) -> None:
    for _ in range(count):
        rig.tick()


def ask(rig: Rig, by: Asker = Asker.PERSON) -> None:
    rig.see(LockAsked(at=rig.clock.now(), by=by))


def why(rig: Rig) -> Why | None:
    rig.tick()
    shield = rig.engine.snapshot().shield
    return shield.why if shield else None


class TestConfirming:
    def test_three_requests_in_vain_cover_the_screens_and_it_goes_on_once_a_minute(
        self, rig
    ) -> None:
        rig.session(idle=901)
        assert locks(rig) == 1
        seconds(rig, 5)
        assert locks(rig) == 2
        seconds(rig, 5)
        assert locks(rig) == 3
        assert why(rig) is None
        seconds(rig, 5)
        assert why(rig) is Why.NOT_LOCKED
        assert locks(rig) == 4
        seconds(rig, 120)
        assert 5 <= locks(rig) <= 7
        assert rig.kinds.count("shield.raised") == 1

    def test_a_lock_that_comes_takes_the_cover_away_and_ends_the_requests(self, rig) -> None:
        rig.session(idle=901)
        seconds(rig, 20)
        rig.session(idle=921, locked=True)
        before = locks(rig)
        assert why(rig) is None
        seconds(rig, 300)
        assert locks(rig) == before
        assert "shield.lifted" in rig.kinds

    def test_a_person_who_comes_back_is_not_locked_out_but_the_cover_stays(self, rig) -> None:
        rig.session(idle=901)
        seconds(rig, 20)
        before = locks(rig)
        rig.session(idle=1)
        seconds(rig, 300)
        assert locks(rig) == before
        assert why(rig) is Why.NOT_LOCKED

    def test_without_a_source_for_the_lock_nothing_is_repeated_or_covered(self, rig) -> None:
        rig.session(idle=1, locked=None)
        ask(rig)
        assert locks(rig) == 1
        seconds(rig, 300)
        assert locks(rig) == 1
        assert why(rig) is None

    def test_row_82_a_desktop_that_was_never_locked_yet_is_locked_at_the_limit(self, rig) -> None:
        """Without logind nobody tells the lock until the agent itself has locked once."""
        rig.session(idle=1, locked=None)
        rig.session(idle=899, locked=None)
        assert locks(rig) == 0
        rig.session(idle=901, locked=None)
        assert locks(rig) == 1
        rig.session(idle=905, locked=True)
        assert ("screen-lock", "") not in rig.engine.state.findings
        rig.session(idle=1, locked=False)
        rig.session(idle=901, locked=False)
        assert locks(rig) == 2

    def test_row_82_where_nobody_ever_tells_it_is_locked_once_for_each_absence(self, rig) -> None:
        for absence in range(1, 4):
            rig.session(idle=1, locked=None)
            assert ("screen-lock", "") not in rig.engine.state.findings
            rig.session(idle=901, locked=None)
            assert locks(rig) == absence
            at = rig.clock.now()
            rig.see(ActionFinished(at=at, action=rig.done[-1], outcome=Outcome.DONE))
            for idle in range(905, 1200, 5):
                seconds(rig, 5)
                rig.session(idle=idle, locked=None)
            assert locks(rig) == absence, "nothing could confirm it"

    def test_what_was_late_before_a_restart_locks_nobody_whose_lock_is_not_told(
        self, rig, make_rig
    ) -> None:
        call(rig, on=True)
        rig.session(idle=901)
        (late,) = rig.engine.state.findings.values()
        assert late.message.id == "screen-lock.late"
        again = make_rig(findings=(late,))
        again.session(idle=10, locked=None)
        seconds(again, 300)
        assert again.engine.state.findings, "it is neither proved nor disproved"
        assert locks(again) == 0

    def test_a_lock_that_was_asked_for_before_any_session_was_seen_is_not_repeated(
        self, rig
    ) -> None:
        ask(rig)
        assert locks(rig) == 1
        seconds(rig, 300)
        assert locks(rig) == 1
        assert why(rig) is None

    def test_row_82_a_lock_that_failed_is_tried_again_and_the_screens_are_covered(
        self, rig
    ) -> None:
        rig.session(idle=901, locked=None)
        for _ in range(4):
            at = rig.clock.now()
            rig.see(ActionFinished(at=at, action=rig.done[-1], outcome=Outcome.FAILED))
            seconds(rig, 6)
        assert locks(rig) == 4
        assert why(rig) is Why.NOT_LOCKED

    def test_row_82_in_a_call_the_screens_are_covered_and_it_is_locked_after_it(self, rig) -> None:
        call(rig, on=True)
        rig.session(idle=901, locked=None)
        assert locks(rig) == 0
        assert why(rig) is Why.CALL
        call(rig, on=False)
        rig.session(idle=905, locked=None)
        assert locks(rig) == 1

    def test_a_computer_that_cannot_lock_covers_its_screens(self, rig) -> None:
        rig.session(idle=901)
        at = rig.clock.now()
        rig.see(ActionFinished(at=at, action=rig.done[0], outcome=Outcome.UNSUPPORTED))
        assert why(rig) is Why.NOT_LOCKED
        seconds(rig, 300)
        assert locks(rig) == 1

    def test_a_finding_from_before_a_restart_locks_too(self, rig, make_rig) -> None:
        rig.session(idle=901)
        again = make_rig(findings=tuple(rig.engine.state.findings.values()))
        again.session(idle=910)
        assert locks(again) == 1

    def test_a_lock_that_comes_again_is_told_to_the_check(self, rig, make_rig) -> None:
        at = rig.clock.now()
        open_ = Finding(
            check="screen-lock",
            subject="unconfirmed",
            severity=Severity.HIGH,
            message=say("screen-lock.unconfirmed", times=3),
            since=at,
        )
        again = make_rig(findings=(open_,))
        again.session(idle=1)
        assert again.engine.state.facts.get(LockTried) is None
        again.session(idle=2, locked=True)
        assert again.engine.state.facts.get(LockTried).confirmed

    def test_a_finding_that_is_not_about_the_session_locks_nothing(self, rig) -> None:
        rig.firewall(on=False)
        rig.session(idle=1)
        assert locks(rig) == 0

    def test_settings_that_are_read_later_are_judged_with_the_session(self, rig) -> None:
        rig.see(LockLimitsSeen(at=rig.clock.now()))
        rig.session(idle=1)
        judged = rig.engine.state.judged["screen-lock"]
        rig.clock.advance(5)
        rig.see(LockLimitsSeen(at=rig.clock.now()))
        assert rig.engine.state.judged["screen-lock"].at == judged.at


class TestOnDemand:
    @pytest.mark.parametrize("by", list(Asker))
    def test_who_asks_is_written_down_and_the_screen_is_locked(self, rig, by) -> None:
        rig.session(idle=1)
        ask(rig, by)
        assert locks(rig) == 1
        asked = next(r for r in rig.journal.records if r.kind == "lock.asked")
        assert asked.payload["by"] == by.value

    def test_it_is_tried_three_times_and_then_left_for_who_came_back_works_on(self, rig) -> None:
        rig.session(idle=1)
        ask(rig)
        seconds(rig, 600)
        assert locks(rig) == 3
        assert why(rig) is Why.NOT_LOCKED

    def test_a_locked_screen_is_not_locked_again(self, rig) -> None:
        rig.session(idle=1, locked=True)
        ask(rig)
        assert locks(rig) == 0

    def test_in_a_call_it_locks_because_a_person_wants_it(self, rig) -> None:
        rig.session(idle=1)
        call(rig, on=True)
        ask(rig)
        assert locks(rig) == 1
        assert why(rig) is None


class TestInACall:
    def test_the_screens_are_covered_at_the_limit_and_nothing_is_locked(self, rig) -> None:
        call(rig, on=True)
        rig.session(idle=901)
        assert why(rig) is Why.CALL
        seconds(rig, 300)
        rig.session(idle=1201)
        assert locks(rig) == 0
        assert rig.kinds.count("shield.raised") == 1

    def test_after_the_call_the_lock_follows_if_nobody_came(self, rig) -> None:
        call(rig, on=True)
        rig.session(idle=901)
        call(rig, on=False)
        assert locks(rig) == 1
        assert why(rig) is Why.CALL
        rig.session(idle=902, locked=True)
        assert why(rig) is None

    def test_after_the_call_nothing_follows_when_the_person_is_there(self, rig) -> None:
        call(rig, on=True)
        rig.session(idle=901)
        rig.see(ShieldLifted(at=rig.clock.now(), factor="totp"))
        rig.session(idle=1)
        call(rig, on=False)
        seconds(rig, 60)
        assert locks(rig) == 0
        assert why(rig) is None

    def test_a_moved_mouse_alone_does_not_uncover(self, rig) -> None:
        call(rig, on=True)
        rig.session(idle=901)
        rig.session(idle=0)
        assert why(rig) is Why.CALL

    def test_the_next_time_at_the_limit_covers_again(self, rig) -> None:
        call(rig, on=True)
        rig.session(idle=901)
        rig.see(ShieldLifted(at=rig.clock.now(), factor="totp"))
        rig.session(idle=1)
        rig.session(idle=901)
        assert why(rig) is Why.CALL
        assert rig.kinds.count("shield.raised") == 2

    def test_a_wrong_code_is_answered_on_the_shield(self, rig) -> None:
        call(rig, on=True)
        rig.session(idle=901)
        rig.see(ShieldRefused(at=rig.clock.now(), message=say("mfa.wrong")))
        rig.tick()
        assert rig.engine.snapshot().shield.reply == say("mfa.wrong")

    def test_an_unlock_is_a_proof_as_well(self, rig) -> None:
        call(rig, on=True)
        rig.session(idle=901)
        rig.session(idle=901, locked=True)
        assert why(rig) is None

    def test_a_call_that_begins_while_a_lock_is_late_turns_it_into_the_shield(self, rig) -> None:
        rig.session(idle=901)
        call(rig, on=True)
        seconds(rig, 60)
        assert locks(rig) == 1
        assert why(rig) is Why.CALL

    def test_without_a_shield_codes_and_lifts_change_nothing(self, rig) -> None:
        rig.see(ShieldLifted(at=rig.clock.now(), factor="totp"))
        rig.see(ShieldRefused(at=rig.clock.now(), message=say("mfa.wrong")))
        assert why(rig) is None
        assert "shield.lifted" not in rig.kinds

    def test_a_paused_control_neither_locks_nor_covers(self, rig) -> None:
        paused = make_policy(version=2, paused=("screen-lock",))
        rig.see(PolicyInForce(at=rig.clock.now(), policy=paused))
        call(rig, on=True)
        rig.session(idle=901)
        call(rig, on=False)
        assert why(rig) is None
        assert locks(rig) == 0
