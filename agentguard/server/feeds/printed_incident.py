"""An incident as a printed report: at a glance, its steps, containment, timeline, lessons."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from reportlab.lib import colors  # type: ignore[import-untyped]
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.platypus import Flowable, SimpleDocTemplate, Spacer, Table, TableStyle  # type: ignore[import-untyped]

from agentguard.base.translations import Texts
from agentguard.server.feeds.sheets import Moment
from agentguard.server.papers.pen import pen_of
from agentguard.server.playbooks.playbook import Playbook
from agentguard.server.store.reports.containments import Containment
from agentguard.server.store.reports.incident_tasks import Task
from agentguard.server.store.reports.incidents import Incident
from agentguard.server.zoned import on_paper

MARGIN = 18 * mm
FACTS, STEPS, LINES = (38 * mm, 131 * mm), (94 * mm, 75 * mm), (38 * mm, 131 * mm)
LONGEST = 1200
"""Letters of a paragraph, so that a row is no higher than a page."""
_INK, _SOFT, _RULE = colors.HexColor("#16211e"), colors.HexColor("#56635e"), "#d5dedb"
_STYLES = getSampleStyleSheet()
_PLAIN = ParagraphStyle("plain", parent=_STYLES["BodyText"], fontSize=9, leading=12, textColor=_INK)
_BOLD = ParagraphStyle("bold", parent=_PLAIN, fontName="Helvetica-Bold")
_SMALL = ParagraphStyle("small", parent=_PLAIN, textColor=_SOFT, fontSize=8, leading=10)
_TITLE = ParagraphStyle("big", parent=_STYLES["Title"], alignment=0, textColor=_INK, spaceAfter=2)
_HEAD = ParagraphStyle("head", parent=_STYLES["Heading2"], textColor=_INK, spaceBefore=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the report tells: the incident, what it is called, all that belongs to it.

    Its times are written by the clock of `zone`.
    """

    incident: Incident
    title: str
    book: Playbook
    tasks: Sequence[Task]
    held: Sequence[Containment]
    timeline: Sequence[Moment]
    signed: bool
    zone: tzinfo = UTC


def incident_report(told: Told, words: Texts, now: float, by: str) -> bytes:
    """Return the report as a PDF; what a desk's other events say is not in it."""
    out = io.BytesIO()
    one = told.incident
    title = words.say("paper.incident.title", number=one.number or one.id)
    document = SimpleDocTemplate(
        out, pagesize=A4, title=title, author="AgentGuard", leftMargin=MARGIN, rightMargin=MARGIN,
        topMargin=MARGIN, bottomMargin=MARGIN, lang=words.language,
    )  # fmt: skip

    def foot(canvas: Any, page: Any) -> None:
        canvas.setFillColor(_SOFT)
        number = words.say("paper.incident.page", number=page.page)
        pen_of(words, LONGEST).foot(canvas, MARGIN, MARGIN / 2, title, number)

    story: list[Flowable] = [
        _p(words, title, _TITLE),
        _p(words, told.title, _HEAD),
        _p(words, words.say("paper.incident.made", at=on_paper(now, told.zone), name=by), _SMALL),
        *_part("facts", words, _facts(told, words), FACTS),
        *_part("steps", words, [_step(task, words, told.zone) for task in told.tasks], STEPS),
        *_part("held", words, [_held(h, words, told.zone) for h in told.held], LINES),
        *_part("timeline", words, _lines(told, words), LINES),
    ]
    for name, text in (("outcome", one.outcome), ("lessons", one.lessons)):
        if text:
            story += [
                _p(words, words.say(f"paper.incident.{name}"), _HEAD),
                _p(words, text, _PLAIN),
            ]
    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


_Row = list[Flowable | list[Flowable]]


def _part(
    name: str, words: Texts, rows: Iterable[_Row], widths: tuple[float, float]
) -> list[Flowable]:
    every = list(rows)
    if not every:
        return []
    pen = pen_of(words, LONGEST)
    table = Table(
        [pen.columns(row) for row in every], colWidths=pen.columns(widths), hAlign=pen.side
    )
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                *pen.paddings(2, 6),
                ("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.HexColor(_RULE)),
            ]
        )
    )
    return [_p(words, words.say(f"paper.incident.{name}"), _HEAD), table, Spacer(1, 2 * mm)]


