"""What other systems read of the endpoint with a token: verdicts, desks and open findings.

No person, no value and no text of a finding is in it. Fields are only ever added.
"""

from __future__ import annotations

from agentguard.wire.v1 import Struct

VERDICTS = "/v1/verdicts/{device}"
VERDICT_KEYS = "/v1/verdict-keys"
DESKS = "/v1/desks"
FINDINGS = "/v1/findings"
MOST = 500
"""Rows of one answer."""


class Verdict(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """What is signed of a desk (the claims of RFC 7519): `sub` is the device, times are seconds.

    `verdict` is `pass`, `attention`, `fail` or `unknown`. `why` says what decides: `good`,
    `failing`, `attention`, `blind`, `silent`, `no-posture`, `pending`, `cloned`, `conflict`,
    `retired`. `failing` are the controls that fail, the worst first. `seen` is the last report.
    """

    iss: str
    sub: str
    iat: int
    exp: int
    verdict: str
    why: str
    seen: int
    failing: tuple[str, ...]
    policy: str


class VerdictGiven(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A verdict, and the same signed as a JWS (RFC 7515, EdDSA)."""

    verdict: Verdict
    signed: str


class VerdictKey(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The public key of verdicts as a JWK (RFC 8037)."""

    kty: str
    crv: str
    x: str
    kid: str
    use: str
    alg: str


class VerdictKeys(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The keys of verdicts (RFC 7517)."""

    keys: tuple[VerdictKey, ...]


class DeskRead(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a desk stands: as its verdict says it, with its name and team."""

    device: str
    name: str
    team: str
    verdict: str
    why: str
    failing: tuple[str, ...] = ()
    seen: str = ""
    policy: str = ""
    agent: str = ""


class DesksRead(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of desks in the order of their ids; `after` asks for the next one, empty for none."""

    desks: tuple[DeskRead, ...] = ()
    after: str = ""


class FindingRead(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A finding that is open: of which control, how bad, and since when."""

    device: str
    team: str
    check: str
    severity: str
    since: str


class FindingsRead(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of open findings; `after` asks for the next one, empty for none."""

    findings: tuple[FindingRead, ...] = ()
    after: str = ""
