"""Tells whether a request comes from an enrolled device: RFC 9421 signature, digest, time, nonce.

The order matters: nothing is looked up before the digest holds, and a nonce is only remembered and
a device's pace only counted once the signature is right, so that nobody else can use them up. The
devices' keys are kept at hand, since looking one up must not cost more than verifying with it. What
is in order goes on to its handler with the device, and who sends what is no use is told of.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import islice

from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

from agentguard.server.http_messages import Answer, Refused, Request
from agentguard.server.ingest.rate_limit import Pace, Seldom, Tell
from agentguard.server.settings import Limits, Now
from agentguard.server.store.desks import devices
from agentguard.server.store.desks.devices import Known
from agentguard.server.store.engine.database import Database
from agentguard.wire import httpsig, v1

MINUTE = 60  # seconds
ON_THE_WAY = 600
"""Seconds for which requests under a key that was replaced are nothing strange beside the next."""
AGAIN, REMEMBERED = 3600, 10_000
Noted = Callable[[str, float], Awaitable[None]]
Lookup = Callable[[str], Awaitable[Known | None]]
BEYOND = frozenset({"too-large", "malformed", "schema", "encoding"})
"""What no agent in order sends, whoever signed it."""
AT_ONCE = 100
"""Devices that are looked up by one statement at most."""


class Nonces:
    """Remembers signatures for the time in which they could be replayed, by when they were made."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._by_minute: dict[int, set[str]] = {}

    def first(self, parameters: httpsig.Parameters, now: float) -> bool:
        """Check whether one whose time is right is seen for the first time, and remember it.

        Raises:
            Refused: too many are remembered already.

        """
        minute = parameters.created // MINUTE
        there = self._by_minute.get(minute)
        if there is None:
            self._forget(int(now - httpsig.MAX_SKEW) // MINUTE)
            there = self._by_minute[minute] = set()
        if self._count >= self._most:
            raise Refused(429, "busy", retry_after=MINUTE)
        key = f"{parameters.keyid} {parameters.nonce}"
        if key in there:
            return False
        there.add(key)
        self._count += 1
        return True

    def _forget(self, oldest: int) -> None:
        """Forget what is too old to be accepted again."""
        for minute in [minute for minute in self._by_minute if minute < oldest]:
            self._count -= len(self._by_minute.pop(minute))


class Replaced:
    """Watches keys that were replaced: one that goes on signing beside the next is held twice.

    A key that was replaced by hand is used on by the agent that runs, but then nobody uses the next
    one. `follow` writes down that somebody does, `tell` that both are used, once in a while for
    each device.
    """

    def __init__(self, follow: Noted, tell: Noted) -> None:
        self._follow = follow
        self._tell = tell
        self._told: OrderedDict[str, float] = OrderedDict()

    async def seen(self, signer: Known, now: float) -> None:
        """Take in who signed something that is of now; `by_before` says with which key."""
        if not signer.by_before:
            if signer.before and not signer.followed_at:
                await self._follow(signer.id, now)
            return
        late = now > signer.until + ON_THE_WAY
        beside = signer.followed_at and now > signer.followed_at + ON_THE_WAY
        if (late or beside) and not 0 <= now - self._told.get(signer.id, -AGAIN) < AGAIN:
            self._told[signer.id] = now
            self._told.move_to_end(signer.id)
            if len(self._told) > REMEMBERED:
                self._told.popitem(last=False)
            await self._tell(signer.id, now)


class Authentic:
    """Verifies signed requests; with `at_hand` by what is known from before, if that is enough."""

    def __init__(
        self,
        lookup: Lookup,
        now: Now,
        nonces: Nonces,
        pace: Pace,
        at_hand: Lookup | None = None,
        *,
        replaced: Replaced,
    ) -> None:
        self._replaced = replaced
        self._lookup = lookup
        self._lookups = (lookup,) if at_hand is None else (at_hand, lookup)
        self._now = now
        self._nonces = nonces
        self._pace = pace

    async def device(self, request: Request) -> Known:
        """Return the device that signed the request, and that may report.

        Raises:
            Refused: `kind` says why.

        """
        return _may_report(await self.signer(request))

    async def again(self, signer: Known) -> Known:
        """Judge a device anew that signed a request, after what was known of it has changed.

        Raises:
            Refused: `kind` says why.

        """
        known = await self._lookup(signer.id)
        if known is None:
            raise Refused(401, "unknown-device")
        key = signer.before if signer.by_before else signer.public_key
        if key == known.public_key:
            return _may_report(_not_retired(known))
        if key == known.before and self._now() < known.until:
            return _may_report(_not_retired(replace(known, by_before=True)))
        raise Refused(401, "signature")

    async def signer(self, request: Request) -> Known:
        """Return the device that signed the request, whether it waits or shares its key.

        Raises:
            Refused: `kind` says why.

        """
        given = request.headers
        digest = given.get("content-digest", "")
        if digest != httpsig.content_digest(request.sent):
            raise Refused(400, "digest")
        parsed = httpsig.parse(given.get("signature-input", ""), given.get("signature", ""))
        if parsed is None:
            raise Refused(401, "signature")
        parameters, signature = parsed
        target = httpsig.Target(
            method=request.method, authority=given.get("host", ""), path=request.path
        )
        base = httpsig.signature_base(target, digest, parameters)
        now = self._now()
        self._pace.judge(parameters.keyid, now)
        signer = await self._signer(parameters, base, signature, now)
        if not _of_now(parameters, now):
            raise Refused(401, "clock_skew")
        if not self._nonces.first(parameters, now):
            raise Refused(401, "replayed")
        await self._pace.count(parameters.keyid, now)
        if request.path != v1.ROTATE:  # which is signed by either, until its answer came
            await self._replaced.seen(signer, now)
        return _not_retired(signer)

    async def _signer(
        self, parameters: httpsig.Parameters, base: bytes, signature: bytes, now: float
    ) -> Known:
        id_ = parameters.keyid
        for lookup in self._lookups:
            known = await lookup(id_)
            if known is None:
                raise Refused(401, "unknown-device")
            signer = _signer(known, base, signature, now)
            if signer is not None:
                return signer
            if known.before and _of_now(parameters, now) and _holds(known.before, base, signature):
                await self._replaced.seen(replace(known, by_before=True), now)
        raise Refused(401, "signature")


def _of_now(parameters: httpsig.Parameters, now: float) -> bool:
    return abs(now - parameters.created) <= httpsig.MAX_SKEW


def _not_retired(known: Known) -> Known:
    if known.retired:
        raise Refused(410, "revoked")
    return known


def _may_report(known: Known) -> Known:
    if known.status == devices.PENDING:
        raise Refused(403, "pending")
    if known.status == devices.CLONED:
        raise Refused(409, "cloned")
    return known


def _signer(known: Known, base: bytes, signature: bytes, now: float) -> Known | None:
    """Return the device that has signed, with its key or with the one before while that counts."""
    if _holds(known.public_key, base, signature):
        return known
    if now < known.until and _holds(known.before, base, signature):
        return replace(known, by_before=True)
    return None


def _holds(key: bytes, base: bytes, signature: bytes) -> bool:
    try:
        crypto_sign_open(signature + base, key)  # a VerifyKey made for each request costs more
    except BadSignatureError:
        return False
    return True


class Signed:
    """Makes handlers of requests from handlers of requests and who signed them."""

    def __init__(self, now: Now, tell: Tell) -> None:
        self._now = now
        self._tell = Seldom(tell)

    def __call__(
        self,
        known: Callable[[Request], Awaitable[Known]],
        handler: Callable[[Request, Known], Awaitable[Answer]],
    ) -> Callable[[Request], Awaitable[Answer]]:
        """Return a handler that asks `known` who signed and tells what `handler` cannot take."""

        async def verified(request: Request) -> Answer:
            device = await known(request)
            try:
                return await handler(request, device)
            except RecursionError:  # deeper than any reader goes, and no document of ours
                refused = Refused(400, "malformed")
            except Refused as error:
                refused = error
            if refused.kind in BEYOND:
                await self._tell(device.id, self._now())
            raise refused.of_known()

        return verified


class KnownDevices:
    """The devices heard of last; what is older than a moment is looked up again.

    Who reports is looked at where the report is written, so there what is older will do. Those that
    are asked for while others are looked up are looked up together: of a floor that comes back,
    each desk by itself would cost more than its report.
    """

    def __init__(self, database: Database, limits: Limits, now: Now) -> None:
        self._database = database
        self._most = limits.keys
        self._fresh = limits.key_fresh
        self._kept = limits.key_kept
        self._now = now
        self._held: OrderedDict[str, tuple[float, Known]] = OrderedDict()
        self._wanted: dict[str, asyncio.Future[Known | None]] = {}
        self._looking: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    async def known(self, id_: str) -> Known | None:
        """Return a device; None when it is not enrolled, which is never remembered."""
        return await self._known(id_, self._fresh)

    async def at_hand(self, id_: str) -> Known | None:
        """Return a device that may report, of which is seen later whether it still may."""
        held = self._held.get(id_)
        well = held is not None and held[1].status not in devices.SILENCED
        return await self._known(id_, self._kept if well else self._fresh)

    async def _known(self, id_: str, fresh: float) -> Known | None:
        at = self._now()
        held = self._held.get(id_)
        if held is not None and 0 <= at - held[0] < fresh:
            self._held.move_to_end(id_)
            return held[1]
        found = await self._looked_up(id_)
        if found is None:
            self._held.pop(id_, None)
        return found

    async def _looked_up(self, id_: str) -> Known | None:
        """Return what is found by a look that begins after this."""
        answer = self._wanted.get(id_)
        if answer is None:
            answer = self._wanted[id_] = asyncio.get_running_loop().create_future()
        if self._task is None:
            self._task = asyncio.create_task(self._look_up())
        return await asyncio.shield(answer)

    async def _look_up(self) -> None:
        """Look up what is wanted, and what comes to be wanted meanwhile."""
        asked: dict[str, asyncio.Future[Known | None]] = {}
        try:
            while self._wanted:
                asked = {id_: self._wanted.pop(id_) for id_ in [*islice(self._wanted, AT_ONCE)]}
                self._looking = set(asked)
                await self._answer(asked, self._now())
        finally:
            self._task = None
            for answer in (*asked.values(), *self._wanted.values()):
                answer.cancel()  # only those that have none, because this was ended
            self._wanted.clear()

    async def _answer(self, asked: dict[str, asyncio.Future[Known | None]], at: float) -> None:
        ids = tuple(asked)
        try:
            found = await self._database.read(lambda connection: devices.known(connection, ids))
        except Exception as error:  # noqa: BLE001 - each who waits is told
            for answer in asked.values():
                answer.set_exception(error)
                answer.exception()  # who asked may be gone
            return
        for id_, answer in asked.items():
            one = found.get(id_)
            if one is not None and id_ in self._looking:
                self._keep(at, one)
            answer.set_result(one)

    def _keep(self, at: float, one: Known) -> None:
        self._held[one.id] = at, one
        self._held.move_to_end(one.id)
        if len(self._held) > self._most:
            self._held.popitem(last=False)

    def forget(self, id_: str) -> None:
        """Look a device up again at its next request; what is being looked up is not kept."""
        self._held.pop(id_, None)
        self._looking.discard(id_)
