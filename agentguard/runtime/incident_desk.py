"""What a person at the desk does about incidents and card data that was found."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agentguard.base.errors import AgentGuardError
from agentguard.engine.loop import Engine
from agentguard.model import incidents
from agentguard.model.custody import FORBIDDEN
from agentguard.model.events import FileScanned, IncidentReported
from agentguard.model.guided import (
    OUT,
    Cause,
    Ending,
    Found,
    Response,
    ResponseBegun,
    ResponseStep,
    Step,
)
from agentguard.model.hits import Hit
from agentguard.model.incidents import Answers, Draft
from agentguard.model.messages import Message, say
from agentguard.model.outcomes import FileOutcome
from agentguard.model.vault import Taking, VaultItem
from agentguard.model.verdicts import Finding
from agentguard.ports.clock import Clock
from agentguard.vault.release import Release
from agentguard.vault.vault import Vault

NOTE_LIMIT = 2000
REASON = "incident"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentDesk:
    """Implements `ports.people.Incidents` over the engine and the vault."""

    engine: Engine
    clock: Clock
    vault: Vault
    release: Release
    mask: Callable[[str], str]
    report_now: Callable[[], None]

    def draft(self, answers: Answers) -> Draft:
        """Return the report as it will leave: its note masked, its number drawn."""
        seen = self.engine.snapshot()
        masked = self.mask(answers.note[:NOTE_LIMIT])
        return Draft(
            number=new_number(),
            answers=Answers(
                category=answers.category,
                note=masked,
                where=answers.where,
                ongoing=answers.ongoing,
            ),
            attached=incidents.attached(seen.controls, len(seen.findings)),
        )

    def report(self, draft: Draft) -> None:
        """Report it as it was shown."""
        said = draft.answers
        self.engine.submit(
            IncidentReported(
                at=self.clock.now(),
                id=draft.number,
                category=said.category,
                note=self.mask(said.note[:NOTE_LIMIT]),
                where=said.where,
                ongoing=said.ongoing,
                attached=draft.attached,
            )
        )
        self.report_now()

    def respond(self, path: str) -> None:
        """Begin a guided response to a file, where it lies or in the vault."""
        finding = next((f for f in self.engine.snapshot().findings if f.subject == path), None)
        item = self._readable(path)
        begun = ResponseBegun(
            at=self.clock.now(),
            number=new_number(),
            path=path,
            found=_found(finding, item),
            held=item is not None and not Path(path).exists(),
        )
        self.engine.submit(begun)
        self.report_now()

    def hold(self, number: str) -> Message:
        """Move the file to the vault because the person asks for it; say how it went."""
        one = self._response(number)
        if one is None:
            return say("guided.gone")
        try:
            there = self._hold(one)
        except AgentGuardError as error:
            return say("guided.not-held", why=str(error))
        return say("guided.held-now" if there else "guided.gone")

    def delete(self, number: str, code: str) -> Message:
        """Delete the file for good out of the vault; say how it went."""
        one = self._response(number)
        item = self._item(one.path) if one is not None else None
        if one is None or item is None:
            self.look()
            return say("guided.left")
        said = self.release.remove(item.id, Taking(reason=REASON, code=code))
        if self._item(one.path) is None:
            self._step(number, Step.ENDED, Ending.DELETED)
        return said

    def removed(self, path: str) -> None:
        """Tell of a file that the person deleted for good elsewhere than in its response.

        A copy that was put into the vault at another time is a file as well.
        """
        for one in self._held_of(path):
            if self._item(path) is None:
                self._step(one.number, Step.ENDED, Ending.DELETED)

    def look(self) -> None:
        """See which files are said to be in the vault and are not, whoever took them out."""
        held = [one for one in self.engine.snapshot().responses if _claims(one)]
        there = {item.path for item in self.vault.items()} if held else set()
        for one in held:
            if one.path not in there:
                self._step(one.number, Step.HELD, OUT)

    def keep(self, number: str) -> None:
        """Leave the file in the vault; the engine refuses it for what may not be kept there."""
        self.look()
        self._step(number, Step.ENDED, Ending.KEPT)

    def tell_cause(self, number: str, cause: Cause) -> None:
        """Tell how the data came there."""
        self._step(number, Step.CAUSE, cause)

    def _hold(self, one: Response) -> bool:
        """Move a file to the vault; False when it is neither at its place nor there."""
        path = Path(one.path)
        if path.exists():
            self.vault.put(path, self._hits(one.path))
            gone = FileScanned(at=self.clock.now(), path=one.path, outcome=FileOutcome.GONE)
            self.engine.submit(gone)
        elif self._item(one.path) is None:
            return False
        self._step(one.number, Step.HELD, "")
        return True

    def _hits(self, path: str) -> tuple[Hit, ...]:
        found = (f.hits for f in self.engine.snapshot().findings if f.subject == path)
        return next(found, ())

    def _item(self, path: str) -> VaultItem | None:
        """Return the file as the vault has it, the newest of several."""
        return next((one for one in reversed(self.vault.items()) if one.path == path), None)

    def _readable(self, path: str) -> VaultItem | None:
        """Return the same; None as well where the vault cannot be read, so nothing is held."""
        try:
            return self._item(path)
        except AgentGuardError:
            return None

    def _held_of(self, path: str) -> list[Response]:
        return [o for o in self.engine.snapshot().responses if o.path == path and _claims(o)]

    def _response(self, number: str) -> Response | None:
        known = self.engine.snapshot().responses
        return next((one for one in known if one.number == number), None)

    def _step(self, number: str, step: Step, answer: str) -> None:
        done = ResponseStep(at=self.clock.now(), number=number, step=step, answer=answer)
        self.engine.submit(done)
        self.report_now()


def new_number() -> str:
    """Draw the number of an incident."""
    signs = len(incidents.SIGNS)
    return incidents.number_of([secrets.randbelow(signs) for _ in range(incidents.RANDOM)])


def _claims(one: Response) -> bool:
    """Check whether a response says of its file that the vault has it."""
    return one.held is not None and one.ending is not Ending.DELETED


def _found(finding: Finding | None, item: VaultItem | None) -> Found:
    """Return whether codes or track data are in it; unknown where not all of it was read.

    Of a file in the vault nobody knows any more whether all of it was read.
    """
    hits = (*(finding.hits if finding else ()), *(item.hits if item else ()))
    if any(hit.kind in FORBIDDEN for hit in hits):
        return Found.YES
    return Found.NO if finding is not None and finding.gaps == () else Found.UNKNOWN
