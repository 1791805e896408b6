"""Whatever strangers do, the person with a factor gets in soon, and guesses stay few."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyotp
import pytest
from hypothesis import HealthCheck, settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import create_engine

from agentguard.server.console import sign_in_queue
from agentguard.server.settings import Limits
from agentguard.server.store.factors import one_time_codes, proof_limits, tries
from agentguard.server.store.factors.tries import Count
from agentguard.server.store.schema.tables import METADATA

PASSWORD = "correct horse battery staple"
DAY = 24 * 3600
SOON = 15 * 60
"""Seconds in which the person gets in, whatever others do: the longest wait there is."""


@pytest.fixture
def limits() -> Limits:
    return Limits(sign_in_slow=0.05)


def wrong(browser: Any, name: str, times: int) -> Any:
    with ThreadPoolExecutor(10) as crowd:
        asked = [{"name": name.format(n), "password": f"wrong {n}"} for n in range(times)]
        return list(crowd.map(lambda one: browser.submit("/sign-in", **one), asked))[-1]


def use_any_passkey(browser: Any, page: str) -> str:
    """Give what a browser does that is asked for any passkey of this address: the person's own."""
    assert "allowCredentials" not in browser.options(page), "a stranger learns nothing of anybody"
    return str(browser.use_passkey(page, id_=next(iter(browser.keys.keys))))


@pytest.mark.heavy
def test_twenty_wrong_names_from_one_address_lock_nobody_behind_it(
    running: Any, another: Any, add_known: Any
) -> None:
    add_known(running, "sam", PASSWORD)
    with another() as stranger, another() as sam:
        wrong(stranger, "nobody-{}", 30)
        assert "Name or password" in wrong(stranger, "nobody", 1).text, "slow, and not refused"
        assert sam.sign_in("sam", PASSWORD).headers["location"] == "/"


def test_a_browser_that_is_known_is_not_held_for_the_wrong_passwords_of_others(
    running: Any, another: Any, add_known: Any
) -> None:
    add_known(running, "sam", PASSWORD)
    with another() as stranger, another() as sam:
        sam.sign_in("sam", PASSWORD)
        sam.submit("/sign-out", token=sam.token())
        assert "Too many wrong tries" in wrong(stranger, "sam", 12).text
        assert "Too many wrong tries" in stranger.sign_in("sam", PASSWORD).text
        assert sam.sign_in("sam", PASSWORD).headers["location"] == "/"
        tried = [sam.submit("/sign-in", name="sam", password="wrong") for _ in range(6)]
        assert "Too many wrong tries" in tried[-1].text, "but it guesses no more than anybody"
        sam.http.cookies.clear()


def test_a_known_browser_is_known_for_its_own_person_and_cannot_be_made_up(
    running: Any, another: Any, add_known: Any
) -> None:
    for name in ("sam", "eve"):
        add_known(running, name, PASSWORD)
    with another() as eve, another() as stranger:
        eve.sign_in("eve", PASSWORD)
        cookie = next(c for c in eve.http.cookies.jar if "known" in c.name)
        wrong(stranger, "sam", 12)
        assert "Too many wrong tries" in eve.sign_in("sam", PASSWORD).text
        id_, until, mark = str(cookie.value).split(".")
        for made in (f"x.{until}.{mark}", f"{id_}.9{until}.{mark}", f"{id_}.é.{mark}", "", ".."):
            with another() as forger:
                wrong(forger, "eve", 12)
                forger.http.headers["cookie"] = f"{cookie.name}={made}".encode().decode("latin-1")
                told = forger.submit("/sign-in", name="eve", password=PASSWORD)
                assert told.status_code == 401
        running.time.at += 180 * DAY
        assert eve.submit("/sign-in", name="eve", password=PASSWORD).status_code == 303


