"""A lesson is offered on its day, before it is due and never after; the rest is attention's."""

from __future__ import annotations

from dataclasses import replace

from agentguard.engine import prompt_rules
from agentguard.engine.state import Decision
from agentguard.model.events import LessonOffered
from agentguard.model.messages import Message, say
from agentguard.model.prompts import OnSilence, Prompt, PromptKind

DAY = 86_400.0


def offer(decision: Decision, event: LessonOffered) -> Decision:
    """Show the lesson as a prompt, now or when there is time for it."""
    prompt = Prompt(
        id=f"{int(event.at.wall)}-{decision.state.count + 1}",
        kind=PromptKind.LESSON,
        check=prompt_rules.TRAINING,
        subject="",
        title=say("prompt.lesson-offer-title"),
        body=_said(event),
        asked=event.at,
        deadline=None,
        on_silence=OnSilence.RECORD,
        topic=event.lesson,
    )
    decision = decision.then(replace(decision.state, count=decision.state.count + 1))
    return prompt_rules.tell(decision, prompt)


def done(decision: Decision, lesson: str) -> Decision:
    """Offer a lesson no more that was done."""

    def pointless(prompt: Prompt) -> bool:
        return prompt.kind is PromptKind.LESSON and prompt.topic == lesson

    state = decision.state
    prompts = {key: one for key, one in state.prompts.items() if not pointless(one)}
    waiting = tuple(one for one in state.attention.waiting if not pointless(one.prompt))
    attention = replace(state.attention, waiting=waiting)
    return decision.then(replace(state, prompts=prompts, attention=attention))


def _said(event: LessonOffered) -> Message:
    days = int((event.due - event.at.wall) // DAY)
    ways = _WITH_OTHERS if event.more else _ALONE
    return say(ways[min(days, len(ways) - 1)], title=event.title, days=days, more=event.more)


_ALONE = ("prompt.lesson-offer-today", "prompt.lesson-offer-tomorrow", "prompt.lesson-offer-days")
_WITH_OTHERS = (
    "prompt.lesson-offer-today-more",
    "prompt.lesson-offer-tomorrow-more",
    "prompt.lesson-offer-days-more",
)
