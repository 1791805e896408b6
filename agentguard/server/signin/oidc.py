"""Sign-in at a company's identity provider: OpenID Connect, code flow with PKCE, state and nonce.

The identity token must be signed by the provider's key, for this client, for this very request.
"""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from authlib.oauth2.rfc6749.parameters import (  # type: ignore[import-untyped] # no marks
    prepare_grant_uri,
)
from authlib.oauth2.rfc7636 import (  # type: ignore[import-untyped] # no marks
    create_s256_code_challenge,
)
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped] # no marks
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from agentguard.server.company_settings import Company, safe
from agentguard.server.settings import Now

DISCOVERY = "/.well-known/openid-configuration"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]
WAIT = 10.0  # seconds for the provider to answer
FRESH = 3600  # seconds for which its addresses and keys are believed
LEEWAY = 60  # seconds by which its clock may be off


class SignInRefused(Exception):
    """The provider's answer lets nobody in; `kind` names why."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A sign-in that went to the provider at `url`."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class _Known:
    at: float
    metadata: Mapping[str, Any]
    keys: KeySet


class Provider:
    """One company's identity provider."""

    def __init__(self, company: Company, now: Now) -> None:
        self.company = company
        self._now = now
        self._known: _Known | None = None

    async def begin(self, back: str, *, again: bool) -> Begun:
        """Begin a sign-in that comes `back` to that address; `again` has the person prove anew.

        Raises:
            SignInRefused: the provider does not answer, or not as it should.

        """
        known = await self._ask()
        state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        verifier = secrets.token_urlsafe(48)
        url = prepare_grant_uri(
            known.metadata["authorization_endpoint"],
            self.company.client,
            "code",
            redirect_uri=back,
            scope=self.company.scope,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            **({"prompt": "login", "max_age": "0"} if again else {}),
        )
        return Begun(url=url, state=state, nonce=nonce, verifier=verifier)

    async def finish(self, begun: Begun, back: str, code: str) -> Mapping[str, Any]:
        """Change the code for the claims of the person.

        Raises:
            SignInRefused: the provider refuses it, or its token is not for this request.

        """
        known = await self._ask()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": begun.verifier,
        }
        try:
            async with self._client() as client:
                answer = await client.post(
                    known.metadata["token_endpoint"],
                    data=form,
                    auth=(self.company.client, self.company.secret),
                )
                token = _read(answer)
        except (httpx.HTTPError, ValueError, TypeError) as error:
            raise SignInRefused("provider") from error
        raw = token.get("id_token")
        if not isinstance(raw, str):
            raise SignInRefused("token")
        return await self._claims(raw, begun.nonce)

    async def _claims(self, raw: str, nonce: str) -> Mapping[str, Any]:
        """Verify the identity token; a key that is not known yet is asked for once."""
        for fresh in (True, False):
            known = await self._ask(believed=fresh)
            try:
                given = jwt.decode(raw, known.keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError) as error:
                if fresh:
                    continue
                raise SignInRefused("token") from error
            return self._valid(CodeIDToken(given.claims, given.header, *self._wanted(nonce)))
        raise SignInRefused("token")

    def _wanted(self, nonce: str) -> tuple[dict[str, Any], dict[str, Any]]:
        company = self.company
        options = {
            "iss": {"essential": True, "value": company.issuer},
            "aud": {"essential": True, "value": company.client},
            "sub": {"essential": True},
        }
        return options, {"nonce": nonce, "client_id": company.client}

    def _valid(self, claims: Any) -> Mapping[str, Any]:
        try:
            claims.validate(now=int(self._now()), leeway=LEEWAY)
        except (JoseError, ValueError, TypeError) as error:
            raise SignInRefused("token") from error
        wanted = set(self.company.amr)
        if wanted and not wanted & set(claims.get("amr") or ()):
            raise SignInRefused("one-factor")
        given: Mapping[str, Any] = dict(claims)
        return given

    async def _ask(self, *, believed: bool = True) -> _Known:
        known, now = self._known, self._now()
        if believed and known is not None and 0 <= now - known.at < FRESH:
            return known
        try:
            async with self._client() as client:
                issuer = self.company.issuer.rstrip("/")
                metadata = _read(await client.get(issuer + DISCOVERY))
                if metadata.get("issuer") != self.company.issuer:
                    raise SignInRefused("provider")
                if not all(safe(str(metadata.get(name, ""))) for name in ENDPOINTS):
                    raise SignInRefused("provider")
                keys = _keys(_read(await client.get(metadata["jwks_uri"])))
        except (httpx.HTTPError, JoseError, ValueError, TypeError, KeyError) as error:
            raise SignInRefused("provider") from error
        self._known = known = _Known(now, metadata, keys)
        return known

    def _client(self) -> httpx.AsyncClient:
        tls = ssl.create_default_context(cafile=self.company.ca or None)
        return httpx.AsyncClient(verify=tls, timeout=WAIT, headers={"accept": "application/json"})


def _keys(given: dict[str, Any]) -> KeySet:
    return KeySet.import_key_set(KeySetSerialization(keys=given["keys"]))


def _read(answer: httpx.Response) -> dict[str, Any]:
    answer.raise_for_status()
    given = answer.json()
    if not isinstance(given, dict):
        raise TypeError
    return given
