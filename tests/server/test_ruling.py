"""The endpoint's rulings on codes, against the RFCs' vectors and a model in plain Python."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyotp
import pytest
from hypothesis import HealthCheck, settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import insert

from agentguard.server.admin.accounts import Admin
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks import devices
from agentguard.server.store.desks.devices import About
from agentguard.server.store.factors import proof_rulings
from agentguard.server.store.schema.tables import totp
from agentguard.wire.proof_messages import ProofAnswer, ProofAsked
from tests.server.migrated import migrated

START = 1_790_000_000
STEP = 30
LOCK = 1800
DELAYS = (0, 0, 5, 30, 60, 300, 300)

# RFC 6238, appendix B, SHA-1, the last six of its eight digits.
RFC6238 = (
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
)
# RFC 4226, appendix D: the code of each counter, which is here the count of 30 seconds.
RFC4226 = (
    *("755224", "287082", "359152", "969429", "338314"),
    *("254676", "287922", "162583", "399871", "520489"),
)


def opened(folder: Path, address: str = "") -> Admin:
    return Admin(migrated(ServerSettings(data=folder, database=address)), lambda: START)


@pytest.fixture
def admin(tmp_path: Path, address: str) -> Iterator[Admin]:
    with opened(tmp_path, address) as one:
        seat(one, "d0", "d1")
        yield one


def seat(admin: Admin, *names: str) -> None:
    for name in names:
        admin._database.run(
            lambda c, name=name: devices.put(
                c,
                name,
                name.encode() * 16,
                About(team=team_id(c, "Billing"), label=name, system="Linux"),
                START,
            )
        )


def know(admin: Admin, user: str, secret: bytes) -> None:
    sealed = admin._keys.seal(base64.b32encode(secret).decode())
    values = {"realm": "desk", "owner": user, "secret": sealed, "confirmed": True}
    admin._database.run(lambda c: c.execute(insert(totp).values(values)))


def prove(admin: Admin, code: str, at: float, user: str = "maria", device: str = "d0") -> Any:
    asked = ProofAsked(device=device, user=user, group="g", factor="totp", answer=code)
    return admin._database.run(
        lambda c: proof_rulings.prove(c, admin._keys, asked, now=at, limits=Limits())
    )


@pytest.mark.parametrize(("at", "code"), RFC6238)
def test_the_vectors_of_rfc_6238_are_accepted_at_their_time(
    admin: Admin, at: int, code: str
) -> None:
    know(admin, "maria", b"12345678901234567890")
    assert prove(admin, code, at).accepted
    assert not prove(admin, code, at).accepted


def test_the_vectors_of_rfc_4226_are_accepted_at_their_count(admin: Admin) -> None:
    know(admin, "maria", b"12345678901234567890")
    for count, code in enumerate(RFC4226[1:], start=1):
        assert prove(admin, code, count * STEP).accepted, count


def test_a_clock_that_is_off_is_followed_up_to_two_steps(admin: Admin) -> None:
    know(admin, "maria", b"x" * 20)
    code = pyotp.TOTP(base64.b32encode(b"x" * 20).decode())
    at = START
    for off, accepted in ((2, False), (1, True), (2, True), (3, True), (4, False), (3, True)):
        at += 10 * STEP
        assert prove(admin, code.at(at + off * STEP), at).accepted is accepted, off
    for off, accepted in ((0, False), (1, True), (0, True), (-1, True), (-2, True), (-3, True)):
        at += 10 * STEP
        assert prove(admin, code.at(at + off * STEP), at).accepted is accepted, off


def test_of_two_requests_at_once_one_wins(tmp_path: Path, address: str, admin: Admin) -> None:
    """Two processes of one endpoint are asked about one code at the same moment."""
    know(admin, "maria", b"x" * 20)
    code = pyotp.TOTP(base64.b32encode(b"x" * 20).decode())
    with opened(tmp_path, address) as other, ThreadPoolExecutor(2) as both:
        for n in range(10):
            at = START + n * 10 * STEP
            answers = list(both.map(lambda a, at=at: prove(a, code.at(at), at), (admin, other)))
            assert sorted(a.accepted for a in answers) == [False, True]
            assert {a.problem for a in answers} == {"", "used"}


class Rulings(RuleBasedStateMachine):
    """What the endpoint says is what the model says: replay, drift, delays, locks, restarts."""

    def __init__(self) -> None:
        super().__init__()
        self.room = tempfile.TemporaryDirectory(prefix="agentguard-rulings-")
        self.admin = opened(Path(self.room.name))
        self.at = START
        self.last = {"u0": -1, "u1": -1}
        self.drift = {"u0": 0, "u1": 0}
        self.failures: dict[str, int] = {}
        self.until: dict[str, float] = {}
        self.seated: set[tuple[str, str]] = set()

    def teardown(self) -> None:
        self.admin.close()
        self.room.cleanup()

    @initialize()
    def begin(self) -> None:
        seat(self.admin, "d0", "d1")
        for user in self.last:
            know(self.admin, user, user.encode() * 10)

    @rule(seconds=strategies.sampled_from((1, 5, 29, 31, 61, 301, 1801)))
    def wait(self, seconds: int) -> None:
        self.at += seconds

    @rule()
    def restart(self) -> None:
        self.admin.close()
        self.admin = opened(Path(self.room.name))

    @rule(
        user=strategies.sampled_from(("u0", "u1")),
        device=strategies.sampled_from(("d0", "d1")),
        off=strategies.integers(-4, 4),
    )
    def answer(self, user: str, device: str, off: int) -> None:
        secret = base64.b32encode(user.encode() * 10).decode()
        code = pyotp.TOTP(secret).at(self.at + off * STEP)
        given = prove(self.admin, code, self.at, user, device)
        keys = (f"{user} at {device}" if (user, device) in self.seated else user, device)
        held = max(self.until.get(key, 0) - self.at for key in keys)
        if held > 0:
            assert (given.problem, given.accepted) == ("locked", False)
            return
        step = self._step(user, pyotp.TOTP(secret), code)
        if step is not None and step > self.last[user]:
            assert given == ProofAnswer(accepted=True)
            self.last[user] = step
            self.drift[user] = max(-2, min(2, step - self.at // STEP))
            self.seated.add((user, device))
            for key in keys:
                self.failures[key] = 0
        else:
            pause = max(self._fail(key) for key in keys)
            wrong = "wrong" if step is None else "used"
            problem = "locked" if pause == LOCK else wrong
            assert (given.accepted, given.problem, given.wait) == (False, problem, pause)

    def _step(self, user: str, totp_: pyotp.TOTP, code: str) -> int | None:
        """Give the step of the code within one of where the person's clock was last."""
        middle = self.at // STEP + self.drift[user]
        near = [middle + n for n in (-1, 0, 1)]
        return next((n for n in near if totp_.at(n * STEP) == code), None)

    def _fail(self, key: str) -> int:
        self.failures[key] = failures = self.failures.get(key, 0) + 1
        pause = LOCK if failures >= 8 else DELAYS[failures - 1]
        self.until[key] = self.at + pause
        return pause

    @invariant()
    def nobody_is_locked_for_longer_than_half_an_hour(self) -> None:
        assert all(until - self.at <= LOCK for until in self.until.values())


