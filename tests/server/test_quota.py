"""What one desk can make the endpoint keep, and how deep it can nest what it sends."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from sqlalchemy import select

from agentguard.server.http_messages import Refused
from agentguard.server.ingest import switch
from agentguard.server.ingest.rate_limit import ROW, Quota
from agentguard.server.settings import Limits
from agentguard.server.store.engine.database import Busy
from agentguard.server.store.reports import day_quota
from agentguard.server.store.reports.day_quota import DAY, Full
from agentguard.server.store.schema.tables import device_seen
from agentguard.server.tamper import items, kinds
from agentguard.wire import v1
from agentguard.wire.inventory import INVENTORY

QUOTA = 512 * 1024
SMALL = Limits(stored_day=QUOTA)
DEEP = 100_000


def signs(running: Any, desk: Any) -> set[str]:
    opened = running.admin._database.run(lambda c: items.still_open(c, [desk.id]))
    return set(opened.get(desk.id, {}))


@pytest.mark.parametrize("limits", [SMALL])
def test_row_97_a_desk_stores_no_more_than_its_quota_however_little_it_sends(
    running: Any, desk: Any, new_desk: Any, event: Any
) -> None:
    taken, refused, seq = 0, 0, 0
    for _ in range(30):
        events = [event(seq + n, text="a" * 20_000) for n in range(1, 5)]
        answer = desk.send(*events)
        if answer.status_code == 200:
            seq, taken = seq + 4, taken + 1
            assert desk.receipt(answer).seq == seq
            continue
        refused += 1
        assert (answer.status_code, answer.json()["kind"]) == (429, "quota")
        assert int(answer.headers["retry-after"]) > 0
    assert taken * 80_000 <= QUOTA + 81_000
    assert refused >= 20
    held = sorted(one.seq for one in running.admin.seen(desk.id).events)
    assert held == list(range(1, seq + 1)), "what was receipted is held, and nothing else"
    assert kinds.OVER_QUOTA.id in signs(running, desk)
    other = new_desk(label="desk-2")
    other.receipt(other.send())
    running.time.at += 86400
    again = [event(seq + n, text="a" * 20_000) for n in range(1, 5)]
    assert desk.receipt(desk.send(*again)).seq == seq + 4


@pytest.mark.parametrize("limits", [SMALL])
def test_row_102_the_quota_is_counted_to_the_byte_and_holds_at_every_process_and_start(
    running: Any, desk: Any, event: Any, start: Any
) -> None:
    sent = 0
    while sent < QUOTA - 90_000:
        seq = desk.seq + 1
        answer = desk.send(event(seq, text="a" * 20_000), event(seq + 1, text="b" * 20_000))
        desk.receipt(answer)
        sent += len(answer.request.content) + 2 * ROW
        assert counted(running, desk) == pytest.approx(sent, abs=1)
    other = start(running.settings)
    there = desk.moved(other)
    again = there.report(event(1, text="a" * 20_000), seq=there.seq)
    while sent < QUOTA:  # what is repeated is held once, and is as much to look at
        answer = there.post(v1.REPORTS, {**again, "events": ()})
        there.receipt(answer)
        sent += len(answer.request.content)
        if sent < QUOTA - 21_000:
            seq = there.seq + 1
            answer = there.send(event(seq, text="c" * 20_000))
            there.receipt(answer)
            sent += len(answer.request.content) + ROW
        assert counted(running, desk) == pytest.approx(sent, abs=1)
    third = desk.moved(start(running.settings))
    for one in (there, desk, third):
        answer = one.send()
        assert (answer.status_code, answer.json()["kind"]) == (429, "quota"), answer.text
    assert counted(running, desk) == pytest.approx(sent, abs=1), "what is refused costs nothing"
    there.http.close()
    third.http.close()


def counted(running: Any, desk: Any) -> float:
    """Give the bytes that the database has counted."""
    mine = select(device_seen.c.stored_until).where(device_seen.c.device == desk.id)
    until = running.admin._database.run(lambda c: c.scalar(mine))
    return float((until - running.time.at) * QUOTA / DAY)


@pytest.mark.parametrize("limits", [SMALL])
def test_row_102_old_entries_that_come_late_are_counted_as_well(
    running: Any, desk: Any, event: Any
) -> None:
    desk.receipt(desk.send(event(1000)))
    desk.seq, sent = 0, counted(running, desk)
    for seq in range(1, 60):
        answer = desk.send(event(seq, text="a" * 20_000), seq=500)
        if answer.status_code != 200:
            break
        sent += len(answer.request.content) + ROW
        assert counted(running, desk) == pytest.approx(sent, abs=1)
    assert answer.json()["kind"] == "quota"
    assert QUOTA <= sent < QUOTA + 22_000


def test_row_102_a_day_is_worked_off_evenly_and_no_clock_shuts_a_desk_out() -> None:
    until = day_quota.after(0.0, 1000.0, DAY / 2)
    assert until == 1000.0 + DAY / 2
    assert day_quota.after(until, 1000.0, DAY) == 1000.0 + 1.5 * DAY
    assert day_quota.full(1000.0 + DAY, 1000.0)
    assert not day_quota.full(1000.0 + DAY, 1001.0)
    with pytest.raises(Full) as refused:
        day_quota.after(1000.0 + 1.5 * DAY, 1000.0, 1.0)
    assert refused.value.wait == DAY / 2
    assert day_quota.after(1000.0 + 9 * DAY, 1000.0, 5.0) == 1005.0, "the clock was set back"
    assert day_quota.after(0.0, 1000.0, 9 * DAY) == 1000.0 + DAY, "one report owes a day at most"


def test_row_102_who_was_told_to_wait_is_answered_from_memory_and_told_of_seldom() -> None:
    told: list[tuple[str, float]] = []
    busy = [True]

    async def tell(device: str, at: float) -> None:
        if busy.pop() if busy else False:
            raise Busy
        told.append((device, at))

    async def ask() -> None:
        quota = Quota(Limits(keys=2), tell)
        await quota.judge("a", 0.0)
        first = await quota.used_up("a", 0.0, Full(100.0))
        assert (first.status, first.kind, told) == (429, "quota", []), "there was no room to tell"
        for at in (1.0, 2.0, 3.0):
            with pytest.raises(Refused):
                await quota.judge("a", at)
        assert told == [("a", 1.0)]
        await quota.judge("a", 100.0 + 86.0)
        await quota.used_up("a", 4000.0, Full(1.0))
        assert told == [("a", 1.0), ("a", 4000.0)]
        await quota.judge("a", -DAY)
        for device in ("b", "c", "d"):
            await quota.used_up(device, 5000.0, Full(1.0))
        await quota.judge("b", 5000.0)

    asyncio.run(ask())


POSTED = [v1.ENROL, v1.REPORTS, v1.PROOFS, v1.ROTATE, v1.SPLIT, "/v1/keeper", "/v1/made-up"]
POSTED.append(INVENTORY)


@pytest.mark.parametrize("path", POSTED)
@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"params":{"a":['])
def test_row_97_no_depth_is_more_than_a_wrong_request(
    desk: Any, path: str, opening: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    body = opening * (DEEP // len(opening))
    method = "PUT" if path == INVENTORY else "POST"
    plain = desk.http.request(method, path, content=body)
    for answer in (plain, desk.request(method, path, body)):
        assert 400 <= answer.status_code < 500, answer.text
    assert not [
        one
        for one in caplog.records
        if one.levelno >= logging.ERROR and one.name == switch.LOG.name
    ]
    assert desk.http.get("/healthz").status_code == 200
