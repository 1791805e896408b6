"""Turns journal entries and the snapshot into what may travel: kinds, counts, masks and ids.

Where something is, is said in general words: a path never leaves this computer.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import cast

import msgspec

from agentguard.base.logs import mask
from agentguard.model.messages import Message
from agentguard.model.posture import ControlState
from agentguard.model.records import Entry, Json
from agentguard.model.shift_counts import KINDS, read_rows
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import OTHERS
from agentguard.uplink.identity import DeviceKey
from agentguard.wire import v1

_ABOUT_SUBJECT = frozenset(
    {"finding.opened", "finding.closed", "action.intended", "action.finished"}
)
_PARAMS: Mapping[str, tuple[str, ...]] = {
    "action.intended": ("kind",),
    "action.finished": ("kind", "outcome"),
    "finding.closed": ("why",),
    "deed.asked": ("deed", "count"),
    "deed.stopped": ("count",),
    "prompt.asked": ("kind",),
    "prompt.answered": ("answer",),
    "session.locked": ("source",),
    "session.unlocked": ("source",),
    "lock.asked": ("by",),
    "shift.ended": ("by",),
    "payment.ended": ("seconds",),
    "shield.raised": ("why",),
    "shield.lifted": ("how",),
    "policy.in-force": ("name", "version", "digest"),
    "policy.standing": ("signed", "trial", "expired", "expires", "root"),
    "sensor.state": ("sensor", "state"),
    "incident.reported": (
        "id",
        "category",
        "where",
        "ongoing",
        "findings",
        "failing",
        "passed",
        "unknown",
    ),
    "incident.step": ("id", "step", "answer"),
    "incident.told": ("id", "stage"),
    "order.began": ("id", "act"),
    "order.ended": ("id", "act"),
    "exception.asked": ("id", "control", "hours", "until", "instead"),
    "exception.began": ("id", "control", "until"),
    "exception.ended": ("id", "control", "why"),
    "exception.refused": ("id", "control"),
    "exception.declined": ("id", "control", "why"),
    "exception.proved": ("id", "control"),
    "shift.begun": ("not_ready", "unknown"),
    "shift.handed-over": ("findings", "downloads", "clipboard", "paper", "phone", "notes"),
    "shift.missed": (),
    "desk.clean-asked": (),
    "desk.clean": ("paper", "phone", "notes"),
    "desk.clean-missed": (),
    "desk.clean-withdrawn": ("why", "shown"),
    "lesson.answered": ("lesson", "version", "correct"),
    "proof.given": ("group", "factor", "person"),
    "proof.carried": ("group", "factor", "person", "seconds"),
    "proof.ended": ("why",),
    "proof.key-registered": ("person",),
    "break-glass.shown": ("left",),
    "gate.spared": ("group", "count"),
    "gate.broken": ("group", "factor", "opened"),
    "gate.missing": ("group",),
    "gate.seen-again": (),
    "proof.refused": ("group",),
    "proof.codes-issued": ("count",),
    "proof.app-shown": (),
    "drill.began": ("id", "drill"),
    "drill.noticed": ("id", "drill", "would", "ms"),
    "drill.ended": ("id", "drill", "outcome", "why", "noticed_ms", "receipt_ms"),
    "control.failed": ("control",),
    "control.tested": ("count",),
    "journal.checked": ("entries", "whole"),
    "journal.epoch": ("reason", "previous_epoch"),
    "journal.gap": ("count",),
    "journal.erased": ("count", "last"),
    "journal.header": ("retention",),
    "journal.ballast": ("state",),
    "journal.carried": ("entries", "lost"),
    "retention.ended": ("count", "left"),
    "events.lost": ("count",),
    "clock.changed": ("how", "seconds"),
    "clipboard.contested": ("rounds",),
    "clipboard.history": ("removal",),
}
_WITH_MESSAGE = frozenset(
    {"finding.opened", "action.finished", "proof.refused", "policy.refused", "sensor.state"}
)
_WRITTEN = frozenset({"incident.reported", "exception.asked"})
"""Kinds whose note, in which values were masked, a person wrote to be read by others."""
MOST_ROWS = 20  # lines of a control's table, and reasons of what was not looked at

LARGEST_LINK = 256
"""Bytes of a link: two numbers of 24 characters, 44 of base64, 64 of hex, an epoch, the names."""

_VERBATIM = frozenset({"digest", "id", "person"})
"""Ids that may hold long digit runs and are no values."""
_CLASSES = {
    "documents": "documents",
    "desktop": "desktop",
    "downloads": "downloads",
    "tmp": "temporary",
    "temp": "temporary",
    "onedrive": "cloud",
    "dropbox": "cloud",
    "google drive": "cloud",
    "media": "removable",
    "mnt": "mounted",
}
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,8})$")
_IS_PATH = re.compile(r"^(?:~|/|\\\\|[A-Za-z]:[\\/])")
_PATH = re.compile(r"(?<![\w/\\])(?:~?/|\\\\|[A-Za-z]:[\\/])[^/\\,;]+[/\\][^,;]*")
_FILE_KEYS = frozenset({"path", "file", "document", "subject"})
LONGEST = 200


def event(entry: Entry, key: DeviceKey) -> v1.Event:
    """Return what the endpoint may know of an entry; of an unknown kind only that it was."""
    record = entry.record
    payload, kind = record.payload, record.kind
    subject = _str(payload, "subject") if kind in _ABOUT_SUBJECT else ""
    own = {name: payload[name] for name in _names(kind) if name in payload}
    if kind == "lesson.answered" and payload.get("correct") is not True:
        own = {}  # a try of a version before: nobody else's business
    said = payload.get("params") if kind in _WITH_MESSAGE else None
    return v1.Event(
        seq=entry.seq,
        kind=kind,
        at=record.at.iso,
        check=_str(payload, "check") if kind in _ABOUT_SUBJECT or kind in _PARAMS else "",
        subject=key.pseudonym(subject) if subject else "",
        place=place(subject),
        severity=_str(payload, "severity") if kind in _ABOUT_SUBJECT else "",
        message=_str(payload, "message") if kind in _WITH_MESSAGE else "",
        params={**params(said), **_own(own)},
        hits=_hits(payload) if kind == "finding.opened" else (),
        text=text(_str(payload, "note")) if kind in _WRITTEN else "",
        erased=entry.erased,
        owner=_str(payload, "owner") if kind == "finding.opened" else "",
        counts=_counts(payload) if kind in KINDS else {},
    )


def links(entries: Sequence[Entry], epoch: int) -> tuple[v1.Link, ...]:
    """Return what the hashes of entries are made of, for a report of an epoch."""
    found: list[v1.Link] = []
    before = entries[0].previous if entries else b""
    for entry in entries:
        at = entry.record.at
        found.append(
            v1.Link(
                boot=at.boot,
                wall=at.wall,
                commitment=base64.b64encode(entry.commitment).decode(),
                previous="" if entry.previous == before else entry.previous.hex(),
                epoch=0 if entry.epoch == epoch else entry.epoch,
            )
        )
        before = entry.hash
    return tuple(found)


def _names(kind: str) -> tuple[str, ...]:
    if kind.startswith("vault."):
        return ("item", "step", "reason", "factor", "count", "left")
    return _PARAMS.get(kind, ())


def _own(values: Mapping[str, Json]) -> dict[str, str | int]:
    plain = {k: str(v)[:LONGEST] for k, v in values.items() if k in _VERBATIM}
    whole = {k: int(v) if isinstance(v, bool) else v for k, v in values.items()}
    return {**params(cast("Json", whole)), **plain}


def _str(payload: Mapping[str, Json], name: str) -> str:
    value = payload.get(name)
    return value if isinstance(value, str) else ""


def _counts(payload: Mapping[str, Json]) -> dict[str, tuple[int, ...]]:
    rows = read_rows(payload)
    return {text(name): rows[name] for name in sorted(rows)[: v1.MAX_ROWS]}


def _hits(payload: Mapping[str, Json]) -> tuple[v1.Masked, ...]:
    hits = payload.get("hits")
    return tuple(h for h in map(_hit, hits) if h is not None) if isinstance(hits, list) else ()


def _hit(value: Json) -> v1.Masked | None:
    match value:
        case {"kind": str(kind), "count": int(count), "masked": list(masked)}:
            return v1.Masked(kind=kind, count=count, masked=tuple(str(m) for m in masked))
        case _:
            return None


def controls(snapshot: Snapshot) -> tuple[v1.Control, ...]:
    """Return the posture, control by control."""
    return tuple(_control(control) for control in snapshot.controls)


def interruptions(snapshot: Snapshot) -> v1.Interruptions:
    """Return what attention was asked for: numbers alone."""
    told = snapshot.interruptions
    return v1.Interruptions(
        shown=told.shown,
        later=told.later,
        dismissed_under_2s=told.dismissed,
        held_by=dict(told.held_by),
        checks=tuple(
            v1.Nagging(check=one.check, shown=one.shown, dismissed=one.dismissed)
            for one in told.checks
        ),
    )


def _control(control: ControlState) -> v1.Control:
    detail = control.detail
    return v1.Control(
        check=control.check,
        measure=control.measure,
        state=control.state.value,
        since=control.since.iso,
        severity=control.severity.value,
        excepted=control.excepted.id if control.excepted is not None else "",
        owner=control.owner.value if control.owner in OTHERS else "",
        detail=detail.id if detail is not None else "",
        params=params(dict(detail.params)) if detail is not None else {},
        rows=_said(control.rows),
        looked=control.coverage.looked,
        missed=control.coverage.missed,
        gaps=_said(control.coverage.why),
        sensor=control.sensor,
    )


def _said(lines: tuple[Message, ...]) -> tuple[v1.Said, ...]:
    return tuple(
        v1.Said(id=line.id, params=params(dict(line.params))) for line in lines[:MOST_ROWS]
    )


def batch(
    entries: Sequence[Entry], key: DeviceKey, *, most: int, largest: int
) -> tuple[v1.Event, ...]:
    """Translate as many entries as fit in `most` events and `largest` bytes, at least one.

    The bytes are those of the events and of their links.
    """
    found: list[v1.Event] = []
    size = 0
    for entry in entries[:most]:
        translated = event(entry, key)
        size += len(msgspec.json.encode(translated)) + LARGEST_LINK + 2
        if found and size > largest:
            break
        found.append(translated)
    return tuple(found)


def place(subject: str) -> str:
    """Return the folder's class and the extension of a path; empty for what is no path."""
    if not _IS_PATH.match(subject):
        return ""
    parts = [part.lower() for part in re.split(r"[/\\]+", subject)]
    known = [_CLASSES[part] for part in parts[:-1] if part in _CLASSES]
    folder = known[-1] if known else "network" if subject.startswith("\\\\") else "other"
    extension = _EXTENSION.search(parts[-1])
    return f"{folder} .{extension[1]}" if extension else folder


def params(payload: Json) -> dict[str, str | int]:
    """Return a message's parameters without paths and without what looks like a value."""
    if not isinstance(payload, Mapping):
        return {}
    return {
        _whole(str(key)): value if isinstance(value, int) else text(_param(str(key), value))
        for key, value in payload.items()
        if isinstance(value, int | str)
    }


def _param(key: str, value: str) -> str:
    if key in _FILE_KEYS:
        return place(value) or place(f"/{value}")
    return value


def text(value: str) -> str:
    """Return a text with paths and values masked, and no longer than the wire should carry."""
    general = _PATH.sub(lambda found: place(found[0]), value)
    return _whole(mask(general)[:LONGEST])


def _whole(value: str) -> str:
    """Replace what is no character: JSON on the wire is UTF-8."""
    return value.encode("utf-8", "replace").decode()
