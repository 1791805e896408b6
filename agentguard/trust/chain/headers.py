"""What the first line of a file says, and the entries of the chain that say the same.

An entry `journal.header` is written with the first commit, and whenever something of it changes:
whose journal it is, by whose key it is confirmed, after how many days what an entry says may be
erased, and every epoch with its reason. So who rewrites the first line contradicts the chain.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from agentguard.model.messages import Message, say
from agentguard.model.records import Json
from agentguard.trust.chain import file_format
from agentguard.trust.chain.links import Epoch, Row

HEADER_KIND = "journal.header"
FIRST, LOST, DAMAGED, CONFLICT = "first", "lost", "damaged", "conflict"
REASONS = frozenset({FIRST, LOST, DAMAGED, CONFLICT})
OWN = "journal."
"""What tells of the journal itself; it is never erased."""
HASH_BYTES = 32
_EPOCH = {"epoch", "first", "previous", "reason"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whose journal it is: the device's id and public key, the endpoint's key (base64)."""

    device: str = ""
    device_key: str = ""
    receipt_key: str = ""


NOBODY = Origin()


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the first line says; `retention` is in days, 0 in the old format, which has none."""

    format: str
    origin: Origin
    epochs: tuple[Epoch, ...]
    retention: int = 0

    def value(self) -> dict[str, Json]:
        """Return it as JSON: the first line, and the payload of an entry."""
        epochs: list[Json] = [dict(file_format.epoch_value(each)) for each in self.epochs]
        found: dict[str, Json] = {
            "device": self.origin.device,
            "device_key": self.origin.device_key,
            "epochs": epochs,
            "format": self.format,
            "receipt_key": self.origin.receipt_key,
        }
        return found if self.old else {**found, "retention": self.retention}

    @property
    def old(self) -> bool:
        """Whether it is the format before this one, whose epochs nothing in the chain covers."""
        return self.format == file_format.OLD_FORMAT

    def up_to(self, epoch: int) -> tuple[Epoch, ...]:
        """Return the epochs that had begun when an entry of `epoch` was written."""
        return tuple(each for each in self.epochs if each.epoch <= epoch)


def header_of(value: object) -> Header | None:
    """Read a header from the value of a first line or of a payload; None for anything else."""
    match value:
        case {
            "device": str(device), "device_key": str(device_key), "epochs": list(epochs),
            "format": str(form), "receipt_key": str(receipt_key), **more,
        } if form in file_format.FORMATS:  # fmt: skip
            found = [_epoch(each) for each in epochs]
            retention = more.get("retention", 0)
        case _:
            return None
    old = form == file_format.OLD_FORMAT
    good = [each for each in found if each is not None]
    if len(good) != len(found) or not good or set(more) != (set() if old else {"retention"}):
        return None
    if type(retention) is not int or (retention < 1 and not old):
        return None
    origin = Origin(device=device, device_key=device_key, receipt_key=receipt_key)
    return Header(format=form, origin=origin, epochs=tuple(good), retention=retention)


def _epoch(value: object) -> Epoch | None:
    if not isinstance(value, Mapping) or set(value) != _EPOCH:
        return None
    found = file_format.epoch_of(value)
    if found is None or bool in {type(value["epoch"]), type(value["first"])}:
        return None
    return found if len(found.previous) == HASH_BYTES else None


def reasons_fit(epochs: Iterable[Epoch]) -> bool:
    """Check whether the epochs are in order, and only the very first is called so."""
    known = list(epochs)
    rising = all(a.epoch < b.epoch for a, b in pairwise(known))
    return rising and all(
        each.reason in REASONS and (each.reason != FIRST or each.epoch == 1) for each in known
    )


@dataclass(slots=True)
class Headers:
    """Holds every header in the chain against the first line, entry by entry."""

    first_line: Header
    begun: int = 0
    """The first entry that is a header, 0 as long as there was none."""
    late: bool = False
    """Whether other entries stand before it."""
    closed: int = 0
    """Headers that do not tell what they say, since their text is gone."""
    retention: int = 0
    """Days after which what an entry says may be erased, by the newest header."""
    _newest: Header | None = None
    _covered: int = field(default=0)

    def take(self, row: Row) -> bool:
        """Take the next entry; False when it contradicts the first line, or the old format."""
        if row.kind != HEADER_KIND:
            self.late = self.late or (not self.begun and not row.kind.startswith(OWN))
            return True
        if self.first_line.old:
            return False
        self.begun = self.begun or row.seq
        if row.payload is None:
            self.closed += 1
            self._newest = None
            return True
        found = header_of(json.loads(row.payload))
        if found is None or found.old or found.epochs != self.first_line.up_to(row.epoch):
            return False
        self._newest, self._covered, self.retention = found, row.epoch, found.retention
        return True

    @property
    def fits(self) -> bool:
        """Whether the first line says what the newest header says; one that is closed cannot."""
        if self.first_line.old:
            return True
        if self._newest is None:
            return self.closed > 0
        mine = (self.first_line.origin, self.first_line.retention)
        return (self._newest.origin, self._newest.retention) == mine

    def told(self) -> list[Message]:
        """Return what of the first line nothing in the chain covers."""
        if self.first_line.old:
            return [say("journal-review.old-format")]
        notes: list[Message] = []
        if self.late:
            notes.append(say("journal-review.header-late", entry=self.begun))
        if self._newest is None:
            notes.append(say("journal-review.header-closed", count=self.closed))
        elif after := [e.epoch for e in self.first_line.epochs if e.epoch > self._covered]:
            notes.append(say("journal-review.header-before", epoch=after[0]))
        return notes
