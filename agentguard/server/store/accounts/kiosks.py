"""Grants for wall boards: one page, read only, until somebody ends it; never a session.

A screen shows a code that it cannot choose. An administrator types it, and the screen takes the
grant up within ten minutes. Its cookie's value is made anew each day, each from the one before. A
value that was sent may be lost on its way, so the one before counts until the new one was shown and
an hour more, and is answered with the same new one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from agentguard.server.roles import Scope
from agentguard.server.store.schema.kiosk_tables import kiosk, kiosk_team

CODE_SECONDS = 600.0
"""How long a code on a screen counts."""
RENEWED = 24 * 3600.0
BOTH = 3600.0
"""How many seconds the value before counts, once the new one was shown."""
LATELY = 60.0
"""Being seen is written down once in so many seconds."""
Renew = Callable[[str], str]
"""Gives the value that follows a text, always the same and known to this endpoint alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A grant as it is listed; `teams` are the ids that it shows, None for all."""

    id: int
    name: str
    teams: Scope
    made_by: str
    made_at: float
    taken_at: float | None
    seen_at: float | None
    ended_by: str
    ended_at: float | None

    def waits(self, now: float) -> bool:
        """Check whether the screen may still take it up."""
        return self.taken_at is None and self.ended_at is None and now < self.made_at + CODE_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A screen that may show its page; `token` is a new value for its cookie, empty to keep it."""

    screen: Screen
    token: str = ""


def grant(
    connection: Connection, code: str, name: str, teams: Sequence[int] | None, by: str, now: float
) -> int:
    """Let the screen with a code show these teams (None for all); give the grant's number."""
    values = {"name": name, "every_team": teams is None, "made_by": by, "made_at": now}
    made = connection.execute(
        insert(kiosk).values(hash=hash_of(asking(code)), **values).returning(kiosk.c.id)
    )
    number = int(made.scalar_one())
    if teams:
        connection.execute(insert(kiosk_team), [{"kiosk": number, "team": one} for one in teams])
    return number


def is_known(connection: Connection, code: str) -> bool:
    """Check whether a code was typed before."""
    where = kiosk.c.hash == hash_of(asking(code))
    return connection.scalar(select(kiosk.c.id).where(where)) is not None


def list_screens(connection: Connection) -> list[Screen]:
    """Return every grant, the newest first."""
    rows = connection.execute(select(kiosk).order_by(kiosk.c.id.desc())).all()
    return [_screen(connection, row) for row in rows]


def end(connection: Connection, number: int, by: str, now: float) -> str | None:
    """End a grant and give its name; None when there is none that is not over."""
    where = (kiosk.c.id == number, kiosk.c.ended_at.is_(None))
    name: str | None = connection.scalar(select(kiosk.c.name).where(*where))
    if name is not None:
        connection.execute(update(kiosk).where(*where).values(ended_by=by, ended_at=now))
    return name


def find(connection: Connection, value: str, browser: str, now: float) -> Screen | None:
    """Return the grant of who shows this value, ended or not; None for a stranger.

    A value that turns up in another browser was carried away, and opens nothing there.
    """
    row = _row(connection, value, browser, now)
    return None if row is None else _screen(connection, row)


def has_news(connection: Connection, value: str, browser: str, now: float) -> bool:
    """Check whether this visit is to be written down."""
    row = _row(connection, value, browser, now)
    if row is None or row.ended_at is not None:
        return False
    shown = hash_of(value)
    late = row.seen_at is None or now - row.seen_at >= LATELY
    return late or shown == row.next or _is_due(row, shown, now)


def admit(
    connection: Connection, value: str, browser: str, now: float, renew: Renew
) -> Admitted | None:
    """Write a visit down: the grant is taken up, its value confirmed or made anew.

    None for a stranger, and for a grant that was ended.
    """
    row = _row(connection, value, browser, now)
    if row is None or row.ended_at is not None:
        return None
    shown, token = hash_of(value), ""
    new: dict[str, object] = {"seen_at": now, "browser": browser}
    if row.taken_at is None:
        new["taken_at"] = now
    if shown == row.next:
        new |= {"hash": shown, "next": None, "renewed_at": now}
        new |= {"before": row.hash, "before_until": now + BOTH}
    elif _is_due(row, shown, now):
        token = renew(f"{row.id} {shown.hex()}")
        if shown == row.hash:
            new["next"] = hash_of(granted(token))
    connection.execute(update(kiosk).where(kiosk.c.id == row.id).values(**new))
    return Admitted(screen=_screen(connection, row), token=token)


def asking(code: str) -> str:
    """Return what a screen shows that has a code alone: its cookie makes it, nobody types it."""
    return f"code {code}"


def granted(token: str) -> str:
    """Return what a screen shows that was given a value; who reads a code has none."""
    return f"token {token}"


def hash_of(shown: str) -> bytes:
    """Return what is kept of what a screen shows."""
    return hashlib.sha256(shown.encode()).digest()


def _is_due(row: Row[Any], shown: bytes, now: float) -> bool:
    """Check whether the value that follows is to be sent, for the first time or once more."""
    stale = shown == row.hash and now - row.renewed_at >= RENEWED
    return bool(shown == row.before or stale)


def _row(connection: Connection, value: str, browser: str, now: float) -> Row[Any] | None:
    shown = hash_of(value)
    row = connection.execute(
        select(kiosk).where(
            or_(kiosk.c.hash == shown, kiosk.c.next == shown, kiosk.c.before == shown)
        )
    ).first()
    if row is None:
        return None
    if row.taken_at is None:
        return row if 0 <= now - row.made_at < CODE_SECONDS else None
    over = shown == row.before and now >= row.before_until
    return None if over or row.browser != browser else row


def _screen(connection: Connection, row: Row[Any]) -> Screen:
    chosen = select(kiosk_team.c.team).where(kiosk_team.c.kiosk == row.id)
    return Screen(
        id=row.id,
        name=row.name,
        teams=None if row.every_team else frozenset(connection.scalars(chosen)),
        made_by=row.made_by,
        made_at=row.made_at,
        taken_at=row.taken_at,
        seen_at=row.seen_at,
        ended_by=row.ended_by,
        ended_at=row.ended_at,
    )
