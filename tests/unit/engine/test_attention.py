"""The budget for attention: how often a person is shown something, when not, and what then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from agentguard.engine import attention_memory
from agentguard.engine.core import begin
from agentguard.engine.plan import make_plan
from agentguard.engine.state import Paying, State
from agentguard.model.actions import ActionKind, Outcome
from agentguard.model.attention import BusySeen, Holding, PointerOnCard, TodoOpened, Why
from agentguard.model.events import (
    ActionFinished,
    CallState,
    NoticeRead,
    PolicyInForce,
    PromptAnswered,
    ProofGiven,
)
from agentguard.model.hits import Hit
from agentguard.model.local_hours import local
from agentguard.model.locking import ShiftEnded, ShiftEnder
from agentguard.model.machine import ScreenSharesSeen
from agentguard.model.messages import say
from agentguard.model.policy import AttentionRules, ShiftRules
from agentguard.model.prompts import Prompt, PromptKind
from agentguard.model.shield import Shield
from agentguard.model.shield import Why as ShieldWhy
from agentguard.platforms.simulated import FakeClock
from tests.unit.engine.conftest import CHECKS, Rig, make_policy

CARD = Hit(kind="PAN", count=1, masked=("1111",))
HOUR = 3600.0
MakeRig = Callable[..., Rig]


@pytest.fixture
def rig(make_rig: MakeRig) -> Rig:
    """Give an engine whose hands can mend nothing, so that all it finds is to be told."""
    made = make_rig()
    made.able = False
    return made


def hour(rig: Rig, minutes: float) -> str:
    """Give the time on the wall in so many minutes, as a policy writes it."""
    return f"{local(rig.clock.now().wall) + timedelta(minutes=minutes):%H:%M}"


def ruled(rig: Rig, *, shift: ShiftRules | None = None, **rules: object) -> None:
    """Put other rules of attention in force."""
    said = replace(AttentionRules(), **rules)  # type: ignore[arg-type] # test values
    policy = replace(rig.engine.policy(), attention=said, shift=shift or ShiftRules())
    rig.see(PolicyInForce(at=rig.clock.now(), policy=policy))


def shown(rig: Rig) -> Prompt | None:
    """Give the card that is shown."""
    prompts = rig.engine.snapshot().prompts
    assert len(prompts) <= 1, "never two at once"
    return next(iter(prompts), None)


def answer(rig: Rig, button: str = "ok") -> Prompt:
    card = shown(rig)
    assert card is not None
    rig.see(PromptAnswered(at=rig.clock.now(), prompt=card.id, answer=button))
    return card


def call(rig: Rig, *, live: bool) -> None:
    rig.see(CallState(at=rig.clock.now(), in_call=live, source="test"))


def fails(rig: Rig, product: str = "ufw") -> None:
    """Have another thing of high, not critical, severity be wrong."""
    rig.firewall(on=True)
    rig.firewall(on=False, product=product)


def test_four_in_a_shift_and_one_an_hour_however_much_is_wrong(rig: Rig) -> None:
    times: list[float] = []
    for second in range(0, 8 * 3600, 60):
        rig.tick(60)
        if second % 600 == 0:
            fails(rig, f"ufw-{second}")
            rig.file(f"/home/{second}/1.csv", CARD)
        if shown(rig) is not None:
            answer(rig)
            times.append(rig.clock.now().boot)
    assert len(times) == 4
    assert rig.kinds.count("prompt.asked") == 4


def test_the_last_is_kept_for_what_is_urgent_until_the_shift_nears_its_end(rig: Rig) -> None:
    ruled(rig, shift=ShiftRules(ends=(hour(rig, 8 * 60),)))
    for _ in range(5 * 60):
        rig.tick(60)
        if shown(rig):
            answer(rig)
        if shown(rig) is None and not rig.engine.state.attention.waiting:
            fails(rig)
    assert rig.kinds.count("prompt.asked") == 3, "what is not urgent has three"
    rig.tick(HOUR)
    assert shown(rig) is not None, "in the last two hours the last one is anybody's"


def test_what_is_urgent_does_not_wait_an_hour_for_its_turn(rig: Rig) -> None:
    fails(rig)
    answer(rig)
    fails(rig, "other")
    assert shown(rig) is None
    rig.file("/home/a/1.csv", CARD)
    card = answer(rig)
    assert card.check == "pii-files"
    assert card.more == 1, "and 1 more in To do"
    rig.tick(2 * HOUR)
    assert shown(rig) is None, "what was told as a number is not told again"


def test_row_423_what_was_moved_already_waits_for_its_hour_and_is_told_then(rig: Rig) -> None:
    rig.able = True
    fails(rig)
    answer(rig)
    call(rig, live=True)
    rig.file("/home/a/1.csv", CARD)
    (action,) = [one for one in rig.done if one.kind is ActionKind.VAULT]
    moved = say("action.vaulted", item="x")
    rig.see(ActionFinished(at=rig.clock.now(), action=action, outcome=Outcome.DONE, message=moved))
    rig.file("/home/a/1.csv")
    call(rig, live=False)
    rig.tick(50 * 60)
    assert shown(rig) is None
    rig.tick(10 * 60)
    card = answer(rig)
    assert card.title == say("action.vaulted-title")
    assert not card.urgent, "nothing is left to do"


def test_fifty_files_of_a_folder_are_one_card_with_their_number(rig: Rig) -> None:
    call(rig, live=True)
    for number in range(50):
        rig.file(f"/home/a/{number}.csv", CARD)
    rig.file("/home/b/other.csv", CARD)
    call(rig, live=False)
    rig.tick(60)
    card = answer(rig)
    assert (card.count, card.more) == (50, 1)
    rig.tick(12 * HOUR)
    assert rig.kinds.count("prompt.asked") == 1


def test_a_card_that_is_shown_is_never_replaced_nor_changed(rig: Rig) -> None:
    rig.file("/home/a/1.csv", CARD)
    card = shown(rig)
    for number in range(2, 9):
        rig.file(f"/home/a/{number}.csv", CARD)
        rig.file(f"/home/{number}/1.csv", CARD)
        fails(rig)
        rig.tick(30)
        assert shown(rig) == card
    assert rig.engine.snapshot().inbox[1].count >= 8, "its number is raised in the inbox"
    answer(rig)
    rig.tick(1)
    after = answer(rig)
    assert after.subject == "/home/2/1.csv", "what came after it comes after it"


def presenting(rig: Rig, **busy: bool | None) -> None:
    rig.see(BusySeen(at=rig.clock.now(), **busy))


HOLDS: dict[Holding, tuple[Callable[[Rig], None], Callable[[Rig], None]]] = {
    Holding.LOCKED: (
        lambda rig: rig.session(locked=True, idle=10),
        lambda rig: rig.session(locked=False, idle=10),
    ),
    Holding.AWAY: (lambda rig: rig.session(idle=300), lambda rig: rig.session(idle=10)),
    Holding.TYPING: (lambda rig: rig.session(idle=4), lambda rig: rig.session(idle=5)),
    Holding.GATE: (
        lambda rig: rig.focus("crm"),
        lambda rig: rig.see(ProofGiven(at=rig.clock.now(), group="crm", factor="totp")),
    ),
    Holding.CALL: (lambda rig: call(rig, live=True), lambda rig: call(rig, live=False)),
    Holding.PRESENTING: (
        lambda rig: presenting(rig, presenting=True),
        lambda rig: presenting(rig, presenting=False),
    ),
    Holding.DO_NOT_DISTURB: (
        lambda rig: presenting(rig, do_not_disturb=True),
        lambda rig: presenting(rig, do_not_disturb=False),
    ),
    Holding.QUIET: (
        lambda rig: ruled(rig, quiet=(f"{hour(rig, -5)}-{hour(rig, 60)}",)),
        lambda rig: ruled(rig, quiet=(f"{hour(rig, 30)}-{hour(rig, 60)}",)),
    ),
    Holding.SHIELD: (
        lambda rig: with_state(rig, shield=Shield(why=ShieldWhy.CALL, since=rig.clock.now())),
        lambda rig: with_state(rig, shield=None),
    ),
    Holding.PAYMENT: (
        lambda rig: with_state(rig, paying=Paying(since=rig.clock.now())),
        lambda rig: with_state(rig, paying=Paying()),
    ),
}


def with_state(rig: Rig, **fields: object) -> None:
    """Put the engine into a state that made-up checks do not bring about."""
    rig.engine.state = replace(rig.engine.state, **fields)  # type: ignore[arg-type] # test values


@pytest.mark.parametrize("why", sorted(HOLDS))
def test_it_waits_while_the_person_is_busy_and_protection_does_not(rig: Rig, why: Holding) -> None:
    begin_it, end_it = HOLDS[why]
    begin_it(rig)
    rig.file("/home/a/1.csv", CARD)
    rig.tick(30)
    assert not [p for p in rig.engine.snapshot().prompts if p.kind is not PromptKind.PROOF]
    assert [a.kind for a in rig.done] == [ActionKind.VAULT], "what protects waits for nobody"
    assert len(rig.engine.snapshot().inbox) == 1, "and it is told in To do at once"
    end_it(rig)
    rig.tick(60)
    assert shown(rig) is not None
    assert rig.engine.snapshot().interruptions.held_by.get(why) == 1


def test_what_a_probe_cannot_tell_holds_nothing_and_what_it_told_long_ago_neither(
    rig: Rig,
) -> None:
    presenting(rig)
    fails(rig)
    assert shown(rig) is not None
    answer(rig)
    rig.tick(HOUR)
    presenting(rig, presenting=True)
    fails(rig)
    rig.tick(179)
    assert shown(rig) is None
    rig.tick(1)
    assert shown(rig) is not None


def test_it_waits_while_the_screen_is_shown_to_others(rig: Rig) -> None:
    rig.see(ScreenSharesSeen(at=rig.clock.now(), programs=("meeting",)))
    fails(rig)
    rig.tick(30)
    assert shown(rig) is None
    rig.see(ScreenSharesSeen(at=rig.clock.now(), unread="x11-capture"))
    assert shown(rig) is not None


@pytest.mark.parametrize("shares", [True, False])
def test_what_is_over_the_screen_all_day_is_no_presentation(rig: Rig, *, shares: bool) -> None:
    """As the screen recorder of the contact centre is, or the window of a remote desktop."""

    def told() -> None:
        if shares:
            rig.see(ScreenSharesSeen(at=rig.clock.now(), programs=("recorder",)))
        else:
            presenting(rig, presenting=True)

    told()
    fails(rig)
    for _ in range(119):
        rig.tick(60)
        told()
    assert shown(rig) is None
    rig.tick(60)
    assert shown(rig) is not None


def test_notes_are_written_in_peace_after_a_call(rig: Rig) -> None:
    ruled(rig, wrap_up_seconds=90)
    call(rig, live=True)
    fails(rig)
    call(rig, live=False)
    call(rig, live=False)
    rig.tick(89)
    assert shown(rig) is None
    rig.tick(1)
    assert shown(rig) is not None


def test_what_is_urgent_and_waited_long_comes_in_the_second_half_of_the_notes(rig: Rig) -> None:
    ruled(rig, wrap_up_seconds=90)
    call(rig, live=True)
    rig.file("/home/a/1.csv", CARD)
    rig.tick(16 * 60)
    call(rig, live=False)
    rig.tick(44)
    assert shown(rig) is None
    rig.tick(1)
    assert shown(rig) is not None


def test_a_card_that_nobody_answers_goes_and_stays_in_to_do(rig: Rig) -> None:
    fails(rig)
    rig.see(PointerOnCard(at=rig.clock.now(), on=True))
    rig.tick(700)
    assert shown(rig) is not None, "not from under the pointer"
    rig.see(PointerOnCard(at=rig.clock.now(), on=False))
    rig.tick(1)
    assert shown(rig) is None
    assert [n.read for n in rig.engine.snapshot().inbox] == [False]


def test_who_opens_to_do_has_seen_it_all_and_nothing_is_spent(rig: Rig) -> None:
    call(rig, live=True)
    fails(rig)
    rig.file("/home/a/1.csv", CARD)
    rig.see(TodoOpened(at=rig.clock.now()))
    call(rig, live=False)
    rig.tick(HOUR)
    assert shown(rig) is None
    assert rig.engine.snapshot().interruptions.shown == 0


def test_later_offers_real_times_and_keeps_the_one_that_was_chosen(rig: Rig) -> None:
    rig.file("/home/a/1.csv", CARD)
    card = shown(rig)
    assert card is not None
    now = rig.clock.now()
    assert [one.why for one in card.later] == [Why.SOON, Why.HALF, Why.HOUR]
    assert all(local(one.until.wall).minute % 15 == 0 for one in card.later)
    assert 600 <= card.later[0].until.since(now) < 1500
    assert 1800 <= card.later[1].until.since(now) < 2700
    assert 3600 <= card.later[2].until.since(now) < 4500
    answer(rig, "later-hour")
    (said,) = [r.payload for r in rig.journal.records if r.kind == "prompt.answered"]
    assert said["until"] == card.later[2].until.iso
    rig.tick(card.later[2].until.since(now) - 1)
    assert shown(rig) is None
    rig.tick(1)
    back = shown(rig)
    assert back is not None
    assert back.id == card.id
    asked = [r.at for r in rig.journal.records if r.kind == "prompt.asked"]
    assert asked[-1] == card.later[2].until, "it is journaled when it came back"


def test_a_break_and_the_end_of_the_shift_are_offered_where_they_are_planned(rig: Rig) -> None:
    plan = ShiftRules(
        breaks=(f"{hour(rig, 60)}-{hour(rig, 75)}", f"{hour(rig, 200)}-{hour(rig, 215)}"),
        ends=(hour(rig, 300),),
    )
    ruled(rig, shift=plan)
    fails(rig)
    card = shown(rig)
    assert card is not None
    after, before = card.later[1].until, card.later[2].until
    assert [one.why for one in card.later] == [Why.SOON, Why.BREAK, Why.END]
    assert f"{local(after.wall - 120):%H:%M}" == hour(rig, 75)
    assert f"{local(before.wall + 45 * 60):%H:%M}" == hour(rig, 300)


def test_without_a_plan_of_the_shift_three_times_are_offered_as_well(rig: Rig) -> None:
    fails(rig)
    card = shown(rig)
    assert card is not None
    now = rig.clock.now()
    assert [one.why for one in card.later] == [Why.SOON, Why.HOUR, Why.HOURS]
    assert 7200 <= card.later[2].until.since(now) < 8100


@pytest.mark.parametrize("minutes", [100, 160, 175, 240])
def test_nothing_is_put_off_beyond_the_end_of_the_shift(rig: Rig, minutes: int) -> None:
    ruled(rig, shift=ShiftRules(ends=(hour(rig, minutes),)))
    fails(rig)
    card = shown(rig)
    assert card is not None
    assert all(one.until.since(rig.clock.now()) <= minutes * 60 for one in card.later)
    assert Why.END in [one.why for one in card.later]


def test_nothing_is_put_off_beyond_its_due_time(rig: Rig) -> None:
    ruled(rig, shift=ShiftRules(ends=(hour(rig, 600),)))
    call(rig, live=True)
    rig.file("/home/a/1.csv", CARD)
    rig.tick(HOUR + 1800)
    call(rig, live=False)
    rig.tick(60)
    card = shown(rig)
    assert card is not None
    assert card.due is not None
    assert [one.why for one in card.later] == [Why.SOON]
    assert card.later[0].until.boot <= card.due.boot


def test_in_a_call_the_end_of_the_call_is_offered(rig: Rig) -> None:
    fails(rig)
    call(rig, live=True)
    card = shown(rig)
    assert card is not None
    assert card.later[0].why is Why.CALL
    answer(rig, "later-call")
    call(rig, live=False)
    rig.tick(59)
    assert shown(rig) is None
    rig.tick(1)
    assert shown(rig) is not None


def test_a_promise_has_its_card_put_by_and_the_last_card_promises_nothing(rig: Rig) -> None:
    ruled(rig, prompts=2)
    rig.file("/home/a/1.csv", CARD)
    answer(rig, "later-hour")
    rig.file("/home/b/1.csv", CARD)
    assert shown(rig) is None, "one was shown and one is promised"
    rig.tick(2 * HOUR)
    card = answer(rig, "later")
    assert card.later == ()
    rig.tick(HOUR)
    assert shown(rig) is None


def restarted(rig: Rig, make_rig: MakeRig, *, boot: float, asleep: float = 0.0) -> Rig:
    """Give an engine after a restart: of the agent (`boot` goes on) or of the computer."""
    again, before = make_rig(), rig.clock.now()
    again.able = rig.able
    again.clock = FakeClock(boot=boot, wall=before.wall + asleep)
    again.engine.clock = again.clock
    at = again.clock.now()
    begun = PolicyInForce(at=at, policy=make_policy())
    attended = attention_memory.remembered(rig.journal, at)
    findings = tuple(rig.engine.state.findings.values())
    plan = make_plan(CHECKS, begun.policy)
    again.engine.state = begin(plan, begun, findings, (), attended=attended)
    again.journal.known.update(rig.journal.known)
    return again


@pytest.mark.parametrize("boot", [1_000.0, 20.0])
def test_a_promise_and_the_budget_outlive_a_restart(
    rig: Rig, make_rig: MakeRig, boot: float
) -> None:
    """Be it of the agent, or of the computer, whose boot clock begins anew."""
    rig.file("/home/a/1.csv", CARD)
    card = answer(rig, "later-hour")
    (until,) = (one.until.wall for one in card.later if one.why is Why.HOUR)
    again = restarted(rig, make_rig, boot=boot, asleep=0 if boot == 1_000.0 else 300)
    again.tick(until - again.clock.now().wall - 1)
    assert shown(again) is None
    again.tick(1)
    back = shown(again)
    assert back is not None
    assert (back.subject, back.body) == (card.subject, card.body)
    assert again.engine.snapshot().interruptions.shown == 2
    assert again.engine.snapshot().interruptions.later == 1


def test_what_waited_for_its_turn_waits_on_after_a_restart(rig: Rig, make_rig: MakeRig) -> None:
    call(rig, live=True)
    rig.file("/home/a/1.csv", CARD)
    again = restarted(rig, make_rig, boot=rig.clock.now().boot)
    again.tick(1)
    assert shown(again) is not None


def test_the_next_shift_has_a_budget_of_its_own(rig: Rig, make_rig: MakeRig) -> None:
    ruled(rig, prompts=1)
    rig.file("/home/a/1.csv", CARD)
    answer(rig)
    again = restarted(rig, make_rig, boot=900.0, asleep=15 * HOUR)
    ruled(again, prompts=1)
    again.file("/home/b/1.csv", CARD)
    assert shown(again) is None
    again.tick(HOUR)
    assert shown(again) is not None


def test_each_person_has_a_book_and_promises_of_their_own(rig: Rig) -> None:
    def proves(person: str) -> None:
        rig.see(ProofGiven(at=rig.clock.now(), group="crm", factor="totp", person=person))

    rig.file("/home/a/1.csv", CARD)
    proves("ann")
    answer(rig, "later-hour")
    assert rig.engine.snapshot().interruptions.shown == 1, "the first known was the one before"
    proves("bob")
    assert rig.engine.snapshot().interruptions.shown == 0
    rig.tick(1.5 * HOUR)
    assert shown(rig) is None, "what ann asked for is not bob's"
    proves("ann")
    rig.tick(1)
    assert shown(rig) is not None


def test_the_first_of_its_kind_explains_and_the_next_is_one_line(rig: Rig) -> None:
    fails(rig)
    assert answer(rig).brief is False
    rig.tick(2 * HOUR)
    fails(rig)
    assert answer(rig).brief is True
    rig.tick(31 * 24 * HOUR)
    fails(rig)
    assert answer(rig).brief is False


def test_what_is_mended_meanwhile_is_not_told_any_more(rig: Rig) -> None:
    call(rig, live=True)
    fails(rig)
    rig.firewall(on=True)
    call(rig, live=False)
    rig.tick(60)
    assert shown(rig) is None
    assert rig.engine.state.attention.waiting == ()


def test_a_card_goes_on_about_the_files_that_are_left(rig: Rig, make_rig: MakeRig) -> None:
    rig = make_rig()
    rig.engine.state = telling_only(rig)
    call(rig, live=True)
    for number in range(3):
        rig.file(f"/home/a/{number}.csv", CARD)
    rig.file("/home/a/2.csv")
    call(rig, live=False)
    rig.tick(60)
    card = shown(rig)
    assert card is not None
    assert card.count == 2
    assert (card.check, card.subject) in rig.engine.state.findings
    rig.file(card.subject)
    assert shown(rig) is not None, "one is left"
    rig.file("/home/a/0.csv")
    rig.file("/home/a/1.csv")
    assert shown(rig) is None


def telling_only(rig: Rig) -> State:
    """Give a state under a policy that tells of files and does nothing about them."""
    policy = rig.engine.policy()
    control = replace(policy.controls["pii-files"], respond=(ActionKind.NOTIFY,))
    controls = {**policy.controls, "pii-files": control}
    return replace(rig.engine.state, plan=make_plan(CHECKS, replace(policy, controls=controls)))


def test_what_was_done_long_ago_is_told_in_the_inbox_alone(rig: Rig) -> None:
    """A card that tells of what was taken away half an hour ago helps nobody."""
    rig.able = True
    call(rig, live=True)
    rig.file("/home/a/1.csv", CARD)
    rig.file("/home/a/1.csv")
    rig.tick(1801)
    call(rig, live=False)
    rig.tick(60)
    assert shown(rig) is None
    assert len(rig.engine.snapshot().inbox) == 1


def test_coaching_is_spaced_and_the_third_of_a_kind_offers_the_lesson(rig: Rig) -> None:
    told: list[tuple[PromptKind, str]] = []
    for day in range(12):
        rig.file(f"/home/{day}/1.csv", CARD)
        card = answer(rig)
        told.append((card.kind, card.coach))
        rig.tick(12 * HOUR)
        rig.tick(12 * HOUR)
    coached = (PromptKind.NOTICE, "pii-files")
    plain, lesson = (PromptKind.NOTICE, ""), (PromptKind.LESSON, "")
    assert told[:3] == [coached, coached, lesson]
    assert told[3:9] == [plain] * 6, "and not again within a week"
    assert told[9] == lesson
    assert rig.kinds.count("coaching.seen") == 2
    read = attention_memory.learned(rig.journal, rig.clock.now())
    assert [(one.control, one.times) for one in read] == [("pii-files", 1)] * 2
    assert read[0].day < read[1].day
    again = attention_memory.remembered(rig.journal, rig.clock.now())
    assert again.book.learned == rig.engine.state.attention.book.learned


def test_coaching_alone_is_one_card_and_says_who_saw_it(rig: Rig) -> None:
    policy = rig.engine.policy()
    control = replace(policy.controls["pii-files"], respond=(ActionKind.COACH,))
    plan = make_plan(CHECKS, replace(policy, controls={**policy.controls, "pii-files": control}))
    with_state(rig, plan=plan)
    rig.see(ProofGiven(at=rig.clock.now(), group="crm", factor="totp", person="p-1"))
    rig.file("/home/a/1.csv", CARD)
    assert rig.engine.snapshot().inbox == ()
    rig.clock.advance(12)
    answer(rig)
    (seen,) = [r.payload for r in rig.journal.records if r.kind == "coaching.seen"]
    assert seen == {
        "check": "pii-files",
        "sentence": "pii-files.found",
        "seconds": 12,
        "person": "p-1",
    }
    rig.file("/home/b/1.csv", CARD)
    rig.tick(2 * HOUR)
    assert shown(rig) is None, "the same again within a day is not told"


def test_a_check_whose_cards_are_sent_away_unread_is_counted(rig: Rig) -> None:
    fails(rig)
    rig.clock.advance(1.5)
    answer(rig)
    rig.tick(2 * HOUR)
    fails(rig)
    rig.clock.advance(2)
    answer(rig)
    counts = rig.engine.snapshot().interruptions
    assert (counts.shown, counts.dismissed, counts.later) == (2, 1, 0)
    assert [(one.check, one.shown, one.dismissed) for one in counts.checks] == [("firewall", 2, 1)]


def test_no_budget_shows_nothing_and_tells_everything_in_to_do(rig: Rig) -> None:
    ruled(rig, prompts=0)
    rig.file("/home/a/1.csv", CARD)
    rig.tick(HOUR)
    assert shown(rig) is None
    assert len(rig.engine.snapshot().inbox) == 1
    assert rig.engine.snapshot().interruptions.held_by == {Holding.BUDGET: 1}


def test_damaged_memory_of_attention_is_begun_anew(rig: Rig) -> None:
    rig.journal.known.update(
        {
            "waiting/1": {"check": 1},
            "waiting/2": {
                "cause": ["a", "b", "c"],
                "since": [1.0, 2.0],
                "severity": "high",
                "count": 1,
                "person": "",
                "told": True,
                "coach": False,
                "until": None,
            },
            "attention/": "?",
            "attention/ann": {"told": [1], "held": [2], "explained": [], "coached": [], "at": 3},
        }
    )
    read = attention_memory.remembered(rig.journal, rig.clock.now())
    assert read.waiting == ()
    assert read.book.told == read.book.held == read.book.learned == ()
    assert attention_memory.learned(rig.journal, rig.clock.now()) == ()


def test_a_flood_of_causes_is_bounded(rig: Rig) -> None:
    call(rig, live=True)
    for number in range(150):
        rig.file(f"/home/{number}/1.csv", CARD)
    assert len(rig.engine.state.attention.waiting) == 100
    assert len(rig.journal.memory(attention_memory.WAITING)) == 100


def test_an_answer_to_a_card_that_is_gone_changes_nothing(rig: Rig) -> None:
    rig.see(PromptAnswered(at=rig.clock.now(), prompt="?", answer="later"))
    rig.see(NoticeRead(at=rig.clock.now(), notice="?"))
    rig.see(ShiftEnded(at=rig.clock.now(), by=ShiftEnder.PERSON))
    assert shown(rig) is None


def test_only_what_is_urgent_comes_in_the_second_half_of_the_notes(rig: Rig) -> None:
    """Not what was promised meanwhile, when the urgent one has no card left."""
    ruled(rig, wrap_up_seconds=90, prompts=2)
    fails(rig)
    answer(rig, "later-hour")
    rig.file("/home/a/1.csv", CARD)
    call(rig, live=True)
    rig.tick(HOUR + 1800)
    call(rig, live=False)
    rig.tick(60)
    assert shown(rig) is None
    rig.tick(30)
    card = shown(rig)
    assert card is not None
    assert card.check == "firewall"


def coaching_only(rig: Rig) -> None:
    """Let files be coached about, and nothing else."""
    policy = rig.engine.policy()
    control = replace(policy.controls["pii-files"], respond=(ActionKind.COACH,))
    plan = make_plan(CHECKS, replace(policy, controls={**policy.controls, "pii-files": control}))
    with_state(rig, plan=plan)


@pytest.mark.parametrize("lesson", [False, True])
def test_coaching_that_is_put_off_comes_back_as_it_was(
    rig: Rig, make_rig: MakeRig, *, lesson: bool
) -> None:
    coaching_only(rig)
    for day in range(2 if lesson else 0):
        rig.file(f"/home/{day}/1.csv", CARD)
        answer(rig)
        rig.tick(24 * HOUR)
    rig.file("/home/a/1.csv", CARD)
    card = answer(rig, "later-hour")
    assert card.kind is (PromptKind.LESSON if lesson else PromptKind.NOTICE)
    for one in (restarted(rig, make_rig, boot=rig.clock.now().boot), rig):
        one.tick(2 * HOUR)
        back = shown(one)
        assert back is not None
        assert (back.kind, back.coach, back.topic) == (card.kind, card.coach, card.topic)


def test_coaching_that_another_person_had_lately_is_not_told_again(rig: Rig) -> None:
    def proves(person: str) -> None:
        rig.see(ProofGiven(at=rig.clock.now(), group="crm", factor="totp", person=person))

    coaching_only(rig)
    proves("bob")
    rig.file("/home/a/1.csv", CARD)
    answer(rig)
    proves("ann")
    call(rig, live=True)
    rig.file("/home/b/1.csv", CARD)
    proves("bob")
    rig.tick(2 * HOUR)
    rig.session(idle=10)
    call(rig, live=False)
    rig.tick(60)
    assert shown(rig) is None
    assert rig.engine.state.attention.waiting == ()


def test_what_held_a_card_in_another_shift_is_not_counted_in_this_one(rig: Rig) -> None:
    call(rig, live=True)
    fails(rig)
    assert rig.engine.snapshot().interruptions.held_by == {Holding.CALL: 1}
    rig.tick(17 * HOUR)
    assert rig.engine.snapshot().interruptions.held_by == {}


@pytest.mark.parametrize(("begin_in", "end_in", "quiet"), [(-60, 600, True), (600, -60, False)])
def test_quiet_hours_may_pass_midnight(
    rig: Rig, begin_in: float, end_in: float, *, quiet: bool
) -> None:
    """Twelve hours on, one of the two spans has midnight in it wherever this computer stands."""
    for _ in range(3):
        ruled(rig, quiet=(f"{hour(rig, begin_in)}-{hour(rig, end_in)}",))
        rig.firewall(on=True)
        fails(rig)
        assert (shown(rig) is None) is quiet
        rig.firewall(on=True)
        rig.tick(8 * HOUR)
        rig.tick(9 * HOUR)
