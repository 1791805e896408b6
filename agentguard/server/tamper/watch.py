"""Looks at every report as it is taken in: copies, forks, older states, wrong clocks, bad news.

It wraps `batches.take_all`, so that an item stands in the same transaction as what it is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Connection, select, update

from agentguard.server.settings import Limits
from agentguard.server.store.control_history import enrolments
from agentguard.server.store.desks import devices
from agentguard.server.store.engine.times import past, seconds
from agentguard.server.store.records import audit
from agentguard.server.store.reports import batch_state, batches, intake
from agentguard.server.store.reports.batch_state import Held
from agentguard.server.store.reports.batches import Arrived
from agentguard.server.store.schema.tables import device, device_seen
from agentguard.server.tamper import chained, items, kinds
from agentguard.server.tamper.agent_runs import Runs, Standing, settled
from agentguard.server.tamper.chained import Chains
from agentguard.server.tamper.items import Turn
from agentguard.server.tamper.kinds import Kind
from agentguard.wire import v1

FORKS_APART = 3600
"""Seconds between two forks from which on they are two accidents and not two computers."""
ENDED_BY_A_REPORT = (kinds.LATE, kinds.MISSING)
Outcome = bool | Exception


class Cloned(Exception):
    """Two computers use this key."""


class Outdated(Exception):
    """What was known of the device when its report was let in has changed since."""


class Listener(Protocol):
    """Hears what was taken in, and what was opened and closed, in the same transaction."""

    def turns(self, connection: Connection, every: Sequence[Turn]) -> None:
        """Hear what was opened and closed."""
        ...

    def reports(self, connection: Connection, taken: Sequence[Arrived]) -> None:
        """Hear which reports were taken in."""
        ...


class Deaf:
    """Hears nothing."""

    def turns(self, connection: Connection, every: Sequence[Turn]) -> None:
        """Leave it."""

    def reports(self, connection: Connection, taken: Sequence[Arrived]) -> None:
        """Leave it."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Takes reports in and looks at them; `listener` hears of it."""

    limits: Limits
    listener: Listener = field(default_factory=Deaf)

    def take_all(self, connection: Connection, batch: Sequence[Arrived]) -> list[Outcome]:
        """Take reports in, as `batches.take_all`; a copy's report is answered with Cloned.

        What a desk says again in a batch is looked at once its report before is taken: else that
        one would find the run of a later one, and not the goodbye that it said itself.
        """
        outcomes: dict[int, Outcome] = {}
        for places in _in_turns(batch):
            some = self._take(connection, [batch[place] for place in places])
            outcomes.update(zip(places, some, strict=True))
        return [outcomes[place] for place in range(len(batch))]

    def _take(self, connection: Connection, batch: Sequence[Arrived]) -> list[Outcome]:
        """Take reports of different desks in."""
        ids = [one.report.device for one in batch]
        held = batch_state.find_held(connection, ids)
        opened = items.still_open(connection, (id_ for id_, one in held.items() if one.flagged))
        outcomes: list[Outcome] = [
            Outdated() if _outdated(one, held.get(one.report.device)) else True for one in batch
        ]
        runs, turns = self._met(connection, batch, held, outcomes)
        taken = [place for place, one in enumerate(outcomes) if one is True]
        kept = batches.take_all(connection, [batch[place] for place in taken], held)
        chains = Chains(dict(held))
        for place, outcome in zip(taken, kept, strict=True):
            outcomes[place] = outcome
            if not isinstance(outcome, Exception):
                broken = chains.look(connection, batch[place])
                turns += [] if broken is None else [broken]
                turns += self._look(connection, batch[place], opened.get(ids[place], {}))
        if turns:
            self.listener.turns(connection, turns)
        good = [batch[place] for place in taken if not isinstance(outcomes[place], Exception)]
        runs.settle(connection, [one.report.device for one in good])
        self.listener.reports(connection, good)
        return outcomes

    def _met(
        self,
        connection: Connection,
        batch: Sequence[Arrived],
        held: Mapping[str, Held],
        outcomes: list[Outcome],
    ) -> tuple[Runs, list[Turn]]:
        """Judge the runs, and mark what is not to be taken as Cloned."""
        unsettled = {
            one.report.device: place
            for place, one in enumerate(batch)
            if outcomes[place] is True and not settled(one.report, held.get(one.report.device))
        }
        if not unsettled:
            return Runs(), []
        runs = Runs.of(connection, unsettled)
        fresh: list[Arrived] = []
        turns: list[Turn] = []
        for _, place in sorted(unsettled.items()):
            one = batch[place]
            stands = runs.meet(connection, one.report, one.now)
            if stands is Standing.BACK:
                turns += mark_clone(connection, one.report.device, one.now)
                outcomes[place] = Cloned()
            elif stands is Standing.FRESH:
                fresh.append(one)
        turns += _older(connection, fresh)
        return runs, turns

    def forked(self, connection: Connection, device_id: str, now: float) -> int | None:
        """Mark a fork and give the device's newest epoch.

        The second one in short time is a copy, for which there is no epoch: None.
        """
        before = items.still_open(connection, [device_id]).get(device_id, {})
        last = before.get(kinds.FORK.id)
        if last is not None and now - last < FORKS_APART:
            self.listener.turns(connection, mark_clone(connection, device_id, now))
            return None
        turn = items.raise_(connection, device_id, kinds.FORK, now)
        if turn is not None:
            self.listener.turns(connection, [turn])
        return intake.mark_fork(connection, device_id)

    def raised(self, connection: Connection, device_id: str, kind: Kind, now: float) -> None:
        """Open a sign that something else than a report gave."""
        turn = items.raise_(connection, device_id, kind, now)
        if turn is not None:
            self.listener.turns(connection, [turn])

    def _look(self, connection: Connection, one: Arrived, opened: dict[str, float]) -> list[Turn]:
        id_, now = one.report.device, one.now
        ended: list[Kind] = [kind for kind in ENDED_BY_A_REPORT if kind.id in opened]
        turns: list[Turn | None] = []
        skew = now - seconds(one.report.sent_at, now)
        if abs(skew) > self.limits.clock_wrong:
            if kinds.CLOCK_WRONG.id not in opened:
                said = {"seconds": round(abs(skew)), "how": "behind" if skew > 0 else "ahead"}
                turns.append(items.raise_(connection, id_, kinds.CLOCK_WRONG, now, params=said))
        elif kinds.CLOCK_WRONG.id in opened:
            ended.append(kinds.CLOCK_WRONG)
        if lost := chained.missing(one.report):
            said = {"count": lost}
            turns.append(items.raise_(connection, id_, kinds.JOURNAL_GAP, now, params=said))
        for told in one.report.events:
            turns += _heard(connection, id_, told, now)
        early = sum(chained.too_early(connection, id_, told, now) for told in one.report.events)
        if early:
            said = {"count": early}
            turns.append(items.raise_(connection, id_, kinds.JOURNAL_ERASED, now, params=said))
        closed = items.end(connection, id_, ended, now) if ended else []
        return [*(turn for turn in turns if turn is not None), *closed]


