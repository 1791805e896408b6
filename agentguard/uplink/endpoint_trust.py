"""By whose word the endpoint's certificate is believed: a look, without a report."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from agentguard.ports.clock import Clock
from agentguard.ports.network import NO_PROXIES, Network
from agentguard.uplink import enrolment
from agentguard.uplink.problems import problem
from agentguard.uplink.transport import address, connected, issuer, tls_context

SECONDS = 10.0
STORES = {"win32": "windows", "darwin": "macos"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Who issued the certificate, and what holds that this issuer is believed.

    `store` is `windows`, `macos`, `system` or `file`.
    """

    issuer: str
    store: str


def looked(
    folder: Path, clock: Clock, seconds: float = SECONDS, network: Network = NO_PROXIES
) -> Trust | None:
    """Connect to the endpoint and say nothing; None when this computer is not enrolled.

    Raises:
        EnrolmentError: what is remembered of the enrolment is damaged.
        UplinkError: it cannot be reached, or is not believed.
        UsageError: the file of certificates that was named cannot be read.

    """
    known = enrolment.load(folder)
    if known is None:
        return None
    to, context = address(known.url), tls_context(known.ca_file)
    since = clock.now()

    def left() -> float:
        rest = seconds - clock.now().since(since)
        if rest <= 0:
            raise TimeoutError
        return rest

    try:
        with connected(to, context, left, network) as channel:
            store = "file" if known.ca_file else STORES.get(sys.platform, "system")
            return Trust(issuer=issuer(channel.certificate), store=store)
    except TimeoutError as error:
        raise problem("timeout", to.host) from error
