"""Asks every question, each within its time, and gives the lines of the recording.

A question that hangs is left behind in its thread and told as late; the rest is asked all the same.

An answer is judged as a line of the release checklist wants it. True and False are a judgement,
None that the answer tells nothing: it was refused, or there is nothing to judge, as on a computer
without the service.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from agentguard import __version__
from agentguard.base.errors import PlatformError
from agentguard.platforms.recorder import lines
from agentguard.platforms.recorder.catalogue import SKIPPED, Step
from agentguard.platforms.recorder.decoders import decoded
from agentguard.platforms.recorder.lines import Compared, Told, load, together
from agentguard.platforms.recorder.questions import Question, Together
from agentguard.platforms.recorder.shapes import Kept
from agentguard.platforms.recorder.topics.keeping import RIGHTS
from agentguard.ports.clock import Stop

PATIENCE = 5.0
"""Seconds for a watch to end once the person has answered."""
LOOK = 0.2
"""Seconds between two looks at whether somebody presses Ctrl-C while a question is open."""
_DENIED, _MISSING = 5, 2  # ERROR_ACCESS_DENIED, ERROR_FILE_NOT_FOUND
Answer: TypeAlias = Any
"""What a shape has kept: its fields are there."""
_RESTART = 1  # SC_ACTION_RESTART
_FIRST, _LONGEST = 5_000, 60_000  # milliseconds
_AUTOMATIC = 2  # SERVICE_AUTO_START
_REFUSED, _BUSY = 5, 231  # ERROR_ACCESS_DENIED, ERROR_PIPE_BUSY
_WRITE = 0x2 | 0x4 | 0x40 | 0x10000 | 0x40000 | 0x80000 | 0x40000000 | 0x10000000
_OF_THE_SYSTEM = frozenset({"SY", "BA", "CO", "OW", "service"})
_ALLOWED = 0  # ACCESS_ALLOWED_ACE_TYPE
_GIVEN = frozenset({"query-limited", "wait"})
_OF_AN_OWNER = frozenset({"write-dac", "write-owner"})


def _configuration(answer: Answer) -> bool | None:
    if not answer["there"]:
        return None
    named = answer["quoted"] or not answer["spaced"]
    return bool(named and answer["account"] == "LocalSystem" and answer["start"] == _AUTOMATIC)


def _actions(answer: Answer) -> bool | None:
    actions = list(answer["actions"] or [])
    restarts = all(one["kind"] == _RESTART and one["pause"] <= _LONGEST for one in actions)
    return bool(actions) and restarts and actions[0]["pause"] <= _FIRST


def _flag(answer: Answer) -> bool | None:
    told = answer["also_without_crash"]
    return told if isinstance(told, bool) else None


def _folders(answer: Answer) -> bool | None:
    shared, private = answer["shared"], answer["private"]
    if not (shared["there"] and private["there"]):
        return None
    written = [one for one in _others(shared) if one["mask"] & _WRITE]
    return not written and not _others(private) and bool(private["guarded"])


def _others(told: Answer) -> list[Answer]:
    """Return what those may do who are not of the system."""
    entries = told["entries"] or ()
    return [e for e in entries if e["kind"] == _ALLOWED and e["who"] not in _OF_THE_SYSTEM]


def _entry(answer: Answer) -> bool | None:
    if not answer["count"]:
        return None
    return answer["count"] == 1 and bool(answer["icon"]) and not answer["modify"]


def _signatures(answer: Answer) -> bool | None:
    if not answer["files"]:
        return None
    return not answer["unsigned"] and not answer["refused"]


def _messages(answer: Answer) -> bool | None:
    return bool(answer["messages"]) if answer["there"] else None


def _pipe(answer: Answer) -> bool | None:
    if answer["refused"] is None:
        return None
    alone = answer["second"] in {_REFUSED, _BUSY}
    return bool(alone and answer["refused"] == _REFUSED and answer["allowed"] == 0)


def guarded(answer: Answer, but: frozenset[str] = _OF_AN_OWNER) -> bool:
    """Check whether a process gives what it is to give, and refuses the rest; `but` is let be."""
    return all(
        answer[right] == (0 if right in _GIVEN else _REFUSED)
        for right in RIGHTS
        if right not in but
    )


JUDGES: Mapping[str, Callable[[Any], bool | None]] = {
    "eventlog.messages": _messages,
    "installed.entry": _entry,
    "installed.folders": _folders,
    "pipe.guarded": _pipe,
    "process.guarded": guarded,
    "service.configuration": _configuration,
    "service.failure-actions": _actions,
    "service.failure-flag": _flag,
    "signature.programs": _signatures,
}


def right(id_: str, answer: Kept) -> bool | None:
    """Judge an answer; None where nothing can be said."""
    judge = JUDGES.get(id_)
    return judge(answer) if judge is not None and answer is not None else None


class Refusal(PlatformError):
    """The system refused, with an error of its own or an HRESULT; `answer` is what it told yet."""

    def __init__(
        self, rc: int | None = None, *, hresult: int | None = None, answer: object = None
    ) -> None:
        super().__init__(f"The system refused ({rc}, {hresult}).")
        self.rc, self.hresult, self.answer = rc, hresult, answer


class System(Protocol):
    """The computer that is asked."""

    def computer(self) -> Mapping[str, object]:
        """Return what the head has of it."""
        ...

    def system(self) -> bool:
        """Check whether this program runs as the system, which the keeper does."""
        ...

    def ask(self, question: Question) -> object:
        """Return the answer as it is, of which the question's shape will keep a part.

        Raises:
            Refusal: the system refused.
            OSError: likewise.

        """
        ...

    def watch(self, stop: Stop) -> object:
        """Return what happened until `stop` was set."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A line with what is shown of it."""

    id: str
    told: Told
    compared: Compared
    line: Mapping[str, object]
    row: int = 0
    right: bool | None = None


