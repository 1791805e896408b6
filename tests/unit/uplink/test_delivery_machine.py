"""The outbox on a bad line, in any order: all arrives, once, and only a receipt counts."""

from __future__ import annotations

import base64
import itertools
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from agentguard.base.errors import UplinkError
from agentguard.platforms.simulated import FakeClock
from agentguard.store.agent_store import Store, open_store
from agentguard.uplink.enrolment import Enrolment
from agentguard.uplink.identity import DeviceKey
from agentguard.uplink.reports import Reports
from agentguard.uplink.sender import Sender
from agentguard.wire import v1
from tests.faults.desk import record, snapshot

OWN, ENDPOINT, STRANGER = (DeviceKey(seed=bytes([n]) * 32) for n in (1, 2, 3))
ENOUGH = 40  # reports on a good line, after which all must have arrived
LINES = (
    "cut before", "cut after", "portal", "stranger", "old receipt", "other device", "busy",
)  # fmt: skip
"""What may be wrong with a line; on each of them nothing may be lost, or believed too early."""


@dataclass
class Held:
    """What an endpoint holds of the device: the events by place, and up to where it has all."""

    events: dict[tuple[int, int], bytes] = field(default_factory=dict)
    epoch: int = 0
    seq: int = 0

    def copy(self) -> Held:
        return Held(dict(self.events), self.epoch, self.seq)


class Line:
    """The endpoint and the way to it, by the rules of its `reports.take`."""

    host = "endpoint.example"

    def __init__(self) -> None:
        self.held, self.backup = Held(), Held()
        self.wrong = ""
        self.receipts: list[v1.Received] = []
        self.doubled: list[tuple[int, int]] = []

    def post(self, _path: str, body: bytes, _type: object, _sign: object) -> v1.Received:
        report = msgspec.json.decode(body, type=v1.Report)
        match self.wrong:
            case "cut before":
                raise UplinkError("tcp", "The line was cut.")
            case "busy":
                raise UplinkError("http_5xx", "It is busy.", retry_after=5)
            case "portal":
                return v1.Received(receipt="{}", signature="", next_in=60)
            case "old receipt" if self.receipts:
                return self.receipts[0]
        self._keep(report)
        if self.wrong == "cut after":
            raise UplinkError("tcp", "The answer was cut.")
        key = STRANGER if self.wrong == "stranger" else ENDPOINT
        given = self._receipt(report, key, "dev-2" if self.wrong == "other device" else "dev-1")
        self.receipts.append(given)
        return given

    def _keep(self, report: v1.Report) -> None:
        held = self.held
        if report.epoch < held.epoch:
            raise UplinkError("conflict", "It knows another history.", epoch=held.epoch)
        if report.since > held.seq:
            raise UplinkError("gap", "It was restored.", seq=held.seq)
        for event in report.events:
            place, encoded = (report.epoch, event.seq), msgspec.json.encode(event)
            if held.events.setdefault(place, encoded) != encoded:
                self.doubled.append(place)
        if report.epoch > held.epoch or report.seq > held.seq:
            held.epoch, held.seq = report.epoch, report.seq

    def _receipt(self, report: v1.Report, key: DeviceKey, device: str) -> v1.Received:
        said = v1.Receipt(
            device=device,
            epoch=report.epoch,
            seq=report.seq,
            hash=report.hash,
            at="2026-11-26T12:00:00+00:00",
            seal=report.seal,
        )
        text = msgspec.json.encode(said)
        signature = base64.b64encode(key.sign(text)).decode()
        return v1.Received(receipt=text.decode(), signature=signature, next_in=60)


class Outbox(RuleBasedStateMachine):
    """A desk that writes, a line that fails in every way, and an endpoint that is set back."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.clock = FakeClock()
        self.line = Line()
        self.numbers = itertools.count(1)
        self.store, self.sender = self.opened()

    def opened(self) -> tuple[Store, Sender]:
        store = open_store(self.folder, self.clock)
        known = Enrolment(
            url="https://endpoint.example", device="dev-1", team="t", receipt_key=ENDPOINT.public
        )
        reports = Reports(enrolment=known, key=OWN, journal=store.journal, outbox=store.outbox)
        sender = Sender(
            self.line,  # type: ignore[arg-type] # it posts, which is all that is asked of it
            reports,
            snapshot=snapshot,
            submit=lambda _event: None,
            clock=self.clock,
        )
        return store, sender

    @rule(count=st.sampled_from([1, 2, 5, 300]))
    def write(self, count: int) -> None:
        """Write more than one report can carry, now and then."""
        self.store.journal.commit([record(next(self.numbers)) for _ in range(count)], {})

    @rule()
    def report(self) -> None:
        self.sender.report()

    @rule(wrong=st.sampled_from(LINES))
    def report_on_a_line_that_fails(self, wrong: str) -> None:
        if wrong == "old receipt":
            self.sender.report()  # there is one
        self.write(1)
        before = self.store.outbox.cursor()
        self.line.wrong = wrong
        self.sender.report()
        self.line.wrong = ""
        assert self.store.outbox.cursor() == before, "only a receipt of its own counts"

    @rule()
    def start_again(self) -> None:
        self.store.close()
        self.store, self.sender = self.opened()

    @rule()
    def the_endpoint_is_backed_up(self) -> None:
        self.line.backup = self.line.held.copy()

    @rule()
    def the_endpoint_is_restored(self) -> None:
        self.line.held = self.line.backup.copy()

    @rule()
    def all_arrives_on_a_good_line(self) -> None:
        self.sender.report()  # which may find out that the endpoint was set back
        for _ in range(ENOUGH):
            if not self.store.outbox.waiting() and not self.sender._reports.behind:
                break
            self.sender.report()
        entries = self.store.journal.read(0, 1_000_000)
        assert sorted(seq for _, seq in self.line.held.events) == [entry.seq for entry in entries]
        assert self.store.outbox.waiting() == 0

    @invariant()
    def nothing_is_told_in_two_ways(self) -> None:
        assert self.line.doubled == []

    @invariant()
    def the_cursor_is_within_the_journal(self) -> None:
        assert self.store.outbox.cursor() <= self.store.journal.head()[1]

    def teardown(self) -> None:
        self.all_arrives_on_a_good_line()
        self.store.close()
        shutil.rmtree(self.folder)


Outbox.TestCase.settings = settings(max_examples=15, stateful_step_count=14, deadline=None)
TestOutbox = Outbox.TestCase


def test_an_endpoint_that_was_restored_after_a_long_outage_is_told_all_again() -> None:
    outbox = Outbox()
    outbox.write(2)
    outbox.all_arrives_on_a_good_line()
    for _ in range(5):
        outbox.report_on_a_line_that_fails("busy")
    outbox.the_endpoint_is_restored()
    outbox.teardown()


def test_a_history_that_is_unknown_after_a_long_outage_is_begun_anew() -> None:
    outbox = Outbox()
    for _ in range(5):
        outbox.report_on_a_line_that_fails("busy")
    outbox.line.held.epoch = 7
    outbox.all_arrives_on_a_good_line()
    assert outbox.line.held.epoch == 8
    outbox.teardown()
