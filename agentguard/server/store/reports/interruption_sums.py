"""What desks asked their persons' attention for, added up by team now and then.

Who looks reads a row for each team, and one for all of them together; all desks are read by a job
alone (`jobs/attention.py`). Desks that may not report, or did not for as long as their agents
count, are left out: their numbers are those of nobody's last 30 days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from agentguard.server.roles import Scope
from agentguard.server.store.desks import devices
from agentguard.server.store.engine import leadership
from agentguard.server.store.engine.stored_values import Stored
from agentguard.server.store.schema.history_tables import attention_sum
from agentguard.server.store.schema.tables import device, device_seen, posture_current
from agentguard.wire import v1

EVERYBODY = 0
"""In the place of a team: all of them together."""
COUNTED = "attention-counted"
"""Under this name `job` has since when the sums are those of the desks."""
LATEST = 30 * 86_400.0
"""Seconds for which agents count; a desk that was not heard of for so long tells nothing of now."""
NAMED = 200
"""Checks, and causes, that are kept of a team at most; those of most desks stay."""
ROWS = 1000
"""Desks that are read at a time."""
_LONGEST = 100
_SUM = attention_sum.c
_STORED = Stored(v1.Interruptions)
_DESKS = (
    select(device.c.team, posture_current.c.interruptions)
    .join(device, device.c.id == posture_current.c.device)
    .join(device_seen, device_seen.c.device == posture_current.c.device)
    .where(
        posture_current.c.interruptions != "",
        device.c.status.in_((devices.ACTIVE, devices.CONFLICT)),
    )
)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The sums of a team; `checks` has desks, cards shown, and cards closed in less than 2 s."""

    desks: int
    shown: int
    later: int
    dismissed: int
    held_by: dict[str, int]
    checks: dict[str, tuple[int, int, int]]


_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER = msgspec.json.Decoder(Kept)


@dataclass(slots=True)
class Sum:
    """The same while it is being added up."""

    desks: int = 0
    shown: int = 0
    later: int = 0
    dismissed: int = 0
    held_by: Counter[str] = field(default_factory=Counter)
    checks: dict[str, list[int]] = field(default_factory=dict)

    def add(self, one: v1.Interruptions) -> None:
        """Add what a desk told."""
        self.desks += 1
        self.shown += one.shown
        self.later += one.later
        self.dismissed += one.dismissed_under_2s
        for why, many in one.held_by.items():
            self.held_by[why[:_LONGEST]] += many
        for each in one.checks:
            self._check(each.check[:_LONGEST], (1, each.shown, each.dismissed))

    def join(self, one: Kept) -> None:
        """Add what is kept of a team."""
        self.desks += one.desks
        self.shown += one.shown
        self.later += one.later
        self.dismissed += one.dismissed
        self.held_by.update(one.held_by)
        for check, counts in one.checks.items():
            self._check(check, counts)

    def _check(self, name: str, counts: Iterable[int]) -> None:
        held = self.checks.setdefault(name, [0, 0, 0])
        for place, many in enumerate(counts):
            held[place] += many

    def kept(self) -> Kept:
        """Return what is written down; of more names than are kept, those of most desks."""
        checks = sorted(self.checks.items(), key=lambda one: (*(-n for n in one[1]), one[0]))
        return Kept(
            desks=self.desks,
            shown=self.shown,
            later=self.later,
            dismissed=self.dismissed,
            held_by=dict(self.held_by.most_common(NAMED)),
            checks={name: (one[0], one[1], one[2]) for name, one in checks[:NAMED]},
        )


def read(connection: Connection, now: float) -> Iterator[list[tuple[int, str]]]:
    """Yield team and words of desks that tell something, some at a time."""
    asked = _DESKS.where(device_seen.c.last_seen >= now - LATEST)
    with connection.execute(asked.execution_options(yield_per=ROWS)) as rows:
        for some in rows.partitions():
            yield [(row.team, row.interruptions) for row in some]


def add(sums: dict[int, Sum], desks: Iterable[tuple[int, str]]) -> None:
    """Add desks to the sums of their teams and of everybody; words that are none are left out."""
    for team, words in desks:
        with suppress(msgspec.DecodeError):  # so is ValidationError
            told = _STORED.decode(words)
            for key in (team, EVERYBODY):
                sums.setdefault(key, Sum()).add(told)


def put(connection: Connection, sums: Mapping[int, Sum], now: float) -> int:
    """Write down the sums that are new or others than before, and when; return how many."""
    held = {row.team: row.counts for row in connection.execute(select(attention_sum))}
    told = {team: _ENCODER.encode(one.kept()).decode() for team, one in sums.items()}
    changed = 0
    for team, counts in told.items():
        if team not in held:
            connection.execute(insert(attention_sum).values(team=team, counts=counts))
        elif held[team] != counts:
            changing = update(attention_sum).where(_SUM.team == team)
            connection.execute(changing.values(counts=counts))
        changed += held.get(team) != counts
    gone = sorted(held.keys() - told.keys())
    for team in gone:
        connection.execute(delete(attention_sum).where(_SUM.team == team))
    leadership.note(connection, COUNTED, now)
    return changed + len(gone)


def kept(connection: Connection, teams: Scope) -> Kept:
    """Return the sums of these teams, None for all, as they were counted last."""
    mine = _SUM.team == EVERYBODY if teams is None else _SUM.team.in_(teams)
    total = Sum()
    for counts in connection.scalars(select(_SUM.counts).where(mine)):
        total.join(_DECODER.decode(counts))
    return total.kept()


def counted_at(connection: Connection) -> float | None:
    """Return the moment of which the sums are; None where none were made yet."""
    return leadership.noted(connection, COUNTED)