class Recording:
    """One recording of a system; what was told is kept for what is put together of it."""

    def __init__(self, system: System, files: Iterable[Path]) -> None:
        self._system = system
        self._computer = lines.COMPUTER.keep(system.computer())
        self._vectors = load(files, wine=self.wine)
        self._as = lines.SYSTEM if system.system() else lines.USER
        self._told: dict[str, Told] = {}
        self._compared: dict[str, Compared] = {}

    def head(self) -> dict[str, object]:
        """Return the first line."""
        return {"id": lines.HEAD, "format": lines.FORMAT, "product": __version__, "as": self._as,
                "computer": self._computer}  # fmt: skip

    @property
    def wine(self) -> bool:
        """Whether it is Wine that answers."""
        return isinstance(self._computer, dict) and self._computer["wine"] is True

    def ask(self, questions: Iterable[Question]) -> Iterator[Recorded]:
        """Ask each, and yield its line."""
        for question in questions:
            yield self._recorded(question)

    def walk(self, step: Step, answered: Callable[[], str]) -> Recorded:
        """Watch until the person has answered, with a word of steps.ANSWERS; return the line."""
        began, stop, seen = time.perf_counter(), threading.Event(), list[object]()
        thread = threading.Thread(
            target=lambda: seen.append(self._watched(stop)), name="recorder", daemon=True
        )
        thread.start()
        try:
            person = answered()
        finally:
            stop.set()
            thread.join(PATIENCE)
        watched = seen[0] if seen and person != SKIPPED else {}
        told = Told(answer=step.shape.keep({**_fields(watched), "person": person}))
        said = {"yes": True, "no": False}.get(person) if step.asks else None
        milliseconds = round((time.perf_counter() - began) * 1000)
        line = {"id": step.id, "api": "walk", "as": self._as, "rc": None, "hresult": None,
                "ms": milliseconds, "answer": told.answer, "right": said}  # fmt: skip
        return Recorded(
            id=step.id, told=told, compared=Compared(""), line=line, row=step.row, right=said
        )

    def _watched(self, stop: Stop) -> object:
        """Watch; a watch that the system refuses has seen nothing, and the walk goes on."""
        try:
            return self._system.watch(stop)
        except (OSError, PlatformError):
            return {}

    def _recorded(self, question: Question) -> Recorded:
        began = time.perf_counter()
        told = self._answered(question)
        milliseconds = round((time.perf_counter() - began) * 1000)
        self._told[question.id] = told
        compared = self._compared[question.id] = self._compare(question, told)
        judged = right(question.id, told.answer)
        line: dict[str, object] = {
            "id": question.id, "api": question.api, "as": self._as, "rc": told.rc,
            "hresult": told.hresult, "ms": milliseconds, "answer": told.answer,
            "expected": compared.expected,
        }  # fmt: skip
        line |= {"late": True} if told.late else {}
        line |= {"fault": told.fault} if told.fault else {}
        line |= {"differs": list(compared.where)} if compared.where else {}
        line |= {"decoded": made} if (made := _made(question.id, told.answer)) is not None else {}
        line |= {"right": judged} if question.row else {}
        return Recorded(id=question.id, told=told, compared=compared, line=line,
                        row=question.row, right=judged)  # fmt: skip

    @property
    def elevated(self) -> bool:
        """Whether this runs with the rights of an administrator, without which much is refused."""
        told = isinstance(self._computer, dict) and self._computer["elevated"] is True
        return told or self._as == lines.SYSTEM

    def _compare(self, question: Question, told: Told) -> Compared:
        if isinstance(question.how, Together):
            return together({one.id: self._compared[one.id] for one in question.how.of})
        return self._vectors.compare(question.id, told, question.shape)

    def _answered(self, question: Question) -> Told:
        if isinstance(question.how, Together):
            parts = {one.id: self._told[one.id].as_part() for one in question.how.of}
            return Told(rc=0, answer=question.shape.keep(parts))
        return within(question.seconds, lambda: _asked(self._system, question))


def _fields(watched: object) -> dict[str, object]:
    return dict(watched) if isinstance(watched, Mapping) else {}


def _made(id_: str, answer: Kept) -> Kept:
    """Decode an answer; one that the agent cannot read is a fault to be found in the recording."""
    try:
        return decoded(id_, answer)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return {"fault": type(error).__name__}


def within(seconds: float, question: Callable[[], Told]) -> Told:
    """Ask in a thread of its own; one that has no answer in time is left behind there."""
    told: list[Told] = []
    thread = threading.Thread(target=lambda: told.append(question()), name="recorder", daemon=True)
    thread.start()
    left = seconds
    while thread.is_alive() and left > 0:
        thread.join(min(LOOK, left))
        left -= LOOK
    return told[0] if told else Told(late=True)


def _asked(system: System, question: Question) -> Told:
    """Ask, and keep what may be kept; a refusal is an answer as well."""
    try:
        return Told(rc=0, answer=question.shape.keep(system.ask(question)))
    except Refusal as refusal:
        answer = question.shape.keep(refusal.answer)
        return Told(rc=refusal.rc, hresult=refusal.hresult, answer=answer)
    except OSError as error:
        return Told(rc=_number(error))
    except Exception as error:  # noqa: BLE001 - the boundary of the question's thread
        return Told(fault=type(error).__name__)


def _number(error: OSError) -> int:
    number = getattr(error, "winerror", None) or error.errno
    return int(number or (_DENIED if isinstance(error, PermissionError) else _MISSING))
