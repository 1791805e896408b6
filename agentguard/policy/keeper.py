"""Keeps the last good policy, so that there is one in force at any time.

The rules: what arrives is verified, then judged, then kept, and only then in force. What cannot be
kept does not come into force. At the start the last good policy is taken; if it cannot be read, the
shipped baseline; if that is damaged too, the one that is built in. There is never no policy.
"""

from __future__ import annotations

from pathlib import Path

from agentguard import durable, paths
from agentguard.errors import AgentGuardError, PolicyError, StoreError
from agentguard.model.events import PolicyInForce
from agentguard.model.messages import Message, say
from agentguard.model.policy import Policy
from agentguard.policy.document import Shape
from agentguard.policy.parse import parse
from agentguard.policy.signature import Verify, accept_unsigned_local_file
from agentguard.ports.clock import Clock
from agentguard.texts import load

LAST_GOOD = "last-good-policy"
BASELINE = "baseline.yaml"
BUILT_IN_RESPONSES = {
    "screen-lock": "lock",
    "clipboard": "clear-clipboard",
    "pii-files": "notify",
    "reauth": "prove",
}


def built_in(shapes: tuple[Shape, ...]) -> bytes:
    """Give the policy of last resort: every default, and the responses that guard a desk."""
    known = {shape.id for shape in shapes}
    lines = [
        f"  {id_}: {{respond: [{response}]}}"
        for id_, response in BUILT_IN_RESPONSES.items()
        if id_ in known
    ]
    controls = "\n".join(["controls:", *lines]) if lines else ""
    return f"policy: built-in\nversion: 1\n{controls}\n".encode()


class Keeper:
    """Gives the policy in force; `folder` is this user's data folder."""

    def __init__(
        self,
        folder: Path,
        shapes: tuple[Shape, ...],
        clock: Clock,
        *,
        verify: Verify = accept_unsigned_local_file,
        baseline: Path | None = None,
    ) -> None:
        self._file = folder / LAST_GOOD
        self._shapes = shapes
        self._clock = clock
        self._verify = verify
        self._baseline = baseline

    def start(self) -> PolicyInForce:
        """Give the policy to start with; the message tells when it is not the last good one."""
        try:
            data = self._file.read_bytes()
        except FileNotFoundError:
            return self._fallback("policy.baseline")
        except OSError:
            return self._fallback("policy.last-good-unreadable")
        try:
            policy = parse(self._verify(data), self._file.name, self._shapes)
        except PolicyError:
            return self._fallback("policy.last-good-refused")
        return self._in_force(policy, None)

    def offer(self, data: bytes, source: str) -> Policy:
        """Judge what arrived and put it in force; `source` names it in problems.

        Raises:
            PolicyError: it is wrong; the policy in force stays.
            StoreError: it could not be kept; the policy in force stays.

        """
        policy = parse(self._verify(data), source, self._shapes)
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            durable.write(self._file, data)
        except OSError as error:
            words = load()
            raise StoreError(
                words.say("policy.not-kept", why=error.strerror or type(error).__name__),
                words.say("policy.not-kept-advice"),
            ) from error
        return policy

    def _in_force(self, policy: Policy, message: Message | None) -> PolicyInForce:
        return PolicyInForce(at=self._clock.now(), policy=policy, message=message)

    def _fallback(self, why: str) -> PolicyInForce:
        try:
            file = self._baseline or paths.shipped_policies() / BASELINE
            policy = parse(file.read_bytes(), file.name, self._shapes)
        except (OSError, AgentGuardError):
            policy = parse(built_in(self._shapes), "built-in", self._shapes)
            return self._in_force(policy, say("policy.baseline-damaged"))
        return self._in_force(policy, say(why))
