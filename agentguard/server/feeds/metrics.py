"""Figures of the endpoint for Prometheus, for whoever has the token; never one of a single desk."""

from __future__ import annotations

import hmac
import shutil
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from sqlalchemy import Connection, Row, func, literal, select

from agentguard import __version__
from agentguard.base.errors import UsageError
from agentguard.server.feeds import feed_settings, outbox
from agentguard.server.http_messages import Answer, Refused, Request
from agentguard.server.listener.path_to_endpoint import Outside
from agentguard.server.settings import Now, ServerSettings
from agentguard.server.store.engine import job_failures, leadership
from agentguard.server.store.engine.database import Database
from agentguard.server.store.floor import kept_counts
from agentguard.server.store.records import audit_standing
from agentguard.server.store.schema.feed_tables import feed_state
from agentguard.server.store.schema.identity_tables import endpoint_sign, tamper_item
from agentguard.server.store.schema.tables import audit_log, device, device_seen

PATH = "/metrics"
FILE = "metrics.token"
TEXT = "text/plain; version=0.0.4; charset=utf-8"
_BEARER = "Bearer "
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figures:
    """What is counted in the database at each scrape."""

    devices: dict[str, int]
    tamper: dict[str, int]
    behind: dict[str, int]
    dropped: dict[str, int]
    jobs: dict[str, int]
    audit_log: dict[str, int]
    checked: float | None
    waiting: int
    hung_up: Mapping[str, int]
    left: float | None
    newest: float | None
    backup: float | None
    backup_checked: float | None
    counts_repaired: float | None
    free: float | None


class _Seconds:
    """Durations by bucket. Kept as plain figures, since every report pays for being counted."""

    def __init__(self) -> None:
        self._each = [0] * (len(_BUCKETS) + 1)
        self.total = 0.0

    def count(self, seconds: float) -> None:
        """Count one."""
        self._each[bisect_left(_BUCKETS, seconds)] += 1
        self.total += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """Return how many took at most so long, for each bound."""
        bounds = (*(str(float(bound)) for bound in _BUCKETS), "+Inf")
        return list(zip(bounds, accumulate(self._each), strict=True))


class Metrics:
    """Counts what is asked, and answers `GET /metrics`."""

    def __init__(
        self,
        database: Database,
        settings: ServerSettings,
        outside: Outside,
        now: Now,
    ) -> None:
        self._outside = outside
        self._now = now
        self._database = database
        self._folder = settings.data
        self._file = settings.data / FILE
        self._requests: Counter[tuple[str, int]] = Counter()
        self._refused: Counter[str] = Counter()
        self._seconds: dict[str, _Seconds] = {}
        self._backup = _Backup()

    def count(self, path: str, status: int, seconds: float) -> None:
        """Count a request of a device; the path is one of the endpoint's own."""
        self._requests[path, status] += 1
        told = self._seconds.get(path)
        if told is None:
            told = self._seconds[path] = _Seconds()
        told.count(max(0.0, seconds))

    def refused(self, kind: str) -> None:
        """Count a refusal; the kind is one of the endpoint's own."""
        self._refused[kind] += 1

    async def answer(self, request: Request) -> Answer:
        """Return the figures.

        Raises:
            Refused: no token is set, or it is another one.

        """
        self._judge(request.headers.get("authorization", ""))
        figures = await self._database.read(lambda c: _read(c, self._folder, self._now()))
        self._backup = await self._database.read(self._backup.later)
        now = self._now()
        figures = replace(
            figures,
            waiting=self._database.waiting,
            hung_up=self._outside.hung_up,
            left=self._outside.left(now),
            newest=_age(figures.newest, now),
            backup=_age(self._backup.at, now),
            checked=_age(figures.checked, now),
            backup_checked=_age(figures.backup_checked, now),
            counts_repaired=_age(figures.counts_repaired, now),
            free=_free(self._folder),
        )
        made = CollectorRegistry()
        made.register(_Collected(figures, self._requests, self._refused, self._seconds))
        body = generate_latest(made)
        return Answer(status=200, body=body, kind=TEXT)

    def _judge(self, given: str) -> None:
        try:
            wanted = self._file.read_bytes().strip()
        except OSError:
            raise Refused(404, "not-found") from None
        token = given.removeprefix(_BEARER).encode("utf-8", "replace")
        if not wanted or not hmac.compare_digest(wanted, token):
            raise Refused(401, "token")