def _facts(told: Told, words: Texts) -> list[_Row]:
    one = told.incident
    desk = f"{one.desk} · {one.team}" if one.device else words.say("console.response.no-desk")
    severity = words.say(f"console.severity.{one.severity}") if one.severity else ""
    signed = next((m for m in reversed(told.timeline) if m.kind == "sign-off"), None)
    taken = min((at for at in (one.taken_at, one.assigned_at) if at is not None), default=None)
    verdict = words.say(f"console.response.verdict-{one.verdict}") if one.verdict else ""
    told_of = (
        ("what", told.book.title),
        ("severity", severity),
        ("desk", desk),
        ("began", on_paper(one.reported_at, told.zone)),
        ("taken", _when(taken, one.taken_by or one.assigned_to, one.take_due, words, told.zone)),
        ("contained", _when(one.contained_at, "", one.contain_due, words, told.zone)),
        ("closed", _when(one.closed_at, one.closed_by, one.close_due, words, told.zone)),
        ("signed", _when(signed.at if signed and told.signed else None,
                         signed.by if signed else "", None, words, told.zone)),
        ("verdict", verdict),
    )  # fmt: skip
    return [
        [_p(words, words.say(f"paper.incident.{name}"), _BOLD), _p(words, text, _PLAIN)]
        for name, text in told_of
        if text
    ]


def _when(at: float | None, by: str, due: float | None, words: Texts, zone: tzinfo) -> str:
    """Return when something was done, by whom, and whether that was in time."""
    if at is None:
        return words.say("paper.incident.not-yet")
    parts = [on_paper(at, zone), words.say("paper.incident.by", name=by) if by else ""]
    if due is not None:
        in_time = "in-time" if at <= due else "late"
        parts.append(words.say(f"paper.incident.{in_time}", at=on_paper(due, zone)))
    return ", ".join(filter(None, parts))


def _step(task: Task, words: Texts, zone: tzinfo) -> _Row:
    step, done = task.step, task.done
    left: list[Flowable] = [_p(words, step.words, _PLAIN), _p(words, step.source, _SMALL)]
    if done is None:
        return [left, _p(words, words.say("paper.incident.not-yet"), _PLAIN)]
    word = words.say(f"console.response.{'skipped' if done.skipped else 'done'}")
    answer = words.say(f"console.response.answer-{done.answer}") if done.answer else ""
    said = ": ".join(
        filter(None, (word, " ".join(filter(None, (answer, done.note, done.skipped)))))
    )
    by = words.say("console.response.by-desk") if done.by == "desk" else done.by
    return [left, [_p(words, said, _PLAIN), _p(words, f"{by}, {on_paper(done.at, zone)}", _SMALL)]]


def _held(one: Containment, words: Texts, zone: tzinfo) -> _Row:
    said = words.say(f"console.response.act-{one.act}")
    stands = words.say(f"console.response.hold-{one.state}")
    who = ", ".join(dict.fromkeys(filter(None, (one.asked_by, one.ruled_by))))
    below = [
        _p(words, f"{one.desk}: {said}. {stands}.", _PLAIN),
        _p(words, f"{who}: {one.reason}", _SMALL),
    ]
    return [_p(words, on_paper(one.asked_at, zone), _SMALL), below]


def _lines(told: Told, words: Texts) -> list[_Row]:
    """Return what people and the desk did about it."""
    return [
        [
            _p(words, on_paper(m.at, told.zone), _SMALL),
            [_p(words, said, _PLAIN), *([_p(words, m.text, _SMALL)] if text else [])],
        ]
        for m in told.timeline
        if m.kind != "event"
        for said, text in (line(m, told.book, words),)
    ]


def line(moment: Moment, book: Playbook, words: Texts) -> tuple[str, bool]:
    """Return a line of the timeline in words, and whether what was written stands below it."""
    kind, by = moment.kind, moment.by
    if kind.startswith("desk-"):
        id_ = f"console.one.step-{kind[5:]}"
        return words.say(id_) if words.has(id_) else kind, False
    if kind.startswith("hold-"):
        act = words.say(f"console.response.act-{moment.text}")
        return f"{act}: {words.say(f'console.response.line-{kind[5:]}', name=by)}", False
    if words.has(f"console.response.line-{kind}"):
        step = book.step(moment.text)
        said = words.say(f"console.response.line-{kind}", name=by)
        return f"{said} {step.words if step else ''}".strip(), False
    return words.say(f"console.one.{kind}", name=by), bool(moment.text)


def _p(words: Texts, text: str, style: ParagraphStyle) -> Flowable:
    """Return a paragraph of plain text in the letters of a language."""
    return pen_of(words, LONGEST).write(text, style)
