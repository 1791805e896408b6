"""Payment mode: while a listed window is in front, the clipboard is closed and the recorder paused.

It begins at the first glance at such a window and ends when another has been in front for a while,
so a window that flaps neither ends it nor makes the recorder flap. What the recorder did not do is
asked again. At the start of the agent nobody knows how it was left, so it is told to go on unless a
payment window is in front.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from agentguard.checks.base import named
from agentguard.checks.clipboard import holds
from agentguard.checks.payment import recorder_is_mute
from agentguard.engine import clipboard, records
from agentguard.engine.prompt_rules import to_inbox
from agentguard.engine.state import Decision, Paying, Try
from agentguard.model.actions import ActionKind, Outcome
from agentguard.model.events import ActionFinished, ClipboardScanned, Event, Tick, WindowInFront
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.payment import Recorder
from agentguard.model.policy import Payment
from agentguard.model.prompts import Notice

ID = "payment"
RECORDER = frozenset({ActionKind.PAUSE_RECORDER, ActionKind.RESUME_RECORDER})
CLEARED = "action.cleared"
MOST_TRIES = 10
"""How often a recorder is asked for the same, once a minute; each is up to three requests."""


class Act(Protocol):
    """Gives an action to the hands."""

    def __call__(
        self, decision: Decision, kind: ActionKind, check: str, subject: str, at: Moment
    ) -> Decision:
        """Return it."""
        ...


def follow(decision: Decision, event: Event, act: Act) -> Decision:
    """Begin, go on or end."""
    control = decision.state.plan.policy.controls.get(ID)
    if control is None or control.paused:
        return decision
    match event:
        case WindowInFront():
            return _front(decision, event, act)
        case Tick():
            return _ended(decision, event.at, act)
        case ClipboardScanned():
            return _closed(decision, event, act)
        case ActionFinished():
            return _answered(decision, event)
        case _:
            return decision


def _front(decision: Decision, event: WindowInFront, act: Act) -> Decision:
    rules, paying = decision.state.plan.policy.payment, decision.state.paying
    if is_payment(event, rules):
        if paying.since is None:
            return _begin(decision, event, act)
        return _with(decision, replace(paying, away=None))
    if paying.since is not None:
        return _with(decision, replace(paying, away=paying.away or event.at))
    if paying.settled:
        return decision
    decision = _with(decision, replace(paying, settled=True))
    return _tell_recorder(decision, ActionKind.RESUME_RECORDER, event.at, act)


def is_payment(event: WindowInFront, rules: Payment) -> bool:
    """Check whether a window is one of those in which payments are taken."""
    return any(
        named(event.image, one.images) and named(event.window_class, one.window_classes)
        for one in rules.windows
        if event.image or event.window_class
    )


def _begin(decision: Decision, event: WindowInFront, act: Act) -> Decision:
    noted = records.plain("payment.began", event.at, image=event.image)
    asked = Recorder.ASKED if decision.state.plan.policy.payment.records else Recorder.NONE
    paying = Paying(since=event.at, image=event.image, recorder=asked, settled=True)
    decision = _with(decision, paying).then(records=(noted,))
    decision = _tell_recorder(decision, ActionKind.PAUSE_RECORDER, event.at, act)
    for copied in decision.state.facts.facets.values():
        if isinstance(copied, ClipboardScanned) and _holds_something(copied):
            clear = ActionKind.CLEAR_CLIPBOARD
            decision = act(decision, clear, ID, copied.selection, event.at)
    return decision


def _ended(decision: Decision, at: Moment, act: Act) -> Decision:
    paying, rules = decision.state.paying, decision.state.plan.policy.payment
    if paying.since is None or paying.away is None:
        return decision
    if at.since(paying.away) < rules.leave_seconds:
        return decision
    seconds = round(paying.away.since(paying.since))
    noted = records.plain("payment.ended", at, seconds=seconds)
    decision = _with(decision, Paying(settled=True)).then(records=(noted,))
    return _tell_recorder(decision, ActionKind.RESUME_RECORDER, at, act)


def _answered(decision: Decision, event: ActionFinished) -> Decision:
    """Remember what the recorder did; the payment it was asked for may be over by then."""
    paying, action = decision.state.paying, event.action
    if action.kind is ActionKind.CLEAR_CLIPBOARD and action.check == ID:
        return _cleared(decision, event)
    if action.kind is not ActionKind.PAUSE_RECORDER or action.at != paying.since:
        return decision
    return _with(decision, replace(paying, recorder=_did(event)))


def _did(event: ActionFinished) -> Recorder:
    """Return what an answer tells; one that tells nothing is no pause."""
    if event.outcome is Outcome.DONE:
        return Recorder.PAUSED
    if event.outcome is Outcome.UNSUPPORTED:
        return Recorder.BY_HAND
    return Recorder.UNKNOWN if recorder_is_mute(event) else Recorder.FAILED


def _cleared(decision: Decision, event: ActionFinished) -> Decision:
    """Count what was taken off the clipboard; the inbox tells it, read: nobody has to act.

    One entry tells of a whole payment, so that a day of them does not bury what is new.
    """
    paying, told = decision.state.paying, event.message
    if event.outcome is not Outcome.DONE or told is None or told.id != CLEARED:
        return decision
    if paying.since is None or event.action.at is None or event.action.at.since(paying.since) < 0:
        return decision
    entry = Notice(
        id=f"payment-{int(paying.since.wall)}",
        title=say("mode.payment.cleared-title"),
        body=say("mode.payment.cleared-body"),
        at=event.at,
        read=True,
        check=ID,
        count=paying.cleared + 1,
        advice=say("mode.payment.cleared-advice"),
    )
    decision = _with(decision, replace(paying, cleared=paying.cleared + 1))
    return to_inbox(decision, entry)


def _closed(decision: Decision, event: ClipboardScanned, act: Act) -> Decision:
    """Empty what is copied while a payment is taken, whatever it is."""
    if decision.state.paying.since is None or not _holds_something(event):
        return decision
    if any(one.kind in clipboard.HANDS for one in decision.actions):
        return decision
    if clipboard.is_under_way(decision, event, ActionKind.CLEAR_CLIPBOARD):
        return decision
    decision, goes_on = clipboard.round_of(decision, event)
    if not goes_on:
        return decision
    return act(decision, ActionKind.CLEAR_CLIPBOARD, ID, event.selection, event.at)


def given_up(one: Try) -> bool:
    """Check whether a recorder was asked often enough; the finding stays open."""
    return one.action.kind in RECORDER and one.count >= MOST_TRIES


def _holds_something(copied: ClipboardScanned) -> bool:
    return copied.judged and holds(copied)


def _tell_recorder(decision: Decision, kind: ActionKind, at: Moment, act: Act) -> Decision:
    """Ask the recorder; what it was asked before is void."""
    tries = {
        id_: one for id_, one in decision.state.tries.items() if one.action.kind not in RECORDER
    }
    decision = decision.then(replace(decision.state, tries=tries))
    if not decision.state.plan.policy.payment.records:
        return decision
    return act(decision, kind, ID, "", at)


def _with(decision: Decision, paying: Paying) -> Decision:
    return decision.then(replace(decision.state, paying=paying))
