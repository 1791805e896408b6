"""What parent and child say to each other: JSON bytes, which cannot execute."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from agentguard.errors import ScanError
from agentguard.model.events import FileOutcome
from agentguard.model.hits import Hit
from agentguard.model.policy import ALL, Detection, OwnKind
from agentguard.scan.limits import Limits
from agentguard.scan.outcome import Reading

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
        """Give the descriptor."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a child is told at its birth; `extractors` is `module:function`."""

    limits: Limits
    extractors: str
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
        detection=Detection(recognisers=own, off=tuple(said["detection"]["off"])),
    )


def _own_kind(**said: Any) -> OwnKind:
    lists: dict[str, Any] = {key: tuple(said.pop(key)) for key in ("labels", "finds", "ignores")}
    return OwnKind(**said, **lists)


def ask(kind: str, subject: str) -> bytes:
    """Write a question: `file` with a path, `text` with the text."""
    return json.dumps({"kind": kind, "subject": subject}).encode()


def asked(data: bytes) -> tuple[str, str]:
    """Read a question."""
    question = json.loads(data)
    return str(question["kind"]), str(question["subject"])


def tell(reading: Reading) -> bytes:
    """Write an answer."""
    hits = [[hit.kind, hit.count, list(hit.masked)] for hit in reading.hits]
    return json.dumps([reading.outcome.value, reading.reason, hits]).encode()


def told(data: bytes) -> Reading:
    """Read an answer.

    Raises:
        ScanError: the child said something else.

    """
    try:
        outcome, reason, hits = json.loads(data)
        return Reading(
            outcome=FileOutcome(outcome), reason=str(reason), hits=tuple(_hit(*hit) for hit in hits)
        )
    except (ValueError, TypeError) as error:
        raise ScanError("reason.crashed") from error


def _hit(kind: Any, count: Any, masked: Any) -> Hit:
    return Hit(kind=str(kind), count=int(count), masked=tuple(str(mask) for mask in masked))
