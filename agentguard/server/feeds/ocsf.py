"""Happenings as events of the Open Cybersecurity Schema Framework, 1.8 (https://schema.ocsf.io).

Classes: Data Security Finding (2006) for personal data, Compliance Finding (2003) for any other
control and for a day of a vendor or a plan, Detection Finding (2004) for tamper signs, Incident
Finding (2005) for incidents, Authentication (3002) for a refused factor, Entity
Management (3004) for desks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentguard import __version__
from agentguard.base.translations import Texts
from agentguard.server.playbooks import shelf
from agentguard.server.store.outbox.happenings import Happening

VERSION = "1.8.0"
_SEVERITY = {"low": 2, "medium": 3, "high": 4, "critical": 5}
INFORMATIONAL = 1
_CREATE, _CLOSE = 1, 3
_ENTITY = {"enrolled": 6, "asked": 6, "confirmed": 8, "turned-away": 9}
_OTHER = 99
_ENDED = 5
_VERDICT = {"false-positive": 1, "true": 2, "test": 6, "duplicate": 10, "other": _OTHER}
"""What an incident turned out to be, by the words of `incident_course.VERDICTS`."""
_WARNING, _FAIL = 2, 3
_DATA = frozenset({"pii-files", "clipboard"})
_CATEGORY = {2: "Findings", 3: "Identity & Access Management"}


def event(one: Happening, words: Texts) -> dict[str, Any]:
    """Return the event; `words` put the finding's title into a sentence."""
    class_uid, activity, more = _CLASSES[one.what](one, words)
    category = class_uid // 1000
    return {
        "activity_id": activity,
        "category_uid": category,
        "category_name": _CATEGORY[category],
        "class_uid": class_uid,
        "type_uid": class_uid * 100 + activity,
        "severity_id": _SEVERITY.get(one.severity, INFORMATIONAL),
        "time": round(one.at * 1000),
        "metadata": {
            "version": VERSION,
            "uid": one.source,
            "profiles": ["host"],
            "product": {
                "name": "AgentGuard",
                "vendor_name": "AgentGuard",
                "version": __version__,
            },
        },
        "device": _device(one),
        "unmapped": {"team": one.team},
        **more,
    }


def _device(one: Happening) -> dict[str, Any]:
    return {"uid": one.device, "name": one.desk, "type_id": 2, "groups": [{"name": one.team}]}


def _info(one: Happening, title: str) -> dict[str, Any]:
    return {"uid": one.uid, "title": title, "types": [one.kind]}


def _state(one: Happening) -> tuple[int, dict[str, Any]]:
    closed = one.state == "closed"
    return (_CLOSE if closed else _CREATE), {"status_id": 4 if closed else 1}


def _finding(one: Happening, words: Texts) -> tuple[int, int, dict[str, Any]]:
    activity, state = _state(one)
    title = words.title(one.kind, "" if one.state == "closed" else "fail")
    more: dict[str, Any] = {**state, "finding_info": _info(one, title)}
    if one.kind in _DATA or one.hits:
        found = [f"{hit.kind} x {hit.count}" for hit in one.hits]
        pattern = ", ".join(found) or one.kind
        more["data_security"] = {"category_id": 1, "detection_pattern": pattern}
        if one.place:
            more["resources"] = [{"type": "file", "name": one.place}]
        return 2006, activity, more
    more["compliance"] = {
        "control": one.kind,
        "standards": ["PCI DSS 4.0.1"],
        "status_id": 1 if one.state == "closed" else 3,
    }
    return 2003, activity, more


def _tamper(one: Happening, words: Texts) -> tuple[int, int, dict[str, Any]]:
    activity, state = _state(one)
    title = words.say(f"tamper.{one.kind}.title")
    return 2004, activity, {**state, "is_alert": True, "finding_info": _info(one, title)}


def _incident(one: Happening, words: Texts) -> tuple[int, int, dict[str, Any]]:
    id_, closed = f"console.incident.{one.kind}", one.state == "closed"
    book = next((book for book in shelf.shipped() if book.id == one.kind), None)
    title = words.say(id_) if words.has(id_) else one.kind
    more = {
        "status_id": _ENDED if closed else 1,
        "finding_info_list": [_info(one, book.title if book is not None else title)],
        "assignee_group": {"name": one.team},
    }
    if closed:
        more["verdict_id"] = _VERDICT.get(str(one.params.get("verdict", "")), 0)
    return 2005, _CLOSE if closed else _CREATE, more


def _factor(one: Happening, _words: Texts) -> tuple[int, int, dict[str, Any]]:
    group = str(one.params.get("group", ""))
    more: Mapping[str, Any] = {
        "status_id": 2,
        "is_mfa": True,
        "user": {"uid": one.device, "type_id": _OTHER},
        "service": {"name": group or "AgentGuard"},
    }
    return 3002, 1, dict(more)


def _entity(one: Happening, _words: Texts) -> tuple[int, int, dict[str, Any]]:
    activity = _ENTITY.get(one.kind, _OTHER)
    more: dict[str, Any] = {
        "entity": {"type": "Device", "uid": one.device, "name": one.desk},
        "comment": one.kind,
        "status_id": 1,
    }
    if activity == _OTHER:
        more["activity_name"] = one.kind
    return 3004, activity, more


def _vendor(one: Happening, words: Texts) -> tuple[int, int, dict[str, Any]]:
    return _due(one, words.say(f"feeds.vendor.{one.kind}-{one.state}", **one.params), "12.8.1")


def _plan(one: Happening, words: Texts) -> tuple[int, int, dict[str, Any]]:
    return _due(one, words.say(f"feeds.plan.{one.state}", **one.params), "12.3.4")


def _due(one: Happening, title: str, requirement: str) -> tuple[int, int, dict[str, Any]]:
    compliance = {
        "control": "software" if one.what == "plan" else "vendors",
        "requirements": [requirement],
        "standards": ["PCI DSS 4.0.1"],
        "status_id": _FAIL if one.state == "overdue" else _WARNING,
    }
    more = {"status_id": 1, "finding_info": _info(one, title), "compliance": compliance}
    return 2003, _CREATE, more


_CLASSES = {
    "finding": _finding,
    "tamper": _tamper,
    "incident": _incident,
    "factor": _factor,
    "device": _entity,
    "vendor": _vendor,
    "plan": _plan,
}
