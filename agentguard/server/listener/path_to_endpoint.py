"""What the endpoint knows of the way to it: its certificate, and who was hung up on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509

Span = tuple[float, float]
"""From when to when a certificate is valid, in seconds since 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """`hung_up` counts connections that came to no request, by why; `valid` is None without TLS.

    `refused` counts what was beyond bounds of whoever did not prove to be a desk, by its kind.
    `leaving` are called when the endpoint stops, and end what would never end by itself. `renew` is
    called now and then with the time that was lived through, and sees that a certificate of the
    endpoint's own does not end while it runs.
    """

    hung_up: Mapping[str, int] = field(default_factory=dict)
    valid: Callable[[], Span | None] = lambda: None
    refused: Counter[str] = field(default_factory=Counter)
    leaving: list[Callable[[], None]] = field(default_factory=list)
    renew: Callable[[float], None] = lambda _lived: None

    def left(self, now: float) -> float | None:
        """Return the seconds until the certificate ends, below 0 afterwards; None without one."""
        span = self.valid()
        return None if span is None else span[1] - now

    def wrong(self, now: float) -> str:
        """Return why no desk takes the certificate now: an id under `server.cause`, or nothing."""
        span = self.valid()
        return "" if span is None else judged(span, now)


def span(certificate: Path) -> Span:
    """Return from when to when the first certificate of a file is valid.

    Raises:
        OSError, ValueError: it cannot be read.

    """
    read = x509.load_pem_x509_certificate(certificate.read_bytes())
    return read.not_valid_before_utc.timestamp(), read.not_valid_after_utc.timestamp()


def judged(valid: Span, now: float) -> str:
    """Return what is wrong with a certificate's time, as an id under `server.cause`, or nothing."""
    if now >= valid[1]:
        return "expired"
    return "not-yet-valid" if now < valid[0] else ""