Rulings.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestRulings = Rulings.TestCase


@pytest.fixture
def codes(running: Any, desk: Any) -> Callable[..., str]:
    """Make a supervisor's code for a desk."""
    from agentguard.server.store.factors import opened_desks  # noqa: PLC0415 - only here

    def make(device: str = "") -> str:
        return running.admin._database.run(
            lambda c: opened_desks.make(c, device or desk.id, "phone lost", "sue", running.time.at)
        )

    return make


def ask(desk: Any, answer: str, user: str = "maria") -> dict[str, Any]:
    asked = {"device": desk.id, "user": user, "group": "g", "factor": "break-glass"}
    given: dict[str, Any] = desk.post("/v1/proofs", {**asked, "answer": answer}).json()
    return given


def test_a_supervisor_s_code_opens_its_desk_once(running: Any, desk: Any, codes: Any) -> None:
    code = codes()
    assert code.replace("-", "").encode() not in running.stored()
    assert ask(desk, code.lower().replace("0", "o")) == {"accepted": True}
    assert ask(desk, code) == {"accepted": False, "problem": "used"}


def test_it_opens_no_other_desk_and_nothing_after_a_quarter_of_an_hour(
    running: Any, desk: Any, new_desk: Any, codes: Any
) -> None:
    code, other = codes(), new_desk(label="desk-2")
    assert ask(other, code)["problem"] == "wrong"
    running.time.at += 15 * 60
    assert ask(desk, code)["problem"] == "expired"


def test_a_new_one_ends_the_one_before(desk: Any, codes: Any) -> None:
    old, new = codes(), codes()
    assert ask(desk, old)["problem"] == "expired"
    assert ask(desk, new)["accepted"]


def test_guesses_of_it_are_limited_like_those_of_any_code(
    running: Any, desk: Any, codes: Any
) -> None:
    code = codes()
    for pause in (0, 0, 5, 30, 60, 300, 300):
        assert ask(desk, "0" * 12).get("wait", 0) == pause
        running.time.at += pause
    assert ask(desk, "0" * 12) == {"accepted": False, "problem": "locked", "wait": 1800}
    assert ask(desk, code)["problem"] == "locked"
