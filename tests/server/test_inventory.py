"""A desk's list of programs over the wire: taken whole and in differences, signed, and bounded."""

from __future__ import annotations

import asyncio
import base64
import gzip
import threading
from typing import Any

import msgspec
import pytest
from nacl.signing import SigningKey, VerifyKey
from sqlalchemy import delete, select, update

from agentguard.server.http_messages import Refused
from agentguard.server.ingest.inventory import AT_ONCE, Inventories
from agentguard.server.jobs import software
from agentguard.server.jobs.schedule import Jobs
from agentguard.server.jobs.software import EVERY
from agentguard.server.policies.teaching import judges
from agentguard.server.settings import Limits
from agentguard.server.store.desks.devices import RETIRED
from agentguard.server.store.records import held_data
from agentguard.server.store.schema.identity_tables import device_identity
from agentguard.server.store.schema.software_tables import (
    device_inventory,
    device_program,
    device_program_past,
    program,
    program_count,
)
from agentguard.server.store.schema.tables import device
from agentguard.server.store.software import packs
from agentguard.server.store.software.intake import Arrived, Intake
from agentguard.wire import v1
from agentguard.wire.inventory import (
    INVENTORY,
    MAX_PROGRAMS,
    Inventory,
    InventoryAnswer,
    InventoryTaken,
    Program,
    list_digest,
)

CARD = "4556 7375 8689 9855"
JAVA = Program(name="Java 8 Update 211 (64-bit)", version="8.0.2110.9", publisher="Oracle")
ZIP = Program(name="7-Zip 24.09 (x64)", version="24.09", publisher="Igor Pavlov")


def put(desk: Any, value: Any, **headers: str) -> Any:
    body = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return desk.http.put(
        INVENTORY, content=body, headers=desk.sign("PUT", INVENTORY, body) | headers
    )


def whole(desk: Any, *programs: Program, **more: Any) -> Inventory:
    values = {
        "device": desk.id, "sent_at": "2026-09-21T13:33:20+00:00", "digest": list_digest(programs),
        "programs": len(programs), "full": True, "added": programs,
    }  # fmt: skip
    return Inventory(**{**values, **more})


def taken(desk: Any, answer: Any) -> InventoryTaken:
    """Give what the endpoint says that it holds, after its signature was verified."""
    assert answer.status_code == 200, answer.text
    given = msgspec.json.decode(answer.content, type=InventoryAnswer)
    key = VerifyKey(base64.b64decode(desk.enrolled.receipt_key))
    key.verify(given.taken.encode(), base64.b64decode(given.signature))
    return msgspec.json.decode(given.taken, type=InventoryTaken)


def rows(running: Any, table: Any) -> list[Any]:
    return list(running.admin._database.run(lambda c: c.execute(select(table)).all()))


@pytest.fixture
def told(desk: Any) -> Any:
    """A desk that has reported, and told of two programs."""
    desk.send()
    assert not taken(desk, put(desk, whole(desk, JAVA, ZIP))).need_full
    return desk


def test_row_171_a_whole_list_and_a_difference_are_taken_and_judged(
    running: Any, told: Any
) -> None:
    said = {row.name: (row.product, row.state) for row in rows(running, program)}
    assert said[JAVA.name] == ("oracle-jdk", "ended")
    assert said[ZIP.name][0] == "7-zip"
    newer = Program(name="7-Zip 26.02 (x64)", version="26.02", publisher="Igor Pavlov")
    change = whole(
        told, JAVA, newer, full=False, base=list_digest((JAVA, ZIP)), added=(newer,), gone=(ZIP,)
    )
    held = taken(told, put(told, change))
    assert held == InventoryTaken(device=told.id, digest=change.digest, at=change.sent_at)
    (desk,) = rows(running, device_inventory)
    assert (desk.device, desk.digest, desk.programs) == (told.id, change.digest, 2)
    assert (desk.rank, desk.ended) == (1, 1)
    assert len(rows(running, device_program)) == 2
    assert len(rows(running, device_program_past)) == 1


def test_row_171_a_restored_endpoint_asks_for_the_whole(running: Any, told: Any) -> None:
    """It holds an older list than the one that the desk has told a difference to."""
    mine = update(device_inventory).values(digest="of last week")
    running.admin._database.run(lambda c: c.execute(mine))
    change = whole(told, JAVA, full=False, base=list_digest((JAVA, ZIP)), added=(), gone=(ZIP,))
    asked = taken(told, put(told, change))
    assert asked.need_full
    assert len(rows(running, device_program)) == 2
    assert not taken(told, put(told, whole(told, JAVA))).need_full
    assert len(rows(running, device_program)) == 1


def test_row_173_what_no_agent_sends_is_refused(running: Any, told: Any) -> None:
    before = rows(running, device_program)
    many = [{"name": f"p{n}"} for n in range(MAX_PROGRAMS + 1)]
    good = msgspec.to_builtins(whole(told, JAVA))
    for wrong, status in (
        (b"{", 400),
        (b"[" * 100_000, 400),
        ({**good, "added": many, "programs": len(many)}, 400),
        ({**good, "added": [{"name": "x" * 301}]}, 400),
        ({**good, "added": [{"name": "x", "permissions": ["a"] * 51}]}, 400),
        ({**good, "programs": 7}, 400),
        ({**good, "full": False, "programs": -1}, 400),
        ({**good, "gone": [{"name": "x"}]}, 400),
        ({**good, "digest": ""}, 400),
        ({**good, "digest": "d" * 65}, 400),
        ({**good, "base": "d" * 65}, 400),
        ({**good, "schema": 2}, 400),
        ({**good, "device": "another"}, 403),
        (b"x" * (v1.MAX_BODY + 1), 413),
    ):
        assert put(told, wrong).status_code == status, str(wrong)[:200]
    bomb = gzip.compress(b" " * (v1.MAX_BODY * 8))
    assert put(told, bomb, **{"content-encoding": "gzip"}).status_code == 413
    stranger = told.sign("PUT", INVENTORY, msgspec.json.encode(good), key=SigningKey.generate())
    assert put(told, good, **stranger).status_code == 401
    assert told.post(INVENTORY, good).status_code == 405
    assert rows(running, device_program) == before


