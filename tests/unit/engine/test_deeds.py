"""What a person asks of To do: one after the other, never what is not allowed, never lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentguard.engine import deeds, memory
from agentguard.model.actions import Action, ActionKind, Deed, Outcome
from agentguard.model.deeds import BroughtBack, DeedAsked, DeedsStopped, Done, Stage, deeds_for
from agentguard.model.events import ActionFinished, FileScanned, PolicyInForce
from agentguard.model.hits import Hit
from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment
from agentguard.model.outcomes import FileOutcome
from agentguard.model.verdicts import Finding, Severity
from tests.unit.engine.conftest import Rig, make_policy

CARD = Hit(kind="PAN", count=3, masked=("1111",))
CODE = Hit(kind="CVV", count=1)
FILES = tuple(f"/home/a/calls/{name}.csv" for name in ("a", "b", "c"))


def found(rig: Rig, *paths: str, hit: Hit = CARD, mark: str = "m1") -> None:
    for path in paths:
        at = rig.clock.now()
        seen = FileScanned(at=at, path=path, outcome=FileOutcome.READ, hits=(hit,), mark=mark)
        rig.see(seen)


def ask(rig: Rig, *paths: str, deed: Deed = Deed.VAULT, batch: str = "b1") -> None:
    at = rig.clock.now()
    rig.see(DeedAsked(at=at, check="pii-files", subjects=paths, deed=deed, batch=batch))


def given(rig: Rig) -> list[Action]:
    """Give what the hands were given because a person asked for it."""
    return [one for one in rig.done if isinstance(one.kind, Deed)]


def ended(rig: Rig, outcome: Outcome = Outcome.DONE, told: Message | None = None) -> None:
    """Have the hand that works end: a file that is moved is seen to be gone first."""
    action = given(rig)[-1]
    if outcome is Outcome.DONE:
        gone = FileScanned(at=rig.clock.now(), path=action.subject, outcome=FileOutcome.GONE)
        rig.see(gone)
        told = told or say("action.asked-vault", item=f"item-{action.subject[-5]}")
    rig.see(ActionFinished(at=rig.clock.now(), action=action, outcome=outcome, message=told))


def stages(rig: Rig) -> list[Stage]:
    return [one.stage for one in rig.engine.snapshot().deeds]


def newest(rig: Rig) -> Done:
    return rig.engine.snapshot().history[0]


def test_what_was_asked_is_written_down_before_it_is_done(rig: Rig) -> None:
    found(rig, FILES[0])
    ask(rig, FILES[0])
    (action,) = given(rig)
    assert (action.kind, action.subject, action.mark) == (Deed.VAULT, FILES[0], "m1")
    asked = next(r for r in rig.journal.records if r.kind == "deed.asked")
    assert asked.payload == {"check": "pii-files", "deed": "asked-vault", "count": 1}
    intended = [r.payload["kind"] for r in rig.journal.records if r.kind == "action.intended"]
    assert intended[-1] == "asked-vault"
    assert rig.given_after[-1] == len(rig.journal.records)


def test_many_are_done_one_after_the_other_and_each_has_its_own_end(rig: Rig) -> None:
    found(rig, *FILES)
    ask(rig, *FILES)
    assert stages(rig) == [Stage.DOING, Stage.WAITING, Stage.WAITING]
    assert len(given(rig)) == 1
    ended(rig)
    assert [one.subject for one in given(rig)] == list(FILES[:2])
    ended(rig, Outcome.UNSUPPORTED, say("todo.refused.open"))
    ended(rig)
    snapshot = rig.engine.snapshot()
    assert [(one.subject, one.stage, one.message) for one in snapshot.deeds] == [
        (FILES[1], Stage.FAILED, say("todo.refused.open"))
    ]
    done = [(one.place, one.how, one.batch, one.item) for one in snapshot.history]
    assert done == [
        ("c.csv", "asked-vault", "b1", "item-c"),
        ("a.csv", "asked-vault", "b1", "item-a"),
    ]


def test_stopping_leaves_what_was_not_begun_and_ends_what_was(rig: Rig) -> None:
    found(rig, *FILES)
    ask(rig, *FILES)
    rig.see(DeedsStopped(at=rig.clock.now(), batch="another"))
    assert len(stages(rig)) == 3
    rig.see(DeedsStopped(at=rig.clock.now(), batch="b1"))
    assert stages(rig) == [Stage.DOING]
    ended(rig)
    assert len(given(rig)) == 1
    assert [f.subject for f in rig.engine.snapshot().findings] == list(FILES[1:])
    stopped = next(r for r in rig.journal.records if r.kind == "deed.stopped")
    assert stopped.payload == {"count": 2}


def test_a_second_press_does_nothing_twice(rig: Rig) -> None:
    found(rig, FILES[0])
    ask(rig, FILES[0], FILES[0])
    ask(rig, FILES[0], batch="b2")
    assert len(given(rig)) == 1
    assert rig.kinds.count("deed.asked") == 1


def test_a_failed_one_can_be_asked_for_again(rig: Rig) -> None:
    found(rig, FILES[0])
    ask(rig, FILES[0])
    ended(rig, Outcome.FAILED, say("action.failed", kind="asked-vault"))
    assert rig.engine.snapshot().deeds[0].message == say("todo.refused.failed")
    rig.tick(700)
    assert len(given(rig)) == 1, "it is not tried again by itself"
    ask(rig, FILES[0], deed=Deed.DELETE, batch="b2")
    assert given(rig)[-1].kind is Deed.DELETE


def test_what_this_computer_cannot_do_is_told_so(rig: Rig) -> None:
    found(rig, FILES[0])
    ask(rig, FILES[0])
    ended(rig, Outcome.UNSUPPORTED)
    assert rig.engine.snapshot().deeds[0].message == say("todo.refused.unsupported")


def test_row_210_a_security_code_never_goes_to_the_vault_because_it_was_asked_for(
    rig: Rig,
) -> None:
    found(rig, FILES[0], hit=CODE)
    ask(rig, FILES[0])
    assert given(rig) == []
    assert "deed.asked" not in rig.kinds
    ask(rig, FILES[0], deed=Deed.DELETE)
    assert [one.kind for one in given(rig)] == [Deed.DELETE]


def test_what_is_not_found_any_more_is_not_touched(rig: Rig) -> None:
    ask(rig, FILES[0])
    found(rig, *FILES[:2])
    ask(rig, *FILES[:2])
    rig.see(FileScanned(at=rig.clock.now(), path=FILES[1], outcome=FileOutcome.GONE))
    ended(rig)
    assert len(given(rig)) == 1
    assert rig.engine.snapshot().deeds == ()


def test_the_end_of_an_older_try_says_nothing_of_the_newer(rig: Rig) -> None:
    found(rig, FILES[0])
    ask(rig, FILES[0])
    old = given(rig)[0]
    ended(rig, Outcome.FAILED)
    ask(rig, FILES[0], batch="b2")
    rig.see(ActionFinished(at=rig.clock.now(), action=old, outcome=Outcome.FAILED))
    assert stages(rig) == [Stage.DOING]
    unknown = replace(old, subject="/home/a/never")
    rig.see(ActionFinished(at=rig.clock.now(), action=unknown, outcome=Outcome.FAILED))
    assert stages(rig) == [Stage.DOING]


def test_what_is_still_found_after_it_was_done_is_not_called_mended(rig: Rig) -> None:
    found(rig, FILES[0])
    ask(rig, FILES[0])
    told = say("action.asked-vault", item="i")
    rig.see(
        ActionFinished(at=rig.clock.now(), action=given(rig)[0], outcome=Outcome.DONE, message=told)
    )
    assert stages(rig) == [Stage.LOOKING]
    rig.tick(30)
    assert stages(rig) == [Stage.LOOKING]
    assert rig.engine.snapshot().history == ()
    rig.tick(deeds.PATIENCE)
    (one,) = rig.engine.snapshot().deeds
    assert (one.stage, one.message) == (Stage.FAILED, say("todo.still-there"))
    found(rig, FILES[0], mark="m2")
    rig.see(FileScanned(at=rig.clock.now(), path=FILES[0], outcome=FileOutcome.GONE))
    assert (newest(rig).how, newest(rig).item) == ("asked-vault", "i")


def test_what_goes_away_while_nobody_does_anything_is_only_gone(rig: Rig) -> None:
    found(rig, FILES[0])
    action = rig.done[-1]
    rig.see(ActionFinished(at=rig.clock.now(), action=action, outcome=Outcome.FAILED))
    rig.see(FileScanned(at=rig.clock.now(), path=FILES[0], outcome=FileOutcome.GONE))
    assert (newest(rig).how, newest(rig).place, newest(rig).action) == ("", "a.csv", "")


def test_what_the_policy_did_is_told_only_once_its_hand_said_so(rig: Rig) -> None:
    found(rig, FILES[0])
    action = rig.done[-1]
    assert action.kind is ActionKind.VAULT
    rig.see(FileScanned(at=rig.clock.now(), path=FILES[0], outcome=FileOutcome.GONE))
    assert newest(rig).how == ""
    told = say("action.vaulted", item="i7")
    rig.see(ActionFinished(at=rig.clock.now(), action=action, outcome=Outcome.DONE, message=told))
    assert (newest(rig).how, newest(rig).item, newest(rig).batch) == ("vault", "i7", "")
    late = ActionFinished(at=rig.clock.now(), action=action, outcome=Outcome.DONE)
    rig.see(late)
    assert newest(rig).item == "i7"


def test_what_comes_back_out_of_the_vault_is_told(rig: Rig) -> None:
    found(rig, *FILES[:2])
    ask(rig, *FILES[:2])
    ended(rig)
    ended(rig)
    rig.see(BroughtBack(at=rig.clock.now(), item="item-a"))
    rig.see(BroughtBack(at=rig.clock.now(), item="strange"))
    assert [one.back is not None for one in rig.engine.snapshot().history] == [False, True]


def test_another_policy_mends_nothing(rig: Rig) -> None:
    found(rig, FILES[0])
    policy = make_policy(version=2, paused=("pii-files",))
    rig.see(PolicyInForce(at=rig.clock.now(), policy=policy))
    assert rig.engine.snapshot().findings == ()
    assert rig.engine.snapshot().history == ()


def test_a_question_of_the_gate_is_no_history(rig: Rig) -> None:
    rig.focus("crm")
    rig.see(FileScanned(at=rig.clock.now(), path="x", outcome=FileOutcome.GONE))
    reauth = Finding(
        check="reauth", subject="crm", severity=Severity.LOW, message=say("reauth.old"),
        since=rig.clock.now(),
    )  # fmt: skip
    assert reauth.check in deeds.UNTOLD
    rig.engine.state = replace(rig.engine.state, findings={reauth.key: reauth})
    rig.see(_proof(rig))
    assert rig.engine.snapshot().findings == ()
    assert rig.engine.snapshot().history == ()


def _proof(rig: Rig) -> object:
    from agentguard.model.events import ProofGiven  # noqa: PLC0415 - one test alone

    return ProofGiven(at=rig.clock.now(), group="crm", factor="totp")


def test_the_history_outlives_a_restart_and_stays_in_bounds(rig: Rig) -> None:
    for number in range(memory.HISTORY_LIMIT + 5):
        path = f"/home/a/{number}.csv"
        found(rig, path)
        rig.clock.advance(1)
        rig.see(FileScanned(at=rig.clock.now(), path=path, outcome=FileOutcome.GONE))
    kept = rig.engine.snapshot().history
    assert len(kept) == memory.HISTORY_LIMIT
    stored = rig.journal.memory(memory.DONE)
    assert memory.history(stored) == tuple(replace(one, action="") for one in kept)


def test_what_was_brought_back_is_read_back() -> None:
    at = Moment(boot=5.0, wall=1_800_000_000.0)
    one = Done(
        id="1-2", check="pii-files", message=say("pii-files.card", count=3), found=at, at=at,
        how="asked-vault", place="a.csv", batch="b", item="i", back=at,
    )  # fmt: skip
    assert memory.history({f"{memory.DONE}1-2": memory.done_json(one)}) == (one,)


@pytest.mark.parametrize("value", [None, 3, {"check": "x"}, {"at": []}])
def test_what_cannot_be_read_of_the_history_is_left_out(value: object) -> None:
    at = Moment(boot=5.0, wall=1.0)
    one = memory.done_json(Done(id="1", check="c", message=say("m"), found=at, at=at))
    assert isinstance(one, dict)
    broken = {**one, **value} if isinstance(value, dict) and "at" in value else value
    assert memory.history({"done/1": broken}) == ()  # type: ignore[dict-item] - made values


def test_a_finding_keeps_the_mark_of_its_file_over_a_restart(rig: Rig) -> None:
    found(rig, FILES[0], mark="m9")
    (finding,) = memory.findings(rig.journal.memory(memory.FINDING))
    assert finding.mark == "m9"
    value = memory.finding_json(finding)
    assert isinstance(value, dict)
    del value["mark"]
    (older,) = memory.findings({"finding/x": value})
    assert older.mark == ""


def test_why_the_policys_own_action_left_it_is_told_with_the_finding(rig: Rig) -> None:
    found(rig, FILES[0])
    assert rig.engine.snapshot().findings[0].left is None
    action = rig.done[-1]
    why = say("vault.left.settling")
    rig.see(ActionFinished(at=rig.clock.now(), action=action, outcome=Outcome.WAITING, message=why))
    assert rig.engine.snapshot().findings[0].left == why


@pytest.mark.parametrize(
    ("check", "hit", "hold", "wanted"),
    [
        ("pii-files", CARD, False, (Deed.VAULT, Deed.DELETE)),
        ("pii-files", CARD, True, (Deed.VAULT,)),
        ("pii-files", CODE, False, (Deed.DELETE,)),
        ("pii-files", CODE, True, ()),
        ("clipboard", CARD, True, (Deed.CLEAR,)),
        ("retention", CARD, False, (Deed.PURGE,)),
        ("retention", CARD, True, ()),
        ("firewall", CARD, False, ()),
    ],
)
def test_row_210_what_may_be_done_follows_from_what_was_found_and_the_hold(
    check: str, hit: Hit, *, hold: bool, wanted: tuple[Deed, ...]
) -> None:
    finding = Finding(
        check=check, subject="/x", severity=Severity.HIGH, message=say("m"),
        since=Moment(boot=0.0, wall=0.0), hits=(hit,),
    )  # fmt: skip
    assert deeds_for(finding, replace(make_policy(), legal_hold=hold)) == wanted
