"""What a listed program answered, with the reason when it did not."""

from __future__ import annotations

from dataclasses import dataclass

from agentguard.platforms._linux import commands

DENIED = "denied"
NO_TOOL = "no-tool"
NO_ANSWER = "no-answer"
UNSUPPORTED = "unsupported"

_PREFIX = "unread."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The words of a program; `unread` is an id under `unread` when there are none."""

    text: str = ""
    unread: str = ""


def ask(name: str, *args: str) -> Answer:
    """Ask a listed program; an exit code of 0 with nothing said is left to the reader."""
    ran = commands.attempt(name, *args)
    if ran.problem:
        return Answer(unread=ran.problem.removeprefix(_PREFIX))
    if ran.code != 0:
        return Answer(text=ran.output, unread=NO_ANSWER)
    return Answer(text=ran.output)
