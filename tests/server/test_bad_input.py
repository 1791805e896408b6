"""What a hostile or broken client sends is refused with a clear answer, and written down once."""

from __future__ import annotations

import gzip
import logging
import struct
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import zstandard
from sqlalchemy import select

from agentguard.base import translations
from agentguard.server.http_messages import Refused, storable
from agentguard.server.ingest.switch import SPAN, Refusals
from agentguard.server.jobs.retention import Retention
from agentguard.server.store.engine.times import iso
from agentguard.server.store.schema.floor_tables import device_standing
from agentguard.server.store.schema.identity_tables import tamper_item
from agentguard.server.store.schema.tables import finding, incident
from agentguard.wire import data_request, v1

DAY, LARGE = 86400.0, v1.MAX_BODY


def packed(desk: Any, body: bytes, encoding: str) -> Any:
    headers = {**desk.sign("POST", v1.REPORTS, body), "content-encoding": encoding}
    return desk.http.post(v1.REPORTS, content=body, headers=headers)


def test_a_report_packed_with_zstd_is_taken(running: Any, desk: Any, event: Any) -> None:
    body = msgspec.json.encode(desk.report(event(1)))
    for pack in (zstandard.ZstdCompressor(), zstandard.ZstdCompressor(write_content_size=False)):
        desk.receipt(packed(desk, pack.compress(body), "zstd"))
    assert len(running.admin.seen(desk.id).events) == 1


def zstd_head(size: int) -> bytes:
    """Give the head of a frame that promises a size, and a window as large (RFC 8878, 3.1.1)."""
    return b"\x28\xb5\x2f\xfd" + bytes([0b11100000]) + struct.pack("<Q", size)


@pytest.mark.parametrize(
    ("encoding", "body", "status", "kind"),
    [
        ("zstd", zstandard.compress(b"x" * (LARGE + 1)), 413, "too-large"),
        ("zstd", lambda: zstandard.compress(b"x" * 500_000_000), 413, "too-large"),
        ("zstd", zstandard.compress(b"x" * LARGE) + zstandard.compress(b"x"), 413, "too-large"),
        ("zstd", zstd_head(2**60) + b"\x01\x00\x00", 400, "malformed"),
        ("zstd", zstandard.compress(b"{}")[:-3], 400, "malformed"),
        ("zstd", b"no frame", 400, "malformed"),
        ("zstd", b"", 400, "malformed"),
        ("zstd", zstandard.compress(b"{}") + b"more", 400, "malformed"),
        ("gzip", lambda: gzip.compress(b"x" * 200_000_000), 413, "too-large"),
        ("gzip", zstandard.compress(b"{}"), 400, "malformed"),
        ("br", b"{}", 415, "encoding"),
        ("gzip, zstd", b"{}", 415, "encoding"),
    ],
)
def test_what_unpacks_to_too_much_or_not_at_all_is_refused(
    desk: Any, encoding: str, body: bytes | Callable[[], bytes], status: int, kind: str
) -> None:
    answer = packed(desk, body() if callable(body) else body, encoding)
    assert (answer.status_code, answer.json()["kind"]) == (status, kind)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/../server.db",
        "/v1/%2e%2e/server.key",
        "/static/../../../../../etc/passwd",
        "/static/%2e%2e/%2e%2e/pages.py",
        "/static/..%2f..%2fpages.py",
        "/static//etc/passwd",
        "/v1/policy/../../server.key",
        "/v1/reports%00.json",
        "/v1/reports\\..\\server.key",
    ],
)
def test_no_path_leads_out_of_what_is_served(stranger: Any, path: str) -> None:
    url = stranger.http.base_url.copy_with(raw_path=path.encode())
    answer = stranger.http.get(url)
    assert answer.status_code in {303, 400, 401, 403, 404, 405}
    assert b"root:" not in answer.content
    assert b"Puts the console" not in answer.content


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/desk/%00", 404),
        ("/desk/a%00/held", 404),
        ("/desk/a%00/held.json", 404),
        ("/people/a%00", 404),
        ("/devices?find=%00", 200),
        ("/factors?find=a%00", 200),
    ],
)
def test_an_address_with_a_nul_is_no_failure_of_the_database(
    browser: Any, path: str, status: int
) -> None:
    assert browser.get(path).status_code == status


