"""The ways in which the endpoint may not be reached, each with its sentence."""

from __future__ import annotations

from agentguard.base import translations
from agentguard.base.errors import UplinkError

KINDS = (
    "busy", "cert_host", "cert_untrusted", "clock", "cloned", "conflict", "dns", "gap",
    "http_4xx", "http_5xx", "pending", "portal", "proxy_auth", "proxy_away",
    "proxy_refused", "proxy_script", "revoked", "tcp", "timeout", "tls",
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
    issuer: str = "",
    said: str = "",
    retry_after: float = 0.0,
    epoch: int = 0,
    seq: int = 0,
) -> UplinkError:
    """Return the error of a kind: what happened and what to do, from the texts.

    `said` names a sentence of its own, where one kind has several.
    """
    words, id_ = translations.load(), said or kind
    return UplinkError(
        kind,
        words.say(f"uplink.{id_}", host=host, why=why, issuer=issuer),
        words.say(f"uplink-advice.{id_}"),
        why=why,
        retry_after=retry_after,
        epoch=epoch,
        seq=seq,
    )


def bounded(seconds: float) -> float:
    """Keep a wait within what an agent may be told."""
    return min(LONGEST_WAIT, max(SHORTEST_WAIT, seconds))
