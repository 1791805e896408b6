"""What a person is asked or told; the engine never waits for the answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agentguard.model.attention import Later
from agentguard.model.messages import Message
from agentguard.model.moments import Moment
from agentguard.model.verdicts import file_name


class PromptKind(StrEnum):
    """How a prompt is shown."""

    NOTICE = "notice"
    PROOF = "proof"
    LESSON = "lesson"


class OnSilence(StrEnum):
    """What follows when the deadline passes without an answer."""

    RECORD = "record"
    LOCK = "lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """An open question or notice about the finding (`check`, `subject`).

    `deadline` is boot time in seconds, None for no deadline. `topic` is the application group of
    a proof or the id of a lesson. `notice` is the entry of the inbox that it belongs to.
    `window` is the id of the window that a proof is asked for, 0 when it is not known.

    `title` is None where the notice is named by what was found; once something was done, it tells
    that. `advice` tells what is being done or was done and the next step; None for the check's own.

    `count` findings of one cause are told together, and `more` other causes stand in To do. `brief`
    says that its like was explained in the last 30 days. `coach` is the check whose coaching is
    told, `due` when it must be done, `later` when it can come back. `urgent` ones look different,
    so that nobody gets used to them.
    """

    id: str
    kind: PromptKind
    check: str
    subject: str
    title: Message | None
    body: Message
    asked: Moment
    deadline: float | None = None
    on_silence: OnSilence = OnSilence.RECORD
    topic: str = ""
    reply: Message | None = None
    notice: str = ""
    window: int = 0
    advice: Message | None = None
    count: int = 1
    more: int = 0
    brief: bool = False
    coach: str = ""
    urgent: bool = False
    due: Moment | None = None
    later: tuple[Later, ...] = ()

    @property
    def place(self) -> str:
        """The name of the file that it is about, of whatever system; empty when it is no file."""
        return file_name(self.subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An entry of the inbox, which keeps what a toast would lose.

    Of `count` notices of one `check` in a row, all but `id` and `count` are the newest's. `title`
    and `advice` are those of the prompt, `place` is the name of the file that it is about.
    """

    id: str
    title: Message | None
    body: Message
    at: Moment
    read: bool = False
    check: str = ""
    count: int = 1
    advice: Message | None = None
    place: str = ""
