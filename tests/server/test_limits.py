"""Of many tries at once no more are judged than the limit allows, for every kind of proof there is.

A new kind fails here until somebody has said below how it is tried.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp
import pytest
from sqlalchemy import Connection, func, select

from agentguard.server.company_settings import Company
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.engine.database import Database
from agentguard.server.store.factors import one_time_codes, proof_limits, tries
from agentguard.server.store.factors.proof_limits import ALL, Limited
from agentguard.server.store.schema.tables import audit_log
from agentguard.wire import apps, v1
from tests.server.migrated import migrated
from tests.server.test_roles import signed_in

__all__ = ["signed_in"]

PASSWORD = "correct horse battery staple"
AT = 1_790_000_000.0
MANY, AT_ONCE = 60, 20
BEGUN = "slow"  # served one after the other and never refused; tested in test_strangers.py


@dataclass
class Rig:
    """An endpoint, and what a test needs to try something there."""

    running: Any
    desk: Any
    new: Callable[[], Any]
    signed_in: Callable[..., Any]
    ask: Callable[..., Any]

    def noted(self, act: str, subject: str = "") -> int:
        """Give how often an act stands in the audit log."""
        asked = select(func.count()).where(
            audit_log.c.act == act, audit_log.c.subject.contains(subject)
        )
        return int(self.running.admin._database.run(lambda c: c.scalar(asked)) or 0)

    def many(self, send: Callable[[int], Any]) -> list[Any]:
        """Try many times, a crowd of them at each moment."""
        with ThreadPoolExecutor(AT_ONCE) as crowd:
            return list(crowd.map(send, range(MANY)))

    def run(self, job: Callable[[Connection], Any]) -> Any:
        return self.running.admin._database.run(job)

    def half(self) -> Any:
        """Give a browser with the right password of a person who has an app."""
        self.running.admin.add_user("sam", PASSWORD, "admin")
        self.run(
            lambda c: one_time_codes.enrol(c, self.running.admin._keys, "console", "sam", sure=True)
        )
        browser = self.new()
        browser.submit("/sign-in", name="sam", password=PASSWORD)
        return browser

    def prove(self, user: str, answer: str, factor: str = "totp") -> str:
        asked = {"device": self.desk.id, "user": user, "group": "g", "factor": factor}
        given: dict[str, Any] = self.desk.post(v1.PROOFS, {**asked, "answer": answer}).json()
        return str(given.get("problem", ""))


def second(rig: Rig, **fields: str) -> int:
    browser = rig.half()
    rig.many(lambda _: browser.submit("/sign-in/second", **fields))
    return rig.noted("second-factor.refused")


def password(rig: Rig) -> int:
    rig.running.admin.add_user("sam", PASSWORD, "admin")
    browser = rig.new()
    rig.many(lambda n: browser.submit("/sign-in", name="sam", password=f"wrong {n}"))
    return rig.noted("sign-in.refused")


def account(rig: Rig) -> int:
    """From many places; all but three of the hundred tries were made before."""
    count = proof_limits.ACCOUNT.of(rig.running.settings.limits, "sam")
    for _ in range(count.rule.tries - 3):
        rig.run(lambda c: tries.reserve(c, [count], rig.running.time.at))
    return password(rig) + count.rule.tries - 3


def step_up(rig: Rig) -> int:
    browser = rig.signed_in("sam", "admin")
    rig.run(lambda c: one_time_codes.enrol(c, rig.running.admin._keys, "console", "sam", sure=True))
    token = browser.token()
    rig.many(lambda _: browser.submit("/prove", token=token, proof_to="/", proof_code="000000"))
    return rig.noted("second-factor.refused")


def first(rig: Rig) -> int:
    browser = rig.new()
    asked = {"name": "eve", "password": PASSWORD}
    rig.many(lambda n: browser.submit("/sign-in/first", code=f"AAAA-{n:04d}", **asked))
    return rig.noted("first.refused")


def came_back(rig: Rig) -> int:
    browser = rig.new()
    made_up = {"cookie": "agentguard-company=x; __Host-agentguard-company=x"}
    rig.many(lambda n: browser.http.get(f"/sign-in/company/return?state={n}", headers=made_up))
    return rig.noted("sign-in.refused", "state")


def by_phone(rig: Rig) -> int:
    browser = rig.signed_in("sue", teams=("Billing",))
    fields = {"token": browser.token(), "desk": "desk-1", "reason": "r", "letters": "AAAA-AAAA"}
    rig.many(lambda _: browser.submit("/break-glass", **fields))
    return rig.noted("break-glass.refused", "no-challenge")


def enrolled(rig: Rig) -> int:
    http, key = rig.desk.http, rig.desk.key
    told = rig.many(lambda _: rig.ask(http, key, "AAAA-BBBB-CCCC-DDDD"))
    return [one.status_code for one in told].count(403)


def at_desk(rig: Rig) -> int:
    return rig.many(lambda _: rig.prove("maria", "x")).count("wrong")


def seated(rig: Rig) -> int:
    secret, _ = rig.running.admin.desk_totp("maria")
    assert rig.prove("maria", pyotp.TOTP(secret).at(rig.running.time.at)) == ""
    return at_desk(rig)


def of_device(rig: Rig) -> int:
    return rig.many(lambda n: rig.prove(f"person {n}", "x")).count("wrong")


def glass(rig: Rig) -> int:
    return rig.many(lambda n: rig.prove("maria", f"AAAA-{n:04d}-AAAA", "break-glass")).count(
        "wrong"
    )


def app(rig: Rig) -> int:
    _, public = apps.new_key()
    asked = {"device": rig.desk.id, "user": "maria", "public_key": public}
    told = rig.many(lambda n: rig.desk.post(apps.APPS, {**asked, "code": f"AAAA-{n:04d}-BBBB"}))
    return [one.json().get("problem") for one in told].count("wrong")


WAYS: dict[Limited, Callable[[Rig], int] | str] = {
    proof_limits.PASSWORD: password,
    proof_limits.ACCOUNT: account,
    proof_limits.PLACE: BEGUN,
    proof_limits.CODE: lambda rig: second(rig, proof_code="000000"),
    proof_limits.PASSKEY: lambda rig: second(rig, proof_passkey="{}"),
    proof_limits.RECOVERY: lambda rig: second(rig, proof_code="AAAAA-AAAAA"),
    proof_limits.STEP_UP: step_up,
    proof_limits.FORE: BEGUN,
    proof_limits.FIRST: first,
    proof_limits.COMPANY: BEGUN,
    proof_limits.RETURN: came_back,
    proof_limits.PHONE: by_phone,
    proof_limits.ENROL: enrolled,
    proof_limits.USER: at_desk,
    proof_limits.SEATED: seated,
    proof_limits.DEVICE: of_device,
    proof_limits.GLASS: glass,
    proof_limits.APP: app,
}
REFUSING = [one for one in ALL if not one.slows]


def allowed(kind: Limited, limits: Limits) -> int:
    """Give how many tries may be judged before the first wait."""
    rule = kind.rule(limits)
    waits = [n for n, pause in enumerate(rule.delays, 1) if pause]
    return min([rule.tries, *waits])


@pytest.fixture
def running(tmp_path: Path, address: str, start: Any) -> Any:
    company = Company(
        issuer="http://localhost:1", client="c", secret="s", label="Example", roles={}, teams={}
    )
    return start(
        ServerSettings(data=tmp_path / "server", database=address, jobs=False, company=company)
    )


@pytest.fixture
def rig(running: Any, desk: Any, browse: Any, signed_in: Any, ask_to_enrol: Any) -> Rig:
    return Rig(
        running=running,
        desk=desk,
        new=lambda: browse(running),
        signed_in=signed_in,
        ask=ask_to_enrol,
    )


def test_somebody_has_said_of_every_kind_how_it_is_tried() -> None:
    assert set(WAYS) == set(ALL)
    assert {kind for kind, way in WAYS.items() if way == BEGUN} == {k for k in ALL if k.slows}
    assert len({kind.id for kind in ALL}) == len(ALL)


@pytest.mark.parametrize("kind", REFUSING, ids=lambda kind: kind.id)
def test_of_many_at_once_no_more_are_judged_than_the_limit_allows(rig: Rig, kind: Limited) -> None:
    if kind is proof_limits.FIRST:  # there is no user yet, and no desk is asked
        assert rig.new().get("/sign-in/first").status_code == 200
    way = WAYS[kind]
    assert callable(way)
    most = allowed(kind, rig.running.settings.limits)
    assert way(rig) == most


@pytest.mark.parametrize("kind", REFUSING, ids=lambda kind: kind.id)
def test_of_a_thousand_at_once_through_two_processes_no_more_are_let_by(
    tmp_path: Path, address: str, kind: Limited
) -> None:
    """Two processes have a queue and a writer each, and nothing but the database in common."""
    settings = migrated(ServerSettings(data=tmp_path, database=address))
    count = kind.of(settings.limits, "x" * 300)

    async def crowd() -> list[int]:
        both = [Database(settings.database_url, batch=256, most_waiting=2000) for _ in range(2)]
        for one in both:
            one.start()
        tried = [
            both[n % 2].write(lambda c, n=n: tries.reserve(c, _mixed(kind, count, n), AT))
            for n in range(1000)
        ]
        given = list(await asyncio.gather(*tried))
        for one in both:
            await one.stop()
            one.close()
        return given

    given = asyncio.run(crowd())
    assert given.count(0) == allowed(kind, settings.limits)
    assert all(wait > 0 for wait in given if wait)


def _mixed(kind: Limited, count: tries.Count, n: int) -> list[tries.Count]:
    """Give the count with one of another kind that never waits, in any order."""
    free = tries.Rule(tries=10**6, wait=1, most=1)
    other = tries.Count(key=f"{'az'[n % 2]}{n % 7}", rule=free)
    return [count, other] if n % 3 else [other, count]


def test_a_right_answer_among_many_wrong_ones_at_once_gives_no_more_tries(rig: Rig) -> None:
    """The attack that was measured: 400 codes on one step, the right one among them."""
    browser = rig.half()
    secret = pyotp.TOTP(
        rig.run(
            lambda c: one_time_codes.enrol(c, rig.running.admin._keys, "console", "sam", sure=True)
        )
    )
    right = secret.at(rig.running.time.at)
    for _ in range(rig.running.settings.limits.sign_in_tries):
        browser.submit("/sign-in/second", proof_code="x")
    told = rig.many(
        lambda n: browser.submit("/sign-in/second", proof_code=right if n == MANY // 2 else "x")
    )
    assert {one.status_code for one in told} == {401}
    assert browser.get("/").status_code == 303
