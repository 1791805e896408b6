"""Every refusal that a device can meet has the same shape, plain words and no look inside."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agentguard.base.translations import load
from agentguard.server import http_messages, ingest
from agentguard.server.http_messages import Refused
from agentguard.wire import v1

REFUSED = re.compile(r'Refused\(\s*(\d{3}),\s*f?"([a-z_-]+)(\{refused\.kind\})?"')
CODES = ("wrong", "used", "expired")


def refusals() -> list[tuple[int, str]]:
    """Give every status and kind that the code of the devices' door can raise."""
    found = set()
    for file in Path(ingest.__path__[0]).glob("*.py"):
        for status, kind, more in REFUSED.findall(file.read_text(encoding="utf-8")):
            kinds = [f"{kind}{code}" for code in CODES] if more else [kind]
            found |= {(int(status), one) for one in kinds}
    return sorted(found)


def test_the_list_of_refusals_is_whole() -> None:
    kinds = {kind for _, kind in refusals()}
    assert {"signature", "fork", "busy", "code-used", "unavailable", "too-large"} <= kinds
    assert len(kinds) >= 18


@pytest.mark.parametrize(("status", "kind"), refusals())
def test_every_refusal_is_a_problem_in_plain_words(status: int, kind: str) -> None:
    refused = Refused(status, kind, retry_after=7, epoch=3)
    answer = http_messages.problem(refused, load("en"))
    assert answer.status == status
    assert answer.kind == "application/problem+json"
    assert dict(answer.headers) == {"retry-after": "7"}
    told = msgspec.json.decode(answer.body, type=v1.Problem)
    assert (told.status, told.kind, told.epoch) == (status, kind, 3)
    for sentence in (told.title, told.detail):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert not re.search(r"[{}]|server\.problem|Error|Exception", sentence)


@pytest.mark.parametrize(
    ("how", "status", "kind"),
    [
        ({"keyid": "nobody"}, 401, "unknown-device"),
        ({"created": 1.0}, 401, "clock_skew"),
    ],
)
def test_a_refusal_on_the_wire_carries_its_date_and_no_cache(
    desk: Any, how: dict[str, Any], status: int, kind: str
) -> None:
    answer = desk.post(v1.REPORTS, desk.report(), **how)
    assert (answer.status_code, answer.json()["kind"]) == (status, kind)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["date"].endswith("GMT")


def test_a_device_that_was_retired_is_turned_away_within_moments(running: Any, desk: Any) -> None:
    """Its key is kept at hand, but not for long."""
    from sqlalchemy import update  # noqa: PLC0415 - only here

    from agentguard.server.store.schema.tables import device  # noqa: PLC0415 - only here

    desk.receipt(desk.send())
    retire = update(device).where(device.c.id == desk.id).values(status="retired")
    running.admin._database.run(lambda c: c.execute(retire))
    running.time.at += running.settings.limits.key_fresh
    answer = desk.send()
    assert (answer.status_code, answer.json()["kind"]) == (410, "revoked")
