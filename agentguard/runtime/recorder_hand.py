"""The hand that pauses the call recorder: a hook of the house, or a named platform's interface."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from agentguard.engine.action_runner import LeftAlone, NotTold, Unsupported
from agentguard.model.actions import Action, ActionKind
from agentguard.model.messages import Message, say
from agentguard.model.policy import RecorderPlatform
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.network import NO_PROXIES, Network
from agentguard.ports.secrets import SecretPlace
from agentguard.ports.sensor import PolicySource
from agentguard.uplink.recorders.paused import Paused

if TYPE_CHECKING:
    from agentguard.uplink.recorders.platform import Ended


def _straight() -> Network:
    return NO_PROXIES


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderHand:
    """Tells the call recorder that a payment begins or has ended.

    `places` may keep the login of a platform, `network` gives the way to it, and `ca_file` trusts
    one authority alone.
    """

    folder: Path
    policy: PolicySource
    clock: Clock
    places: tuple[SecretPlace, ...] = ()
    network: Callable[[], Network] = _straight
    ca_file: str = ""
    paused: Paused = field(default_factory=Paused)

    def __call__(self, action: Action) -> Message:
        """Tell it.

        Raises:
            UplinkError: it did not answer, or not with a success.
            SecretError: what signs in could not be read.

        """
        pause = action.kind is ActionKind.PAUSE_RECORDER
        self._tell(threading.Event(), pause=pause)
        return say("action.recorder-paused") if pause else say("action.recorder-resumed")

    def go_on(self) -> None:
        """Tell it once to go on, as the agent ends.

        Raises:
            UplinkError: it did not answer, or not with a success.

        """
        ends = threading.Event()
        ends.set()
        self._tell(ends, pause=False)

    def _tell(self, stop: Stop, *, pause: bool) -> None:
        rules = self.policy().payment
        if rules.platform.vendor != "none":
            self._platform(rules.platform, stop, pause=pause)
            return
        from agentguard.uplink.recorder import Recorder  # noqa: PLC0415 - signing costs memory

        if not rules.recorder:
            raise Unsupported("The policy names no recorder.")
        Recorder(self.folder, self.clock).tell(rules.recorder, "pause" if pause else "resume", stop)

    def _platform(self, rules: RecorderPlatform, stop: Stop, *, pause: bool) -> None:
        from agentguard.uplink.recorders.platform import Ended  # noqa: PLC0415 - TLS costs memory

        ended = self._asked(rules, stop, pause=pause)
        if ended is Ended.BY_HAND:
            raise LeftAlone(say("action.recorder-by-hand"))
        if ended is Ended.NOT_TOLD:
            raise NotTold(say("action.recorder-unknown"))

    def _asked(self, rules: RecorderPlatform, stop: Stop, *, pause: bool) -> Ended:
        from agentguard.uplink.recorders import asking, logins  # noqa: PLC0415 - as above
        from agentguard.uplink.recorders.platform import Asked, Login  # noqa: PLC0415 - as above
        from agentguard.uplink.recorders.web import Web  # noqa: PLC0415 - as above

        login = logins.Logins(self.folder, self.places).load(rules.vendor)
        if login is None and rules.vendor in asking.SIGNS_IN:
            raise LeftAlone(say("action.recorder-not-set-up"))
        web = Web(clock=self.clock, network=self.network(), ca_file=self.ca_file)
        asked = Asked(
            pause=pause,
            rules=rules,
            login=login or Login(user="", secret=""),
            web=web,
            paused=self.paused,
        )
        return asking.ask(asked, stop)
