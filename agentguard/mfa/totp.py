"""Six digits from an authenticator app, judged by the endpoint: no secret is on this computer."""

from __future__ import annotations

import unicodedata

from agentguard.base.errors import UplinkError
from agentguard.model.messages import Message, say
from agentguard.ports.people import Ask, Proof, Ruling

DIGITS = 6
BETWEEN = frozenset(" \u00a0\u202f\t-.")
SENTENCES = {
    "wrong": "mfa.wrong",
    "used": "mfa.used",
    "not-enrolled": "mfa.not-enrolled",
    "turned-away": "mfa.turned-away",
}


class RemoteTotp:
    """Asks the endpoint about a time-based code (RFC 6238)."""

    factor = "totp"

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def takes(self, answer: str) -> bool:
        """Check whether the answer is six digits, however they are grouped."""
        return code(answer) is not None

    def verify(self, group: str, answer: str) -> Proof:
        """Ask the endpoint; when it is away the gate stays closed."""
        typed = code(answer)
        if typed is None:
            return self._closed(say("mfa.six-digits"))
        try:
            ruling = self._ask(self.factor, group, typed)
        except UplinkError:
            return self._closed(say("mfa.endpoint-away"))
        if ruling.accepted:
            return Proof(accepted=True, factor=self.factor)
        return self._closed(_sentence(ruling))

    def _closed(self, message: Message) -> Proof:
        return Proof(accepted=False, factor=self.factor, message=message)


def code(answer: str) -> str | None:
    """Return the six digits of what was typed, in any script and grouping.

    None for another shape.
    """
    kept = [c for c in answer.strip() if c not in BETWEEN]
    if len(kept) != DIGITS:
        return None
    digits = [unicodedata.digit(c, None) for c in kept]
    return None if None in digits else "".join(str(digit) for digit in digits)


def _sentence(ruling: Ruling) -> Message:
    if ruling.problem == "locked":
        return say("mfa.locked", minutes=max(1, -(-ruling.wait // 60)))
    return say(SENTENCES.get(ruling.problem, "mfa.refused"))
