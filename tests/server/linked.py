"""A desk's journal as its reports tell of it, with what the hashes are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from agentguard.model.moments import Moment
from agentguard.model.records import Entry, Record
from agentguard.store.memory import InMemoryJournal
from agentguard.uplink import translation
from agentguard.uplink.reports import Chain
from agentguard.wire import v1

START = 1_790_000_000.0


def record(number: int, kind: str = "session.locked") -> Record:
    at = Moment(boot=number + 0.125, wall=START + number + 0.123456)
    return Record(kind=kind, at=at, payload={"n": number, "source": "system"})


@dataclass
class Told:
    """What a journal has written and not told yet becomes a report."""

    device: str = "d"
    journal: Chain = field(default_factory=InMemoryJournal)
    cursor: int = 0
    count: int = 0

    def write(self, count: int = 3) -> None:
        self.journal.commit([record(self.count + n) for n in range(1, count + 1)], {})
        self.count += count

    def report(self, *, linked: bool = True) -> v1.Report:
        """Tell what is new; it counts as receipted once `receipted` was called."""
        return self.of(self.journal.read(self.cursor, v1.MAX_EVENTS), linked=linked)

    def receipted(self, report: v1.Report) -> None:
        self.cursor = report.seq

    def of(self, entries: Sequence[Entry], *, linked: bool = True) -> v1.Report:
        last = entries[-1] if entries else self.journal.read(self.cursor - 1, 1)[0]
        epoch = self.journal.report_epoch(last.epoch)
        return v1.Report(
            device=self.device,
            epoch=epoch,
            seq=last.seq,
            sent_at=last.record.at.iso,
            boot=1.0,
            hash=last.hash.hex(),
            agent="1",
            policy="p 1",
            policy_digest="",
            overall="good",
            locked=False,
            in_call=False,
            waiting=0,
            events=tuple(map(event, entries)),
            run="one",
            since=self.cursor,
            previous=entries[0].previous.hex() if entries and linked else "",
            links=translation.links(entries, epoch) if linked else (),
        )


def event(entry: Entry) -> v1.Event:
    said = entry.record.payload
    params = {k: v for k, v in said.items() if k in {"reason", "previous_epoch"}}
    return v1.Event(seq=entry.seq, kind=entry.record.kind, at=entry.record.at.iso, params=params)  # type: ignore[arg-type]
