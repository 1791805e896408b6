"""Turns a snapshot into what the tray and the windows show; pure, without Qt."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from pathlib import PurePosixPath, PureWindowsPath

from agentguard.base.translations import Texts
from agentguard.detect.recognition.masked_names import masked
from agentguard.model.events import NOT_ENROLLED, SensorState, Watching
from agentguard.model.findings import Finding
from agentguard.model.incidents import IncidentCategory
from agentguard.model.messages import Message
from agentguard.model.policy import Contact
from agentguard.model.posture import MEASURES, PAUSED, ControlState, Overall, shown
from agentguard.model.prompts import Notice
from agentguard.model.proofs import Relation
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import Owner, Severity, State
from agentguard.ui.notice_words import notice_body, notice_title
from agentguard.ui.views import (
    Choice,
    ContactView,
    ControlView,
    FindingView,
    Header,
    Help,
    MeasureView,
    MenuView,
    NoticeView,
    TheirsView,
    View,
)
from agentguard.ui.wording import Wording

WORST_FIRST = (
    State.FAIL,
    State.UNKNOWN,
    State.PARTIAL,
    State.PAUSED,
    State.PASS,
    State.NOT_APPLICABLE,
)
HELPS = {
    "clipboard": Help.CLEAR_CLIPBOARD,
    "training": Help.OPEN_LESSONS,
    "screen-lock": Help.LOCK,
}
TEAM = "team"
BAD = frozenset({Overall.ACT, Overall.ATTENTION})
URGENT = frozenset({Severity.HIGH, Severity.CRITICAL})
OFFLINE = "-offline"
TOOLTIP_LIMIT = 127  # characters that Windows keeps of a tray's tooltip


def present(snapshot: Snapshot, texts: Texts, zone: tzinfo | None = None) -> View:
    """Return all that is shown of a snapshot; `zone` replaces the zone of this computer."""
    texts = texts.masking(masked)
    words = Wording(texts, snapshot.at, zone)
    header = _header(snapshot, words)
    unread = sum(not n.read for n in snapshot.inbox)
    due = lessons_due(snapshot)
    return View(
        header=header,
        tooltip=_tooltip(snapshot, header, words),
        menu=MenuView(
            state=header.headline,
            lessons=words.count("ui.menu.lessons", due),
            inbox=words.count("ui.menu.inbox", unread),
        ),
        measures=tuple(_measures(snapshot.controls, words)),
        findings=tuple(_finding(f, words) for f in _urgent_first(_hers(snapshot))),
        theirs=_theirs(snapshot, words),
        inbox=tuple(_notice(n, words) for n in snapshot.inbox),
        unread=unread,
        lessons_due=due,
        contact=contact(snapshot.policy.contact, texts),
        sensors=tuple(_sensor(s, texts) for s in snapshot.sensors),
        policy=texts.say("ui.about.policy", **_version(snapshot)),
    )


def lessons_due(snapshot: Snapshot) -> int:
    """Count the lessons that wait for an answer."""
    for control in snapshot.controls:
        if control.check == "training" and control.detail is not None:
            due = control.detail.id in {"training.due", "training.overdue"}
            return int(control.detail.params.get("count", 1)) if due else 0
    return 0


def contact(who: Contact, texts: Texts) -> ContactView:
    """Return whom to call in an incident."""
    form = "both" if who.name and who.phone else ("name" if who.name else "phone")
    known = bool(who.name or who.phone)
    line = texts.say(f"ui.contact.{form if known else 'none'}", name=who.name, phone=who.phone)
    return ContactView(name=who.name, phone=who.phone, line=line)


def choices(texts: Texts) -> tuple[Choice, ...]:
    """Return the kinds of incident in the order in which they are offered."""
    return tuple(
        Choice(
            category=category,
            title=texts.say(f"incident.{category}.title"),
            example=texts.say(f"incident.{category}.example"),
        )
        for category in IncidentCategory
    )


def _version(snapshot: Snapshot) -> dict[str, str | int]:
    policy = snapshot.policy
    return {
        "name": masked(policy.name),
        "version": policy.version,
        "digest": policy.digest[:12],
    }


def _hers(snapshot: Snapshot) -> tuple[Finding, ...]:
    """Return what the person at the desk can mend."""
    return tuple(f for f in snapshot.findings if f.owner is not Owner.TEAM)


def _theirs(snapshot: Snapshot, words: Wording) -> TheirsView:
    """Return what only the desktop team can mend, told and not asked of anybody here."""
    found = [f for f in _urgent_first(snapshot.findings) if f.owner is Owner.TEAM]
    if not found:
        return TheirsView()
    lines = []
    for one in found:
        title = words.texts.title(one.check, State.FAIL, one.message.id)
        wrong = words.texts.render(one.message)
        lines.append(words.texts.say("ui.todo.theirs-line", title=title, wrong=wrong))
    heading = words.count("ui.todo.theirs", len(found))
    return TheirsView(heading=heading, lines=tuple(lines))


def _header(snapshot: Snapshot, words: Wording) -> Header:
    state = shown(snapshot.overall, snapshot.controls)
    number = len(_hers(snapshot)) or _count(snapshot.controls, State.FAIL)
    if state == Overall.BLIND:
        number = _count(snapshot.controls, State.UNKNOWN, State.PARTIAL)
    if state == PAUSED:
        number = _count(snapshot.controls, State.PAUSED)
    told, overall, hers = state, snapshot.overall, _hers(snapshot)
    if state in BAD and len(hers) < len(snapshot.findings):
        urgent = any(f.severity in URGENT for f in hers)
        state = overall = Overall.ACT if urgent else Overall.ATTENTION
        told = str(state) if hers else TEAM
        number = len(hers) or len(snapshot.findings)
    offline = snapshot.uplink is not None and bool(snapshot.uplink.problem)
    return Header(
        overall=overall,
        icon=state + (OFFLINE if offline else ""),
        word=words.texts.say(f"overall.{told}"),
        headline=words.count(f"ui.headline.{told}", number),
        report=_report(snapshot, words),
        payment=_payment(snapshot, words, "ui.payment"),
    )


def _payment(snapshot: Snapshot, words: Wording, form: str) -> str:
    mode = snapshot.payment
    if mode is None:
        return ""
    time = words.clock(mode.since)
    app = masked(mode.image) or words.texts.say("ui.payment.window")
    return words.texts.say(f"{form}.{mode.recorder}", time=time, app=app)


def _count(controls: tuple[ControlState, ...], *states: State) -> int:
    return sum(c.state in states for c in controls)


def _report(snapshot: Snapshot, words: Wording) -> str:
    uplink = snapshot.uplink
    if uplink is None:
        return words.texts.say("ui.report.never")
    if uplink.problem == NOT_ENROLLED:
        return words.texts.say("ui.report.not-enrolled")
    time = words.clock(uplink.at)
    if not uplink.problem:
        return words.count("ui.report.received", uplink.waiting, time=time)
    return words.count("ui.report.problem", uplink.waiting, time=time)


def _tooltip(snapshot: Snapshot, header: Header, words: Wording) -> str:
    """Tell of a payment first: it is what holds now, and the end of a long line is cut."""
    report = header.report
    if payment := _payment(snapshot, words, "ui.payment.short"):
        report = ""
    said = " ".join(filter(None, (payment, header.headline, report)))
    tooltip = words.texts.say("ui.tooltip", said=said)
    return tooltip if len(tooltip) <= TOOLTIP_LIMIT else tooltip[: TOOLTIP_LIMIT - 1] + "…"


def _measures(controls: tuple[ControlState, ...], words: Wording) -> Iterable[MeasureView]:
    for number in MEASURES:
        ours = tuple(c for c in controls if c.measure == number)
        state = next((s for s in WORST_FIRST if any(c.state is s for c in ours)), None)
        shown = state or State.NOT_APPLICABLE
        yield MeasureView(
            number=number,
            title=words.texts.say(f"measure.{number}"),
            state=shown,
            word=_word(ours, shown, words) if ours else words.texts.say("ui.overview.no-control"),
            controls=tuple(_control(c, words) for c in ours),
        )


def _word(controls: tuple[ControlState, ...], state: State, words: Wording) -> str:
    """Return the word for a state; what only the desktop team can mend is not to do here."""
    failing = [c for c in controls if c.state is State.FAIL]
    theirs = bool(failing) and all(c.owner is Owner.TEAM for c in failing)
    return words.texts.say("overall.team" if theirs else f"state.{state}")


def _control(control: ControlState, words: Wording) -> ControlView:
    return ControlView(
        check=control.check,
        title=words.texts.title(control.check, control.state, _id(control.detail)),
        state=control.state,
        word=_word((control,), control.state, words),
        detail=words.texts.render(control.detail),
        since=words.when(control.since),
        proves=_proves(control, words.texts),
        rows=tuple(words.texts.render(line) for line in control.rows),
        gaps=tuple(words.texts.render(line) for line in control.lacking),
    )


def _proves(control: ControlState, texts: Texts) -> str:
    """Return what the control bears on, the strongest first, and what it does not prove."""
    by = {r: ", ".join(p.number for p in control.proves if p.relation is r) for r in Relation}
    said = [texts.say(f"ui.proof.{relation}", numbers=n) for relation, n in by.items() if n]
    return " ".join((*said, texts.say(f"{control.check}.not"))) if said else ""


def _id(message: Message | None) -> str:
    return message.id if message is not None else ""


def _urgent_first(findings: tuple[Finding, ...]) -> list[Finding]:
    ranks = list(Severity)
    return sorted(findings, key=lambda f: (-ranks.index(f.severity), -f.since.wall))


def _finding(finding: Finding, words: Wording) -> FindingView:
    place = _folder(finding.subject)
    help_ = Help.OPEN_FOLDER if place else HELPS.get(finding.check, Help.LOOK_AGAIN)
    return FindingView(
        key=finding.key,
        title=words.texts.title(finding.check, State.FAIL, finding.message.id),
        severity=finding.severity,
        severity_word=words.texts.say(f"severity.{finding.severity}"),
        wrong=words.texts.render(finding.message),
        place=masked(finding.subject) if place else "",
        shown=words.hits(finding.hits),
        advice=words.texts.advice(finding.check, finding.message.id),
        since=words.when(finding.since),
        help=help_,
        help_word=words.texts.say(f"ui.help.{help_}"),
        folder=place,
    )


def _folder(subject: str) -> str:
    """Return the folder of a subject that is a file; empty for anything else."""
    for kind in (PurePosixPath, PureWindowsPath):
        path = kind(subject)
        if path.is_absolute():
            return str(path.parent)
    return ""


def _notice(notice: Notice, words: Wording) -> NoticeView:
    return NoticeView(
        id=notice.id,
        title=notice_title(notice, words.texts),
        body=" ".join(
            filter(
                None,
                (
                    notice_body(notice, words.texts),
                    words.texts.render(notice.advice),
                ),
            )
        ),
        place=masked(notice.place),
        at=words.when(notice.at),
        read=notice.read,
    )


def _sensor(sensor: SensorState, texts: Texts) -> str:
    name = f"ui.sensor.{sensor.sensor}"
    shown = texts.say(name) if texts.has(name) else sensor.sensor
    if sensor.state is Watching.WATCHING:
        return texts.say("ui.about.watching", sensor=shown)
    reason = texts.render(sensor.message) or texts.say("ui.about.no-reason")
    return texts.say("ui.about.not-watching", sensor=shown, reason=reason)
