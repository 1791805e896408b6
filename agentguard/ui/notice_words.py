"""What a notice is called and advises: what was done, else what was found."""

from __future__ import annotations

from dataclasses import replace

from agentguard.base.translations import Texts
from agentguard.model.messages import Message
from agentguard.model.prompts import Notice, Prompt
from agentguard.model.verdicts import State
from agentguard.ui.lesson_words import rendered


def notice_title(about: Prompt | Notice, texts: Texts) -> str:
    """Return what was done, else the state that was found, with how often."""
    given = texts.render(about.title)
    title = given or texts.title(about.check, State.FAIL, about.body.id)
    count = about.count
    return texts.say("prompt.named", title=title, count=count) if count > 1 else title


def notice_body(about: Prompt | Notice, texts: Texts) -> str:
    """Return what was found: what is, or what was, once something was done about it."""
    was = f"{about.body.id}-done"
    if about.title is not None and texts.has(was):
        return rendered(replace(about.body, id=was), texts)
    return rendered(about.body, texts)


def notice_advice(about: Prompt | Notice, texts: Texts) -> str:
    """Return what is being done or was done with the next step, else the advice of the check."""
    advice: Message | None = about.advice
    return texts.render(advice) or texts.advice(about.check, about.body.id)


def is_doing(advice: Message) -> bool:
    """Check whether an advice tells what is being done, and not yet how it ended."""
    return advice.id.startswith("prompt.doing-")
