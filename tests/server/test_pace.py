"""One device that sends far too much is held to its pace, and takes nothing from the others."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey
from prometheus_client.parser import text_string_to_metric_families

from agentguard.cli import main
from agentguard.server.feeds import metrics
from agentguard.server.http_messages import Refused
from agentguard.server.ingest.rate_limit import AGAIN, DEAF, Pace
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.engine.database import Busy
from agentguard.server.tamper import items, kinds
from agentguard.wire import v1

BURST = 3
FEW = Limits(burst=BURST, events_of_one=2)
few = pytest.mark.parametrize("limits", [FEW])
NOW = 1_790_000_000.0


def drained(desk: Any) -> None:
    for _ in range(BURST):
        desk.receipt(desk.send())


def turned_away(answer: Any) -> int:
    """Give the seconds that a device is told to wait which sends too much."""
    assert (answer.status_code, answer.json()["kind"]) == (429, "too-often")
    return int(answer.headers["retry-after"])


def goes_on(running: Any, desk: Any, seconds: int) -> int:
    """Let a drained device send four times a second; give how often it was turned away."""
    refused = 0
    for _ in range(4 * seconds):
        running.time.at += 0.25
        answer = desk.send()
        if answer.status_code == 200:
            continue
        turned_away(answer)
        refused += 1
    return refused


def flagged(running: Any, desk: Any) -> bool:
    opened = running.admin._database.run(lambda c: items.still_open(c, [desk.id]))
    return kinds.TOO_OFTEN.id in opened.get(desk.id, {})


@few
def test_who_sends_too_much_waits_as_told_and_nobody_else_does(
    running: Any, new_desk: Any, event: Any
) -> None:
    one, other = new_desk(), new_desk(label="desk-2")
    drained(one)
    answer = one.send(event(1))
    assert turned_away(answer) == 1
    said = answer.json()
    assert said["title"] == "This device sends more than its share."
    assert said["detail"].startswith("Nothing is lost")
    drained(other)
    running.time.at += 1
    one.receipt(one.send(event(1)))
    assert [told.seq for told in running.admin.seen(one.id).events] == [1]
    assert not flagged(running, one), "it listened"


@few
def test_many_events_cost_as_much_as_many_reports(running: Any, desk: Any, event: Any) -> None:
    desk.receipt(desk.send(*(event(n) for n in range(1, 9))))
    assert turned_away(desk.send()) == 3
    running.time.at += 3
    desk.receipt(desk.send())


@pytest.mark.heavy
def test_a_weeks_backlog_of_a_busy_desk_comes_in_at_once(desk: Any, event: Any) -> None:
    week = 7 * 2000  # events
    for first in range(1, week, v1.MAX_EVENTS):
        last = min(first + v1.MAX_EVENTS, week + 1)
        desk.receipt(desk.send(*(event(seq) for seq in range(first, last))))


@few
def test_nobody_empties_the_bucket_of_another(desk: Any) -> None:
    stranger = SigningKey.generate()
    for _ in range(2 * BURST):
        assert desk.post(v1.REPORTS, desk.report(), key=stranger).status_code == 401
    again = desk.sign("POST", v1.REPORTS, b"{}")
    said = [
        desk.http.post(v1.REPORTS, content=b"{}", headers=again).json()["kind"] for _ in range(4)
    ]
    assert said == ["malformed", "replayed", "replayed", "replayed"]
    for _ in range(BURST - 1):
        desk.receipt(desk.send())
    turned_away(desk.send())


@few
def test_what_the_person_at_the_desk_waits_for_has_a_bucket_of_its_own(desk: Any) -> None:
    drained(desk)
    turned_away(desk.send())
    assert desk.get(v1.POLICY).json()["kind"] == "no-policy"
    for _ in range(BURST - 1):
        desk.get(v1.POLICY)
    turned_away(desk.get(v1.POLICY))


@few
def test_who_does_not_wait_when_told_is_shown_counted_and_logged_once(
    running: Any, desk: Any, browser: Any, caplog: pytest.LogCaptureFixture, connect: Any
) -> None:
    caplog.set_level(logging.INFO)
    drained(desk)
    refused = goes_on(running, desk, DEAF - 1)
    assert refused == 3 * (DEAF - 1)
    assert not flagged(running, desk)
    refused += goes_on(running, desk, 2)
    assert flagged(running, desk)
    assert "Sends far too much" in browser.get(f"/desk/{desk.id}").text
    assert "Sends far too much" in browser.get("/tamper").text
    said = [message for message in caplog.messages if "too-often" in message]
    assert said == ["refused at /v1/reports: too-often (429)"]
    told = [one.getMessage() for one in caplog.records if one.name.startswith("agentguard")]
    assert desk.id not in " ".join(told)
    assert main(["server", "metrics-token", "--data", str(running.settings.data)]) == 0
    token = (running.settings.data / metrics.FILE).read_text().strip()
    with connect(running) as http:
        text = http.get(metrics.PATH, headers={"authorization": f"Bearer {token}"}).text
    found = {
        sample.labels.get("kind"): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "agentguard_refused_total"
    }
    assert found["too-often"] == refused


def test_each_process_holds_a_device_to_its_pace_and_knows_what_another_has_seen(
    start: Any, tmp_path: Path, address: str, enrol: Any
) -> None:
    settings = ServerSettings(
        data=tmp_path / "server", database=address, limits=Limits(burst=BURST), jobs=False
    )
    first, second = start(settings), start(settings)
    desk = enrol(first, first.admin.enrol_code("Billing"))
    other = enrol(first, first.admin.enrol_code("Billing"), label="desk-2")
    twin, twin_of_other = desk.moved(second), other.moved(second)
    for running, one in ((first, desk), (second, twin)):
        drained(one)
        assert goes_on(running, one, DEAF + 1)
    for one in (other, twin_of_other):
        one.receipt(one.send())
    for one in (desk, other, twin, twin_of_other):
        one.http.close()
    assert [flagged(second, one) for one in (desk, other)] == [True, False]


class Ear:
    """Hears of devices that do not listen; busy as often as it is told to be."""

    def __init__(self, busy: int = 0) -> None:
        self.busy = busy
        self.heard: list[float] = []

    async def __call__(self, _device: str, now: float) -> None:
        if self.busy:
            self.busy -= 1
            raise Busy
        self.heard.append(now)


def asked(pace: Pace, now: float, device: str = "one") -> int:
    """Ask as the door does; give the seconds to wait, 0 when it was let in."""
    try:
        pace.judge(device, now)
    except Refused as refused:
        return refused.retry_after
    asyncio.run(pace.count(device, now))
    return 0


def test_a_bucket_fills_at_its_pace_and_never_above_its_brim() -> None:
    pace = Pace(Limits(burst=4, pace=2.0), Ear())
    assert [asked(pace, NOW) for _ in range(6)] == [0, 0, 0, 0, 2, 2]
    assert [asked(pace, NOW + 2) for _ in range(2)] == [0, 2]
    assert [asked(pace, NOW + 9000) for _ in range(5)] == [0, 0, 0, 0, 2]


def test_what_is_owed_is_waited_for_and_has_an_end() -> None:
    pace = Pace(Limits(burst=4), Ear())
    pace.take("one", NOW, 6.0)
    assert asked(pace, NOW) == 3
    pace.take("one", NOW, 1000.0)
    assert asked(pace, NOW) == 5


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    pace = Pace(Limits(burst=2), Ear())
    assert [asked(pace, NOW) for _ in range(3)] == [0, 0, 1]
    assert [asked(pace, NOW - 86400) for _ in range(3)] == [0, 0, 1]


def test_a_device_that_goes_on_is_told_of_once_an_hour_also_after_a_full_queue() -> None:
    ear = Ear(busy=2)
    pace = Pace(Limits(burst=1), ear)
    for step in range(500):  # four times a second
        asked(pace, NOW + step / 4)
    assert len(ear.heard) == 1
    for step in range(200):
        asked(pace, NOW + AGAIN + 60 + step / 4)
    assert len(ear.heard) == 2


def test_who_comes_after_the_time_that_was_told_is_never_told_of() -> None:
    ear, at = Ear(), NOW
    pace = Pace(Limits(burst=1), ear)
    for _ in range(200):
        wait = asked(pace, at)
        at += wait
    assert ear.heard == []


def test_a_hundred_thousand_devices_leave_little_behind() -> None:
    limits = replace(Limits(), keys=50_000)
    pace = Pace(limits, Ear())
    for number in range(100_000):  # each of them once a minute
        pace.take(f"device-{number}", NOW + number * 60 / 100_000, 1)
    assert len(pace) < 2000
    for number in range(100_000):  # all of them with a backlog, at once
        pace.take(f"device-{number}", NOW + 60, 50.0)
    assert len(pace) == limits.keys


def test_the_description_tells_when_to_come_again(running: Any, connect: Any) -> None:
    with connect(running) as http:
        described = http.get("/v1/openapi.json").json()
    refused = described["paths"][v1.REPORTS]["post"]["responses"]["429"]
    assert refused["headers"]["Retry-After"]["schema"] == {"type": "integer"}
    assert "too-often" in described["info"]["description"]
    assert str(Limits().burst) in described["info"]["description"]


@pytest.mark.parametrize("known", [0, 1, 2, 3])
@pytest.mark.parametrize("count", [0, 0.5, 1])
def test_what_costs_nothing_is_taken_also_from_a_device_that_is_not_remembered(
    known: int, count: float
) -> None:
    """A list of programs in which nothing changed costs nothing, whenever it comes."""

    async def nobody(_device: str, _now: float) -> None:
        raise AssertionError

    pace = Pace(FEW, nobody)
    for number in range(known):
        pace.take(f"d{number}", NOW, 1)
    pace.take("new", NOW + 60, count)
    pace.judge("new", NOW + 60)
    assert len(pace) <= known + 1
