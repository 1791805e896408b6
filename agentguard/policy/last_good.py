"""Keeps the last good policy, so that there is one in force at any time.

The rules: what arrives is verified, then parsed and judged, then kept, and only then in force. What
cannot be kept does not come into force, but for an administrator's own unsigned file: an agent can
hold that in memory, since its next start reads it again. A signed policy is first in its trial,
which is counted, settled, or ended by going back to the last good one, kept beside it. At the start
the policy in its trial is taken, else the last good one; if it cannot be read, the shipped
baseline; if that is damaged too, the one that is built in. There is never no policy, and no date,
key or missing endpoint takes one away.

Once a root is pinned, only what is signed is taken. Without one, a file that an administrator of
this computer put here is taken as it is, and nothing from the network is.

Each step writes one file, durably. Stopped between two steps, the next start ends what was begun.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

import msgspec

from agentguard.base import atomic_files
from agentguard.base.errors import StoreError
from agentguard.base.translations import load
from agentguard.model.events import PolicyInForce
from agentguard.model.messages import Message, say
from agentguard.model.policy import Policy
from agentguard.model.release import Standing
from agentguard.policy import signature, succession, trial, trust_record
from agentguard.policy.document import Shape
from agentguard.policy.parser import parse
from agentguard.policy.selection import LAST_GOOD, Choice, built_in
from agentguard.policy.trial import Trial
from agentguard.policy.trust_record import Trust
from agentguard.ports.clock import Clock
from agentguard.trust.refusal import rejected

__all__ = ["LAST_GOOD", "Keeper", "built_in"]
TIME_STEP = 3600.0
"""Seconds by which the endpoint's time must grow until it is written down."""


class Trying:
    """Counts for the trial there is; who calls holds the lock. Each gives why it ended, if so."""

    def __init__(self, folder: Path, clock: Clock, choice: Choice) -> None:
        self._folder = folder
        self._clock = clock
        self._choice = choice
        self.running = False

    def begun(self) -> Message | None:
        """Begin a run of the agent."""
        self.running = True
        on = trial.load(self._folder)
        return None if on is None else self._counted(on.started(self._clock.now().boot))

    def ended(self) -> None:
        """End a run in order."""
        self.running = False
        on = trial.load(self._folder)
        if on is not None:
            self._write(on.ended())

    def beat(self, blind: frozenset[str], *, answers: bool) -> Message | None:
        """Count a minute."""
        on = trial.load(self._folder)
        if on is None or not self._choice.made(trust_record.load(self._folder)).trial:
            return None  # one that was cut short is offered again
        after = on.beat(blind, answers=answers)
        if after.settled:
            self._settle(after)
            return None
        return self._counted(after)

    def crashed(self) -> Message | None:
        """Count a crash of what runs by the policy."""
        on = trial.load(self._folder)
        return None if on is None else self._counted(on.crashed(self._clock.now().boot))

    def _counted(self, on: Trial) -> Message | None:
        self._write(on)
        trust = trust_record.load(self._folder)
        tried = self._choice.made(trust)
        if not on.failed or not tried.trial:
            return None
        policy = tried.policy
        with suppress(OSError):  # else the trial begins again at the next start
            trust_record.save(self._folder, msgspec.structs.replace(trust, failed=policy.digest))
            trial.save(self._folder, None)
        return say(f"policy.rejected.{on.failed}", name=policy.name, version=policy.version)

    def _settle(self, on: Trial) -> None:
        with suppress(OSError):  # it stays in its trial, and is settled at the next beat
            atomic_files.write(self._folder / LAST_GOOD, on.raw)
            trial.save(self._folder, None)

    def _write(self, on: Trial) -> None:
        with suppress(OSError):  # counted again at the next beat
            trial.save(self._folder, on)


