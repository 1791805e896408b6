"""What is told together, and what of it is still open."""

from __future__ import annotations

from dataclasses import replace

from agentguard.engine.action_outcome import TITLED
from agentguard.engine.attention_book import Cause, Waiting
from agentguard.engine.state import Key, State
from agentguard.model.findings import Finding, file_name
from agentguard.model.prompts import Prompt


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
