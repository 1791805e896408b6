"""What parent and child say to each other: JSON bytes, which cannot execute."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from agentguard.base.errors import ScanError
from agentguard.detect.limits import Limits
from agentguard.detect.outcome import Explanation, Layer, Reading
from agentguard.detect.trace_records import Belief, Trace
from agentguard.model.detection import ALL, Detection, OwnKind
from agentguard.model.hits import Hit
from agentguard.model.outcomes import FileOutcome

READY = b"ready"
LONGEST = 1 << 20
"""Bytes of an answer: kinds, counts and masks alone are never so long."""


class Line(Protocol):
    """One end of the pipe, whatever the system makes it of."""

    def poll(self, timeout: float | None = 0.0) -> bool:
        """Wait for an answer; tell whether there is one."""
        ...

    def send_bytes(self, buf: bytes) -> None:
        """Send one message."""
        ...

    def recv_bytes(self, maxlength: int | None = None) -> bytes:
        """Receive one message."""
        ...

    def fileno(self) -> int:
        """Return the descriptor."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a child is told at its birth; `extractors` and `cage` are `module:function`."""

    limits: Limits
    extractors: str
    cage: str = ""
    detection: Detection = ALL


def send(errand: Errand) -> bytes:
    """Write an errand."""
    return json.dumps(asdict(errand)).encode()


def sent(data: bytes) -> Errand:
    """Read an errand."""
    said = json.loads(data)
    own = tuple(_own_kind(**kind) for kind in said["detection"]["recognisers"])
    return Errand(
        limits=Limits(**said["limits"]),
        extractors=str(said["extractors"]),
        cage=str(said["cage"]),
        detection=Detection(
            recognisers=own, off=tuple(said["detection"]["off"]), ocr=said["detection"]["ocr"]
        ),
    )


def _own_kind(**said: Any) -> OwnKind:
    lists: dict[str, Any] = {key: tuple(said.pop(key)) for key in ("labels", "finds", "ignores")}
    return OwnKind(**said, **lists)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a path: `kind` is `file` or `explain`.

    `drilled` is a number that counts there; a file is read on from the byte `start`.
    """

    kind: str
    subject: str
    drilled: str = ""
    start: int = 0


def ask(kind: str, subject: str, drilled: str = "", start: int = 0) -> bytes:
    """Write a question.

    The path goes as its bytes: the child may live in another locale, where it has other characters.
    """
    question: dict[str, str | int] = asdict(
        Question(kind=kind, subject=subject, drilled=drilled, start=start)
    )
    with suppress(UnicodeEncodeError):  # no file has such a name, as the child will say
        question["bytes"] = os.fsencode(subject).decode("latin-1")
    return json.dumps(question).encode()


def asked(data: bytes) -> Question:
    """Read a question."""
    said = json.loads(data)
    subject = str(said["subject"])
    if "bytes" in said:
        subject = os.fsdecode(str(said["bytes"]).encode("latin-1"))
    return Question(
        kind=str(said["kind"]),
        subject=subject,
        drilled=str(said["drilled"]),
        start=int(said["start"]),
    )


def tell(reading: Reading) -> bytes:
    """Write an answer; what an explanation says more, it says at the end."""
    hits = [[hit.kind, hit.count, list(hit.masked)] for hit in reading.hits]
    answer: list[Any] = [reading.outcome.value, reading.reason, hits, reading.test_cards]
    answer += [reading.left, reading.size, reading.total]
    if isinstance(reading, Explanation):
        answer += [
            [[layer.depth, layer.format, layer.count] for layer in reading.layers],
            list(reading.notes),
            [asdict(trace) | {"belief": trace.belief.value} for trace in reading.traces],
        ]
    return json.dumps(answer).encode()


def told(data: bytes) -> Reading:
    """Read an answer.

    Raises:
        ScanError: the child said something else.

    """
    try:
        outcome, reason, hits, test_cards, left, size, total, *more = json.loads(data)
        reading = Reading(
            outcome=FileOutcome(outcome),
            reason=str(reason),
            hits=tuple(_hit(*hit) for hit in hits),
            test_cards=int(test_cards),
            left=int(left),
            size=int(size),
            total=bool(total),
        )
        return _explanation(reading, *more) if more else reading
    except (ValueError, TypeError, KeyError) as error:
        raise ScanError("reason.crashed") from error


def _hit(kind: Any, count: Any, masked: Any) -> Hit:
    return Hit(kind=str(kind), count=int(count), masked=tuple(str(mask) for mask in masked))


def _explanation(reading: Reading, layers: Any, notes: Any, traces: Any) -> Explanation:
    return Explanation(
        outcome=reading.outcome,
        reason=reading.reason,
        hits=reading.hits,
        test_cards=reading.test_cards,
        layers=tuple(Layer(depth=int(d), format=str(f), count=int(c)) for d, f, c in layers),
        notes=tuple(str(note) for note in notes),
        traces=tuple(_trace(**trace) for trace in traces),
    )


def _trace(**said: Any) -> Trace:
    return Trace(
        kind=str(said["kind"]),
        belief=Belief(said["belief"]),
        why=str(said["why"]),
        context=str(said["context"]),
        line=int(said["line"]),
        masked=str(said["masked"]),
        counted=bool(said["counted"]),
        evidence=tuple((str(name), float(weight)) for name, weight in said["evidence"]),
    )
