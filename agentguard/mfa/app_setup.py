"""An authenticator app is set up at the desk: the secret passes through here and is not kept.

A supervisor's code lets the endpoint make a secret; it is shown once as a picture, and the first
code of the app proves that it arrived. Only then are offline codes made, for when the app is away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agentguard.base.errors import UplinkError
from agentguard.mfa import totp
from agentguard.mfa.offline_codes import OfflineCodes
from agentguard.model.messages import Message, say
from agentguard.ports.factors import AppOffer, AskApp
from agentguard.ports.people import Verifier

GROUP = "app-setup"
COUNT = 10
SENTENCES = frozenset({"wrong", "used", "expired", "enrolled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSetup:
    """The two steps; `allowed` is the policy's word, `note` writes into the journal."""

    ask: AskApp
    codes: Verifier
    offline: OfflineCodes
    allowed: Callable[[], bool]
    note: Callable[[str, int], None]

    def begin(self, code: str) -> AppOffer | Message:
        """Have a secret made by a supervisor's code; or tell why there is none."""
        if not self.allowed():
            return say("mfa.app.off")
        try:
            ruling = self.ask(code.strip())
        except UplinkError:
            return say("mfa.app.endpoint-away")
        if ruling.problem == "locked":
            return say("mfa.locked", minutes=max(1, -(-ruling.wait // 60)))
        if ruling.problem or not ruling.address:
            known = ruling.problem if ruling.problem in SENTENCES else "wrong"
            return say(f"mfa.app.{known}")
        self.note("proof.app-shown", 1)
        return AppOffer(address=ruling.address)

    def finish(self, code: str) -> tuple[str, ...] | Message:
        """Take the first code of the new app; give offline codes, or why it was not taken."""
        if totp.code(code) is None:
            return say("mfa.six-digits")
        proof = self.codes.verify(GROUP, code)
        if not proof.accepted:
            return proof.message or say("mfa.refused")
        self.note("proof.codes-issued", COUNT)
        return self.offline.issue(COUNT)
