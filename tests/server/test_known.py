"""Keys that are kept at hand save a look at the database, and never let a report in wrongly."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from nacl.signing import SigningKey
from sqlalchemy import delete, update

from agentguard.server.http_messages import Refused
from agentguard.server.ingest.authentication import MINUTE, KnownDevices, Nonces
from agentguard.server.settings import Limits
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks import devices
from agentguard.server.store.schema.identity_tables import device_identity
from agentguard.server.store.schema.tables import METADATA, device
from agentguard.wire import httpsig

HELD = {"presence", "excursion", "judged", "in_force", "desk_team", "held_desk"}
LIMITS = Limits()


def do(running: Any, job: Any) -> Any:
    return running.admin._database.run(job)


def become(running: Any, id_: str, **values: Any) -> None:
    do(running, lambda c: c.execute(update(device).where(device.c.id == id_).values(**values)))


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["kind"]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (devices.RETIRED, (410, "revoked")),
        (devices.PENDING, (403, "pending")),
        (devices.CLONED, (409, "cloned")),
    ],
)
def test_a_report_is_turned_away_the_moment_that_its_device_may_not_report(
    running: Any, desk: Any, event: Any, status: str, said: tuple[int, str]
) -> None:
    """Another process has decided it; nothing of the report is kept."""
    desk.receipt(desk.send(event(1)))
    become(running, desk.id, status=status)
    assert refused(desk.send(event(2))) == said
    assert [one.seq for one in running.admin.seen(desk.id).events] == [1]
    become(running, desk.id, status=devices.ACTIVE)
    running.time.at += LIMITS.key_fresh
    desk.receipt(desk.send(event(2)))


def test_a_device_that_another_process_put_into_conflict_reports_on(
    running: Any, desk: Any
) -> None:
    desk.receipt(desk.send())
    become(running, desk.id, status=devices.CONFLICT)
    desk.receipt(desk.send())


def test_keys_that_were_replaced_at_another_process_count_at_once(running: Any, desk: Any) -> None:
    desk.receipt(desk.send())
    old, new = desk.key, SigningKey.generate()
    at = running.time.at
    do(running, lambda c: devices.rotate(c, desk.id, new.verify_key.encode(), "", at))
    running.time.at += LIMITS.key_fresh
    for key in (new, old, new):
        assert desk.post("/v1/reports", desk.report(), key=key).status_code == 200
    running.time.at += devices.BOTH_KEYS
    assert desk.post("/v1/reports", desk.report(), key=new).status_code == 200
    assert refused(desk.post("/v1/reports", desk.report(), key=old)) == (401, "signature")


def test_a_key_that_was_taken_away_is_refused_though_it_is_at_hand(running: Any, desk: Any) -> None:
    desk.receipt(desk.send())
    become(running, desk.id, public_key=SigningKey.generate().verify_key.encode())
    assert refused(desk.send()) == (401, "signature")


def test_a_device_that_changes_its_team_is_looked_at_anew(running: Any, desk: Any) -> None:
    desk.receipt(desk.send())
    door = running.server._server.config.app
    become(running, desk.id, team=do(running, lambda c: team_id(c, "Night")))
    desk.receipt(desk.send())
    assert door._devices._held[desk.id][1].team == "Night"


def test_a_key_is_kept_at_hand_for_reports_and_soon_looked_up_for_all_else(
    running: Any, desk: Any
) -> None:
    known = KnownDevices(running.admin._database, LIMITS, running.time)
    assert asyncio.run(known.at_hand(desk.id)) is not None

    def forget(connection: Any) -> None:
        connection.execute(delete(device_identity))
        for one in reversed(METADATA.sorted_tables):  # what was held of it goes first
            if one.name in HELD:
                connection.execute(delete(one))
        connection.execute(delete(device))

    do(running, forget)
    running.time.at += LIMITS.key_kept - 1
    assert asyncio.run(known.at_hand(desk.id)) is not None
    running.time.at += 1
    assert asyncio.run(known.at_hand(desk.id)) is None


@pytest.fixture
def make_known(running: Any) -> Any:
    """Make the devices at hand, and the database that they are looked up in."""

    def make() -> tuple[KnownDevices, Any]:
        slow: Any = Slow(running.admin._database)
        return KnownDevices(slow, LIMITS, running.time), slow

    return make


@pytest.mark.parametrize("status", sorted(devices.SILENCED))
def test_who_may_not_report_is_soon_looked_up(running: Any, desk: Any, status: str) -> None:
    known = KnownDevices(running.admin._database, LIMITS, running.time)
    become(running, desk.id, status=status)
    assert asyncio.run(known.at_hand(desk.id)).status == status
    become(running, desk.id, status=devices.ACTIVE)
    running.time.at += LIMITS.key_fresh
    assert asyncio.run(known.at_hand(desk.id)).status == devices.ACTIVE


class Slow:
    """A database whose looks begin and end when a test says so."""

    def __init__(self, database: Any) -> None:
        self._database = database
        self.looks = 0
        self.looked, self.go = asyncio.Event(), asyncio.Event()

    async def read(self, job: Any) -> Any:
        self.looks += 1
        found = await self._database.read(job)
        self.looked.set()
        await self.go.wait()
        return found


def test_a_floor_that_comes_back_is_looked_up_in_a_few_looks(
    running: Any, new_desk: Any, make_known: Any
) -> None:
    desks = [new_desk(label=f"desk-{n}").id for n in range(6)]

    async def ask() -> None:
        known, slow = make_known()
        asked = [asyncio.create_task(known.known(one)) for one in ["nobody", *desks, *desks]]
        await asyncio.sleep(0)
        slow.go.set()
        nobody, *every = await asyncio.gather(*asked)
        assert nobody is None
        assert [one.id for one in every] == [*desks, *desks]
        assert [await known.known(one) for one in desks] == every[:6]
        assert slow.looks <= 2

    asyncio.run(ask())


def test_what_is_forgotten_while_it_is_looked_up_is_looked_up_again(
    running: Any, desk: Any, make_known: Any
) -> None:
    async def ask() -> None:
        known, slow = make_known()
        early = asyncio.create_task(known.known(desk.id))
        await slow.looked.wait()
        become(running, desk.id, status=devices.CLONED)
        known.forget(desk.id)
        late = asyncio.create_task(known.known(desk.id))
        slow.go.set()
        await early
        assert (await late).status == devices.CLONED
        assert (await known.known(desk.id)).status == devices.CLONED

    asyncio.run(ask())


def test_who_waits_for_a_look_that_fails_is_told_and_the_next_one_is_not(
    running: Any, desk: Any, make_known: Any
) -> None:
    async def ask() -> None:
        known, slow = make_known()
        slow._database, whole = None, slow._database
        every = await asyncio.gather(
            *(known.known(one) for one in (desk.id, desk.id, "another")), return_exceptions=True
        )
        assert {type(one) for one in every} == {AttributeError}
        slow._database = whole
        slow.go.set()
        assert (await known.known(desk.id)).id == desk.id

    asyncio.run(ask())


def test_who_goes_away_meanwhile_takes_nobody_along(
    running: Any, desk: Any, make_known: Any
) -> None:
    async def ask() -> None:
        known, slow = make_known()
        gone, stays = (asyncio.create_task(known.known(desk.id)) for _ in range(2))
        await slow.looked.wait()
        gone.cancel()
        slow.go.set()
        assert (await stays).id == desk.id
        assert slow.looks == 1

    asyncio.run(ask())


def signed(created: int, number: int, keyid: str = "d") -> httpsig.Parameters:
    return httpsig.Parameters(created=created, nonce=f"{number:022}", keyid=keyid)


def test_signatures_are_remembered_as_long_as_they_could_be_replayed_and_no_longer() -> None:
    begin, rate, most = 1_790_000_000, 20, 20 * (2 * httpsig.MAX_SKEW + 3 * MINUTE)
    nonces = Nonces(most)
    for now in range(begin, begin + 1800):
        for number in range(rate):
            assert nonces.first(signed(now, now * rate + number), now)
    last = begin + 1799
    for made in range(last - httpsig.MAX_SKEW, last):
        assert not nonces.first(signed(made, made * rate + 7), last)
    assert nonces.first(signed(last, last * rate + 7, "another"), last)
    assert nonces._count < most


def test_too_many_signatures_are_told_to_come_later_until_they_are_forgotten() -> None:
    nonces = Nonces(2)
    for number in range(2):
        assert nonces.first(signed(1000, number), 1000)
    with pytest.raises(Refused, match="busy"):
        nonces.first(signed(1000, 3), 1000)
    later = 1000 + httpsig.MAX_SKEW + 2 * MINUTE
    assert nonces.first(signed(later, 3), later)