class Keeper:
    """Gives the policy in force; `folder` is this user's data folder, `group` the computer's team.

    Safe for threads. `built` is the earliest time by which dates are judged.
    """

    def __init__(
        self,
        folder: Path,
        shapes: tuple[Shape, ...],
        clock: Clock,
        *,
        group: str = "",
        built: float = succession.BUILT,
        baseline: Path | None = None,
    ) -> None:
        self._folder = folder
        self._shapes = shapes
        self._clock = clock
        self._group = group
        self._time = built
        self._choice = Choice(folder, shapes, baseline)
        self._trying = Trying(folder, clock, self._choice)
        self._lock = threading.RLock()

    def belongs(self, group: str) -> None:
        """Take the computer's team from a later enrolment."""
        with self._lock:
            self._group = group

    def blank(self) -> bool:
        """Check whether no root was ever pinned; what is damaged may have had one."""
        trust = trust_record.load(self._folder)
        return not trust.root and not trust.damaged

    def start(self, *, running: bool = False) -> PolicyInForce:
        """Return the policy to start with; the message tells when it is not the last good one.

        `running` says that an agent begins with it: one that did not end in order has crashed.
        """
        with self._lock:
            message = self._trying.begun() if running else None
            chosen = self._choice.made(trust_record.load(self._folder))
            return self._in_force(chosen.policy, message or chosen.message)

    def ended(self) -> None:
        """Note that the agent ends in order."""
        with self._lock:
            self._trying.ended()

    def offer(self, data: bytes, source: str, *, hold: bool = False) -> Policy:
        """Judge a file that an administrator put here; `source` names it in problems.

        With `hold` one that is unsigned and cannot be kept is in force until this program ends.

        Raises:
            PolicyError: it is wrong, or not to be trusted; the policy in force stays.
            StoreError: it could not be kept; the policy in force stays, unless `holds` it now.

        """
        with self._lock:
            trust = self._believed()
            if signature.looks_signed(data):
                return self._take(data, source, trust)
            if trust.root:
                return self._known(data, source, trust)
            policy = parse(signature.accept_unsigned_local_file(data), source, self._shapes)
            self._choice.let_go()
            if hold:
                self._choice.hold(data)
            self._keep(LAST_GOOD, data)
            self._choice.let_go()
            return policy

    @property
    def holds(self) -> bool:
        """Whether the last good policy is in memory alone, as it could not be kept."""
        return self._choice.holds

    def deliver(self, data: bytes, source: str, blind: frozenset[str] | None = None) -> Policy:
        """Judge what came over the network: nothing that is not signed is ever taken.

        `blind` names the sensors that have failed by now, whatever the policy.

        Raises:
            PolicyError: it is wrong, or not to be trusted; the policy in force stays.
            StoreError: it could not be kept; the policy in force stays.

        """
        with self._lock:
            trust = self._believed()
            if not signature.looks_signed(data):
                raise rejected("unsigned")
            return self._take(data, source, trust, blind)

    def pin(self, chain: bytes, *, anew: bool = False) -> int:
        """Pin the newest root of a chain, walked from the pinned one; give its version.

        `anew` forgets the pinned root first: only for an administrator of this computer.

        Raises:
            PolicyError: it cannot be walked; the pinned root stays.
            StoreError: it could not be kept; the pinned root stays.

        """
        from agentguard.policy.root_pinning import pinned  # noqa: PLC0415 - only who has a root verifies

        with self._lock:
            trust = trust_record.load(self._folder)
            after = pinned(trust, chain, self._choice.made(trust), anew=anew)
            if after != trust:
                try:
                    trust_record.save(self._folder, after)
                except OSError as error:
                    raise _not_kept(error) from error
            return after.root_version

    def root(self) -> int:
        """Return the version of the pinned root, 0 for none."""
        return trust_record.load(self._folder).root_version

    def told(self, time: float) -> None:
        """Take a time that the endpoint has signed, in seconds since 1970."""
        with self._lock:
            self._time = max(self._time, time)
            trust = trust_record.load(self._folder)
            if trust.root and time >= trust.time + TIME_STEP:
                with suppress(OSError):  # the next one is written
                    trust_record.save(self._folder, msgspec.structs.replace(trust, time=time))

    def standing(self) -> Standing:
        """Return how far the policy in force can be relied on."""
        with self._lock:
            trust = trust_record.load(self._folder)
            chosen = self._choice.made(trust)
            release = chosen.policy.release
            return Standing(
                signed=chosen.signed,
                trial=chosen.trial,
                expires=release.expires,
                expired=chosen.signed and succession.expired(release, self._now(trust)),
                root=trust.root_version,
            )

    def beat(self, blind: frozenset[str], *, answers: bool) -> PolicyInForce | None:
        """Count a minute of the trial there is; give the policy to go back to, with the reason.

        `blind` names the sensors that have failed, `answers` tells whether the engine does.
        """
        with self._lock:
            return self._back(self._trying.beat(blind, answers=answers))

    def crashed(self) -> PolicyInForce | None:
        """Count a crash of what runs by the policy; as `beat`."""
        with self._lock:
            return self._back(self._trying.crashed())

    def _back(self, why: Message | None) -> PolicyInForce | None:
        if why is None:
            return None
        return self._in_force(self._choice.last_good(trust_record.load(self._folder)).policy, why)

    def _believed(self) -> Trust:
        trust = trust_record.load(self._folder)
        if trust.damaged:
            raise rejected("trust-damaged")
        return trust

    def _known(self, data: bytes, source: str, trust: Trust) -> Policy:
        """Take an unsigned file that was here before the root was pinned: it changes nothing."""
        if signature.digest(data) not in trust.kept:
            raise rejected("unsigned-local", source=source)
        return self._choice.made(trust).policy

    def _take(
        self, data: bytes, source: str, trust: Trust, blind: frozenset[str] | None = None
    ) -> Policy:
        if not trust.root:
            raise rejected("no-root")
        payload = signature.verified(data, trust.root.encode())
        policy = parse(payload, source, self._shapes)
        now = self._choice.made(trust)
        before = now.policy if now.signed else None
        against = succession.objection(
            policy, trust, before, group=self._group, time=self._now(trust)
        )
        if against is not None:
            raise rejected(against[0], **against[1])
        if now.signed and now.policy.digest == policy.digest:
            return policy
        trust = msgspec.structs.replace(trust, before=now.policy.digest if now.trial else "")
        self._begin(Trial(raw=data, running=self._trying.running, blind=blind), policy, trust)
        return policy

    def _begin(self, on: Trial, policy: Policy, trust: Trust) -> None:
        """Raise the mark, then put a policy in its trial; cut between, all is as before."""
        raised = msgspec.structs.replace(
            trust.keeping(policy.digest),
            epoch=policy.release.epoch,
            version=policy.version,
            digest=policy.digest,
        )
        try:
            trust_record.save(self._folder, raised)
            trial.save(self._folder, on)
        except OSError as error:
            raise _not_kept(error) from error

    def _keep(self, name: str, data: bytes) -> None:
        with suppress(OSError):  # what is kept already needs no room
            if (self._folder / name).read_bytes() == data:
                return
        try:
            atomic_files.make_folder(self._folder)
            atomic_files.write(self._folder / name, data)
        except OSError as error:
            raise _not_kept(error) from error

    def _now(self, trust: Trust) -> float:
        return max(self._time, trust.time)

    def _in_force(self, policy: Policy, message: Message | None) -> PolicyInForce:
        return PolicyInForce(at=self._clock.now(), policy=policy, message=message)


def _not_kept(error: OSError) -> StoreError:
    words = load()
    return StoreError(
        words.say("policy.not-kept", why=error.strerror or type(error).__name__),
        words.say("policy.not-kept-advice"),
    )
