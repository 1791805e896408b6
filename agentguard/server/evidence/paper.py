"""Draws the summary of a pack: what held, in bars and shares that are rounded down."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from reportlab.graphics.shapes import Drawing, Rect  # type: ignore[import-untyped]
from reportlab.lib import colors  # type: ignore[import-untyped]
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]
from reportlab.platypus import (  # type: ignore[import-untyped]
    CondPageBreak,
    Flowable,
    LongTable,
    SimpleDocTemplate,
    Spacer,
    TableStyle,
)

from agentguard.base import cldr
from agentguard.model.held import UNWATCHED, State, share
from agentguard.server.evidence.base import Claim, Work
from agentguard.server.evidence.claims import by_requirement
from agentguard.server.papers.pen import Pen, pen_of
from agentguard.trust.evidence.tables import day, stamp

MARGIN = 18 * mm
MOST_ROWS = 400
"""Rows of a table on paper; a thousand more would cost seconds and be read by nobody."""
LONGEST, LONGEST_LEAD = 300, 2000
"""Signs of a paragraph at the most."""
BAR = (29 * mm, 3 * mm)
WIDTH = 170
_INK, _SOFT, _RULE = (colors.HexColor(one) for one in ("#16211e", "#56635e", "#d5dedb"))
_STYLES = getSampleStyleSheet()
_PLAIN = ParagraphStyle("plain", parent=_STYLES["BodyText"], fontSize=9, leading=12, textColor=_INK)
_SMALL = ParagraphStyle("small", parent=_PLAIN, fontSize=8, leading=10, textColor=_SOFT)
_CELL = ParagraphStyle("cell", parent=_PLAIN, fontSize=8.5, leading=10.5)
_HEAD = ParagraphStyle(
    "head", parent=_CELL, fontName="Helvetica-Bold", fontSize=7.5, leading=9, textColor=_SOFT
)
_LEAD = ParagraphStyle("lead", parent=_PLAIN, fontSize=11.5, leading=16, spaceBefore=4)
_TITLE = ParagraphStyle("big", parent=_STYLES["Title"], alignment=0, textColor=_INK, spaceAfter=2)
_PART = ParagraphStyle("part", parent=_STYLES["Heading2"], textColor=_INK, spaceBefore=12)
_CODE = ParagraphStyle("code", parent=_PLAIN, fontName="Courier", fontSize=8.5)
_NOT_KNOWN = (State.UNKNOWN, State.PARTIAL, State.BLIND, State.EXPIRED)
_LET_OFF = (State.EXCEPTED, State.PAUSED)
_NOT_ASKED = (State.NOT_IN_POLICY, State.NOT_APPLICABLE)
_BARS = (
    ((State.PASS,), colors.HexColor("#2f7d5b")),
    ((State.FAIL,), colors.HexColor("#b3261e")),
    (_NOT_KNOWN, colors.HexColor("#9aa5a1")),
    (_LET_OFF, colors.HexColor("#c98a1b")),
)
WORDS = "evidence.paper"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:]{8}Z")
Sums = Mapping[str, int]


def draw(work: Work, out: io.BytesIO) -> None:
    """Write the paper as a PDF; it names desks, teams and controls, and no personal data."""
    words, pen = work.words, _pen(work)
    title = words.say(f"{WORDS}.title")
    document = SimpleDocTemplate(
        out, pagesize=A4, title=title, author="AgentGuard", leftMargin=MARGIN, rightMargin=MARGIN,
        topMargin=MARGIN, bottomMargin=MARGIN, lang=words.language,
    )  # fmt: skip

    def foot(canvas: Canvas, _document: object) -> None:
        canvas.setFillColor(_SOFT)
        said = words.say(f"{WORDS}.foot", made=stamp(int(work.now)))
        pen.foot(canvas, MARGIN, 10 * mm, said, str(canvas.getPageNumber()))

    story = [
        *_first(work, title), *_requirements(work), *_teams(work), *_lists(work), *_files(work),
        *_limits(work),
    ]  # fmt: skip
    document.build(story, onFirstPage=foot, onLaterPages=foot)


def _first(work: Work, title: str) -> Iterator[Flowable]:
    """Yield the headline: about what, for how long, and how much of it held."""
    words, order, pen = work.words, work.order, _pen(work)
    place = words.say(f"{WORDS}.scope-{order.scope.kind}", name=order.scope.name)
    about = " ".join(filter(None, (order.scope.framework, order.scope.requirement)))
    yield pen.write(title, _TITLE)
    yield pen.write(f"{place}{' – ' if about else ''}{about}", _LEAD, LONGEST_LEAD)  # noqa: RUF001 - a dash
    yield pen.write(
        words.say(
            f"{WORDS}.period", since=day(order.since), until=day(order.until - 1), by=order.by
        ),
        _SMALL,
    )
    if work.cut_off < order.until:
        yield pen.write(words.say(f"{WORDS}.goes-on", at=stamp(work.cut_off)), _PLAIN)
    sums = _added(work.summary.sums.values())
    yield Spacer(1, 4 * mm)
    yield pen.write(_headline(work, sums), _LEAD, LONGEST_LEAD)
    yield Spacer(1, 2 * mm)
    yield _bar(pen, sums, WIDTH * mm, 6 * mm)
    yield pen.write(words.say(f"{WORDS}.bar"), _SMALL)


def _headline(work: Work, sums: Sums) -> str:
    controls = max(len(work.summary.sums), 1)
    watched = _watched(sums)
    lost = sum(sums.values()) - watched
    longest = max(work.summary.worst.values(), default=(0, ""))
    return work.words.say(
        f"{WORDS}.headline",
        held=_share(sums, (State.PASS,)),
        failed=_share(sums, (State.FAIL,)),
        unknown=_share(sums, _NOT_KNOWN),
        excepted=_share(sums, _LET_OFF),
        hours=f"{watched // controls // 3600:,}",
        lost=f"{lost // controls // 3600:,}",
        desks=f"{len(work.stays):,}",
        longest=_length(longest[0]),
    )


def _requirements(work: Work) -> Iterator[Flowable]:
    """Yield a table for each framework: a row for each control that bears on a requirement."""
    words, pen = work.words, _pen(work)
    for framework, claims in groupby(by_requirement(work.claims), key=lambda one: one.framework):
        yield CondPageBreak(50 * mm)
        yield pen.write(framework, _PART)
        every = list(claims)
        asked = [one for one in every if _asked(work.summary.sums.get(one.control, {}))]
        names = (
            "requirement", "control", "held", "", "failed", "unknown", "excepted", "longest",
        )  # fmt: skip
        head = [words.say(f"{WORDS}.{one}") if one else "" for one in names]
        if asked:
            widths = (16, 42, 14, 31, 13, 13, 16, 25)
            yield _table(pen, head, [_claim(work, one) for one in asked], widths)
        left = dict.fromkeys(_unasked(work, one, asked) for one in every if one not in asked)
        if left:
            yield Spacer(1, 2 * mm)
            numbers = cldr.APART[words.language].join(left)
            yield pen.write(words.say(f"{WORDS}.unasked", numbers=numbers), _SMALL)


def _unasked(work: Work, one: Claim, asked: Sequence[Claim]) -> str:
    """Return the number of a claim of which nothing was asked; with the control if others were."""
    if one.requirement in {each.requirement for each in asked}:
        return f"{one.requirement} ({work.words.say(f'{one.control}.title')})"
    return one.requirement


def _claim(work: Work, one: Claim) -> list[object]:
    summary, words = work.summary, work.words
    sums = summary.sums.get(one.control, {})
    longest, desk = summary.worst.get(one.control, (0, ""))
    relation = words.say(f"{WORDS}.{one.relation}")
    name = f"{words.say(f'{one.control}.title')} ({relation})"
    worst = f"{_length(longest)} {desk}" if longest else ""
    return [
        one.requirement,
        name,
        _share(sums, (State.PASS,)),
        _bar(_pen(work), sums, *BAR),
        _share(sums, (State.FAIL,)),
        _share(sums, _NOT_KNOWN),
        _share(sums, _LET_OFF),
        worst,
    ]


def _teams(work: Work) -> Iterator[Flowable]:
    """Yield how each team stood, the one of which least held first."""
    words, summary, pen = work.words, work.summary, _pen(work)
    rows = []
    for number, desks in summary.desks_of.items():
        sums = summary.by_team.get(number, {})
        watched = _watched(sums)
        asked = _asked(sums)
        rank = sums.get(State.PASS.value, 0) / asked if asked else 0.0
        hours = f"{watched // max(len(summary.sums), 1) // 3600:,}"
        held = (_share(sums, (State.PASS,)), _bar(_pen(work), sums, *BAR))
        failed = _share(sums, (State.FAIL,))
        rows.append((rank, [work.teams.get(number, ""), str(len(desks)), hours, *held, failed]))
    rows.sort(key=lambda one: one[0])
    yield CondPageBreak(50 * mm)
    yield pen.write(words.say(f"{WORDS}.teams"), _PART)
    names = ("team", "desks", "hours", "held", "", "failed")
    head = [words.say(f"{WORDS}.{one}") if one else "" for one in names]
    yield _table(pen, head, [row for _, row in rows], (66, 18, 22, 14, 32, 18))


_LISTS = {
    "incidents": (("incident", "kind", "team", "reported", "closed"), (24, 40, 42, 32, 32)),
    "exceptions": (("control", "place", "reason", "until", "desks"), (32, 34, 58, 32, 14)),
    "training": (("lesson", "people"), (140, 30)),
    "drills": (("drill", "result", "detected", "last"), (66, 40, 32, 32)),
}


def _lists(work: Work) -> Iterator[Flowable]:
    """Yield what happened and what was allowed, as far as a person would read it."""
    words, pen = work.words, _pen(work)
    for name, (columns, widths) in _LISTS.items():
        rows = work.summary.tables.get(name)
        if rows is None:
            continue
        yield CondPageBreak(40 * mm)
        yield pen.write(words.say(f"{WORDS}.{name}"), _PART)
        if not rows:
            yield pen.write(words.say(f"{WORDS}.none"), _PLAIN)
            continue
        head = [words.say(f"{WORDS}.{one}") for one in columns]
        yield _table(pen, head, [list(row) for row in rows], widths)


def _files(work: Work) -> Iterator[Flowable]:
    """Yield how many rows of what there are, and how to check all of it."""
    words, pen = work.words, _pen(work)
    yield CondPageBreak(60 * mm)
    yield pen.write(words.say(f"{WORDS}.files"), _PART)
    rows = [
        [words.say(f"{WORDS}.count-{name}"), f"{count:,}"]
        for name, count in sorted(work.summary.counts.items())
    ]
    yield _table(pen, [words.say(f"{WORDS}.what"), words.say(f"{WORDS}.rows")], rows, (140, 30))
    yield pen.write(words.say(f"{WORDS}.verify"), _PLAIN)
    yield pen.write("agentguard evidence verify FOLDER --root ROOTS", _CODE)


def _limits(work: Work) -> Iterator[Flowable]:
    """Yield what none of this proves, control by control."""
    words, pen = work.words, _pen(work)
    yield CondPageBreak(50 * mm)
    yield pen.write(words.say(f"{WORDS}.limits"), _PART)
    claimed = sorted({one.control for one in work.claims})
    rows = [[words.say(f"{check}.title"), words.say(f"{check}.not")] for check in claimed]
    yield _table(pen, [words.say(f"{WORDS}.control"), words.say(f"{WORDS}.lacks")], rows, (50, 120))


def _table(
    pen: Pen, head: Sequence[str], rows: Sequence[Sequence[object]], widths: Sequence[int]
) -> Flowable:
    """Return a table with a line under each row; its head stands on each page."""
    shown = [[pen.write(one, _HEAD) for one in head]]
    shown += [[_cell(pen, one) for one in row] for row in rows[:MOST_ROWS]]
    if len(rows) > MOST_ROWS:
        shown.append([pen.write("…", _CELL), *[""] * (len(head) - 1)])
    wide = [one * mm for one in pen.columns(widths)]
    every = [pen.columns(row) for row in shown]
    table = LongTable(every, colWidths=wide, repeatRows=1, hAlign=pen.side)
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                *pen.paddings(0, 4),
                ("TOPPADDING", (0, 0), (-1, -1), 2.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
                ("LINEBELOW", (0, 0), (-1, -1), 0.5, _RULE),
            ]
        )
    )
    return table


def _bar(pen: Pen, sums: Sums, width: float, height: float) -> Drawing:
    """Return a bar of the time asked for: held, failed, not known, excepted or paused."""
    drawing, at, whole = Drawing(width, height + 3), 0.0, _asked(sums)
    drawing.add(Rect(0, 0, width, height, fillColor=_RULE, strokeColor=None))
    for states, colour in _BARS:
        part = width * sum(sums.get(one.value, 0) for one in states) / whole if whole else 0.0
        if part:
            left = width - at - part if pen.right_to_left else at
            drawing.add(Rect(left, 0, part, height, fillColor=colour, strokeColor=None))
        at += part
    return drawing


def _share(sums: Sums, states: Sequence[State]) -> str:
    told = share(sum(sums.get(one.value, 0) for one in states), _asked(sums))
    return f"{told}\N{NO-BREAK SPACE}%" if told else "–"  # noqa: RUF001 - nothing was watched


def _watched(sums: Sums) -> int:
    return sum(has for state, has in sums.items() if state not in UNWATCHED)


def _asked(sums: Sums) -> int:
    """Return the watched seconds in which a policy asked for the control."""
    return _watched(sums) - sum(sums.get(one.value, 0) for one in _NOT_ASKED)


def _added(every: Iterable[Sums]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in every:
        for state, has in one.items():
            found[state] = found.get(state, 0) + has
    return found


def _length(seconds: int) -> str:
    """Write how long something took as a person would: in the largest unit that is full."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length}\N{NO-BREAK SPACE}{unit}"
    return f"{seconds} s"


def _cell(pen: Pen, one: object) -> object:
    """Return a cell; a moment is told to the minute."""
    if isinstance(one, str) and _MOMENT.fullmatch(one):
        one = one[:16].replace("T", " ")
    return pen.write(one, _CELL) if isinstance(one, str) else one


def _pen(work: Work) -> Pen:
    return pen_of(work.words, LONGEST)
