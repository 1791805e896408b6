"""Asks a platform's recorder, a few times at most, and believes only what it says itself."""

from __future__ import annotations

from collections.abc import Mapping

from agentguard.base.errors import UplinkError
from agentguard.ports.clock import Stop
from agentguard.uplink.recorders import (
    amazon_connect,
    five9,
    genesys_cloud,
    nice_cxone,
    twilio,
)
from agentguard.uplink.recorders.platform import Adapter, Asked, Ended

ADAPTERS: Mapping[str, Adapter] = {
    "genesys-cloud": genesys_cloud.adapter,
    "amazon-connect": amazon_connect.adapter,
    "five9": five9.adapter,
    "nice-cxone": nice_cxone.adapter,
    "twilio": twilio.adapter,
}
SIGNS_IN = frozenset(ADAPTERS) - {"five9"}
"""Platforms that cannot be asked without a login."""
TRIES = 3
PAUSE = 0.5  # seconds between two tries


def ask(asked: Asked, stop: Stop) -> Ended:
    """Ask until it is done, up to three times; once when `stop` is set.

    Raises:
        UplinkError: the platform was not reached, or refused, each time.

    """
    adapter = ADAPTERS[asked.rules.vendor]
    for number in range(1, TRIES + 1):
        last = number == TRIES
        try:
            ended = adapter(asked)
        except UplinkError:
            if last or asked.web.clock.wait(stop, PAUSE):
                raise
            continue
        if ended is not Ended.NOT_TOLD or last or asked.web.clock.wait(stop, PAUSE):
            return ended
    return Ended.NOT_TOLD
