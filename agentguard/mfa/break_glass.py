"""A supervisor's code that opens one desk once, within minutes; the endpoint made it and judges it.

Sixty random bits in three groups of four, so that it is taken neither for a one-time code nor for
an offline code. Without the endpoint a supervisor answers a challenge of this desk by phone: the
answer looks the same, and is judged here, first.
"""

from __future__ import annotations

from agentguard.base.errors import UplinkError
from agentguard.mfa.by_phone import ByPhone
from agentguard.mfa.offline_codes import ALPHABET, plain
from agentguard.model.messages import Message, say
from agentguard.ports.people import Ask, Proof

LENGTH = 12
SENTENCES = {
    "wrong": "mfa.break-glass.wrong",
    "used": "mfa.break-glass.used",
    "expired": "mfa.break-glass.expired",
    "turned-away": "mfa.turned-away",
}


class BreakGlass:
    """Asks the endpoint about a supervisor's code."""

    factor = "break-glass"

    def __init__(self, ask: Ask, phone: ByPhone | None = None) -> None:
        self._ask, self._phone = ask, phone

    def takes(self, answer: str) -> bool:
        """Check whether the answer has the length and letters of a supervisor's code."""
        typed = plain(answer)
        return len(typed) == LENGTH and set(typed) <= set(ALPHABET)

    def verify(self, group: str, answer: str) -> Proof:
        """Judge the answer to an open challenge; else ask the endpoint, and stay closed without."""
        phone = self._phone
        if phone is None or not phone.takes(answer):
            return self._asked(group, answer)
        proof = phone.verify(group, answer)
        if proof.accepted:
            return proof
        asked = self._asked(group, answer)
        away = asked.message == say("mfa.break-glass.endpoint-away")
        return proof if away else asked

    def _asked(self, group: str, answer: str) -> Proof:
        try:
            ruling = self._ask(self.factor, group, plain(answer))
        except UplinkError:
            return self._closed(say("mfa.break-glass.endpoint-away"))
        if ruling.accepted:
            return Proof(accepted=True, factor=self.factor)
        if ruling.problem == "locked":
            return self._closed(say("mfa.locked", minutes=max(1, -(-ruling.wait // 60))))
        return self._closed(say(SENTENCES.get(ruling.problem, "mfa.break-glass.wrong")))

    def _closed(self, message: Message) -> Proof:
        return Proof(accepted=False, factor=self.factor, message=message)
