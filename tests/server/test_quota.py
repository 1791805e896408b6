"""What one desk can make the endpoint keep, and how deep it can nest what it sends."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from agentguard.server.ingest import switch
from agentguard.server.settings import Limits
from agentguard.server.tamper import items, kinds
from agentguard.wire import v1

QUOTA = 512 * 1024
SMALL = Limits(stored_day=QUOTA)
DEEP = 100_000


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
    opened = running.admin._database.run(lambda c: items.still_open(c, [desk.id]))
    assert kinds.TOO_OFTEN.id in opened[desk.id]
    other = new_desk(label="desk-2")
    other.receipt(other.send())
    running.time.at += 86400
    again = [event(seq + n, text="a" * 20_000) for n in range(1, 5)]
    assert desk.receipt(desk.send(*again)).seq == seq + 4


POSTED = [v1.ENROL, v1.REPORTS, v1.PROOFS, v1.ROTATE, v1.SPLIT, "/v1/keeper", "/v1/made-up"]


@pytest.mark.parametrize("path", POSTED)
@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"params":{"a":['])
def test_row_97_no_depth_is_more_than_a_wrong_request(
    desk: Any, path: str, opening: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    body = opening * (DEEP // len(opening))
    for answer in (desk.http.post(path, content=body), desk.post(path, body)):
        assert 400 <= answer.status_code < 500, answer.text
    assert not [
        one
        for one in caplog.records
        if one.levelno >= logging.ERROR and one.name == switch.LOG.name
    ]
    assert desk.http.get("/healthz").status_code == 200
