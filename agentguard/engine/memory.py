"""What outlives a restart, as JSON and back: open findings, the inbox, lessons, and the shift."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict, cast

from agentguard.engine.records import hits_json, message_json
from agentguard.model.deeds import Done
from agentguard.model.handover import NO_SHIFT, CleanDesk, Shift
from agentguard.model.hits import Hit
from agentguard.model.messages import Message, Param
from agentguard.model.moments import Moment
from agentguard.model.prompts import Notice
from agentguard.model.records import Json
from agentguard.model.verdicts import Finding, Severity

FINDING = "finding/"
NOTICE = "notice/"
LESSON = "lesson/"
DONE = "done/"
EPOCH = "epoch/told"
"""The epoch in which the open findings were written down; none for the first."""
INBOX_LIMIT = 100
HISTORY_LIMIT = 200
SHIFT = "shift"


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
        "mark": finding.mark,
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


def done_json(one: Done) -> Json:
    """Return what was found and done as JSON."""
    return {
        "check": one.check,
        **message_json(one.message),
        "found": [one.found.boot, one.found.wall],
        "at": [one.at.boot, one.at.wall],
        "how": one.how,
        "place": one.place,
        "batch": one.batch,
        "item": one.item,
        "back": [one.back.boot, one.back.wall] if one.back is not None else None,
    }


def findings(remembered: Mapping[str, Json]) -> tuple[Finding, ...]:
    """Read the findings back; what cannot be read any more is left out and found anew."""
    return tuple(f for f in map(_finding, remembered.values()) if f is not None)


def notices(remembered: Mapping[str, Json]) -> tuple[Notice, ...]:
    """Read the inbox back, newest first."""
    read = [_notice(key.removeprefix(NOTICE), value) for key, value in remembered.items()]
    known = [n for n in read if n is not None]
    return tuple(sorted(known, key=lambda n: n.at.wall, reverse=True))[:INBOX_LIMIT]


def history(remembered: Mapping[str, Json]) -> tuple[Done, ...]:
    """Read back what was found and done, newest first."""
    read = [_done(key.removeprefix(DONE), value) for key, value in remembered.items()]
    known = [one for one in read if one is not None]
    return tuple(sorted(known, key=lambda one: one.at.wall, reverse=True))[:HISTORY_LIMIT]


def _done(id_: str, value: Json) -> Done | None:
    match value:
        case {
            "check": str(check),
            "found": [int() | float() as boot, int() | float() as wall],
            "at": list(at),
            "how": str(how),
            "place": str(place),
            "batch": str(batch),
            "item": str(item),
            "back": back,
        }:
            ended = _moment(at)
            if ended is None:
                return None
            return Done(
                id=id_,
                check=check,
                message=read_message(value),
                found=Moment(boot=float(boot), wall=float(wall)),
                at=ended,
                how=how,
                place=place,
                batch=batch,
                item=item,
                back=_moment(back),
            )
        case _:
            return None


def _moment(value: Json) -> Moment | None:
    match value:
        case [int() | float() as boot, int() | float() as wall]:
            return Moment(boot=float(boot), wall=float(wall))
        case _:
            return None


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
                message=read_message(value),
                since=Moment(boot=float(boot), wall=float(wall)),
                hits=tuple(h for h in map(_hit, hits) if h is not None),
                gaps=_gaps(value),
                mark=_mark(value),
            )
        case _:
            return None


def _mark(value: Json) -> str:
    """Return which state of the file it is about; findings of older versions do not say."""
    match value:
        case {"mark": str(mark)}:
            return mark
        case _:
            return ""


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
                title=read_said(title),
                body=read_message(body),
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
            return {"advice": read_said(advice), "place": place}
        case _:
            return {}


def read_said(value: Json) -> Message | None:
    """Return a message that may be left out."""
    message = read_message(value)
    return message if message.id else None


def read_message(value: Json) -> Message:
    """Read a message back; of one that is damaged it is told that its words are gone."""
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


def shift_json(shift: Shift) -> Json:
    """Return a shift as JSON; how long the screen has been locked is seen anew."""
    clean = shift.clean
    return {
        **{name: moment_json(getattr(shift, name)) for name in _MOMENTS},
        "clean": None
        if clean is None
        else {
            "day": clean.day,
            **{name: moment_json(getattr(clean, name)) for name in _LOOKED},
        },
    }


_LOOKED = ("offered", "asked", "answered", "over")
_MOMENTS = ("used", "begun", "ended", "handed", "missed")


def read_shift(remembered: Mapping[str, Json]) -> Shift:
    """Return the shift that outlived a restart; what cannot be read begins anew."""
    value = remembered.get(SHIFT)
    if not isinstance(value, dict):
        return NO_SHIFT
    used, begun, ended, handed, missed = (read_moment(value.get(name)) for name in _MOMENTS)
    return Shift(
        used=used,
        begun=begun,
        ended=ended,
        handed=handed,
        missed=missed,
        clean=_clean(value.get("clean")),
    )


def moment_json(at: Moment | None) -> Json:
    """Return a moment as JSON; an empty list is none."""
    return [at.boot, at.wall] if at is not None else []


def read_moment(value: Json) -> Moment | None:
    """Return a moment of its JSON; None for none."""
    match value:
        case [int() | float() as boot, int() | float() as wall]:
            return Moment(boot=float(boot), wall=float(wall))
        case _:
            return None


def _clean(value: Json) -> CleanDesk | None:
    if not isinstance(value, dict):
        return None
    day = value.get("day")
    if not isinstance(day, str):
        return None
    offered, asked, answered, over = (read_moment(value.get(name)) for name in _LOOKED)
    begun = offered or asked  # who was asked by an agent of before had it offered
    return CleanDesk(day=day, offered=begun, asked=asked, answered=answered, over=over)
