"""Every kind of happening as an OCSF event with what its class requires."""

from __future__ import annotations

from typing import Any

import pytest

from agentguard.base import translations
from agentguard.server.feeds import ocsf
from agentguard.server.store.outbox.happenings import Happening
from agentguard.server.tamper.kinds import KINDS
from agentguard.wire import v1

WORDS = translations.load()
BASE = {
    "activity_id", "category_uid", "class_uid", "type_uid", "severity_id", "time", "metadata",
    "device",
}  # fmt: skip


def event(**more: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "source": "d1:1:1", "uid": "d1:x", "what": "finding", "state": "opened",
        "at": 1_790_000_000.5, "device": "d1", "desk": "desk-1", "team": "Billing", **more,
    }  # fmt: skip
    return ocsf.event(Happening(**values), WORDS)


@pytest.mark.parametrize(
    ("given", "class_uid", "activity", "needs"),
    [
        ({"kind": "pii-files"}, 2006, 1, {"finding_info", "data_security"}),
        ({"kind": "clipboard", "state": "closed"}, 2006, 3, {"finding_info", "data_security"}),
        ({"kind": "firewall"}, 2003, 1, {"finding_info", "compliance"}),
        ({"kind": "firewall", "state": "closed"}, 2003, 3, {"finding_info", "compliance"}),
        ({"what": "tamper", "kind": "clone"}, 2004, 1, {"finding_info", "is_alert"}),
        ({"what": "tamper", "kind": "late", "state": "closed"}, 2004, 3, {"finding_info"}),
        (
            {"what": "incident", "state": "reported", "kind": "data-seen"},
            2005,
            1,
            {"finding_info_list", "status_id", "assignee_group"},
        ),
        (
            {"what": "factor", "state": "refused", "params": {"group": "crm"}},
            3002,
            1,
            {"user", "service", "is_mfa", "status_id"},
        ),
        ({"what": "device", "state": "changed", "kind": "enrolled"}, 3004, 6, {"entity"}),
        ({"what": "device", "state": "changed", "kind": "asked"}, 3004, 6, {"entity"}),
        ({"what": "device", "state": "changed", "kind": "confirmed"}, 3004, 8, {"entity"}),
        ({"what": "device", "state": "changed", "kind": "turned-away"}, 3004, 9, {"entity"}),
        (
            {"what": "device", "state": "changed", "kind": "key-rotated"},
            3004,
            99,
            {"entity", "activity_name"},
        ),
    ],
)
def test_each_happening_has_its_class_and_what_that_requires(
    given: dict[str, Any], class_uid: int, activity: int, needs: set[str]
) -> None:
    made = event(**given)
    assert set(made) >= BASE | needs
    assert made["class_uid"] == class_uid
    assert made["category_uid"] == class_uid // 1000
    assert made["type_uid"] == class_uid * 100 + activity
    assert made["time"] == 1_790_000_000_500
    assert made["metadata"]["version"]
    assert made["metadata"]["product"]["name"] == "AgentGuard"
    assert made["device"]["type_id"] == 2


@pytest.mark.parametrize(
    ("kind", "state", "title", "status"),
    [
        ("contract", "due", "The contract with Acme ends on 2027-01-31.", 2),
        ("contract", "overdue", "The contract with Acme ended on 2027-01-31.", 3),
        ("review", "due", "The review of Acme is due on 2027-01-31.", 2),
        ("review", "overdue", "The review of Acme was due on 2027-01-31.", 3),
    ],
)
def test_a_day_of_a_vendor_is_a_compliance_finding_that_says_which(
    kind: str, state: str, title: str, status: int
) -> None:
    params = {"vendor": "Acme", "day": "2027-01-31", "desks": 3}
    made = event(what="vendor", kind=kind, state=state, params=params)
    assert (made["class_uid"], made["compliance"]["status_id"]) == (2003, status)
    assert made["finding_info"]["title"] == title


@pytest.mark.parametrize(
    ("severity", "id_"), [("low", 2), ("medium", 3), ("high", 4), ("critical", 5), ("odd", 1)]
)
def test_severities_are_those_of_the_schema(severity: str, id_: int) -> None:
    assert event(kind="firewall", severity=severity)["severity_id"] == id_


def test_a_finding_passes_when_it_is_closed_and_fails_while_it_is_open() -> None:
    assert event(kind="firewall")["compliance"]["status_id"] == 3
    assert event(kind="firewall", state="closed")["compliance"]["status_id"] == 1


def test_personal_data_is_a_kind_and_a_count() -> None:
    hits = (v1.Masked(kind="card", count=2, masked=("1111",)), v1.Masked(kind="iban", count=1))
    made = event(kind="own-kind", hits=hits, place="documents .csv")
    assert made["data_security"]["detection_pattern"] == "card x 2, iban x 1"
    assert made["resources"] == [{"type": "file", "name": "documents .csv"}]
    assert "1111" not in str(made)


def test_every_kind_of_tamper_sign_has_a_title() -> None:
    for kind in KINDS:
        made = event(what="tamper", kind=kind)
        assert made["finding_info"]["title"] == WORDS.say(f"tamper.{kind}.title")
        assert not made["finding_info"]["title"].startswith("tamper.")


def test_what_nobody_knows_goes_out_by_its_id() -> None:
    assert event(kind="from-a-newer-agent")["finding_info"]["title"] == "from-a-newer-agent"
    incident = event(what="incident", state="reported", kind="new-kind")
    assert incident["finding_info_list"][0]["title"] == "new-kind"
