"""Turns a snapshot into what the tray and the windows show; pure, without Qt.

What was found and done becomes lines of To do, the newest first.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo

from agentguard.base import mappings
from agentguard.base.translations import Texts
from agentguard.detect.recognition.masked_names import masked
from agentguard.model.actions import ActionKind, Deed
from agentguard.model.deeds import Done
from agentguard.model.events import NOT_ENROLLED, SensorState, Watching
from agentguard.model.incidents import IncidentCategory
from agentguard.model.messages import Message
from agentguard.model.policy import Contact
from agentguard.model.posture import MEASURES, PAUSED, ControlState, Overall, shown
from agentguard.model.prompts import Notice
from agentguard.model.proofs import Relation
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import OTHERS, Severity, State
from agentguard.ui.lesson_words import rendered
from agentguard.ui.modes import around, badge, told_modes
from agentguard.ui.notice_words import notice_body, notice_title
from agentguard.ui.present_exceptions import exceptable, requests
from agentguard.ui.present_findings import Can, finding_views, grouped
from agentguard.ui.present_theirs import beside, hers, others, theirs_view, whose
from agentguard.ui.views import (
    Choice,
    ContactView,
    ControlView,
    DoneView,
    Header,
    MeasureView,
    MenuView,
    ModeView,
    NoticeView,
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
THEIRS = "theirs"
"""How what others are to mend is drawn, whoever has it."""
URGENT = frozenset({Severity.HIGH, Severity.CRITICAL})
OFFLINE = "-offline"
TOOLTIP_LIMIT = 127  # characters that Windows keeps of a tray's tooltip
BURST = 600.0  # seconds within which the agent's own moves are one line
SEVERAL = frozenset({Deed.VAULT, Deed.DELETE, ActionKind.VAULT})
NEVER_BACK = ".forbidden"
"""What may not be kept is not brought back by one press: the page Vault asks why."""


def present(
    snapshot: Snapshot, texts: Texts, zone: tzinfo | None = None, can: Can | None = None
) -> View:
    """Return all that is shown of a snapshot; `zone` replaces the zone of this computer.

    `can` is what this computer can do about findings.
    """
    texts = texts.masking(masked)
    words = Wording(texts, snapshot.at, zone)
    header = _header(snapshot, words)
    unread = sum(not n.read for n in snapshot.inbox)
    due, holding = lessons_due(snapshot), told_modes(snapshot, words)
    return View(
        header=header,
        tooltip=_tooltip(header, holding, words),
        menu=MenuView(
            state=header.headline,
            lessons=words.count("ui.menu.lessons", due),
            inbox=words.count("ui.menu.inbox", unread),
        ),
        measures=tuple(_measures(snapshot.controls, words)),
        findings=finding_views(hers(snapshot), snapshot, words, can or Can()),
        theirs=theirs_view(snapshot, words),
        inbox=tuple(_notice(n, words) for n in snapshot.inbox),
        unread=unread,
        lessons_due=due,
        contact=contact(snapshot.policy.contact, texts),
        sensors=tuple(_sensor(s, texts) for s in snapshot.sensors),
        policy=texts.say("ui.about.policy", **_version(snapshot)),
        modes=holding,
        badge=badge(snapshot),
        history=history(snapshot, words),
        exceptable=exceptable(snapshot, words),
        requests=requests(snapshot, words),
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
    menu = texts.say("call.menu" if known else "call.menu-nobody", contact=line)
    call = "call.number" if who.phone else ("call.name-only" if who.name else "call.nobody")
    return ContactView(
        name=who.name,
        phone=who.phone,
        line=line,
        menu=menu,
        call=texts.say(call, contact=line, name=who.name),
    )


def choices(texts: Texts) -> tuple[Choice, ...]:
    """Return the kinds of incident in the order in which they are offered."""
    return tuple(
        Choice(
            category=category,
            title=texts.say(f"incident.{category}.title"),
            example=texts.say(f"incident.{category}.example"),
        )
        for category in IncidentCategory
        if category is not IncidentCategory.CARD_DATA
    )


def _version(snapshot: Snapshot) -> dict[str, str | int]:
    policy = snapshot.policy
    return {
        "name": masked(policy.name),
        "version": policy.version,
        "digest": policy.digest[:12],
    }


def _header(snapshot: Snapshot, words: Wording) -> Header:
    overall, icon, told, number = _standing(snapshot)
    offline = snapshot.uplink is not None and bool(snapshot.uplink.problem)
    return Header(
        overall=overall,
        icon=icon + (OFFLINE if offline else ""),
        word=words.texts.say(f"overall.{told}"),
        headline=words.count(f"ui.headline.{told}", number),
        report=_report(snapshot, words),
        theirs=beside(snapshot, words),
    )


def _standing(snapshot: Snapshot) -> tuple[Overall, str, str, int]:
    """Return the state, its icon, what is told of it and how many: only what is hers is asked."""
    overall, controls = snapshot.overall, snapshot.controls
    if mine := hers(snapshot):
        urgent = any(f.severity in URGENT for f in mine)
        asks = Overall.ACT if urgent else Overall.ATTENTION
        return asks, asks, asks, len(grouped(mine))
    if theirs := others(snapshot):
        return overall, THEIRS, whose(f.owner for f in theirs), len(theirs)
    state = shown(overall, controls)
    number = _count(controls, State.FAIL)
    if state == Overall.BLIND:
        number = _count(controls, State.UNKNOWN, State.PARTIAL)
    if state == PAUSED:
        number = _count(controls, State.PAUSED)
    return overall, state, state, number


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


def _tooltip(header: Header, holding: tuple[ModeView, ...], words: Wording) -> str:
    """Tell first what holds now and asks for care: the end of a long line is cut."""
    first, last = around(holding, header.report)
    said = " ".join((*first, header.headline, *last))
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
    """Return the word for a state; what only others can mend is not to do here."""
    failing = [c for c in controls if c.state is State.FAIL]
    theirs = bool(failing) and all(c.owner in OTHERS for c in failing)
    told = f"overall.{whose(c.owner for c in failing)}" if theirs else f"state.{state}"
    return words.texts.say(told)


def _control(control: ControlState, words: Wording) -> ControlView:
    return ControlView(
        check=control.check,
        title=words.texts.title(control.check, control.state, _id(control.detail)),
        state=control.state,
        word=_word((control,), control.state, words),
        detail=rendered(control.detail, words.texts),
        since=words.when(control.since),
        proves=_proves(control, words.texts),
        rows=tuple(words.texts.render(line) for line in control.rows),
        gaps=tuple(words.texts.render(line) for line in control.lacking),
        look=THEIRS if control.state is State.FAIL and control.owner in OTHERS else control.state,
    )


def _proves(control: ControlState, texts: Texts) -> str:
    """Return what the control bears on, the strongest first, and what it does not prove."""
    own = mappings.of_check(control.check)
    by = {r: ", ".join(p.number for p in own if p.relation is r) for r in Relation}
    said = [texts.say(f"ui.proof.{relation}", numbers=n) for relation, n in by.items() if n]
    return " ".join((*said, texts.say(f"{control.check}.not"))) if said else ""


def _id(message: Message | None) -> str:
    return message.id if message is not None else ""


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


def history(snapshot: Snapshot, words: Wording) -> tuple[DoneView, ...]:
    """Return a line for each thing that ended, and one for all that ended together."""
    lines: list[list[Done]] = []
    for one in snapshot.history:
        if lines and _together(lines[-1][-1], one):
            lines[-1].append(one)
        else:
            lines.append([one])
    return tuple(_line(together, words) for together in lines)


def _together(before: Done, one: Done) -> bool:
    same = (one.how, one.batch, one.back is None) == (before.how, before.batch, before.back is None)
    if one.how not in SEVERAL or not same:
        return False
    return bool(one.batch) or abs(before.at.wall - one.at.wall) <= BURST


def _line(together: list[Done], words: Wording) -> DoneView:
    newest, count = together[0], len(together)
    told = _told(newest, count, words)
    title = words.texts.title(newest.check, State.FAIL, newest.message.id)
    return DoneView(
        key=newest.batch + newest.id,
        told=told,
        found=words.texts.say("todo.done.found", title=title, exact=words.clock(newest.found)),
        sealed=tuple(
            one.item
            for one in together
            if one.item and one.back is None and not one.message.id.endswith(NEVER_BACK)
        ),
        mended=newest.back is None,
        today=bool(newest.how) and words.is_today(newest.at),
    )


def _told(one: Done, count: int, words: Wording) -> str:
    name, texts = masked(one.place), words.texts
    form = one.how or ("gone-file" if name else "gone")
    time = words.clock(one.at)
    if one.back is not None:
        form, time = "back", words.clock(one.back)
    if count > 1:
        return texts.say(f"todo.done.{form}-many", count=count, time=time)
    known = texts.has(f"todo.done.{form}")
    title = texts.title(one.check, State.FAIL, one.message.id)
    if not known:
        return texts.say("todo.done.gone", time=time, title=title)
    return texts.say(f"todo.done.{form}", name=name, time=time, title=title)