def test_row_173_a_keeper_has_no_programs_and_a_desk_reports_first(running: Any, desk: Any) -> None:
    answer = put(desk, whole(desk, JAVA))
    assert (answer.status_code, answer.json()["kind"]) == (429, "busy")
    desk.send()
    keeper = update(device_identity).where(device_identity.c.device == desk.id)
    running.admin._database.run(lambda c: c.execute(keeper.values(role="keeper")))
    running.time.at += 3600
    answer = put(desk, whole(desk, JAVA))
    assert (answer.status_code, answer.json()["kind"]) == (403, "no-agent")


class TestQuota:
    @pytest.fixture
    def limits(self) -> Limits:
        return Limits(stored_day=20_000)

    def test_row_173_lists_count_as_what_is_stored_in_a_day(self, running: Any, told: Any) -> None:
        """Of a desk that invents programs no more is kept than of one that invents events."""
        kinds = []
        for turn in range(20):
            some = tuple(Program(name=f"p{turn}-{n}") for n in range(20))
            answer = put(told, whole(told, *some))
            kinds.append(answer.json().get("kind", "") if answer.status_code != 200 else "")
        assert kinds[-1] == "quota"
        assert len(rows(running, program)) <= 20 * kinds.count("") + 2


class Full:
    """A database whose writes wait until they are let go."""

    def __init__(self) -> None:
        self.waiting = 0
        self.full, self.go = asyncio.Event(), asyncio.Event()

    async def write_together(self, _together: object, _arrived: object) -> bool:
        self.waiting += 1
        if self.waiting == AT_ONCE:
            self.full.set()
        await self.go.wait()
        self.waiting -= 1
        return True


def test_row_173_lists_keep_reports_waiting_for_no_more_than_a_few() -> None:
    """Thousands of desks that tell of their programs for the first time take no queue."""

    async def crowd() -> None:
        database = Full()
        lists = Inventories(
            database, None, Limits(), lambda: 1.0, intake=Intake(judges(None)), pace=None,
            quota=None,
        )  # type: ignore[arg-type] # simulators # fmt: skip
        one = Arrived(inventory=Inventory(device="d", sent_at="", digest="d", programs=0), now=1.0)
        some = [asyncio.create_task(lists._taken(one)) for _ in range(AT_ONCE)]
        await database.full.wait()
        with pytest.raises(Refused) as refused:
            await lists._taken(one)
        assert (refused.value.status, refused.value.kind) == (429, "busy")
        database.go.set()
        assert await asyncio.gather(*some) == [True] * AT_ONCE
        assert await lists._taken(one)

    asyncio.run(crowd())


def test_row_172_no_value_in_a_name_is_kept(running: Any, desk: Any) -> None:
    desk.send()
    named = Program(name=f"Export {CARD}", publisher="maria@example.org", version="1")
    update_ = Program(name="KB5031356", version="10.0.19041.5438")
    assert not taken(desk, put(desk, whole(desk, named, update_))).need_full
    kept = running.stored()
    assert CARD.encode() not in kept
    assert b"maria@example.org" not in kept
    assert "KB5031356" in {row.name for row in rows(running, program)}
    change = whole(
        desk, update_, full=False, base=list_digest((named, update_)), added=(), gone=(named,)
    )
    assert not taken(desk, put(desk, change)).need_full, "it is known by what is kept of it"


def test_row_170_a_desk_that_is_turned_away_is_counted_no_more(running: Any, told: Any) -> None:
    gone = update(device).where(device.c.id == told.id).values(status=RETIRED)
    running.admin._database.run(lambda c: c.execute(gone))
    jobs = Jobs(running.admin._database, running.settings, running.time)
    jobs.do()
    assert rows(running, program_count) == rows(running, device_inventory) == []
    assert len(rows(running, device_program_past)) == 2


def test_no_catalogue_is_read_where_no_desk_tells_of_programs(
    running: Any, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_connection: object) -> None:
        raise AssertionError

    monkeypatch.setattr(packs, "in_force", read)
    desk.send()
    software.Programs(
        running.admin._database, running.settings, running.time, threading.Event()
    ).run()


def test_row_170_the_job_judges_anew_with_the_day(running: Any, told: Any) -> None:
    jobs = Jobs(running.admin._database, running.settings, running.time)
    jobs.do()
    (day,) = {row.judged_with.split()[1] for row in rows(running, program)}
    running.time.at += 86400
    jobs.do()
    (after,) = {row.judged_with.split()[1] for row in rows(running, program)}
    assert (day, after) == ("2026-09-21", "2026-09-22")
    running.admin._database.run(lambda c: c.execute(delete(device_program_past)))
    running.time.at += EVERY
    jobs.do()
    assert len(rows(running, program)) == 2


def test_row_172_whoever_asks_what_is_held_reads_the_programs_by_name(
    running: Any, told: Any
) -> None:
    held = running.admin._database.run(lambda c: held_data.everything(c, told.id, str))
    assert {row["name"] for row in held["device_program"]} == {JAVA.name, ZIP.name}
    (about,) = (
        one
        for one in running.admin._database.run(lambda c: held_data.classes(c, told.id))
        if one.table == "device_program"
    )
    assert (about.many, about.oldest) == (2, running.time())
