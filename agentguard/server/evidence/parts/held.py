"""What held and for how long, every gap, and the requirements that both add up to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import select

from agentguard.model.held import ORDER, Period, Presence, Span, State, gaps, joined
from agentguard.server.evidence.base import Claim, Part, Stay, Work, row_of
from agentguard.server.evidence.failed import Failed
from agentguard.server.feeds import sheets
from agentguard.server.store.control_history import histories, team_places
from agentguard.server.store.control_history.histories import History
from agentguard.server.store.schema.exception_tables import exception_desk
from agentguard.trust.evidence import tables
from agentguard.trust.evidence.away import Away
from agentguard.trust.evidence.recount import Sums
from agentguard.trust.evidence.tables import DESKS_OF_A_FILE, EVERY, stamp
from agentguard.trust.evidence.writing import Pen

STATES = (State.PASS.value, *(one.value for one in ORDER if one is not State.PASS))
DESKS = "desks.csv"
DESK_COLUMNS = ("desk", "id", "name", "team", "enrolled", "watched_seconds", "counted_seconds")


_SPELLS, _GAPS, _HELD, _DESKS = _EACH = (tables.SPELLS, tables.GAPS, tables.HELD, DESKS)


@dataclass(slots=True)
class Books:
    """The tables, while desk after desk is entered."""

    work: Work
    checks: tuple[str, ...]
    failed: Failed
    sums: Sums = field(default_factory=Sums)
    desks: int = 0
    rows: dict[str, list[str]] = field(default_factory=lambda: {one: [] for one in _EACH})
    """Lines of the tables that are written desk by desk."""

    def enter(self, one: History) -> None:
        """Enter a desk for the time that it was in the teams that the pack is about."""
        stays = [
            Stay(since=since, until=until, team=member.team)
            for member in one.teams
            if self.work.wanted is None or member.team in self.work.wanted
            for since, until in self.work.within_site(member.team, member.since, member.until)
        ]
        if not stays:
            return
        self.work.stays[one.device] = stays
        self.work.labels[one.device] = one.label
        self.work.in_force.extend(
            (one.label, had.name, had.digest, had.since, had.until) for had in one.policies
        )
        away, hidden = Away(), one.presence().spans
        for stay in stays:
            self._stay(one.number, stay)
            self._hide(one.number, stay, hidden, away)
        self.failed.enter(one, stays, self.checks)
        rows = [(check, self._gaps(one, check, stays, away)) for check in self.checks]
        counted = self._hold(one, stays, hidden, rows)
        team = self.work.teams.get(stays[-1].team, "")
        told = (one.number, one.device, one.label, team, float(one.enrolled), *counted)
        self.rows[_DESKS].append(row_of(told))
        self.desks += 1

    def _stay(self, number: int, stay: Stay) -> None:
        self.sums.stay(str(stay.team), stay.since, stay.until)
        times = f"{stamp(stay.since)},{stamp(stay.until)},{stay.until - stay.since}"
        self.rows[_SPELLS].append(f"{number},{stay.team},{times}\r\n")
        desks = self.work.summary.desks_of
        desks.setdefault(stay.team, set()).add(number)

    def _hide(self, number: int, stay: Stay, hidden: list[Span], away: Away) -> None:
        for span in _within(hidden, stay):
            parts = away.take(span.since, span.until)
            self.sums.lose(EVERY, str(stay.team), span.state.value, parts)
            self.rows[_GAPS].append(_row(number, stay.team, EVERY, span, span.seconds))

    def _gaps(
        self, one: History, check: str, stays: list[Stay], away: Away
    ) -> list[tuple[int, int, Span]]:
        """Enter the gaps of a control; give the team, the seconds and the span of each."""
        found = []
        spans = joined(gaps(Presence(one.period, ()).partition(one.control(check))))
        for stay in stays:
            for span in _within(spans, stay):
                parts = away.parts(span.since, span.until)
                seconds = sum([part for _, part in parts])
                if not seconds:  # all of it lies where the desk was not watched
                    continue
                self.sums.lose(check, str(stay.team), span.state.value, parts)
                self.rows[_GAPS].append(_row(one.number, stay.team, check, span, seconds))
                found.append((stay.team, seconds, span))
        return found

    def _hold(
        self,
        one: History,
        stays: list[Stay],
        hidden: list[Span],
        rows: list[tuple[str, list[tuple[int, int, Span]]]],
    ) -> tuple[int, int]:
        """Enter the seconds of each team and control; give those watched, and all of them."""
        whole: dict[int, int] = {}
        lost: dict[tuple[int, str], int] = {}
        for stay in stays:
            whole[stay.team] = whole.get(stay.team, 0) + stay.until - stay.since
            for span in _within(hidden, stay):
                key = stay.team, span.state.value
                lost[key] = lost.get(key, 0) + span.seconds
        for check, found in rows:
            self._summarise(one, check, found)
            for team, seconds in whole.items():
                counts = dict.fromkeys(STATES, 0)
                counts |= {state: lost.get((team, state), 0) for state in STATES[1:]}
                for where, length, span in found:
                    if where == team:
                        counts[span.state.value] += length
                counts[STATES[0]] = seconds - sum(counts.values())
                self._line(one.number, team, check, seconds, counts)
        every = sum(whole.values())
        return every - sum(lost.values()), every

    def _line(
        self, number: int, team: int, check: str, seconds: int, counts: dict[str, int]
    ) -> None:
        numbers = ",".join(map(str, counts.values()))
        self.rows[_HELD].append(f"{number},{team},{check},{seconds},{numbers}\r\n")
        summary = self.work.summary
        for sums in (
            summary.sums.setdefault(check, dict.fromkeys(STATES, 0)),
            summary.by_team.setdefault(team, dict.fromkeys(STATES, 0)),
        ):
            for state, has in counts.items():
                sums[state] += has

    def _summarise(self, one: History, check: str, found: list[tuple[int, int, Span]]) -> None:
        failed = [seconds for _, seconds, span in found if span.state is State.FAIL and seconds]
        if failed:
            summary = self.work.summary
            summary.failing[check] = summary.failing.get(check, 0) + 1
            longest = (max(failed), one.label)
            summary.worst[check] = max(summary.worst.get(check, longest), longest)


def _within(spans: list[Span], stay: Stay) -> Iterator[Span]:
    """Yield the parts of spans that lie in a stay."""
    for one in spans:
        if one.until <= stay.since or one.since >= stay.until:
            continue
        if stay.since <= one.since and one.until <= stay.until:
            yield one
        else:
            since, until = max(one.since, stay.since), min(one.until, stay.until)
            yield Span(since=since, until=until, state=one.state)


def _row(number: int, team: int, control: str, span: Span, seconds: int) -> str:
    times = f"{stamp(span.since)},{stamp(span.until)},{seconds}"
    return f"{number},{team},{control},{span.state.value},{times}\r\n"


def write(work: Work) -> None:
    """Write the tables; a file has so many desks, and its rows go out as they come."""
    period = Period(since=work.order.since, until=work.order.until)
    asked = {
        "teams": work.wanted,
        "devices": None if work.device is None else [work.device],
    }
    whole = histories.count(work.connection, period, **asked)  # type: ignore[arg-type]
    checks = tuple(sorted(work.controls))
    every = histories.read(
        work.connection,
        period,
        work.now,
        checks=checks,
        excepted=_excepted(work, period),
        **asked,  # type: ignore[arg-type]
    )
    books = Books(work, checks, Failed(team_places.read(work.connection, period)))
    with work.pack.file(DESKS) as desks, work.pack.file(tables.SPELLS) as spells:
        desks.write(f"{sheets.BOM}{row_of(DESK_COLUMNS)}".encode())
        spells.write(f"{tables.SPELL_HEAD}\r\n".encode())
        _desks(books, every, {_DESKS: desks, _SPELLS: spells}, whole)
    _names(work, books)
    _requirements(work, books)


def _desks(books: Books, every: Iterator[History], pens: dict[str, Pen], whole: int) -> None:
    """Write desk by desk; `pens` are those of the tables that are one file."""
    work = books.work
    done, more = 0, next(every, None)
    while more is not None or not done:
        name = f"{done // DESKS_OF_A_FILE + 1:05}{tables.TABLE}"
        with (
            work.pack.file(f"{tables.GAPS}{name}") as gap_pen,
            work.pack.file(f"{tables.HELD}{name}") as held_pen,
        ):
            gap_pen.write(f"{tables.GAP_HEAD}\r\n".encode())
            held_pen.write(f"{tables.held_head(STATES)}\r\n".encode())
            while more is not None:
                books.enter(more)
                _empty(books, {**pens, _GAPS: gap_pen, _HELD: held_pen})
                done, more = done + 1, next(every, None)
                if done % 50 == 0:
                    work.told("held", done, whole)
                if done % DESKS_OF_A_FILE == 0:
                    break
        if more is None:
            break


def _requirements(work: Work, books: Books) -> None:
    """Write what all of it adds up to."""
    weeks = books.sums.weeks(books.checks, STATES)
    work.lines(tables.WEEKS, tables.week_head(STATES), weeks)
    mapped = [(c.framework, c.requirement, c.control, c.relation) for c in work.claims]
    head = tables.requirement_head(STATES)
    work.lines(tables.REQUIREMENTS, head, books.sums.lines(mapped, STATES))
    books.failed.write(work)


def _empty(books: Books, pens: dict[str, Pen]) -> None:
    """Write the rows of a desk, and forget them."""
    for table, rows in books.rows.items():
        if rows:
            pens[table].write("".join(rows).encode())
            rows.clear()


def _names(work: Work, books: Books) -> None:
    """Write what the numbers and the requirements are."""
    work.summary.counts["desks"] = books.desks
    used = sorted(work.summary.desks_of)
    named = [(str(one), " ".join(work.teams.get(one, "").split())) for one in used]
    books.sums.teams.update({number: sheets.cell(name) for number, name in named})
    work.sheet(tables.TEAMS, tables.TEAM_HEAD, named)
    work.sheet(tables.MAPPING, tables.MAPPING_HEAD, map(_claim, work.claims))


def _claim(one: Claim) -> tuple[str, ...]:
    return (one.framework, one.requirement, one.control, one.relation, one.lacks, one.source)


def _excepted(work: Work, period: Period) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """Return where exceptions were in force."""
    table = exception_desk.c
    asked = select(table.device, table.control, table.since, table.until).where(
        table.since < period.until, table.until > period.since
    )
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for device, control, since, until in work.connection.execute(asked):
        found.setdefault((device, control), []).append((int(since), int(until)))
    return found


PART = Part(name="held", place=0, write=write)
