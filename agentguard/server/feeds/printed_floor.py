"""The floor as a printed report: how each team stands, and which desks need a word."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from itertools import groupby

from reportlab.lib import colors  # type: ignore[import-untyped]
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.platypus import Flowable, SimpleDocTemplate, Spacer, Table, TableStyle  # type: ignore[import-untyped]

from agentguard.base.translations import Texts
from agentguard.model.messages import Message
from agentguard.server.papers.pen import pen_of
from agentguard.server.store.desks import goodbyes
from agentguard.server.store.desks.desk_status import SEVERITIES, severity, worst_first
from agentguard.server.store.floor.pages import Desk
from agentguard.server.store.floor.team_counts import TIERS
from agentguard.server.zoned import on_paper
from agentguard.wire import v1

MARGIN = 18 * mm
WIDTHS = (38 * mm, 92 * mm, 44 * mm)
_INK, _SOFT, _RULE = colors.HexColor("#16211e"), colors.HexColor("#56635e"), "#d5dedb"
_STYLES = getSampleStyleSheet()
_PLAIN = ParagraphStyle("plain", parent=_STYLES["BodyText"], fontSize=9, leading=12, textColor=_INK)
_STATE = ParagraphStyle("state", parent=_PLAIN, fontName="Helvetica-Bold")
_SMALL = ParagraphStyle("small", parent=_PLAIN, textColor=_SOFT)
_TITLE = ParagraphStyle("big", parent=_STYLES["Title"], alignment=0, textColor=_INK, spaceAfter=2)
_TEAM = ParagraphStyle("team", parent=_STYLES["Heading2"], textColor=_INK, spaceBefore=10)
_GRID = (("VALIGN", (0, 0), (-1, -1), "TOP"),)
FREE = (2, 6)
"""What is free where a cell begins and where it ends (points)."""
LONGEST = 1200
"""Letters of a paragraph, so that a row is no higher than a page, whatever a desk has sent."""
_Row = list[Flowable | list[Flowable] | str]


def floor_report(
    desks: Sequence[Desk],
    words: Texts,
    now: float,
    silent_after: float,
    by: str,
    zone: tzinfo = UTC,
) -> bytes:
    """Return the report as a PDF; it names desks, controls and times, and no personal data.

    Its times are written by the clock of `zone`.
    """
    out = io.BytesIO()
    title = words.say("exports.paper.title")
    document = SimpleDocTemplate(
        out, pagesize=A4, title=title, author="AgentGuard", leftMargin=MARGIN, rightMargin=MARGIN,
        topMargin=MARGIN, bottomMargin=MARGIN, lang=words.language,
    )  # fmt: skip
    said = words.say("exports.paper.made", at=on_paper(now, zone), name=by, count=len(desks))
    story: list[Flowable] = [_p(words, title, _TITLE), _p(words, said, _SMALL)]
    ordered = sorted(desks, key=lambda one: (one.team, one.label))
    for team, members in groupby(ordered, key=lambda one: one.team):
        story += _team(team, tuple(members), words, now, silent_after, zone)
    if not desks:
        story.append(_p(words, words.say("exports.paper.none"), _PLAIN))
    document.build(story)
    return out.getvalue()


def _team(
    name: str,
    members: Sequence[Desk],
    words: Texts,
    now: float,
    silent_after: float,
    zone: tzinfo,
) -> list[Flowable]:
    kinds = [_kind(one, now, silent_after) for one in members]
    counts = Counter(kinds)
    said = ", ".join(
        words.say(f"exports.paper.{kind}", count=counts[kind]) for kind in TIERS if counts[kind]
    )
    bad = [one for one, kind in zip(members, kinds, strict=True) if kind in TIERS[:3]]
    parts: list[Flowable] = [_p(words, name, _TEAM), _p(words, said, _SMALL), Spacer(1, 2 * mm)]
    if bad:
        bad.sort(key=lambda one: _urgency(one, now, silent_after))
        parts.append(_table(words, [_rows(one, words, now, silent_after, zone) for one in bad]))
    return parts


def _table(words: Texts, desks: Sequence[Sequence[_Row]]) -> Table:
    """Return a table of desks with a line under each; a page may end between two rows of a desk."""
    last = [sum(map(len, desks[: place + 1])) - 1 for place in range(len(desks))]
    lines = [("LINEBELOW", (0, at), (-1, at), 0.5, colors.HexColor(_RULE)) for at in last]
    pen = pen_of(words, LONGEST)
    every = [pen.columns(row) for rows in desks for row in rows]
    table = Table(every, colWidths=pen.columns(WIDTHS), repeatRows=0, hAlign=pen.side)
    table.setStyle(TableStyle([*_GRID, *pen.paddings(*FREE), *lines]))
    return table


def _urgency(one: Desk, now: float, silent_after: float) -> tuple[int, int, str]:
    """Return the order of a desk: what is wrong now first, the worst of it first."""
    worst = next((severity(c.severity) for c in worst_first(one.controls)), len(SEVERITIES))
    return TIERS.index(_kind(one, now, silent_after)), worst, one.label


def _kind(one: Desk, now: float, silent_after: float) -> str:
    if one.last_seen is None or now - one.last_seen > silent_after:
        away = goodbyes.counts(one.goodbye, one.goodbye_at, now - silent_after)
        return "away" if away else "silent"
    return {"act": "failing", "good": "ok"}.get(one.overall, "attention")


def _rows(one: Desk, words: Texts, now: float, silent_after: float, zone: tzinfo) -> list[_Row]:
    """Return what is to be said of a desk.

    A row for each of its controls, its name in the first.
    """
    if _kind(one, now, silent_after) == "silent":
        heard = (
            on_paper(one.last_seen, zone)
            if one.last_seen is not None
            else words.say("exports.paper.never")
        )
        what = words.say("exports.paper.not-heard")
        return [
            [
                _desk(one, words, now, silent_after),
                _p(words, what, _PLAIN),
                _p(words, heard, _SMALL),
            ]
        ]
    bad = worst_first(one.controls)
    if not bad:
        what = words.say("exports.paper.no-posture")
        return [
            [_desk(one, words, now, silent_after), _p(words, what, _PLAIN), _p(words, "", _SMALL)]
        ]
    since = min(control.since for control in bad)
    head: _Row = [
        _desk(one, words, now, silent_after),
        _control(bad[0], words),
        _p(words, _minute(since, zone), _SMALL),
    ]
    return [head, *(["", _control(control, words), ""] for control in bad[1:])]


def _desk(one: Desk, words: Texts, now: float, silent_after: float) -> list[Flowable]:
    """Return the desk's name and how it stands."""
    tier = words.say(f"console.tier.{_kind(one, now, silent_after)}")
    return [_p(words, one.label, _PLAIN), _p(words, tier, _SMALL)]


def _control(control: v1.Control, words: Texts) -> list[Flowable]:
    """Return the state of a control, what was found, and what to do about it."""
    found = words.render(Message(id=control.detail, params=control.params))
    advice = words.advice(control.check, control.detail) if control.state == "fail" else ""
    return [
        _p(words, words.title(control.check, control.state, control.detail), _STATE),
        _p(words, " ".join(filter(None, (found if control.detail else "", advice))), _SMALL),
    ]


def _minute(at: str, zone: tzinfo) -> str:
    """Return a desk's time as this page writes each time."""
    try:
        return on_paper(datetime.fromisoformat(at).timestamp(), zone)
    except ValueError:
        return at


def _p(words: Texts, text: str, style: ParagraphStyle) -> Flowable:
    """Return a paragraph of plain text in the letters of a language."""
    return pen_of(words, LONGEST).write(text, style)
