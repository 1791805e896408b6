"""Whether a recorded answer is as a line of the release checklist wants it.

True and False are a judgement, None that the answer tells nothing: it was refused, or there is
nothing to judge, as on a computer without the service.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from agentguard.platforms.recorder.shapes import Kept
from agentguard.platforms.recorder.topics.keeping import RIGHTS

Answer: TypeAlias = Any
"""What a shape has kept: its fields are there."""

_RESTART = 1  # SC_ACTION_RESTART
_FIRST, _LONGEST = 5_000, 60_000  # milliseconds
_AUTOMATIC = 2  # SERVICE_AUTO_START
_DENIED, _BUSY = 5, 231  # ERROR_ACCESS_DENIED, ERROR_PIPE_BUSY
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
    alone = answer["second"] in {_DENIED, _BUSY}
    return bool(alone and answer["refused"] == _DENIED and answer["allowed"] == 0)


def guarded(answer: Answer, but: frozenset[str] = _OF_AN_OWNER) -> bool:
    """Check whether a process gives what it is to give, and refuses the rest; `but` is let be."""
    return all(
        answer[right] == (0 if right in _GIVEN else _DENIED) for right in RIGHTS if right not in but
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
