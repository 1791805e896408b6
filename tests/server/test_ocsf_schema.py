"""What goes out holds against the official schema (https://github.com/ocsf/ocsf-schema).

A library of its own brings the compiled schema, and makes JSON Schemas for a class and profiles.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any

import pytest
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from agentguard.base import translations
from agentguard.model.vendors import Deadline
from agentguard.server.feeds import ocsf
from agentguard.server.store.outbox.happenings import Happening
from agentguard.server.tamper.kinds import KINDS
from agentguard.wire import v1
from tests.shapes import shape

SCHEMAS = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=ocsf.VERSION))
CATEGORY, ACTIVITY = 1000, 100
"""How a class has its category in its number, and a type its class (OCSF, `type_uid`)."""
CLASSES = {2003, 2004, 2005, 2006, 3002, 3004}
WORDS = translations.load()
HITS = (v1.Masked(kind="card", count=2, masked=("1111",)), v1.Masked(kind="iban", count=1))
ACTS = ("enrolled", "asked", "confirmed", "turned-away", "key-rotated", "split")


@cache
def validator(class_: int, profiles: tuple[str, ...]) -> Any:
    name = SCHEMAS.lookup_class_name_from_uid(class_uid=class_)
    return shape(SCHEMAS.get_class_schema(name, profiles=list(profiles)))


def wrong(event: dict[str, Any]) -> list[str]:
    """Give every way in which an event differs from its class."""
    profiles = tuple(sorted(event["metadata"].get("profiles", ())))
    errors = validator(event["class_uid"], profiles).iter_errors(event)
    found = [f"{error.json_path}: {error.message}" for error in errors]
    if event["category_uid"] != event["class_uid"] // CATEGORY:
        found.append("category_uid")
    if event["type_uid"] != event["class_uid"] * ACTIVITY + event["activity_id"]:
        found.append("type_uid")
    return found


def made(**more: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "source": "d1:1:1", "uid": "d1:x", "what": "finding", "state": "opened",
        "at": 1_790_000_000.5, "device": "d1", "desk": "desk-1", "team": "Billing",
        "severity": "high", **more,
    }  # fmt: skip
    return ocsf.event(Happening(**values), WORDS)


def every() -> Iterator[dict[str, Any]]:
    """Give an event of each kind that there is."""
    for state in ("opened", "closed"):
        for kind in ("pii-files", "clipboard", "firewall", "from-a-newer-agent"):
            yield made(kind=kind, state=state)
        yield made(kind="pii-files", state=state, hits=HITS, place="documents .csv")
        for kind in KINDS:
            yield made(what="tamper", kind=kind, state=state)
    yield made(what="incident", state="reported", kind="data-seen", severity="")
    yield made(what="factor", state="refused", params={"group": "crm"}, severity="")
    yield made(what="factor", state="refused", severity="")
    for state, kind in product(("due", "overdue"), Deadline):
        params = {"vendor": "Acme", "day": "2027-01-31"}
        yield made(what="vendor", state=state, kind=kind.value, params=params, device="endpoint")
    plan = {"product": "oracle-jdk", "title": "Oracle JDK", "target": "2027-01-31", "desks": 40}
    for days, state in ((7, "due"), (-1, "overdue")):
        yield made(what="plan", state=state, kind="software", params={**plan, "days": days})
    for act in ACTS:
        yield made(what="device", state="changed", kind=act, severity="")


def test_an_event_of_every_class_is_held_against_it() -> None:
    assert {event["class_uid"] for event in every()} == CLASSES
    assert made()["metadata"]["version"] == ocsf.VERSION


def test_every_event_holds_against_its_class() -> None:
    found = {line for event in every() for line in wrong(event)}
    assert found == set()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"time": "now"}, "$.time: 'now' is not of type 'integer'"),
        ({"finding_info": {}}, "$.finding_info: 'uid' is a required property"),
        ({"severity_id": 42}, "$.severity_id: 42 is not one of"),
        ({"device": {"type_id": 2}}, "$.device: {'type_id': 2} is not valid"),
        ({"made_up": 1}, "'made_up' was unexpected"),
        ({"resources": {}}, "$.resources: {} is not of type 'array'"),
        ({"type_uid": 1}, "type_uid"),
        ({"category_uid": 3}, "category_uid"),
    ],
)
def test_what_is_wrong_is_seen(change: dict[str, Any], said: str) -> None:
    lines = wrong({**made(kind="pii-files"), **change})
    assert any(said in line for line in lines), lines
