"""A journal's life in any order: commits, receipts, losses, restarts; both verifiers watch it."""

from __future__ import annotations

import base64
import json
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from agentguard.base.errors import StoreError
from agentguard.model.moments import Moment
from agentguard.platforms.simulated import FakeClock
from agentguard.platforms.simulated_secrets import SimulatedPlace
from agentguard.ports.secrets import Places
from agentguard.runtime.stores import OpeningKey
from agentguard.store.agent_store import Store, open_store
from agentguard.store.commit_seals import Sealer
from agentguard.store.entry_box import FILE, KEY_BYTES, Box
from agentguard.store.outbox_lanes import Bounds
from agentguard.trust.secret_store import Safe
from tests.unit.store.exported import (
    DEVICE_KEY,
    ENDPOINT,
    ORIGIN,
    exported,
    looked_at,
    receipted,
    record,
)
from tests.unit.store.second_verifier import whole

KINDS = ("finding.opened", "session.locked", "clipboard.masked", "incident.reported")


class Life(RuleBasedStateMachine):
    """Knows what was promised: each number that was committed, and up to where it was confirmed."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.place = SimulatedPlace()
        self.next = 0
        self.kept: list[int] = []
        self.confirmed = 0
        self.epochs = 1
        self.store = self.opened()

    def opened(self) -> Store:
        places = Places(device=(self.place,))
        safe = Safe(self.folder / FILE, places.device, whole=lambda key: len(key) == KEY_BYTES)
        store = open_store(
            self.folder,
            FakeClock(),
            sealer=Sealer(self.folder, DEVICE_KEY),
            box=Box(OpeningKey(safe)),
            bounds=Bounds(entries=10_000),
            headed=True,
        )
        store.journal.identify(ORIGIN)
        return store

    @rule(count=st.integers(1, 5), kind=st.sampled_from(KINDS))
    def commit(self, count: int, kind: str) -> None:
        numbers = list(range(self.next, self.next + count))
        self.store.journal.commit([record(n, kind) for n in numbers], {"last": numbers[-1]})
        self.next += count
        self.kept += numbers

    @rule()
    def commit_what_cannot_be_written(self) -> None:
        bad = record(self.next)
        broken = type(bad)(kind=bad.kind, at=bad.at, payload={"n": float("nan")})
        try:
            self.store.journal.commit([bad, broken], {"last": -1})
        except StoreError:
            return
        raise AssertionError("it was taken")

    @precondition(lambda self: self.store.outbox.waiting())
    @rule()
    def confirm(self) -> None:
        receipted(self.store)
        self.confirmed = self.store.outbox.cursor()

    @rule(back=st.integers(0, 50))
    def an_old_receipt_comes_again(self, back: int) -> None:
        self.store.outbox.advance(max(0, self.confirmed - back), b"{}")

    @rule()
    def a_receipt_for_what_is_not_there(self) -> None:
        try:
            self.store.outbox.advance(self.store.journal.head()[1] + 1, b"{}")
        except StoreError:
            return
        raise AssertionError("it was taken")

    @rule()
    def the_endpoint_knows_other_entries(self) -> None:
        self.store.journal.begin_epoch("conflict", Moment(boot=1.0, wall=2.0))
        self.epochs += 1

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = self.opened()

    @rule()
    def restart_with_an_older_seal_file(self) -> None:
        self.store.close()
        self.store = self.opened()
        seal = self.folder / "journal.seal"
        old = seal.read_bytes() if seal.exists() else b""
        self.commit(1, KINDS[0])
        self.store.close()
        if old:
            seal.write_bytes(old)
        self.store = self.opened()

    @rule()
    def the_place_is_closed_for_a_while(self) -> None:
        self.store.close()
        self.place.closed = "locked"
        self.store = self.opened()
        self.commit(2, KINDS[1])
        self.store.close()
        self.place.closed = ""
        self.store = self.opened()

    @invariant()
    def nothing_is_lost_and_nothing_doubled(self) -> None:
        entries = self.store.journal.read(0, 100_000)
        found = [e.record.payload["n"] for e in entries if "n" in e.record.payload]
        assert found == self.kept
        assert self.store.outbox.cursor() == self.confirmed
        assert self.store.outbox.waiting() == len([e for e in entries if e.seq > self.confirmed])
        if self.kept:
            assert self.store.journal.memory("last") == {"last": self.kept[-1]}

    @invariant()
    def both_verifiers_find_it_whole(self) -> None:
        file = self.folder / "out.jsonl"
        file.unlink(missing_ok=True)
        raw = exported(self.store, file).raw
        found = looked_at(file)
        assert whole(raw)
        assert found.receipted == self.confirmed
        ids = {note.id for note in found.review}
        assert ids <= {f"journal-review.{name}" for name in ("epoch", "clock", "unsealed", "empty")}
        assert self.store.journal.verify()[1]

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Receipts(RuleBasedStateMachine):
    """What an auditor believes: only receipts of this endpoint, for this device and this chain."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.store = open_store(self.folder, sealer=Sealer(self.folder, DEVICE_KEY))
        self.lies = 0
        self.doubtful = False

    @rule(count=st.integers(1, 4))
    def commit(self, count: int) -> None:
        self.store.journal.commit([record(n) for n in range(count)], {})

    @precondition(lambda self: self.store.outbox.waiting())
    @rule()
    def true(self) -> None:
        receipted(self.store)
        self.doubtful = False

    @precondition(lambda self: self.store.outbox.waiting())
    @rule(lie=st.sampled_from(["key", "device", "hash", "epoch", "seq", "seal"]))
    def false(self, lie: str) -> None:
        epoch, seq, digest = self.store.journal.head()
        said = {
            "device": "dev-2" if lie == "device" else "dev-1",
            "epoch": epoch + 1 if lie == "epoch" else epoch,
            "seq": seq,
            "hash": "00" * 32 if lie == "hash" else digest.hex(),
            "seal": "00" * 32 if lie == "seal" else self.store.journal.next_seal(seq).hex(),
        }
        if lie == "seq":
            said["seq"] = str(seq)
        text = json.dumps(said)
        key = DEVICE_KEY if lie == "key" else ENDPOINT
        signature = base64.b64encode(key.sign(text.encode())).decode()
        self.store.outbox.advance(
            seq, json.dumps({"receipt": text, "signature": signature}).encode()
        )
        if lie == "seal":  # shows with the first seal after it, and until a true one covers it
            self.store.journal.commit([record(1)], {})
            self.doubtful = True
        else:
            self.lies += 1

    @invariant()
    def a_lie_is_found_for_ever(self) -> None:
        file = self.folder / "out.jsonl"
        file.unlink(missing_ok=True)
        raw = exported(self.store, file).raw
        try:
            looked_at(file)
        except StoreError:
            assert self.lies or self.doubtful
            assert not whole(raw)
        else:
            assert whole(raw)
            assert not self.lies
            assert not self.doubtful

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder, ignore_errors=True)


Life.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
Receipts.TestCase.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
TestLife = Life.TestCase
TestReceipts = Receipts.TestCase
