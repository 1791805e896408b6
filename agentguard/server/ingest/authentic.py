"""Tells whether a request comes from an enrolled device: RFC 9421 signature, digest, time, nonce.

The order matters: nothing is looked up before the digest holds, and a nonce is only remembered
once the signature is right, so that nobody else can use it up.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from agentguard.server.ingest.http import Refused, Request
from agentguard.server.settings import Now
from agentguard.server.store.devices import Known
from agentguard.wire import httpsig

Lookup = Callable[[str], Awaitable[Known | None]]


class Nonces:
    """Remembers signatures for the time in which they could be replayed, in two generations."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._new: set[str] = set()
        self._old: set[str] = set()
        self._since = 0.0

    def first(self, keyid: str, nonce: str, now: float) -> bool:
        """Tell whether it is seen for the first time, and remember it.

        Raises:
            Refused: too many are remembered already.

        """
        if not 0 <= now - self._since < 2 * httpsig.MAX_SKEW:
            self._old, self._new, self._since = self._new, set(), now
        if len(self._new) >= self._most:
            raise Refused(429, "busy", retry_after=60)
        key = f"{keyid} {nonce}"
        if key in self._new or key in self._old:
            return False
        self._new.add(key)
        return True


class Authentic:
    """Verifies signed requests."""

    def __init__(self, lookup: Lookup, now: Now, nonces: Nonces) -> None:
        self._lookup = lookup
        self._now = now
        self._nonces = nonces

    async def device(self, request: Request) -> Known:
        """Give the device that signed the request.

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
        known = await self._lookup(parameters.keyid)
        if known is None:
            raise Refused(401, "unknown-device")
        target = httpsig.Target(
            method=request.method, authority=given.get("host", ""), path=request.path
        )
        base = httpsig.signature_base(target, digest, parameters)
        try:
            VerifyKey(known.public_key).verify(base, signature)
        except BadSignatureError:
            raise Refused(401, "signature") from None
        now = self._now()
        if abs(now - parameters.created) > httpsig.MAX_SKEW:
            raise Refused(401, "clock_skew")
        if not self._nonces.first(parameters.keyid, parameters.nonce, now):
            raise Refused(401, "replayed")
        if known.retired:
            raise Refused(410, "revoked")
        return known
