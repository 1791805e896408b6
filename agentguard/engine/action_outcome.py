"""How it ended: the notice of a finding tells what was done about it, not what was wished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agentguard.engine import memory
from agentguard.engine.state import Decision, Key
from agentguard.model.actions import ActionKind, Outcome
from agentguard.model.events import ActionFinished
from agentguard.model.messages import Message, say
from agentguard.model.prompts import Notice, Prompt
from agentguard.model.verdicts import file_name

SHOWN = frozenset(
    {ActionKind.VAULT, ActionKind.CLEAR_CLIPBOARD, ActionKind.MASK_CLIPBOARD, ActionKind.PURGE}
)
"""Actions whose end is told in the notice of their finding; a lock is seen by itself."""

AWAITED = 200  # notices that may wait for it at once
TITLED = frozenset({"action.vaulted", "action.cleared", "action.masked", "action.purged"})
"""Ends that name a notice, by a title of their own."""

WITHOUT_REASON = "action.failed"
"""What tells that it failed, and not why."""


def await_end(decision: Decision, key: Key, notice: str, doing: ActionKind | None) -> Decision:
    """Remember which notice is to tell how it ends; of too many the oldest is forgotten."""
    if doing not in SHOWN:
        return decision
    newest = {**_without(decision.state.telling, key), key: notice}
    kept = dict(list(newest.items())[-AWAITED:])
    return decision.then(replace(decision.state, telling=kept))


def tell_end(decision: Decision, event: ActionFinished) -> Decision:
    """Let the notice of a finding tell what was done about it, or that it waits or failed."""
    key = (event.action.check, event.action.subject)
    notice = decision.state.telling.get(key)
    if notice is None or event.action.kind not in SHOWN:
        return decision
    title, advice = _said(event)
    state = decision.state

    def told(prompt: Prompt) -> Prompt:
        mine = prompt.notice == notice and _place(prompt.check, prompt.subject) == _place(*key)
        return replace(prompt, title=title, advice=advice) if mine else prompt

    waiting = tuple(replace(w, prompt=told(w.prompt)) for w in state.attention.waiting)
    state = replace(
        state,
        prompts={id_: told(prompt) for id_, prompt in state.prompts.items()},
        attention=replace(state.attention, waiting=waiting),
        telling=_without(state.telling, key) if event.outcome in FINAL else state.telling,
    )
    entry = next((n for n in state.inbox if n.id == notice), None)
    if entry is None:
        return decision.then(state)
    return _changed(decision.then(state), replace(entry, title=title, advice=advice))


def _place(check: str, subject: str) -> tuple[str, str]:
    """Return what a card is told together with: of one burst, folders are told by themselves."""
    return check, subject.removesuffix(file_name(subject))


FINAL = frozenset({Outcome.DONE, Outcome.UNSUPPORTED})


def _said(event: ActionFinished) -> tuple[Message | None, Message | None]:
    """Return the title and the advice that an end leaves."""
    told = event.message
    if event.outcome is Outcome.FAILED and (told is None or told.id == WITHOUT_REASON):
        return None, say(f"prompt.failed-{event.action.kind}")
    named = told is not None and told.id in TITLED
    return (say(f"{told.id}-title") if told is not None and named else None), told


def _changed(decision: Decision, notice: Notice) -> Decision:
    """Change an entry of the inbox where it stands."""
    inbox = tuple(notice if n.id == notice.id else n for n in decision.state.inbox)
    return decision.then(
        replace(decision.state, inbox=inbox),
        memory={f"{memory.NOTICE}{notice.id}": memory.notice_json(notice)},
    )


def _without(telling: Mapping[Key, str], key: Key) -> dict[Key, str]:
    return {known: notice for known, notice in telling.items() if known != key}