ODD = [
    *("9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00", "x", ""),
    *("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999+00:00"),
]


@pytest.mark.parametrize("at", ODD)
def test_a_report_from_another_time_is_taken_with_the_endpoint_s_own_time(
    running: Any, desk: Any, event: Any, at: str
) -> None:
    told = {**event(1, check="firewall", severity="high"), "at": at}
    desk.receipt(desk.send(told, sent_at=at, controls=[]))
    seen = running.admin.seen(desk.id)
    assert seen.desk.last_seen == running.time()
    assert len(seen.events) == 1


@pytest.mark.parametrize("at", ODD)
def test_what_a_desk_dates_oddly_can_be_taken_away_and_asked_for(
    desk: Any, event: Any, browser: Any, at: str
) -> None:
    events = [event(seq, check="firewall", severity="high", at=at) for seq in (1, 2)]
    desk.receipt(desk.send(*events, event(3, "incident.reported", at=at), sent_at=at))
    desk.receipt(desk.send(event(4, "finding.closed", check="firewall", at=at), seq=4))
    for sheet, many in (("events", 4), ("findings", 1), ("desks", 1)):
        lines = browser.get(f"/exports/{sheet}.csv").text.splitlines()
        assert len(lines) == many + 1
    assert desk.get(data_request.HELD).status_code == 200
    for page in ("/", "/incidents", "/findings", f"/desk/{desk.id}", f"/desk/{desk.id}/held.json"):
        assert browser.get(page).status_code == 200


def test_one_report_holds_only_so_many_events_and_controls(
    running: Any, desk: Any, event: Any, control: Any
) -> None:
    events = [event(seq, "x") for seq in range(1, v1.MAX_EVENTS + 2)]
    controls = [control(str(number)) for number in range(v1.MAX_CONTROLS + 1)]
    desk.receipt(desk.send(*events[:-1], controls=controls[:-1]))
    for more in ({"events": events}, {"controls": controls}):
        body = {**desk.report(), "seq": len(events), **more}
        answer = desk.post(v1.REPORTS, body)
        assert (answer.status_code, answer.json()["kind"]) == (413, "too-large")
    assert running.admin.seen(desk.id).events[0].seq <= v1.MAX_EVENTS


def test_what_is_dated_ahead_is_kept_as_of_now(
    running: Any, desk: Any, event: Any, control: Any
) -> None:
    """Otherwise it would never grow old, and stand last on the floor."""
    ahead = {"at": "9999-12-31T23:59:59+00:00", "check": "firewall", "severity": "high"}
    failing = control("firewall", state="fail", severity="high", since=ahead["at"])
    told = [
        {**event(1), **ahead},
        {**event(2, "incident.reported"), **ahead},
        {**event(3, "policy.refused"), **ahead},
    ]
    desk.receipt(desk.send(*told, controls=[failing], overall="act"))
    times = [finding.c.opened_at, incident.c.reported_at, tamper_item.c.since]
    times += [device_standing.c.since]
    held = running.admin._database.run(lambda c: [c.scalar(select(one)) for one in times])
    assert held == [running.time.at] * len(times)
    desk.receipt(desk.send({**event(4, "finding.closed"), **ahead}))
    closed = running.admin._database.run(lambda c: c.scalar(select(finding.c.closed_at)))
    assert closed == running.time.at


def test_what_a_clock_that_stands_years_behind_dates_does_not_grow_old_at_once(
    running: Any, desk: Any, event: Any
) -> None:
    """Otherwise the next run of retention would take it, and no trend would count it."""
    old = {"at": "2015-03-01T08:00:00+00:00", "check": "firewall", "severity": "high"}
    told = [event(1, **old), event(2, "incident.reported", **old)]
    desk.receipt(desk.send(*told, event(3, "finding.closed", **old)))
    columns = (finding.c.opened_at, finding.c.closed_at, incident.c.reported_at)
    held = running.admin._database.run(lambda c: [c.scalar(select(one)) for one in columns])
    assert held == [running.time.at] * 3
    Retention(running.admin._database, running.time.at).run()
    assert running.admin._database.run(lambda c: c.scalar(select(finding.c.check))) == "firewall"


