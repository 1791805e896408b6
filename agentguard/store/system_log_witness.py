"""The journal with a witness: what is important is told to the system's own log once it is kept.

An id of that log never changes meaning; 80 to 99 are the keeper's (service/system_log_lines.py). A
sentence names controls, kinds, counts and the vault's ids: no path, no note and no mask, which may
tell of a person.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from agentguard.base.errors import AgentGuardError
from agentguard.base.translations import Texts
from agentguard.model.messages import Message, Param
from agentguard.model.moments import Moment
from agentguard.model.records import Entry, Json, Record
from agentguard.model.verdicts import Severity
from agentguard.ports.desktop import SystemLog, Weight
from agentguard.ports.storage import Journal, Memory

LOG = logging.getLogger(__name__)
HOUR = 3600.0
MOST = 60
"""Entries of one id in an hour: a first sweep must not push other programs out of the log."""
Payload = Mapping[str, Json]
Params = Mapping[str, Param]
GRAVE = frozenset({Severity.HIGH.value, Severity.CRITICAL.value})
LOCK, UNCONFIRMED = "screen-lock", "unconfirmed"  # as engine/locking.py names the finding
NOT_LOCKED = "not-locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An entry for the system's log."""

    event: int
    weight: Weight
    message: Message


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of entry: the sentence's id and its form, what it names of a record, and of which."""

    event: int
    weight: Weight
    text: str
    params: Callable[[Payload], Params]
    of: Callable[[Payload], bool] = lambda _: True
    form: Callable[[Payload], str] = lambda _: ""


def _these(*names: str) -> Callable[[Payload], Params]:
    def take(payload: Payload) -> Params:
        return {name: _word(payload.get(name)) for name in names}

    return take


def _word(value: Json) -> Param:
    return value if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _finding(payload: Payload) -> Params:
    hits = payload.get("hits")
    counted = [
        f"{hit.get('kind')} {hit.get('count')}"
        for hit in (hits if isinstance(hits, list) else [])
        if isinstance(hit, dict)
    ]
    return {**_these("severity", "check")(payload), "found": ", ".join(counted) or "-"}


def _unlocked(payload: Payload) -> bool:
    return (payload.get("check"), payload.get("subject")) == (LOCK, UNCONFIRMED)


def _grave(payload: Payload) -> bool:
    return payload.get("severity") in GRAVE


def _not_locked(payload: Payload) -> bool:
    return payload.get("why") == NOT_LOCKED


def _broken(payload: Payload) -> bool:
    return payload.get("whole") is False


def _whereto(payload: Payload) -> str:
    seconds = payload.get("seconds")
    return "-back" if isinstance(seconds, int) and seconds < 0 else ""


_INFORMATION, _WARNING, _ERROR = Weight.INFORMATION, Weight.WARNING, Weight.ERROR
KINDS: Mapping[str, tuple[_Kind, ...]] = {
    "agent.started": (_Kind(1, _INFORMATION, "agent-started", _these()),),
    "agent.stopped": (_Kind(2, _INFORMATION, "agent-stopped", _these()),),
    "policy.in-force": (_Kind(10, _INFORMATION, "policy-in-force", _these("name", "version")),),
    "policy.refused": (_Kind(11, _WARNING, "policy-refused", _these()),),
    "finding.opened": (
        _Kind(20, _ERROR, "lock-unconfirmed", _these(), _unlocked),
        _Kind(30, _WARNING, "finding-opened", _finding, _grave),
    ),
    "shield.raised": (_Kind(21, _WARNING, "shield-raised", _these(), _not_locked),),
    "vault.put": (_Kind(40, _INFORMATION, "vault-put", _these("item")),),
    "vault.restored": (_Kind(41, _INFORMATION, "vault-restored", _these("item")),),
    "vault.purged": (_Kind(42, _INFORMATION, "vault-purged", _these("item")),),
    "vault.damaged": (_Kind(43, _ERROR, "vault-damaged", _these("item")),),
    "incident.reported": (_Kind(50, _WARNING, "incident-reported", _these("category")),),
    "journal.checked": (_Kind(60, _ERROR, "journal-broken", _these("entries"), _broken),),
    "events.lost": (_Kind(61, _WARNING, "events-lost", _these("count")),),
    "clock.changed": (_Kind(62, _WARNING, "clock-changed", _these("seconds"), form=_whereto),),
    "control.failed": (_Kind(63, _ERROR, "control-failed", _these("control")),),
}
"""By the journal's kinds, the first that fits."""


def happening(record: Record) -> Happening | None:
    """Return what the system's log is told of a record; None for what is the journal's alone."""
    for kind in KINDS.get(record.kind, ()):
        if kind.of(record.payload):
            text = kind.text + kind.form(record.payload)
            message = Message(id=f"system-log.{text}", params=kind.params(record.payload))
            return Happening(event=kind.event, weight=kind.weight, message=message)
    return None


class Witness:
    """Tells the system's log; what it refuses is the log's loss alone."""

    def __init__(self, log: SystemLog, words: Texts) -> None:
        self._log = log
        self._words = words
        self._told: dict[int, tuple[Moment, int]] = {}
        self._refused = False

    def tell(self, record: Record) -> None:
        """Tell of a record, if it is one of those."""
        what = happening(record)
        if what is None or (count := self._count(what, record.at)) > MOST:
            return
        text = self._words.render(what.message)
        if count == MOST:
            text = self._words.render(Message(id="system-log.many", params={"text": text}))
        try:
            self._log.write(what.event, what.weight, text)
        except AgentGuardError as error:
            if not self._refused:
                LOG.warning("the system's log is not told: %s", error.title)
            self._refused = True

    def _count(self, what: Happening, at: Moment) -> int:
        since, count = self._told.get(what.event, (at, 0))
        if at.since(since) > HOUR:
            since, count = at, 0
        self._told[what.event] = (since, count + 1)
        return count + 1


class WitnessedJournal:
    """A Journal that tells a witness of each record that was written."""

    def __init__(self, journal: Journal, witness: Witness) -> None:
        self._journal = journal
        self._witness = witness

    def commit(self, records: Sequence[Record], memory: Memory) -> None:
        """Write, and tell afterwards.

        Raises:
            StoreError: nothing of it was written, and nobody is told.

        """
        self._journal.commit(records, memory)
        for record in records:
            self._witness.tell(record)

    def memory(self, prefix: str) -> Memory:
        """Return what is remembered under the keys that begin with `prefix`."""
        return self._journal.memory(prefix)

    def read(self, after: int, limit: int) -> Sequence[Entry]:
        """Return entries of the epoch with a seq greater than `after`, in order."""
        return self._journal.read(after, limit)

    def verify(self) -> tuple[int, bool]:
        """Walk the whole chain: the number of entries, and whether it holds."""
        return self._journal.verify()
