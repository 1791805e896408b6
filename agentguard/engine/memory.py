"""What outlives a restart: open findings, the inbox and lessons, as JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict, cast

from agentguard.engine.records import hits_json, message_json
from agentguard.model.findings import Finding
from agentguard.model.hits import Hit
from agentguard.model.messages import Message, Param
from agentguard.model.moments import Moment
from agentguard.model.prompts import Notice
from agentguard.model.records import Json
from agentguard.model.verdicts import Severity

FINDING = "finding/"
NOTICE = "notice/"
LESSON = "lesson/"

INBOX_LIMIT = 100


def finding_key(finding: Finding) -> str:
    """Return the key under which a finding is remembered."""
    return f"{FINDING}{finding.check}/{finding.subject}"


def finding_json(finding: Finding) -> Json:
    """Return a finding as JSON."""
    return {
        "check": finding.check,
        "subject": finding.subject,
        "severity": finding.severity.value,
        **message_json(finding.message),
        "since": [finding.since.boot, finding.since.wall],
        "hits": hits_json(finding.hits),
        "gaps": list(finding.gaps) if finding.gaps is not None else None,
    }


def notice_json(notice: Notice) -> Json:
    """Return an entry of the inbox as JSON."""
    return {
        "title": message_json(notice.title),
        "body": message_json(notice.body),
        "at": [notice.at.boot, notice.at.wall],
        "read": notice.read,
        "check": notice.check,
        "count": notice.count,
        "advice": message_json(notice.advice),
        "place": notice.place,
    }


def findings(remembered: Mapping[str, Json]) -> tuple[Finding, ...]:
    """Read the findings back; what cannot be read any more is left out and found anew."""
    return tuple(f for f in map(_finding, remembered.values()) if f is not None)


def notices(remembered: Mapping[str, Json]) -> tuple[Notice, ...]:
    """Read the inbox back, newest first."""
    read = [_notice(key.removeprefix(NOTICE), value) for key, value in remembered.items()]
    known = [n for n in read if n is not None]
    return tuple(sorted(known, key=lambda n: n.at.wall, reverse=True))[:INBOX_LIMIT]


def _finding(value: Json) -> Finding | None:
    match value:
        case {
            "check": str(check),
            "subject": str(subject),
            "severity": str(severity),
            "since": [int() | float() as boot, int() | float() as wall],
            "hits": list(hits),
        }:
            return Finding(
                check=check,
                subject=subject,
                severity=Severity(severity),
                message=_message(value),
                since=Moment(boot=float(boot), wall=float(wall)),
                hits=tuple(h for h in map(_hit, hits) if h is not None),
                gaps=_gaps(value),
            )
        case _:
            return None


def _gaps(value: Json) -> tuple[str, ...] | None:
    """Return what was not looked at; findings of older versions do not say."""
    match value:
        case {"gaps": list(gaps)}:
            return tuple(str(one) for one in gaps)
        case _:
            return None


def _notice(id_: str, value: Json) -> Notice | None:
    match value:
        case {
            "title": dict(title),
            "body": dict(body),
            "at": [int() | float() as boot, int() | float() as wall],
            "read": bool(read),
        }:
            return Notice(
                id=id_,
                title=_said(title),
                body=_message(body),
                at=Moment(boot=float(boot), wall=float(wall)),
                read=read,
                **_burst(value),
                **_told(value),
            )
        case _:
            return None


class _Burst(TypedDict, total=False):
    check: str
    count: int


def _burst(value: Json) -> _Burst:
    """Return which check told it and how often; entries of older versions do not say."""
    match value:
        case {"check": str(check), "count": int(count)}:
            return {"check": check, "count": count}
        case _:
            return {}


class _Told(TypedDict, total=False):
    advice: Message | None
    place: str


def _told(value: Json) -> _Told:
    """Return what was done, and to which file; entries of older versions do not say."""
    match value:
        case {"advice": dict(advice), "place": str(place)}:
            return {"advice": _said(advice), "place": place}
        case _:
            return {}


def _said(value: Json) -> Message | None:
    """Return a message that may be left out."""
    message = _message(value)
    return message if message.id else None


def _message(value: Json) -> Message:
    match value:
        case {"message": str(id_), "params": dict(params)}:
            return Message(id=id_, params=cast("dict[str, Param]", params))
        case _:
            return Message(id="engine.forgotten")


def _hit(value: Json) -> Hit | None:
    match value:
        case {"kind": str(kind), "count": int(count), "masked": list(masked)}:
            return Hit(kind=kind, count=count, masked=tuple(str(m) for m in masked))
        case _:
            return None
