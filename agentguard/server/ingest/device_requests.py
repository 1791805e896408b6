"""What a device asks in its own name."""

from __future__ import annotations

from typing import Protocol, TypeVar

import msgspec

from agentguard.server.http_messages import Refused, Request
from agentguard.server.store.desks.devices import Known


class Named(Protocol):
    """A message that names its device."""

    @property
    def device(self) -> str:
        """The device's id."""
        ...


T = TypeVar("T", bound=Named)


def asked_by(device: Known, request: Request, decoder: msgspec.json.Decoder[T]) -> T:
    """Read what a device asks.

    Raises:
        Refused: the request is malformed, or names another device.

    """
    try:
        asked = decoder.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused(400, "malformed") from None
    if asked.device != device.id:
        raise Refused(403, "other-device")
    return asked
