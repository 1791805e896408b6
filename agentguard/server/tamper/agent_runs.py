"""The runs of each desk's agent: one that was followed by another does not come back.

A run is a random id that an agent makes as it starts. When one that was superseded speaks again,
two computers use one key: a copied disk, or a virtual machine that was set back while it ran.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from agentguard.server.store.desks import keepers
from agentguard.server.store.reports.batch_state import Held
from agentguard.server.store.schema.identity_tables import device_run
from agentguard.server.store.schema.tables import device_seen
from agentguard.wire import v1

SETTLE = 10
"""Seconds for which a request of the run before may still be under way."""
KEPT = 16  # runs of one desk
LONGEST_RUN, LONGEST_GOODBYE, LONGEST_KEEPER = 64, 20, 64
BELIEVED = frozenset({"asleep", "session-ended"})
"""Goodbyes that the desk's system has said: any other is what an agent claims that was ended, and a
goodbye only once its computer's keeper has said that nobody is logged on any more."""


class Standing(Enum):
    """What a report's run says of the desk."""

    SAME = auto()
    FRESH = auto()
    BACK = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    id: str
    begun_at: float
    goodbye: str = ""
    claimed: str = ""

    @property
    def word(self) -> str:
        """What it said as it ended, believed or not."""
        return self.goodbye or self.claimed


def settled(report: v1.Report, held: Held | None) -> bool:
    """Check whether a report's run is the desk's newest, with nothing to look up or write down."""
    if not report.run:  # an agent that knows of no runs
        return True
    if held is None or report.goodbye:
        return False
    return held.run == report.run and report.keeper[:LONGEST_KEEPER] in {"", held.keeper}


@dataclass(slots=True)
class Runs:
    """The runs of the desks of one batch that are not settled; each desk has one report there."""

    _known: dict[str, list[_Run]] = field(default_factory=dict)
    _same: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: Connection, devices: Iterable[str]) -> Runs:
        """Read the runs of these desks, the newest first."""
        rows = connection.execute(
            select(device_run)
            .where(device_run.c.device.in_(sorted(set(devices))))
            .order_by(device_run.c.device, device_run.c.begun_at.desc())
        )
        found = cls()
        for row in rows:
            one = _Run(id=row.run, begun_at=row.begun_at, goodbye=row.goodbye, claimed=row.claimed)
            found._known.setdefault(row.device, []).append(one)
        return found

    def meet(self, connection: Connection, report: v1.Report, now: float) -> Standing:
        """Judge a report by its run, and write down what is new of it."""
        run = report.run[:LONGEST_RUN]
        every = self._known.setdefault(report.device, [])
        if not run:  # an agent that knows of no runs
            return Standing.SAME
        if report.keeper:
            keepers.link(connection, report.device, report.keeper[:LONGEST_KEEPER])
        if every and every[0].id == run:
            self._part(connection, report, every, now)
            if every[0].word:
                _settle(connection, report.device, "")
            else:
                self._same[report.device] = run
            return Standing.SAME
        if any(one.id == run for one in every):
            settled = now - every[0].begun_at > SETTLE
            return Standing.BACK if settled else Standing.SAME
        self._begin(connection, report, every, now)
        _settle(connection, report.device, "")
        return Standing.FRESH

    def settle(self, connection: Connection, devices: Iterable[str]) -> None:
        """Note of desks whose reports were taken which run needs no second look.

        Not before: what follows a report must see that its desk had said goodbye, and where the
        report is refused, so must the next one.
        """
        for device in sorted(self._same.keys() & set(devices)):
            _settle(connection, device, self._same[device])

    def _begin(
        self, connection: Connection, report: v1.Report, every: list[_Run], now: float
    ) -> None:
        run, said = report.run[:LONGEST_RUN], _said(connection, report, now)
        # Two runs within one clock tick must not change places.
        begun = max(now, every[0].begun_at + 0.001) if every else now
        connection.execute(
            insert(device_run).values(
                device=report.device,
                run=run,
                begun_at=begun,
                **said,
            )
        )
        every.insert(0, _told(_Run(id=run, begun_at=begun), said))
        for old in every[KEPT:]:
            mine = (device_run.c.device == report.device) & (device_run.c.run == old.id)
            connection.execute(delete(device_run).where(mine))
        del every[KEPT:]

    def _part(
        self, connection: Connection, report: v1.Report, every: list[_Run], now: float
    ) -> None:
        """Write down a goodbye, or that it was taken back."""
        if report.goodbye[:LONGEST_GOODBYE] == every[0].word:
            return
        said = _said(connection, report, now)
        connection.execute(
            update(device_run)
            .where(device_run.c.device == report.device, device_run.c.run == every[0].id)
            .values(**said)
        )
        every[0] = _told(every[0], said)


def _said(connection: Connection, report: v1.Report, now: float) -> dict[str, Any]:
    """Return what is written down of a report's goodbye: as one, or as what is claimed."""
    word = report.goodbye[:LONGEST_GOODBYE]
    at = now if word else None
    if not word or word in BELIEVED or keepers.nobody_left(connection, report.device):
        return {"goodbye": word, "goodbye_at": at, "claimed": "", "claimed_at": None}
    return {"goodbye": "", "goodbye_at": None, "claimed": word, "claimed_at": at}


def _told(run: _Run, said: dict[str, Any]) -> _Run:
    return replace(run, goodbye=str(said["goodbye"]), claimed=str(said["claimed"]))


def _settle(connection: Connection, device: str, run: str) -> None:
    """Note the run that needs no second look; a device that never reported has no place for it."""
    mine = (device_seen.c.device == device) & (device_seen.c.run != run)
    connection.execute(update(device_seen).where(mine).values(run=run))
