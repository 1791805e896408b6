"""Security keys that are pulled: the proofs that a key gave end with it."""

from __future__ import annotations

from agentguard.model.gate import Ended, ProofsEnded
from agentguard.ports.authenticators import Authenticator
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import Submit
from agentguard.ports.turns import Turns, alone

NAME = "security-keys"
EVERY = 2.0  # seconds between two looks


class SocketSensor:
    """Tells when a key that was there is gone; ends by itself where the system tells no keys."""

    name = NAME

    def __init__(self, authenticator: Authenticator, clock: Clock) -> None:
        self._authenticator, self._clock = authenticator, clock

    def run(self, submit: Submit, stop: Stop) -> None:
        """Look until `stop` is set."""
        alone(self.turns(submit, stop), self._clock, stop)

    def turns(self, submit: Submit, _stop: Stop) -> Turns:
        """Look which keys are there, while the system tells them."""
        before = self._authenticator.plugged()
        while before is not None:
            yield EVERY
            now = self._authenticator.plugged()
            if now is None or before - now:
                submit(ProofsEnded(at=self._clock.now(), why=Ended.KEY_GONE))
            before = now
