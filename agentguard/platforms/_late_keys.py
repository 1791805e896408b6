"""Loads what speaks to authenticators when one is first asked: the library costs memory."""

from __future__ import annotations

from collections.abc import Callable

from agentguard.ports.authenticators import (
    Asking,
    Asserted,
    Authenticator,
    Means,
    Registered,
    Registering,
)
from agentguard.ports.clock import Stop


class LateAuthenticator:
    """Gives what `make` makes, once it is needed."""

    def __init__(
        self,
        make: Callable[[], Authenticator],
        plugged: Callable[[], frozenset[str] | None],
        means: Callable[[], Means],
        *,
        own_dialog: bool,
    ) -> None:
        self._make, self._plugged, self._means = make, plugged, means
        self.own_dialog = own_dialog

    def plugged(self) -> frozenset[str] | None:
        """Name the keys that are plugged in now."""
        return self._plugged()

    def means(self) -> Means:
        """Return what can be asked."""
        return self._means()

    def ask(self, asking: Asking, stop: Stop) -> Asserted:
        """Have a person verified."""
        return self._make().ask(asking, stop)

    def register(self, wanted: Registering, stop: Stop) -> Registered:
        """Make a credential."""
        return self._make().register(wanted, stop)
