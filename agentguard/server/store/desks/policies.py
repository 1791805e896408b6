"""The signed policies and roots that were published, and who has which."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, true, update

from agentguard.server.store.schema.tables import (
    device,
    device_seen,
    policy_bundle,
    policy_root,
    team,
)

EVERYONE = 100
PARTS = 10_000
"""Rings are cut to a hundredth of a percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What is known of a policy without reading it; `team` is empty for all teams."""

    digest: str
    name: str
    epoch: int
    version: int
    team: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A policy that was published; `percent` of the devices are in its ring."""

    label: Label
    percent: int
    published_at: float

    @property
    def rank(self) -> tuple[int, int]:
        """What orders the policies: a higher epoch stands above any version."""
        return self.label.epoch, self.label.version


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A device with the policy that it told of last, and when; empty before its first report."""

    device: str
    name: str
    team: str
    policy: str
    digest: str
    last_seen: float | None


def part(device_id: str) -> int:
    """Return a device's place in the rings: the same for every policy, so that rings grow."""
    return int.from_bytes(hashlib.sha256(device_id.encode()).digest()[:4]) % PARTS


def chosen(bundles: Iterable[Bundle], device_id: str, team_name: str) -> Bundle | None:
    """Return the policy for a device: its team's own before that of all, the newest of its ring."""
    own = [b for b in bundles if b.label.team in {"", team_name} and _in_ring(b, device_id)]
    return max(own, key=lambda b: (bool(b.label.team), b.rank), default=None)


def _in_ring(one: Bundle, device_id: str) -> bool:
    return within_ring(device_id, one.percent)


def within_ring(device_id: str, percent: int) -> bool:
    """Check whether a device is in a ring."""
    return percent >= EVERYONE or part(device_id) < percent * 100


def wanted(
    bundles: Iterable[Bundle], device_id: str, team_name: str, present: str
) -> Bundle | None:
    """Return the policy that a device needs; `present` is the digest of the one that it has.

    None is ever to go back to an older one: its agent would refuse it.
    """
    every = tuple(bundles)
    best = chosen(every, device_id, team_name)
    has = next((b for b in every if b.label.digest == present), None)
    return None if best is None or (has is not None and has.rank >= best.rank) else best


def bundles(connection: Connection) -> list[Bundle]:
    """Return all that was published, the newest first."""
    table = policy_bundle.c
    rows = connection.execute(
        select(
            table.digest,
            table.name,
            table.epoch,
            table.version,
            table.team,
            table.percent,
            table.published_at,
        ).order_by(table.epoch.desc(), table.version.desc())
    )
    return [
        Bundle(
            label=Label(
                digest=row.digest,
                name=row.name,
                epoch=row.epoch,
                version=row.version,
                team=row.team,
            ),
            percent=row.percent,
            published_at=row.published_at,
        )
        for row in rows
    ]


def body(connection: Connection, digest: str) -> bytes | None:
    """Return the bytes of a policy as they were published."""
    return connection.scalar(select(policy_bundle.c.body).where(policy_bundle.c.digest == digest))


def put(connection: Connection, label: Label, raw: bytes, percent: int, now: float) -> None:
    """Publish a policy."""
    connection.execute(
        insert(policy_bundle).values(
            digest=label.digest,
            name=label.name[:100],
            epoch=label.epoch,
            version=label.version,
            team=label.team[:100],
            percent=percent,
            published_at=now,
            body=raw,
        )
    )


def set_ring(connection: Connection, digest: str, percent: int) -> None:
    """Move a policy to another ring."""
    connection.execute(
        update(policy_bundle).where(policy_bundle.c.digest == digest).values(percent=percent)
    )


def alone(connection: Connection) -> None:
    """Keep every other one who publishes waiting until the transaction ends.

    On SQLite a transaction that writes is alone already.
    """
    newest = select(policy_root.c.version).order_by(policy_root.c.version.desc()).limit(1)
    connection.execute(newest.with_for_update())


def roots(connection: Connection) -> list[bytes]:
    """Return the roots, the oldest first."""
    return list(connection.scalars(select(policy_root.c.body).order_by(policy_root.c.version)))


def root_version(connection: Connection) -> int:
    """Return the version of the newest root, 0 for none."""
    return int(connection.scalar(select(func.max(policy_root.c.version))) or 0)


def put_root(connection: Connection, version: int, raw: bytes, now: float) -> None:
    """Publish a root."""
    connection.execute(insert(policy_root).values(version=version, body=raw, published_at=now))


def counts(connection: Connection) -> dict[str, int]:
    """Return how many devices have each policy, by its digest."""
    rows = connection.execute(
        select(device_seen.c.policy_digest, func.count())
        .join(device, device.c.id == device_seen.c.device)
        .where(device.c.status != "retired")
        .group_by(device_seen.c.policy_digest)
    )
    return {digest: count for digest, count in rows if digest}


def devices(connection: Connection) -> int:
    """Count the devices, also those that never reported."""
    asked = select(func.count()).select_from(device).where(device.c.status != "retired")
    return int(connection.scalar(asked) or 0)


def held(
    connection: Connection, digest: str = "", *, start: int = 0, limit: int | None = None
) -> list[Held]:
    """Return the devices with the policy that each has; with a digest those that have this one."""
    rows = connection.execute(
        select(
            device.c.id,
            device.c.label,
            team.c.name.label("team"),
            device_seen.c.policy,
            device_seen.c.policy_digest,
            device_seen.c.last_seen,
        )
        .join(team, team.c.id == device.c.team)
        .outerjoin(device_seen, device_seen.c.device == device.c.id)
        .where(device.c.status != "retired")
        .where(device_seen.c.policy_digest == digest if digest else true())
        .order_by(team.c.name, device.c.label, device.c.id)
        .offset(start)
        .limit(limit)
    )
    return [
        Held(
            device=row.id,
            name=row.label,
            team=row.team,
            policy=row.policy or "",
            digest=row.policy_digest or "",
            last_seen=row.last_seen,
        )
        for row in rows
    ]
