"""What is told together, and what of it is still open and not being mended at this moment.

The card of what is being mended waits until it is known how that ended: whoever is told of a file
that is gone a second later looks for something that nobody has to do. What hangs is told after all,
as being mended: hands that never answer keep nothing from a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from agentguard.engine.action_outcome import SHOWN, TITLED
from agentguard.engine.attention_book import Cause, Waiting
from agentguard.engine.clipboard import is_to_be_tried_soon
from agentguard.engine.state import Key, State, Try
from agentguard.model.actions import Outcome
from agentguard.model.deeds import Stage
from agentguard.model.moments import Moment
from agentguard.model.prompts import Prompt, PromptKind
from agentguard.model.verdicts import Finding, file_name

PATIENCE = 120.0
"""Seconds for which a card waits for the hands, or for the look after them."""
_BUSY = frozenset({Stage.WAITING, Stage.DOING, Stage.LOOKING})


def cause(key: Key, sentence: str) -> Cause:
    """Return the cause of a finding, by its key and what it says."""
    check, subject = key
    name = file_name(subject)
    return (check, sentence, subject[: -len(name)] if name else subject)


def cause_of(prompt: Prompt) -> Cause:
    """Return what a prompt is about, as far as it is told together with others."""
    return cause((prompt.check, prompt.subject), prompt.body.id)


def is_open(state: State, prompt: Prompt) -> bool:
    """Check whether what a prompt was made for is still found."""
    return (prompt.check, prompt.subject) in state.findings


def left(state: State, of: Cause) -> list[Finding]:
    """Return the open findings of a cause."""
    return [one for one in state.findings.values() if cause(one.key, one.message.id) == of]


def outlived(state: State, prompt: Prompt) -> bool:
    """Check whether a card is still about something: its finding, or others of its cause."""
    return is_open(state, prompt) or bool(left(state, cause_of(prompt)))


def about(one: Waiting, rest: list[Finding]) -> Waiting:
    """Return it about what is left: of that it is not said what was done about its like."""
    prompt = replace(one.prompt, subject=rest[0].subject, body=rest[0].message)
    if tells_an_end(one.prompt):
        prompt = replace(prompt, title=None, advice=None)
    return replace(one, prompt=prompt, count=min(one.count, len(rest)))


def tells_an_end(prompt: Prompt) -> bool:
    """Check whether a prompt tells what AgentGuard did."""
    return prompt.title is not None and prompt.title.id.removesuffix("-title") in TITLED


def under_way(state: State, at: Moment) -> frozenset[Key]:
    """Return what the hands have, or did and nobody looked at since, and what a person asked for.

    A lock is none of it: it is seen by itself.
    """
    given = {
        _key(one)
        for one in state.tries.values()
        if one.outcome is not Outcome.UNSUPPORTED and _is_at_work(one, at)
    }
    asked = {k for k, d in state.deeds.items() if d.stage in _BUSY and at.since(d.at) < PATIENCE}
    done = {k for k, d in state.mended.items() if d.how in SHOWN and at.since(d.at) < PATIENCE}
    untold = {k for k in state.telling if k not in state.findings and _is_untold(state, k, at)}
    return frozenset(given | asked | (done & state.findings.keys()) | untold)


def to_be_told(state: State, waiting: Iterable[Waiting], at: Moment) -> list[Waiting]:
    """Return what of all that waits is not being mended, nor gone without a word how."""
    busy = under_way(state, at)
    known = ((key, state.findings.get(key)) for key in busy)
    causes = {cause(key, one.message.id) for key, one in known if one is not None}
    return [
        one
        for one in waiting
        if one.cause not in causes
        and (one.prompt.check, one.prompt.subject) not in busy
        and not _is_gone(state, one)
    ]


def _is_gone(state: State, one: Waiting) -> bool:
    """Check whether nothing of it is found any more and its hands never said what they did."""
    prompt = one.prompt
    untold = prompt.kind is PromptKind.NOTICE and prompt.title is None and not one.coach
    return untold and not outlived(state, prompt)


def still_open(state: State, one: Waiting) -> list[Finding]:
    """Return what a card is to be about instead, where what it was made for is done with."""
    ended = tells_an_end(one.prompt)
    if is_open(state, one.prompt) and not ended:
        return []
    rest = left(state, one.cause)
    undone = [finding for finding in rest if finding.key not in state.mended]
    return undone or ([] if ended else rest)


def is_done_here(state: State, key: Key) -> bool:
    """Check whether AgentGuard itself did, or is doing, something about a finding that is gone."""
    done = state.mended.get(key)
    if done is not None:
        return done.how in SHOWN
    return any(_key(t) == key and t.action.kind in SHOWN for t in state.tries.values() if _runs(t))


def _is_at_work(one: Try, at: Moment) -> bool:
    return _runs(one) and one.action.kind in SHOWN and at.since(one.at) < PATIENCE


def _runs(one: Try) -> bool:
    return one.outcome is None or is_to_be_tried_soon(one)


def _is_untold(state: State, key: Key, at: Moment) -> bool:
    """Check whether it is gone from its place and its hand has not said yet what it did."""
    return any(
        one.action and (one.check, one.place) == (key[0], file_name(key[1]))
        for one in state.history
        if at.since(one.at) < PATIENCE
    )


def _key(one: Try) -> Key:
    return (one.action.check, one.action.subject)