@pytest.mark.parametrize("with_", ["a passkey", "a recovery code"])
def test_who_proves_possession_first_passes_a_password_that_strangers_hold(
    running: Any, another: Any, add_known: Any, with_: str
) -> None:
    add_known(running, "sam", PASSWORD)
    code = running.admin.recovery_codes("sam")[0]
    with another() as stranger, another() as sam:
        wrong(stranger, "sam", 12)
        held = sam.sign_in("sam", PASSWORD)
        assert 'href="/sign-in/before"' in held.text
        page = sam.get("/sign-in/before").text
        key = {"proof_passkey": use_any_passkey(sam, page)}
        given = key if with_ == "a passkey" else {"name": "Sam", "proof_code": code}
        done = sam.submit("/sign-in/before", **given)
        assert (done.status_code, "It is you" in done.text) == (200, True)
        assert sam.get("/").status_code == 303, "that alone opens nothing"
        assert sam.sign_in("sam", PASSWORD).headers["location"] == "/"
        assert stranger.submit("/sign-in/before", **given).status_code == 401, "it is good once"


def test_what_proves_nothing_before_the_password_makes_no_browser_known(
    running: Any, another: Any, add_known: Any
) -> None:
    add_known(running, "sam", PASSWORD)
    with another() as one:
        page = one.get("/sign-in/before").text
        options = one.options(page)
        foreign = {**options, "challenge": "A" * 54}
        id_ = next(iter(one.keys.keys))
        answers = [
            *("{}", "{", "[1]"),
            "?",
            str(one.keys.get(foreign, one.address, id_=id_)),
            str(one.keys.get(options, "https://evil.example", id_=id_)),
        ]
        for answer in answers:
            assert one.submit("/sign-in/before", proof_passkey=answer).status_code == 401
        late = use_any_passkey(one, page)
        running.time.at += 10 * 60
        assert one.submit("/sign-in/before", proof_passkey=late).status_code == 401
        for name, code in (("sam", "AAAAA-AAAAA"), ("nobody", "AAAAA-AAAAA"), ("sam", "")):
            refused = one.submit("/sign-in/before", name=name, proof_code=code)
            assert (refused.status_code, "not right" in refused.text) == (401, True)
        assert not [c for c in one.http.cookies.jar if "known" in c.name]


def test_many_recovery_codes_before_the_password_are_slow_and_hold_nobody(
    running: Any, another: Any, add_known: Any
) -> None:
    add_known(running, "sam", PASSWORD)
    code = running.admin.recovery_codes("sam")[0]
    with another() as stranger, another() as sam:
        begun = time.monotonic()
        for _ in range(10):
            stranger.submit("/sign-in/before", name="sam", proof_code="AAAAA-AAAAA")
        assert time.monotonic() - begun >= 5 * 0.05
        assert sam.submit("/sign-in/before", name="sam", proof_code=code).status_code == 200


def test_who_tries_too_many_at_once_is_told_to_come_later_and_others_are_served(
    running: Any, another: Any, add_known: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in_queue, "MOST", 4)
    add_known(running, "sam", PASSWORD)
    with another() as stranger, another() as sam:
        sam.sign_in("sam", PASSWORD)
        with ThreadPoolExecutor(16) as crowd:
            send = lambda n: stranger.submit("/sign-in", name=f"n{n}", password="wrong")  # noqa: E731
            told = [crowd.submit(send, n) for n in range(16)]
            assert sam.sign_in("sam", PASSWORD).headers["location"] == "/"
            codes = {one.result().status_code for one in told}
        assert codes == {401, 429}


def test_a_supervisor_s_code_opens_a_desk_where_one_time_codes_are_locked(
    running: Any, desk: Any
) -> None:
    from agentguard.server.store.factors import opened_desks  # noqa: PLC0415 - only here

    secret, _ = running.admin.desk_totp("maria")

    def prove(answer: str, factor: str = "totp") -> dict[str, Any]:
        asked = {"device": desk.id, "user": "maria", "group": "g", "factor": factor}
        given: dict[str, Any] = desk.post("/v1/proofs", {**asked, "answer": answer}).json()
        return given

    for _ in range(8):
        running.time.at += prove("x").get("wait", 0) % 1800
    assert prove(pyotp.TOTP(secret).at(running.time.at))["problem"] == "locked"
    code = running.admin._database.run(
        lambda c: opened_desks.make(c, desk.id, "phone lost", "sue", running.time.at)
    )
    assert prove(code, "break-glass") == {"accepted": True}


