from __future__ import annotations

import gzip
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentguard.server.settings import Limits


def seqs(running: Any, desk: Any) -> list[int]:
    return sorted(e.seq for e in running.admin.seen(desk.id).events)


def test_a_report_gets_a_signed_receipt_and_is_kept(
    running: Any, desk: Any, event: Any, control: Any
) -> None:
    answer = desk.send(event(1, check="screen-lock"), event(2), controls=[control()])
    receipt = desk.receipt(answer)
    assert (receipt.device, receipt.epoch, receipt.seq, receipt.hash) == (desk.id, 1, 2, "ab" * 32)
    assert answer.json()["next_in"] == running.settings.limits.next_in
    assert seqs(running, desk) == [1, 2]
    assert [c.check for c in running.admin.seen(desk.id).desk.controls] == ["screen-lock"]


def test_posture_is_asked_for_until_it_is_there(desk: Any, control: Any) -> None:
    assert desk.send().json()["need_posture"] is True
    assert "need_posture" not in desk.send(controls=[control()]).json()
    assert "need_posture" not in desk.send().json()


def test_the_same_report_twice_is_kept_once_and_receipted_twice(
    running: Any, desk: Any, event: Any
) -> None:
    report = desk.report(event(1), event(2))
    first = desk.receipt(desk.post("/v1/reports", report))
    again = desk.receipt(desk.post("/v1/reports", report))
    assert (again.seq, again.hash) == (first.seq, first.hash)
    assert seqs(running, desk) == [1, 2]


def test_an_older_report_is_kept_but_its_posture_is_not(
    running: Any, desk: Any, event: Any, control: Any
) -> None:
    desk.send(event(3), controls=[control(state="fail")], overall="act")
    old = desk.send(event(2), seq=2, controls=[control(state="pass")], overall="good")
    assert desk.receipt(old).seq == 2
    seen = running.admin.seen(desk.id)
    assert seen.desk.overall == "act"
    assert seqs(running, desk) == [2, 3]


def test_a_late_event_does_not_open_again_what_was_closed(
    running: Any, desk: Any, event: Any
) -> None:
    desk.send(event(2, "finding.closed", check="firewall"))
    desk.send(event(1, "finding.opened", check="firewall"), seq=1)
    assert running.admin.seen(desk.id).findings == ()


def test_another_content_under_the_same_number_is_a_fork(
    running: Any, desk: Any, event: Any
) -> None:
    desk.send(event(1, check="firewall"), event(2))
    forked = desk.send(event(2, check="usb"), event(3))
    assert (forked.status_code, forked.json()["kind"]) == (409, "fork")
    assert forked.json()["epoch"] == 1
    assert seqs(running, desk) == [1, 2]
    assert running.admin.seen(desk.id).desk.status == "conflict"
    assert desk.receipt(desk.send(event(2, check="usb"), event(3), epoch=2)).epoch == 2
    running.time.at += 3600  # within the hour, a second fork is a copy
    assert desk.send(event(3), epoch=1).json()["epoch"] == 2


def test_a_new_epoch_closes_what_the_old_one_left_open(running: Any, desk: Any, event: Any) -> None:
    desk.send(event(1, check="firewall"))
    assert len(running.admin.seen(desk.id).findings) == 1
    desk.send(event(2, check="usb-storage"), epoch=2)
    assert [f.check for f in running.admin.seen(desk.id).findings] == ["usb-storage"]


def test_findings_open_once_and_close(running: Any, desk: Any, event: Any) -> None:
    one = {"check": "pii-files", "subject": "a", "severity": "critical", "message": "m"}
    desk.send(
        event(1, **one, params={"count": 1}, hits=[{"kind": "PAN", "count": 1, "masked": ["…1"]}]),
        event(2, **one, params={"count": 2}),
        event(3, check="pii-files", subject="b"),
    )
    found = running.admin.seen(desk.id).findings
    assert sorted(f.params.get("count", 0) for f in found) == [0, 2]
    desk.send(event(4, "finding.closed", check="pii-files", subject="a"))
    assert len(running.admin.seen(desk.id).findings) == 1


