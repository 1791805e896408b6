"""Runs the trial of a new policy on this computer: counts, settles it, or goes back."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import msgspec

from agentguard.base import atomic_files
from agentguard.model.messages import Message, say
from agentguard.policy import trial, trust_record
from agentguard.policy.selection import LAST_GOOD, Choice
from agentguard.policy.trial import Trial
from agentguard.ports.clock import Clock


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
