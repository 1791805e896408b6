"""The floor as a printed report: how each team stands, and which desks need a word."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from xml.sax.saxutils import escape

from reportlab.lib import colors  # type: ignore[import-untyped]
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle  # type: ignore[import-untyped]

from agentguard.server.store import goodbyes
from agentguard.server.store.board import TIERS
from agentguard.server.store.floor import Desk
from agentguard.server.store.standing import worst_first
from agentguard.server.store.times import iso
from agentguard.texts import Texts

MARGIN = 18 * mm
WIDTHS = (38 * mm, 92 * mm, 44 * mm)
_INK, _SOFT, _RULE = colors.HexColor("#16211e"), colors.HexColor("#56635e"), "#d5dedb"
_STYLES = getSampleStyleSheet()
_PLAIN = ParagraphStyle("plain", parent=_STYLES["BodyText"], fontSize=9, leading=12, textColor=_INK)
_SMALL = ParagraphStyle("small", parent=_PLAIN, textColor=_SOFT)
_TITLE = ParagraphStyle("big", parent=_STYLES["Title"], alignment=0, textColor=_INK, spaceAfter=2)
_TEAM = ParagraphStyle("team", parent=_STYLES["Heading2"], textColor=_INK, spaceBefore=10)
_GRID = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.HexColor(_RULE)),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
    ]
)


def floor_report(
    desks: Sequence[Desk], words: Texts, now: float, silent_after: float, by: str
) -> bytes:
    """Give the report as a PDF; it names desks, controls and times, and no personal data."""
    out = io.BytesIO()
    title = words.say("exports.paper.title")
    document = SimpleDocTemplate(
        out, pagesize=A4, title=title, author="AgentGuard", leftMargin=MARGIN, rightMargin=MARGIN,
        topMargin=MARGIN, bottomMargin=MARGIN,
    )  # fmt: skip
    said = words.say("exports.paper.made", at=_stamp(now), name=by, count=len(desks))
    story: list[Flowable] = [_p(title, _TITLE), _p(said, _SMALL)]
    ordered = sorted(desks, key=lambda one: (one.team, one.label))
    for team, members in groupby(ordered, key=lambda one: one.team):
        story += _team(team, tuple(members), words, now, silent_after)
    if not desks:
        story.append(_p(words.say("exports.paper.none"), _PLAIN))
    document.build(story)
    return out.getvalue()


def _team(
    name: str, members: Sequence[Desk], words: Texts, now: float, silent_after: float
) -> list[Flowable]:
    kinds = [_kind(one, now, silent_after) for one in members]
    counts = Counter(kinds)
    said = ", ".join(
        words.say(f"exports.paper.{kind}", count=counts[kind]) for kind in TIERS if counts[kind]
    )
    bad = [one for one, kind in zip(members, kinds, strict=True) if kind in TIERS[:3]]
    parts: list[Flowable] = [_p(name, _TEAM), _p(said, _SMALL), Spacer(1, 2 * mm)]
    if bad:
        rows = [_row(one, words, now, silent_after) for one in bad]
        table = Table(rows, colWidths=WIDTHS, repeatRows=0)
        table.setStyle(_GRID)
        parts.append(table)
    return parts


def _kind(one: Desk, now: float, silent_after: float) -> str:
    if one.last_seen is None or now - one.last_seen > silent_after:
        away = goodbyes.counts(one.goodbye, one.goodbye_at, now - silent_after)
        return "away" if away else "silent"
    return {"act": "failing", "good": "ok"}.get(one.overall, "attention")


def _row(one: Desk, words: Texts, now: float, silent_after: float) -> list[Flowable]:
    if _kind(one, now, silent_after) == "silent":
        heard = (
            _stamp(one.last_seen) if one.last_seen is not None else words.say("exports.paper.never")
        )
        what = words.say("exports.paper.not-heard")
        return [_p(one.label, _PLAIN), _p(what, _PLAIN), _p(heard, _SMALL)]
    bad = worst_first(one.controls)
    names = [
        words.say(f"{c.check}.title") if words.has(f"{c.check}.title") else c.check for c in bad
    ]
    since = min((c.since for c in bad), default="")[:16].replace("T", " ")
    what = "; ".join(names) or words.say("exports.paper.no-posture")
    return [_p(one.label, _PLAIN), _p(what, _PLAIN), _p(since, _SMALL)]


def _stamp(at: float) -> str:
    return f"{iso(at)[:16].replace('T', ' ')} UTC"


def _p(text: str, style: ParagraphStyle) -> Paragraph:
    """Give a paragraph of plain text: what a desk says is never read as markup."""
    return Paragraph(escape(text), style)
