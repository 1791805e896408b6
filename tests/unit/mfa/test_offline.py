"""An offline code opens once, whatever happens; only its hash is on the disk."""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from agentguard.base.errors import CannotError, UplinkError
from agentguard.mfa import Verifiers, offline_codes
from agentguard.mfa.offline_codes import FILE, OfflineCodes
from agentguard.mfa.totp import RemoteTotp
from agentguard.model.messages import say
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.people import Proof, Ruling

HOUR = 3600.0
PRODUCT = offline_codes.COST
"""As it is in the product: these tests have codes that cost less."""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def codes(tmp_path: Path, clock: FakeClock) -> OfflineCodes:
    return OfflineCodes(tmp_path / "codes", clock)


def message(proof: Proof) -> str:
    assert proof.message is not None
    return proof.message.id


def test_a_code_opens_once(codes: OfflineCodes) -> None:
    first, second = codes.issue(2)
    proof = codes.verify("Payments", first)
    assert proof.accepted
    assert proof.factor == "offline-code"
    assert proof.message == say("mfa.offline.accepted", left=1)
    assert message(codes.verify("Payments", first)) == "mfa.offline.used"
    assert message(codes.verify("Another group", first)) == "mfa.offline.used"
    assert codes.verify("Payments", second).accepted
    assert codes.left() == 0


def test_codes_are_different_and_easy_to_read(codes: OfflineCodes) -> None:
    issued = codes.issue(10)
    assert len(set(issued)) == 10
    for code in issued:
        assert len(code) == 11
        assert code[5] == "-"
        assert not set(code) & set("ILOU")


def test_a_code_is_taken_as_people_type_it(codes: OfflineCodes) -> None:
    (code,) = codes.issue(1)
    typed = f" {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    assert codes.verify("g", typed).accepted


def test_the_disk_holds_no_code_and_only_for_the_owner(codes: OfflineCodes, tmp_path: Path) -> None:
    issued = codes.issue(5)
    codes.verify("g", issued[0])
    for path in (tmp_path / "codes").iterdir():
        text = path.name + path.read_text()
        for code in issued:
            assert code not in text
            assert code.replace("-", "") not in text
        if os.name == "posix":
            assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("typed", ["", "short", "0000000000", "ABCDE-FGHJK", "é" * 10, "x" * 9999])
def test_what_is_no_code_stays_closed(codes: OfflineCodes, typed: str) -> None:
    codes.issue(3)
    assert message(codes.verify("g", typed)) in {"mfa.offline.shape", "mfa.offline.wrong"}
    assert codes.left() == 3


def test_codes_end_after_their_hours(codes: OfflineCodes, clock: FakeClock) -> None:
    first, second = codes.issue(2)
    clock.advance(72 * HOUR - 1)
    assert codes.verify("g", first).accepted
    clock.advance(1)
    assert message(codes.verify("g", second)) == "mfa.offline.expired"
    assert codes.left() == 0


def test_a_new_set_ends_the_old_one(codes: OfflineCodes, tmp_path: Path) -> None:
    (old,) = codes.issue(1)
    codes.verify("g", old)
    (new,) = codes.issue(1)
    assert message(codes.verify("g", old)) == "mfa.offline.wrong"
    assert codes.verify("g", new).accepted
    assert len(list((tmp_path / "codes").glob("*.used"))) == 1


def test_without_codes_it_says_so(codes: OfflineCodes) -> None:
    assert message(codes.verify("g", "ABCDE-FGHJK")) == "mfa.offline.none"
    assert codes.left() == 0


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b"null", b'{"format": 2}', b'{"format": 1}', b"\xff\xfe"]
)
def test_a_damaged_file_stays_closed(codes: OfflineCodes, tmp_path: Path, damage: bytes) -> None:
    (code,) = codes.issue(1)
    (tmp_path / "codes" / FILE).write_bytes(damage)
    assert message(codes.verify("g", code)) == "mfa.offline.damaged"
    assert codes.left() == 0


def test_a_code_that_cannot_be_marked_is_not_accepted(codes: OfflineCodes, tmp_path: Path) -> None:
    (code,) = codes.issue(1)
    kept = json.loads((tmp_path / "codes" / FILE).read_text())
    kept["name"] = "no/such/folder"
    (tmp_path / "codes" / FILE).write_text(json.dumps(kept))
    assert message(codes.verify("g", code)) == "mfa.offline.not-marked"