def test_an_app_that_is_confirmed_is_judged_by_no_page_that_counts_nothing(
    running: Any, browser: Any
) -> None:
    secret = pyotp.TOTP(
        running.admin._database.run(
            lambda c: one_time_codes.enrol(c, running.admin._keys, "console", "sam", sure=True)
        )
    )
    right = secret.at(running.time.at)
    told = browser.submit("/account/totp/confirm", token=browser.token(), proof_code=right)
    assert re.search(r"not right", told.text)
    assert browser.submit("/prove", token=browser.token(), proof_code=right).status_code == 303


class Siege(RuleBasedStateMachine):
    """Strangers at many places, desks and times against one person; counts as the endpoint keeps.

    The person has a browser that is known, and a desk of the own. Nobody else has either.
    """

    def __init__(self) -> None:
        super().__init__()
        self.limits, self.now = Limits(), 1_790_000_000.0
        self.engine = create_engine("sqlite://")
        self.database = self.engine.connect()
        METADATA.create_all(self.database)
        self.guesses: dict[str, list[float]] = {"password": [], "desk": []}

    def teardown(self) -> None:
        self.database.close()
        self.engine.dispose()

    def _try(self, counts: list[Count]) -> int:
        return tries.reserve(self.database, counts, self.now)

    @rule(seconds=strategies.sampled_from((1, 29, 31, 61, 599, 901, 1801, 7200, DAY)))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @rule(place=strategies.integers(0, 400), times=strategies.integers(1, 60))
    def guess_a_password(self, place: int, times: int) -> None:
        for n in range(times):
            where = f"place {place + n // 5}"
            counts = proof_limits.of_password(self.limits, "sam", browser="", place=where)
            if not self._try(counts):
                self.guesses["password"].append(self.now)

    @rule(desk=strategies.integers(0, 9), times=strategies.integers(1, 12))
    def guess_at_a_desk(self, desk: int, times: int) -> None:
        for _ in range(times):
            counts = proof_limits.of_desk(self.limits, "sam", f"desk {desk}", seated=False)
            if not self._try(counts):
                self.guesses["desk"].append(self.now)

    @rule()
    def guess_for_others(self) -> None:
        for n in range(40):
            self._try(proof_limits.of_password(self.limits, f"n{n}", browser="", place="place 0"))

    @rule(slip=strategies.integers(0, 4))
    def sign_in(self, slip: int) -> None:
        """The person mistypes now and then, and is in within the longest wait all the same."""
        ways: list[Callable[[], list[Count]]] = [
            lambda: proof_limits.of_password(self.limits, "sam", browser="own", place="place 0"),
            lambda: [proof_limits.of_code(self.limits, "sam", browser="own")],
            lambda: [proof_limits.PASSKEY.of(self.limits, f"sign-in {self.now}")],
            lambda: proof_limits.of_desk(self.limits, "sam", "own desk", seated=True),
        ]
        begun = self.now
        for way in ways:
            for _ in range(min(slip, 2) + 1):
                held = self._try(way())
                assert held == 0
            tries.forgive(self.database, way())
        assert self.now - begun <= SOON

    @invariant()
    def guesses_are_few_in_any_day(self) -> None:
        for kind, most in (("password", 100 + DAY // 900), ("desk", 8 + DAY // 1800 + 1)):
            times = self.guesses[kind]
            for first in times:
                assert sum(first <= at < first + DAY for at in times) <= most + 2


Siege.TestCase.settings = settings(
    max_examples=20,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestSiege = Siege.TestCase
