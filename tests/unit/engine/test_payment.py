"""Payment mode in the engine: begins at once, ends after a while, and leaves nothing half done."""

from __future__ import annotations

from agentguard.model.actions import ActionKind, Outcome
from agentguard.model.events import ActionFinished, SensorState, Watching
from agentguard.model.hits import Hit
from agentguard.model.messages import say
from agentguard.model.payment import PaymentMode, Recorder
from tests.unit.engine.test_clipboard import Copies

PAYMENT = """
policy: payments
version: 1
payment:
  windows: [{images: [terminal]}, {images: [browser], window_classes: ["*pay*"]}]
  leave_seconds: 2
  recorder: %s
controls:
  clipboard: {respond: []}
"""
PAUSE, RESUME = ActionKind.PAUSE_RECORDER, ActionKind.RESUME_RECORDER
CLEAR = ActionKind.CLEAR_CLIPBOARD
CARD = Hit(kind="PAN", count=1)


def desk(recorder: str = "http://127.0.0.1:9/hook") -> Copies:
    """Give a desk at which the customer's record is in front."""
    made = Copies(policy=PAYMENT % recorder)
    made.front("crm")
    del made.done[:]
    return made


def test_the_recorder_is_told_at_the_start_how_it_is() -> None:
    made = Copies(policy=PAYMENT % "http://localhost:9/")
    made.front("crm")
    made.front("mail")
    assert made.kinds == [RESUME]


def test_a_start_in_a_payment_pauses_and_nothing_else() -> None:
    made = Copies(policy=PAYMENT % "http://localhost:9/")
    made.front("terminal")
    assert made.kinds == [PAUSE]


def test_it_begins_at_the_first_glance_and_ends_after_two_seconds_elsewhere() -> None:
    at = desk()
    at.front("terminal")
    assert at.kinds == [PAUSE]
    at.front("crm")
    at.pass_time(1)
    assert at.kinds == [PAUSE]
    at.pass_time(1)
    assert at.kinds == [PAUSE, RESUME]
    assert (at.records("payment.began"), at.records("payment.ended")) == (1, 1)


def test_flapping_pauses_once() -> None:
    at = desk()
    for _ in range(20):
        at.front("terminal")
        at.pass_time(1)
        at.front("crm")
        at.pass_time(1)
    assert at.kinds == [PAUSE]


def test_a_window_is_known_by_program_and_class() -> None:
    at = desk()
    at.front("browser")
    assert at.done == []
    at.front("browser", "Acme-Pay")
    assert at.kinds == [PAUSE]


def test_the_clipboard_is_closed_whatever_is_copied() -> None:
    at = desk("''")
    at.copy(app="crm")
    at.copy(app="notes", judged=False, selection="PRIMARY")
    at.front("terminal")
    assert [(a.kind, a.subject) for a in at.done] == [(CLEAR, "CLIPBOARD")]
    at.clock.advance(10)
    at.copy(app="crm")
    assert at.kinds == [CLEAR, CLEAR]
    at.copy(app="")  # it is empty now
    at.clock.advance(10)
    at.copy(CARD, app="crm")
    assert at.kinds == [CLEAR, CLEAR, CLEAR]


def test_the_clipboard_is_closed_where_the_desktop_does_not_tell_who_copied() -> None:
    at = desk("''")
    at.front("terminal")
    at.copy(app="", full=True)
    assert at.kinds == [CLEAR]


def test_afterwards_it_is_open_again() -> None:
    at = desk("''")
    at.front("terminal")
    at.front("crm")
    at.pass_time(3)
    at.copy(app="crm")
    assert at.done == []


def test_a_recorder_that_failed_is_asked_again_and_never_about_what_is_over() -> None:
    at = desk()
    at.front("terminal")
    at.see(ActionFinished(at=at.clock.now(), action=at.done[0], outcome=Outcome.FAILED))
    assert [f.check for f in at.engine.snapshot().findings] == ["payment"]
    at.pass_time(61)
    assert at.kinds == [PAUSE, PAUSE]
    at.front("crm")
    at.pass_time(3)
    at.see(ActionFinished(at=at.clock.now(), action=at.done[-1], outcome=Outcome.DONE))
    at.pass_time(121)
    assert at.kinds == [PAUSE, PAUSE, RESUME]
    assert at.engine.snapshot().findings == ()


def test_a_clock_on_the_wall_that_jumps_ends_nothing() -> None:
    at = desk()
    at.front("terminal")
    at.front("crm")
    at.clock.jump_wall(10 * 365 * 86400)
    at.pass_time(1)
    assert at.kinds == [PAUSE]