def test_codes_that_cannot_be_kept_are_not_given(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "wall").write_text("a file, not a folder")
    with pytest.raises(CannotError, match="could not be kept"):
        OfflineCodes(tmp_path / "wall", clock).issue()


def test_of_two_at_once_one_wins(codes: OfflineCodes) -> None:
    (code,) = codes.issue(1)
    proofs: list[Proof] = []
    threads = [
        threading.Thread(target=lambda: proofs.append(codes.verify("g", code))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(p.accepted for p in proofs) == [False] * 7 + [True]


def test_the_endpoint_away_and_an_offline_code_in_hand(codes: OfflineCodes) -> None:
    def away(_factor: str, _group: str, _answer: str) -> Ruling:
        raise UplinkError("refused", "The endpoint is away.")

    both = Verifiers((RemoteTotp(away), codes))
    (code,) = codes.issue(1)
    assert message(both.verify("Payments", "123456")) == "mfa.endpoint-away"
    assert both.verify("Payments", code).accepted
    assert message(both.verify("Payments", code)) == "mfa.offline.used"


def killed_after_mark(folder: Path, code: str) -> None:
    """Verify in a child that dies the moment the mark is on the disk, before it can answer."""
    child = os.fork()
    if not child:

        class Dying(OfflineCodes):
            def left(self) -> int:
                os.kill(os.getpid(), signal.SIGKILL)
                return 0

        Dying(folder, FakeClock()).verify("g", code)
        os._exit(1)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)


class Codes(RuleBasedStateMachine):
    """Against a model: the set of codes that have not been tried, and the hours that are left."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.clock = FakeClock()
        self.codes = OfflineCodes(self.folder, self.clock)
        self.unused: set[str] = set()
        self.used: set[str] = set()
        self.hours = 0

    @rule(count=st.integers(1, 4))
    def issue(self, count: int) -> None:
        self.unused = set(self.codes.issue(count))
        self.used = set()
        self.hours = 72

    @precondition(lambda self: self.unused)
    @rule(data=st.data())
    def use(self, data: st.DataObject) -> None:
        code = data.draw(st.sampled_from(sorted(self.unused)))
        assert self.codes.verify("g", code).accepted == (self.hours > 0)
        if self.hours > 0:
            self.unused.remove(code)
            self.used.add(code)

    @precondition(lambda self: self.used)
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        code = data.draw(st.sampled_from(sorted(self.used)))
        assert not self.codes.verify("g", code).accepted

    @rule(typed=st.text(max_size=12))
    def guess(self, typed: str) -> None:
        assert not self.codes.verify("g", typed).accepted

    @rule(hours=st.integers(1, 40))
    def wait(self, hours: int) -> None:
        self.clock.advance(hours * HOUR)
        self.hours -= hours

    @rule()
    def restart(self) -> None:
        self.codes = OfflineCodes(self.folder, self.clock)

    @invariant()
    def as_many_are_left(self) -> None:
        assert self.codes.left() == (len(self.unused) if self.hours > 0 else 0)

    def teardown(self) -> None:
        shutil.rmtree(self.folder)


class KilledCodes(Codes):
    """As above, where the process may be killed between the mark and the answer."""

    @precondition(lambda self: self.unused and self.hours > 0)
    @rule(data=st.data())
    def killed_after_the_mark(self, data: st.DataObject) -> None:
        code = data.draw(st.sampled_from(sorted(self.unused)))
        killed_after_mark(self.folder, code)
        self.unused.remove(code)
        self.used.add(code)


TestCodes = Codes.TestCase if os.name == "nt" else KilledCodes.TestCase
TestCodes.settings = settings(max_examples=12, stateful_step_count=12, deadline=None)


def test_a_code_costs_64_mib_and_three_passes(tmp_path: Path, clock: FakeClock) -> None:
    """Computed beside it: what is on the disk is no faster to try than that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(offline_codes, "COST", PRODUCT)
        made = OfflineCodes(tmp_path / "dear", clock)
        (code,) = made.issue(1)
    kept = json.loads((tmp_path / "dear" / FILE).read_text("utf-8"))
    hash_ = Argon2id(
        salt=bytes.fromhex(kept["salt"]), length=32, iterations=3, lanes=1, memory_cost=64 * 1024
    )
    assert kept["hashes"] == [hash_.derive(offline_codes.plain(code).encode()).hex()]