def test_a_compressed_report_is_taken(desk: Any) -> None:
    body = gzip.compress(msgspec.json.encode(desk.report()))
    headers = {**desk.sign("POST", "/v1/reports", body), "content-encoding": "gzip"}
    desk.receipt(desk.http.post("/v1/reports", content=body, headers=headers))


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (gzip.compress(b" " * 50_000_000), "gzip", 413),
        (b" " * (256 * 1024 + 1), "", 413),
        (b"not gzip", "gzip", 400),
        (gzip.compress(b"{}")[:-4], "gzip", 400),
        (gzip.compress(b"{}") + b"more", "gzip", 400),
        (b"{}", "br", 415),
    ],
    ids=("bomb", "large", "no gzip", "cut", "more", "unknown"),
)
def test_what_is_too_large_or_not_understood_is_refused(
    desk: Any, body: bytes, encoding: str, status: int
) -> None:
    headers = {**desk.sign("POST", "/v1/reports", body), "content-encoding": encoding}
    answer = desk.http.post("/v1/reports", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    desk.receipt(desk.send())


def test_a_body_without_a_length_is_bounded_as_well(desk: Any) -> None:
    pieces = (b" " * 65536 for _ in range(8))
    headers = desk.sign("POST", "/v1/reports", b"")
    assert desk.http.post("/v1/reports", content=pieces, headers=headers).status_code == 413


@pytest.mark.parametrize(
    "other",
    [
        {"epoch": -1},
        {"seq": 2**63},
        {"seq": "1"},
        {"events": [{"seq": 5, "kind": "x", "at": ""}]},
        {"events": [{"seq": -1, "kind": "x", "at": ""}]},
        {"events": {}},
        {"controls": [1]},
        {"schema": 2},
        {"sent_at": None},
    ],
)
def test_a_malformed_report_is_told_so(desk: Any, other: dict[str, Any]) -> None:
    answer = desk.post("/v1/reports", {**desk.report(), **other})
    assert (answer.status_code, answer.json()["kind"] in {"malformed", "schema"}) == (400, True)
    assert "Traceback" not in answer.text


def test_odd_times_and_long_texts_do_no_harm(running: Any, desk: Any, event: Any) -> None:
    answer = desk.send(
        event(1, "x" * 500, at="soon", check="y" * 500, subject="z" * 500),
        event(2, at="9999-12-31T23:59:59+00:00"),
        sent_at="0001-01-01T00:00:00+00:00",
        agent="a" * 500,
        hash="b" * 500,
        waiting=2**40,
    )
    assert answer.status_code == 200
    assert seqs(running, desk) == [1, 2]


def test_more_events_than_allowed_are_refused(desk: Any, event: Any) -> None:
    answer = desk.send(*(event(n) for n in range(1, 258)))
    assert answer.status_code == 413


def test_unknown_fields_of_a_newer_agent_are_ignored(desk: Any) -> None:
    desk.receipt(desk.post("/v1/reports", {**desk.report(), "mood": "good"}))


@pytest.mark.parametrize("limits", [Limits(waiting_writes=1, batch=1)])
def test_a_full_queue_says_come_later(running: Any, desk: Any) -> None:
    import asyncio  # noqa: PLC0415 - only here

    import httpx  # noqa: PLC0415 - only here

    async def storm() -> set[int]:
        async with httpx.AsyncClient(verify=False, timeout=30) as http:  # noqa: S501 - loopback

            async def one() -> httpx.Response:
                body = msgspec.json.encode(desk.report())
                headers = desk.sign("POST", "/v1/reports", body)
                url = f"{running.address}/v1/reports"
                return await http.post(url, content=body, headers=headers)

            answers = await asyncio.gather(*(one() for _ in range(60)))
        late = [a for a in answers if a.status_code == 429]
        assert all(int(a.headers["retry-after"]) > 0 for a in late)
        return {a.status_code for a in answers}

    assert asyncio.run(storm()) == {200, 429}
    desk.receipt(desk.send())


def test_unknown_addresses_and_methods_are_told_so(desk: Any) -> None:
    assert desk.http.get("/v1/nothing").json()["kind"] == "not-found"
    assert desk.http.get("/v1/reports").json()["kind"] == "method"
    assert desk.http.get("/healthz").status_code == 200


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.recursive(
        st.none() | st.integers() | st.text() | st.booleans(),
        lambda c: (
            st.lists(c)
            | st.dictionaries(st.sampled_from(["device", "events", "controls", "seq", "epoch"]), c)
        ),
    )
)
def test_nothing_that_is_signed_breaks_the_endpoint(desk: Any, value: Any) -> None:
    body = desk.report()
    if isinstance(value, dict):
        body.update(value)
    answer = desk.post("/v1/reports", body if isinstance(value, dict) else value)
    assert answer.status_code in {200, 400, 403, 409}
    assert "Traceback" not in answer.text


def test_a_text_that_no_database_can_hold_is_mended_and_taken(
    running: Any, desk: Any, event: Any
) -> None:
    told = event(1, place="a\x00b", text="kept: \\u0000")
    desk.receipt(desk.send(told, overall="go\x00od", controls=[]))
    seen = running.admin.seen(desk.id)
    assert seen.events[0].place == "a\ufffdb"
    assert seen.events[0].text == "kept: \\u0000"
    assert seen.desk.overall == "go\ufffdod"