def _in_turns(batch: Sequence[Arrived]) -> list[list[int]]:
    """Return the places of reports, with the first of each desk, then the second, and so on."""
    turns: list[list[int]] = []
    met: dict[str, int] = {}
    for place, one in enumerate(batch):
        turn = met.get(one.report.device, 0)
        met[one.report.device] = turn + 1
        if turn == len(turns):
            turns.append([])
        turns[turn].append(place)
    return turns


def _outdated(one: Arrived, held: Held | None) -> bool:
    """Check whether the device has another status, key or team than when its report was let in."""
    known = one.signer
    if known is None or held is None:
        return known is not None
    return (known.status, known.public_key, known.team_id) != (held.status, held.key, held.team)


def mark_clone(connection: Connection, device_id: str, now: float) -> list[Turn]:
    """Hold a device whose key two computers use, until each has an identity of its own."""
    connection.execute(update(device).where(device.c.id == device_id).values(status=devices.CLONED))
    enrolments.follow(connection, device_id, now)
    audit.note(connection, now, f"device:{device_id}", "device.cloned")
    turn = items.raise_(connection, device_id, kinds.CLONE, now)
    return [] if turn is None else [turn]


def _older(connection: Connection, fresh: Sequence[Arrived]) -> list[Turn]:
    """Find the desks whose new run knows less than was receipted: they were set back."""
    if not fresh:
        return []
    rows = connection.execute(
        select(device.c.id, device.c.epoch, device_seen.c.seq)
        .join(device_seen, device_seen.c.device == device.c.id)
        .where(device.c.id.in_(sorted({one.report.device for one in fresh})))
    )
    held = {row.id: (row.epoch, row.seq) for row in rows}
    turns: list[Turn | None] = []
    for one in fresh:
        epoch, seq = held.get(one.report.device, (0, 0))
        if one.report.epoch == epoch and one.report.seq < seq:
            said = {"held": seq, "has": one.report.seq}
            turns.append(
                items.raise_(connection, one.report.device, kinds.ROLLBACK, one.now, params=said)
            )
    return [turn for turn in turns if turn is not None]


def _heard(connection: Connection, device_id: str, told: v1.Event, now: float) -> list[Turn | None]:
    """Judge what an agent or its keeper says itself."""
    if told.kind == "keeper.agent-back":
        return list(items.end(connection, device_id, [kinds.AGENT_MISSING], now))
    kind = _bad_news(told)
    if kind is None:
        return []
    at = past(told.at, now)
    said = {k: v for k, v in told.params.items() if k in _SAID}
    if told.kind == "drill.ended":
        said = {"control": told.params.get("drill", "")}
    return [items.raise_(connection, device_id, kind, now, since=at, params=said)]


_SAID = frozenset({"how", "seconds", "reason", "count", "control"})
_ALWAYS = {
    "clock.changed": kinds.CLOCK_JUMP,
    "policy.refused": kinds.POLICY_REFUSED,
    "events.lost": kinds.EVENTS_LOST,
    "journal.gap": kinds.JOURNAL_GAP,
    "control.failed": kinds.CONTROL_FAILED,
    "keeper.agent-missing": kinds.AGENT_MISSING,
    "keeper.agent-failing": kinds.AGENT_FAILING,
    "keeper.safe-mode": kinds.SAFE_MODE,
    "keeper.removed": kinds.KEEPER_REMOVED,
}


def _bad_news(told: v1.Event) -> Kind | None:
    if told.kind == "journal.checked" and told.params.get("whole") == 0:
        return kinds.JOURNAL_BROKEN
    if told.kind == "journal.epoch":
        return kinds.JOURNAL_NEW if told.params.get("reason") in chained.NEWS else None
    if told.kind == "drill.ended":
        return kinds.CONTROL_FAILED if told.params.get("outcome") == "failed" else None
    return _ALWAYS.get(told.kind)
