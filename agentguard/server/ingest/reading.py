"""Answers other systems that read with a token: verdicts of desks, signed, and lists of them.

A verdict is a JWS that counts for two minutes, so that a gateway checks it without asking again.
Whoever has no token that counts is told so at the same cost for all, and by address at a pace.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

import msgspec
from sqlalchemy import Connection

from agentguard.server import http_messages
from agentguard.server.http_messages import Answer, Refused, Request
from agentguard.server.ingest.rate_limit import Pace
from agentguard.server.keys import ServerKeys
from agentguard.server.settings import Limits, Now
from agentguard.server.store.accounts import tokens
from agentguard.server.store.accounts.tokens import Token
from agentguard.server.store.desks import read_out
from agentguard.server.store.desks.read_out import Stand
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.times import iso
from agentguard.wire import reading

ISSUER = "agentguard"
VERDICT_SECONDS = 120
"""How long a verdict counts."""
LONGEST = 200  # characters of a token, or of a desk's id
DIGITS = 18  # of a finding's number
_PLACE = "{device}"
_BEFORE = reading.VERDICTS.removesuffix(_PLACE)
_JSON = msgspec.json.Encoder()


def route(path: str) -> str:
    """Return the path under which a request is described: that of one desk's verdict is one."""
    rest = path.removeprefix(_BEFORE)
    return reading.VERDICTS if rest and rest != path and "/" not in rest else path


@dataclass(frozen=True, slots=True)
class _Page:
    after: str
    limit: int


class Reading:
    """Answers what is read with tokens."""

    def __init__(self, database: Database, keys: ServerKeys, limits: Limits, now: Now) -> None:
        self._database = database
        self._keys = keys
        self._silent = limits.silent_after
        self._now = now
        allowed = replace(limits, burst=limits.token_burst, pace=limits.token_pace)
        self._pace, self._strangers = Pace(allowed, _silently), Pace(limits, _silently)
        raw = base64.b64decode(keys.receipt_key)
        self._key = reading.VerdictKey(
            kty="OKP",
            crv="Ed25519",
            x=_encoded(raw),
            kid=hashlib.sha256(raw).hexdigest()[:16],
            use="sig",
            alg="EdDSA",
        )
        head = {"alg": "EdDSA", "kid": self._key.kid, "typ": "JWT"}
        self._head = _encoded(_JSON.encode(head))

    async def keys(self, _request: Request) -> Answer:
        """Return the public key of verdicts; it is no secret."""
        return http_messages.answer(200, reading.VerdictKeys(keys=(self._key,)))

    async def verdict(self, request: Request) -> Answer:
        """Return how a desk stands, signed.

        Raises:
            Refused: the token does not allow it, or it reads no such desk.

        """
        token = await self._token(request, tokens.VERDICTS)
        id_ = request.path.removeprefix(_BEFORE)[:LONGEST]
        cutoff = self._now() - self._silent
        stand = await self._database.read(lambda c: read_out.one(c, id_, token.teams, cutoff))
        if stand is None:
            raise Refused(404, "unknown-desk")
        told = self._told(stand)
        signing = f"{self._head}.{_encoded(_JSON.encode(told))}"
        signature = base64.b64decode(self._keys.sign(signing.encode()))
        signed = f"{signing}.{_encoded(signature)}"
        return http_messages.answer(200, reading.VerdictGiven(verdict=told, signed=signed))

    async def desks(self, request: Request) -> Answer:
        """Return a page of desks.

        Raises:
            Refused: the token does not allow it, or the page is none.

        """
        token, page = await self._token(request, tokens.DESKS), _page(request)
        cutoff = self._now() - self._silent
        found = await self._database.read(
            lambda c: read_out.page(c, token.teams, cutoff, after=page.after, limit=page.limit)
        )
        after = found[-1].device if len(found) == page.limit else ""
        told = reading.DesksRead(desks=tuple(map(_desk, found)), after=after)
        return http_messages.answer(200, told)

    async def findings(self, request: Request) -> Answer:
        """Return a page of open findings.

        Raises:
            Refused: the token does not allow it, or the page is none.

        """
        token, page = await self._token(request, tokens.FINDINGS), _page(request)
        if page.after and not (page.after.isascii() and page.after.isdigit()):
            raise Refused(400, "malformed")
        first = int(page.after[:DIGITS] or 0)
        found = await self._database.read(
            lambda c: read_out.findings(c, token.teams, after=first, limit=page.limit)
        )
        after = str(found[-1][0]) if len(found) == page.limit else ""
        told = reading.FindingsRead(findings=tuple(one for _, one in found), after=after)
        return http_messages.answer(200, told)

    async def _token(self, request: Request, kind: str) -> Token:
        now = self._now()
        given = request.headers.get("authorization", "").partition(" ")
        self._strangers.judge(request.client, now)
        token = None
        if given[0].lower() == "bearer" and given[2].startswith(tokens.PREFIX):
            value = given[2].strip()[:LONGEST]
            token = await self._database.read(lambda c: tokens.find(c, value, now))
        if token is None:
            self._strangers.take(request.client, now, 1)
            raise Refused(401, "read-token")
        self._pace.judge(str(token.id), now)
        self._pace.take(str(token.id), now, 1)
        if token.seen_at is None or now - token.seen_at >= tokens.LATELY:
            await self._database.write(_seen(token.id, now))
        if kind not in token.kinds:
            raise Refused(403, "token-kind")
        return token

    def _told(self, stand: Stand) -> reading.Verdict:
        now = int(self._now())
        return reading.Verdict(
            iss=ISSUER,
            sub=stand.device,
            iat=now,
            exp=now + VERDICT_SECONDS,
            verdict=stand.verdict,
            why=stand.why,
            seen=int(stand.seen),
            failing=stand.failing,
            policy=stand.policy,
        )


def _seen(number: int, now: float) -> Callable[[Connection], None]:
    return lambda connection: tokens.note_seen(connection, number, now)


def _page(request: Request) -> _Page:
    """Return which page is asked for."""
    try:
        asked = parse_qs(request.query[: 4 * LONGEST], max_num_fields=10)
    except ValueError:
        raise Refused(400, "malformed") from None
    limit = asked.get("limit", [str(reading.MOST)])[0]
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= reading.MOST):
        raise Refused(400, "malformed")
    return _Page(after=asked.get("after", [""])[0][:LONGEST], limit=int(limit))


def _desk(stand: Stand) -> reading.DeskRead:
    return reading.DeskRead(
        device=stand.device,
        name=stand.name,
        team=stand.team,
        verdict=stand.verdict,
        why=stand.why,
        failing=stand.failing,
        seen=iso(stand.seen) if stand.seen else "",
        policy=stand.policy,
        agent=stand.agent,
    )


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


async def _silently(_who: str, _at: float) -> None:
    """Tell nobody of a token that does not wait: it is told each time."""