@dataclass(frozen=True, slots=True, eq=False)
class _Collected:
    """Gives the database's figures as gauges."""

    figures: _Figures
    requests: Counter[tuple[str, int]]
    refused: Counter[str]
    seconds: dict[str, _Seconds]

    def collect(self) -> Iterator[Metric]:
        """Yield the figures of requests, and the gauges."""
        yield from self._of_requests()
        found = self.figures
        every = (
            ("agentguard_devices", "Desks by state.", "state", found.devices),
            ("agentguard_tamper_open", "Open tamper signs by kind.", "kind", found.tamper),
            ("agentguard_feed_behind", "Happenings that wait for a feed.", "feed", found.behind),
            ("agentguard_job_failing", "Failures in a row of a job.", "job", found.jobs),
            ("agentguard_audit_log", "1 for how the audit log stands.", "state", found.audit_log),
            ("agentguard_feed_dropped", "Happenings that a feed let go.", "feed", found.dropped),
        )
        for name, help_, label, values in every:
            gauge = GaugeMetricFamily(name, help_, labels=(label,))
            for key, value in sorted(values.items()):
                gauge.add_metric((key,), value)
            yield gauge
        waiting = GaugeMetricFamily("agentguard_writes_waiting", "Writes that wait for a commit.")
        waiting.add_metric((), found.waiting)
        yield waiting
        hung = CounterMetricFamily(
            "agentguard_hung_up", "Connections that came to no request.", labels=("why",)
        )
        for why, count in sorted(found.hung_up.items()):
            hung.add_metric((why,), count)
        yield hung
        yield from self._of_ages()

    def _of_ages(self) -> Iterator[Metric]:
        found = self.figures
        for name, help_, value in (
            ("certificate_left_seconds", "Seconds until the certificate ends.", found.left),
            ("newest_report_seconds", "Age of the newest report of any desk.", found.newest),
            ("backup_age_seconds", "Age of the newest backup.", found.backup),
            ("audit_check_age_seconds", "Age of the newest audit of itself.", found.checked),
            ("backup_checked_age_seconds", "Age of the newest whole one.", found.backup_checked),
            ("counts_repaired_age_seconds", "Since counts were wrong.", found.counts_repaired),
            ("disk_free_bytes", "Free space where the endpoint's data are.", found.free),
        ):
            if value is not None:
                yield GaugeMetricFamily(f"agentguard_{name}", help_, value)
        build = GaugeMetricFamily(
            "agentguard_build", "The endpoint's version; always 1.", labels=("version",)
        )
        build.add_metric((__version__,), 1)
        yield build

    def _of_requests(self) -> Iterator[Metric]:
        asked = CounterMetricFamily(
            "agentguard_requests",
            "Requests of devices by path and status.",
            labels=("path", "status"),
        )
        for (path, status), count in sorted(self.requests.items()):
            asked.add_metric((path, str(status)), count)
        yield asked
        refused = CounterMetricFamily(
            "agentguard_refused", "Requests of devices that were refused.", labels=("kind",)
        )
        for kind, count in sorted(self.refused.items()):
            refused.add_metric((kind,), count)
        yield refused
        took = HistogramMetricFamily(
            "agentguard_request_seconds",
            "Seconds from the first byte of a device's request to its answer.",
            labels=("path",),
        )
        for path, told in sorted(self.seconds.items()):
            took.add_metric((path,), told.buckets(), told.total)
        yield took


def _feeds(connection: Connection, folder: Path) -> Sequence[Row[Any]]:
    """Return how far the feeds are that are set; one that was taken out of the file is left out."""
    every = connection.execute(select(feed_state)).all()
    try:
        named = feed_settings.read(folder).every
    except UsageError:  # the doctor says so; what is known counts on meanwhile
        return every
    return [one for one in every if one.feed in named]


def _free(folder: Path) -> float | None:
    try:
        return float(shutil.disk_usage(folder).free)
    except OSError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Backup:
    """When a backup was made last, as far as the audit log was read: up to entry `read`."""

    at: float | None = None
    read: int = 0

    def later(self, connection: Connection) -> _Backup:
        """Read what came since; the log grows for years, and a scrape comes every few seconds."""
        last = connection.scalar(select(func.max(audit_log.c.id))) or 0
        made = select(func.max(audit_log.c.at)).where(
            audit_log.c.id > self.read, audit_log.c.id <= last, audit_log.c.act == "backup.made"
        )
        at = connection.scalar(made)
        return _Backup(at=self.at if at is None else at, read=last)


def _age(at: float | None, now: float) -> float | None:
    return None if at is None else max(0.0, now - at)


def _read(connection: Connection, folder: Path, now: float) -> _Figures:
    states = select(device.c.status, func.count()).group_by(device.c.status)
    open_ = (
        select(tamper_item.c.kind, func.count())
        .where(tamper_item.c.closed_at.is_(None))
        .group_by(tamper_item.c.kind)
        .union_all(
            select(endpoint_sign.c.kind, literal(1)).where(endpoint_sign.c.signed_at.is_(None))
        )
    )
    told = _feeds(connection, folder)
    standing = audit_standing.read(connection, now)
    behind = {one.feed: outbox.waiting(connection, one.sent) for one in told}
    return _Figures(
        devices={str(state): int(count) for state, count in connection.execute(states)},
        tamper={str(kind): int(count) for kind, count in connection.execute(open_)},
        behind=behind,
        dropped={one.feed: one.dropped for one in told},
        jobs=dict.fromkeys(job_failures.JOBS, 0)
        | {one.name: one.count for one in job_failures.all_of(connection)},
        audit_log={str(one): int(one is standing.state) for one in audit_standing.State},
        checked=standing.at,
        waiting=0,
        hung_up={},
        left=None,
        newest=connection.scalar(select(func.max(device_seen.c.last_seen))),
        backup=None,
        backup_checked=leadership.noted(connection, leadership.BACKUP_CHECKED),
        counts_repaired=leadership.noted(connection, kept_counts.REPAIRED),
        free=None,
    )
