"""Sign-ins at a company's identity provider, and whom its subjects are here."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from agentguard.server.signin.oidc import Begun
from agentguard.server.store.accounts import people
from agentguard.server.store.accounts.people import hash_of
from agentguard.server.store.schema.sign_in_tables import sso_flow, sso_user
from agentguard.server.store.schema.tables import user

MINUTES = 10 * 60  # seconds that a person has at the provider
MOST = 10_000  # sign-ins that are at the provider together; the oldest are let go beyond


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A person at a provider, and the name that the person is to have here."""

    issuer: str
    subject: str
    name: str


def keep(connection: Connection, begun: Begun, path: str, now: float, *, again: bool) -> str:
    """Keep a sign-in that went to the provider; give the token for the browser's cookie."""
    _sweep(connection, now)
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(sso_flow).values(
            hash=hash_of(token),
            state=begun.state,
            nonce=begun.nonce,
            verifier=begun.verifier,
            path=path,
            begun_at=now,
            again=again,
            until=now + MINUTES,
        )
    )
    return token


def _sweep(connection: Connection, now: float) -> None:
    kept = select(sso_flow.c.until).where(sso_flow.c.until > now)
    oldest = connection.scalar(kept.order_by(sso_flow.c.until.desc()).offset(MOST - 1).limit(1))
    gone = now if oldest is None else max(now, oldest)
    connection.execute(delete(sso_flow).where(sso_flow.c.until <= gone))


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A sign-in that came back; with `again` the person was to prove anew since `begun_at`."""

    begun: Begun
    path: str
    begun_at: float
    again: bool


def take(connection: Connection, token: str, state: str, now: float) -> Flow | None:
    """Use a kept sign-in up; None when there is none, or the state is not its own."""
    where = (sso_flow.c.hash == hash_of(token), sso_flow.c.until > now)
    row = connection.execute(select(sso_flow).where(*where)).first()
    if row is None or not secrets.compare_digest(row.state.encode(), state.encode()):
        return None
    if connection.execute(delete(sso_flow).where(sso_flow.c.hash == row.hash)).rowcount != 1:
        return None
    begun = Begun(url="", state=row.state, nonce=row.nonce, verifier=row.verifier)
    return Flow(begun=begun, path=row.path, begun_at=row.begun_at, again=row.again)


def sign_in(connection: Connection, who: Subject, role: str, teams: list[str], now: float) -> str:
    """Return the user's name here, with role and teams as the provider says now.

    A name that is somebody else's already is never taken over: then the name is empty. So it is
    for a user who was disabled.
    """
    same = (sso_user.c.issuer == who.issuer, sso_user.c.subject == who.subject)
    name = connection.scalar(select(sso_user.c.user).where(*same))
    if name is None:
        if connection.scalar(select(user.c.name).where(user.c.name == who.name)) is not None:
            return ""
        people.put(connection, who.name, "", role, now)
        connection.execute(
            insert(sso_user).values(issuer=who.issuer, subject=who.subject, user=who.name)
        )
        name = who.name
    account = people.account(connection, name)
    if account is None:
        return ""
    if account.role != role:
        connection.execute(update(user).where(user.c.name == name).values(role=role))
    people.put_teams(connection, name, teams)
    return str(name)