def test_without_payment_windows_nothing_is_asked() -> None:
    at = Copies()
    at.front("terminal")
    at.front("crm")
    at.pass_time(10)
    assert at.done == []


def test_what_is_shown_tells_the_program_since_when_and_what_the_recorder_did() -> None:
    at = desk()
    assert at.engine.snapshot().payment is None
    at.front("terminal")
    since = at.clock.now()
    for outcome, recorder in (
        (None, Recorder.ASKED),
        (Outcome.FAILED, Recorder.FAILED),
        (Outcome.UNSUPPORTED, Recorder.BY_HAND),
        (Outcome.DONE, Recorder.PAUSED),
    ):
        at.clock.advance(1)
        if outcome is not None:
            at.see(ActionFinished(at=at.clock.now(), action=at.done[0], outcome=outcome))
        told = PaymentMode(since=since, image="terminal", recorder=recorder)
        assert at.engine.snapshot().payment == told
    at.front("crm")
    at.pass_time(3)
    assert at.engine.snapshot().payment is None


def test_without_a_recorder_none_is_shown() -> None:
    at = desk("''")
    at.front("terminal")
    assert at.engine.snapshot().payment.recorder is Recorder.NONE


def test_an_answer_about_the_payment_before_says_nothing_of_this_one() -> None:
    at = desk()
    at.front("terminal")
    before = at.done[0]
    at.front("crm")
    at.pass_time(3)
    at.front("terminal")
    at.see(ActionFinished(at=at.clock.now(), action=before, outcome=Outcome.DONE))
    assert at.engine.snapshot().payment.recorder is Recorder.ASKED


def test_an_answer_that_does_not_tell_what_was_done_is_no_pause() -> None:
    at = desk()
    at.front("terminal")
    mute = say("action.recorder-unknown")
    at.see(
        ActionFinished(at=at.clock.now(), action=at.done[0], outcome=Outcome.FAILED, message=mute)
    )
    seen = at.engine.snapshot()
    assert seen.payment.recorder is Recorder.UNKNOWN
    assert [f.message.id for f in seen.findings] == ["payment.not-known"]


def test_a_recorder_that_never_answers_is_asked_ten_times_and_the_finding_stays() -> None:
    at = desk()
    at.front("terminal")
    for _ in range(30):
        last = at.done[-1]
        at.see(ActionFinished(at=at.clock.now(), action=last, outcome=Outcome.FAILED))
        at.pass_time(61)
    assert at.kinds == [PAUSE] * 10
    assert [f.check for f in at.engine.snapshot().findings] == ["payment"]


def cleared(at: Copies, outcome: Outcome = Outcome.DONE, said: str = "action.cleared") -> None:
    """Have the hands tell how the last clearing ended."""
    at.see(
        ActionFinished(at=at.clock.now(), action=at.done[-1], outcome=outcome, message=say(said))
    )


def test_what_was_cleared_is_counted_and_stands_in_the_inbox_once_and_read() -> None:
    at = desk("''")
    at.front("terminal")
    for _ in range(2):
        at.clock.advance(10)
        at.copy(app="crm")
        cleared(at)
        at.copy(app="")
    seen = at.engine.snapshot()
    assert seen.payment.cleared == 2
    assert [(n.title, n.count, n.read) for n in seen.inbox] == [
        (say("mode.payment.cleared-title"), 2, True)
    ]


def test_what_was_not_cleared_or_not_for_this_payment_is_not_counted() -> None:
    at = desk("''")
    at.front("terminal")
    at.copy(app="crm")
    cleared(at, Outcome.FAILED, "action.failed")
    cleared(at, said="action.overtaken")
    assert at.engine.snapshot().payment.cleared == 0
    late = at.done[-1]
    at.front("crm")
    at.pass_time(3)
    at.front("terminal")
    at.see(
        ActionFinished(
            at=at.clock.now(), action=late, outcome=Outcome.DONE, message=say("action.cleared")
        )
    )
    assert (at.engine.snapshot().payment.cleared, at.engine.snapshot().inbox) == (0, ())


def test_row_262_a_control_that_is_judged_by_its_sensor_names_it_when_it_failed() -> None:
    at, why = desk(), say("engine.actor-failed", name="foreground", error="OSError")
    now = at.clock.now()
    at.see(SensorState(at=now, sensor="foreground", state=Watching.FAILED, message=why))
    named = {one.check: one.sensor for one in at.engine.snapshot().controls if one.sensor}
    assert named["payment"] == named["reauth"] == "foreground"
    assert "clipboard" not in named