@pytest.mark.parametrize(
    ("opened", "closed", "wanted"), [(0, 60, 60), (0, -DAY, 0), (-30 * DAY, -20 * DAY, -20 * DAY)]
)
def test_nothing_is_closed_before_it_was_opened(
    running: Any, desk: Any, event: Any, opened: float, closed: float, wanted: float
) -> None:
    begun, dates = running.time.at, {"opened": opened, "closed": closed}
    running.time.at += 60
    told = [
        event(seq, f"finding.{how}", check="firewall", severity="high", at=iso(begun + after))
        for seq, (how, after) in enumerate(dates.items(), 1)
    ]
    desk.receipt(desk.send(*told))
    at = running.admin._database.run(lambda c: c.scalar(select(finding.c.closed_at)))
    assert at == begun + wanted


def test_reports_out_of_order_are_each_kept_once(running: Any, desk: Any, event: Any) -> None:
    for seqs in ((5, 6), (1, 2), (3,), (2, 3, 4), (5,), (1, 6)):
        desk.receipt(desk.send(*(event(seq) for seq in seqs), seq=6))
    seqs = sorted(e.seq for e in running.admin.seen(desk.id).events)
    assert seqs == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "text",
    [
        "'; DROP TABLE event; --",
        "=HYPERLINK(0)",
        "+1+1",
        "@SUM(A1)",
        "\r\nset-cookie: a=b",
        "<script>alert(1)</script>",
        "../../etc/passwd",
        "{{7*7}}",
        "%s%s%n",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
        "\u202egnp.exe",
    ],
)
def test_every_field_takes_any_text_as_text(
    running: Any, desk: Any, event: Any, control: Any, text: str
) -> None:
    told = event(1, check=text, subject=text, place=text, message=text, text=text)
    told |= {"severity": text, "params": {text: text}}
    told["hits"] = [{"kind": text, "count": 1, "masked": [text]}]
    answer = desk.send(
        told,
        controls=[control(check=text, state=text, detail=text)],
        **dict.fromkeys(("overall", "agent", "policy", "policy_digest", "hash", "seal"), text),
    )
    desk.receipt(answer)
    assert "set-cookie" not in answer.headers
    seen = running.admin.seen(desk.id)
    assert seen.events[0].text == text
    assert seen.findings[0].check == text
    desk.receipt(desk.send(event(2)))  # every table is still there


def test_only_an_escaped_nul_is_mended() -> None:
    for given, wanted in (
        (rb'"\u0000"', rb'"\ufffd"'),
        (rb'"\\u0000"', rb'"\\u0000"'),
        (rb'"\\\u0000\u0000"', rb'"\\\ufffd\ufffd"'),
        (rb'"\u00001"', rb'"\ufffd1"'),
        (b"{}", b"{}"),
    ):
        assert storable(given) == wanted


def test_a_refusal_is_written_down_once_and_then_counted(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    times = [1000.0]
    refusals = Refusals(lambda: times[0], translations.load())
    for _ in range(500):
        refusals.note(Refused(400, "malformed"), v1.REPORTS)
        refusals.note(Refused(429, "busy"), v1.REPORTS)
    assert caplog.messages == ["refused at /v1/reports: malformed (400)"]
    times[0] += SPAN
    refusals.note(Refused(401, "signature"), v1.POLICY)
    assert caplog.messages[1:] == [
        "refused at /v1/reports: malformed, 500 times in all",
        "refused at /v1/policy: signature (401)",
    ]


def test_the_log_names_neither_what_was_sent_nor_who_sent_it(
    desk: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(3):
        assert desk.post(v1.REPORTS, b'{"secret": ').status_code == 400
        assert desk.http.get("/v1/a-secret-path").status_code == 404
    said = [m for m in caplog.messages if m.startswith("refused")]
    assert said == ["refused at /v1/reports: malformed (400)", "refused at /v1: not-found (404)"]
    assert desk.id not in caplog.text
