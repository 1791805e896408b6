"""Chooses the policy in force from what is on the disk: trial, last good, baseline, built in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from agentguard.base import paths
from agentguard.base.errors import AgentGuardError, PolicyError
from agentguard.model.messages import Message, say
from agentguard.model.policy import Policy
from agentguard.policy import signature, trial
from agentguard.policy.document import Shape
from agentguard.policy.parser import parse
from agentguard.policy.trust_record import Trust
from agentguard.trust.refusal import rejected

LAST_GOOD = "last-good-policy"
BASELINE = "baseline.yaml"
BUILT_IN_RESPONSES = {
    "screen-lock": "lock",
    "clipboard": "clear-clipboard",
    "pii-files": "notify",
    "reauth": "prove",
}


def built_in(shapes: tuple[Shape, ...]) -> bytes:
    """Return the policy of last resort: every default, and the responses that guard a desk."""
    known = {shape.id for shape in shapes}
    lines = [
        f"  {id_}: {{respond: [{response}]}}"
        for id_, response in BUILT_IN_RESPONSES.items()
        if id_ in known
    ]
    controls = "\n".join(["controls:", *lines]) if lines else ""
    return f"policy: built-in\nversion: 1\n{controls}\n".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The policy in force; the message tells when it is not the last good one.

    `lost` says that it was signed, and that it is no longer known by whom.
    """

    policy: Policy
    message: Message | None = None
    lost: bool = False
    signed: bool = False
    trial: bool = False


class Choice:
    """Chooses; it writes nothing. It may hold a last good policy that could not be kept."""

    def __init__(self, folder: Path, shapes: tuple[Shape, ...], baseline: Path | None) -> None:
        self._folder = folder
        self._shapes = shapes
        self._baseline = baseline
        self._held: bytes | None = None
        self._read: dict[str, tuple[bytes, Policy]] = {}

    @property
    def holds(self) -> bool:
        """Whether the last good policy is in memory alone."""
        return self._held is not None

    def hold(self, data: bytes) -> None:
        """Take this for the last good policy while it is not on the disk."""
        self._held = data

    def let_go(self) -> None:
        """Read the last good policy from the disk again."""
        self._held = None

    def made(self, trust: Trust) -> Chosen:
        """Return the policy in its trial, else the last good one."""
        return self._trial(trust) or self.last_good(trust)

    def last_good(self, trust: Trust) -> Chosen:
        """Return the last good policy, else the baseline, else the one that is built in."""
        try:
            data = self._held or (self._folder / LAST_GOOD).read_bytes()
        except FileNotFoundError:
            return self._fallback("policy.baseline")
        except OSError:
            return self._fallback("policy.last-good-unreadable")
        try:
            policy = self._parsed(_opened(data, trust), LAST_GOOD)
        except PolicyError:
            return self._fallback("policy.last-good-refused")
        is_signed = signature.looks_signed(data)
        lost = is_signed and (trust.damaged or not trust.root)
        message = say("policy.rejected.trust-damaged") if lost or trust.damaged else None
        return Chosen(policy=policy, message=message, lost=lost, signed=is_signed and not lost)

    def _trial(self, trust: Trust) -> Chosen | None:
        on = trial.load(self._folder)
        if on is None:
            return None
        try:
            policy = self._parsed(_opened(on.raw, trust), trial.FILE)
        except PolicyError:
            return None
        known = policy.digest in {trust.digest, trust.before}
        if not known or policy.digest == trust.failed:
            return None
        return Chosen(policy=policy, signed=True, trial=True)

    def _fallback(self, why: str) -> Chosen:
        try:
            file = self._baseline or paths.shipped_policies() / BASELINE
            policy = self._parsed(file.read_bytes(), file.name)
        except (OSError, AgentGuardError):
            policy = parse(built_in(self._shapes), "built-in", self._shapes)
            return Chosen(policy=policy, message=say("policy.baseline-damaged"))
        return Chosen(policy=policy, message=say(why))

    def _parsed(self, data: bytes, source: str) -> Policy:
        """Parse what was not parsed last of the same source: the agent looks every few seconds."""
        known = self._read.get(source)
        if known is None or known[0] != data:
            known = self._read[source] = data, parse(data, source, self._shapes)
        return known[1]


def _opened(data: bytes, trust: Trust) -> bytes:
    """Return the text of a policy that is on the disk.

    A signed one was verified when it was kept, and needs no key any more: a key that was taken
    back since must not take the last good policy away. When what was believed is lost, the last
    good policy holds as it is.

    Raises:
        PolicyRejected: it was never taken here.

    """
    is_signed = signature.looks_signed(data)
    payload = signature.kept(data) if is_signed else data
    lost = trust.damaged or not trust.root
    if not lost and signature.digest(payload) not in trust.kept:
        raise rejected("unsigned-local", source=LAST_GOOD)
    return payload
