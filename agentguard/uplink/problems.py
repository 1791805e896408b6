"""The ways in which the endpoint may not be reached, each with its sentence."""

from __future__ import annotations

from agentguard.base import translations
from agentguard.base.errors import UplinkError

KINDS = (
    "busy", "cert_host", "cert_untrusted", "clock", "cloned", "conflict", "dns", "gap",
    "http_4xx", "http_5xx", "pending", "portal", "proxy_auth", "revoked", "tcp", "timeout", "tls",
)  # fmt: skip
SHORTEST_WAIT = 1.0
LONGEST_BACKOFF = 5 * 60.0
LONGEST_WAIT = 15 * 60.0
"""What the endpoint may ask for; by itself an agent waits no longer than LONGEST_BACKOFF."""


def problem(
    kind: str,
    host: str = "",
    *,
    why: str = "",
    retry_after: float = 0.0,
    epoch: int = 0,
    seq: int = 0,
) -> UplinkError:
    """Return the error of a kind: what happened and what to do, from the texts."""
    said = translations.load()
    return UplinkError(
        kind,
        said.say(f"uplink.{kind}", host=host, why=why),
        said.say(f"uplink-advice.{kind}"),
        why=why,
        retry_after=retry_after,
        epoch=epoch,
        seq=seq,
    )


def bounded(seconds: float) -> float:
    """Keep a wait within what an agent may be told."""
    return min(LONGEST_WAIT, max(SHORTEST_WAIT, seconds))
