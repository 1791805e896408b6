"""How people are asked, how their proof of presence is verified, and what they do at the desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from agentguard.model.actions import Deed
from agentguard.model.guided import Cause
from agentguard.model.handover import Tick
from agentguard.model.held_data import HeldThere
from agentguard.model.incidents import Answers, Draft
from agentguard.model.lesson_days import Day
from agentguard.model.lessons import Lesson
from agentguard.model.messages import Message
from agentguard.model.snapshot import Snapshot
from agentguard.model.vault import Taking, VaultItem
from agentguard.ports.factors import AppOffer


class Incidents(Protocol):
    """Incidents and guided responses; results arrive in a snapshot unless it says otherwise."""

    def draft(self, answers: Answers) -> Draft:
        """Return the report as it will leave, with its number and what is attached."""
        ...

    def report(self, draft: Draft) -> None:
        """Report it; the same draft twice is one incident."""
        ...

    def respond(self, path: str) -> None:
        """Begin a guided response to the card data in a file. Slow."""
        ...

    def hold(self, number: str) -> Message:
        """Move the file of a response to the vault; say how it went. Slow."""
        ...

    def delete(self, number: str, code: str) -> Message:
        """Delete the file of a response for good, with proof; say how it went. Slow."""
        ...

    def look(self) -> None:
        """See which files of responses left the vault, so that none is called held. Slow."""
        ...

    def keep(self, number: str) -> None:
        """Leave the file of a response in the vault. Slow."""
        ...

    def tell_cause(self, number: str, cause: Cause) -> None:
        """Tell how the data came there."""
        ...


class Shifts(Protocol):
    """The beginning and the end of a shift."""

    def downloads(self) -> int | None:
        """Count what lies in the downloads folder; None where nobody can tell. Slow."""
        ...

    def begin(self, *, not_ready: int, unknown: int) -> None:
        """Begin a shift at a desk of which so much is not ready, or not known."""
        ...

    def hand_over(self, ticks: frozenset[Tick], downloads: int | None) -> None:
        """Hand the desk over with what is attested; it is cleared and locked."""
        ...

    def look_at_desk(self, ticks: frozenset[Tick]) -> None:
        """Attest a clean desk, as far as it is one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The answer of a verifier: `message` says what to do when it was not accepted."""

    accepted: bool
    factor: str
    message: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """What can be done at the gate here.

    `key` says that the person has a registered key, `pin` that its PIN is typed to us, `leave` that
    the application can be put away. `codes` are the offline codes that are left. `registers` says
    that a key can be registered here, `asks_pin` that this takes its PIN. `phone` says that a
    supervisor can open this desk by phone, `apps` that an authenticator app can be set up here.
    """

    key: bool = False
    pin: bool = False
    leave: bool = False
    codes: int = 0
    registers: bool = False
    asks_pin: bool = False
    phone: bool = False
    apps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedKey:
    """A key's public half, as a policy lists it."""

    person: str
    credential: str
    public_key: str

    @property
    def lines(self) -> str:
        """The lines for `controls.reauth.settings.keys`."""
        return (
            f"        - person: {self.person}\n"
            f"          credential: {self.credential}\n"
            f"          public_key: {self.public_key}\n"
        )


class Verifier(Protocol):
    """Verifies one kind of second factor; slow, so called in a worker."""

    @property
    def factor(self) -> str:
        """The factor's id, such as `totp`."""
        ...

    def verify(self, group: str, answer: str) -> Proof:
        """Verify what the person typed for the group; never raises for a wrong answer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the endpoint says of a one-time code.

    `problem` is empty, `wrong`, `used`, `locked` or `not-enrolled`; `wait` is in seconds.
    """

    accepted: bool
    problem: str = ""
    wait: int = 0


Ask = Callable[[str, str, str], Ruling]
"""Asks the endpoint about (factor, group, answer); raises UplinkError when it is away."""


class Desk(Protocol):
    """All that a person can see and do; the windows know nothing else of the agent.

    Every method returns at once unless it says that it is slow; results arrive in a snapshot.
    """

    @property
    def incidents(self) -> Incidents:
        """What is done about incidents and card data that was found."""
        ...

    @property
    def shifts(self) -> Shifts:
        """What is done at the beginning and the end of a shift."""
        ...

    def snapshot(self) -> Snapshot:
        """Return the present picture."""
        ...

    def subscribe(self, changed: Callable[[Snapshot], None]) -> None:
        """Call `changed` with every new picture, in the engine's thread."""
        ...

    def answer(self, prompt: str, button: str) -> None:
        """Answer a prompt with a button's id: `ok`, `later`."""
        ...

    def prove(self, prompt: str, code: str) -> None:
        """Hand in a code for a proof; the prompt goes away, or gets a `reply`."""
        ...

    def factors(self) -> Factors:
        """Return what the person can do at the gate."""
        ...

    def prove_by_key(self, prompt: str, pin: str, window: int) -> None:
        """Have a key verify the person; the prompt (or `shield`) goes away, or gets a `reply`."""
        ...

    def begin_app(self, code: str) -> AppOffer | Message:
        """Have an authenticator app's secret made by a supervisor's code; or tell why not. Slow."""
        ...

    def finish_app(self, code: str) -> tuple[str, ...] | Message:
        """Take the first code of the new app; give offline codes, or why it failed. Slow."""
        ...

    def challenge(self) -> str | Message:
        """Return the challenge that a supervisor answers by phone, or why there is none. Slow."""
        ...

    def leave(self, prompt: str) -> None:
        """Put the application away that a proof is asked for."""
        ...

    def register_key(self, pin: str, window: int) -> ListedKey | Message:
        """Register a key of this person; give its public half, or why there is none. Slow."""
        ...

    def new_codes(self, code: str) -> tuple[str, ...] | Message:
        """Make new offline codes for a one-time code; give them, or why there are none. Slow."""
        ...

    def seen(self, prompt: str, *, seen: bool) -> None:
        """Tell that a proof's dialog can be seen and reached, or cannot any more."""
        ...

    def lessons(self) -> tuple[Lesson, ...]:
        """Return the lessons of this site."""
        ...

    def lesson_days(self) -> tuple[Day, ...]:
        """Return how each lesson of the person stands."""
        ...

    def finish_lesson(self, lesson: str) -> None:
        """Take a lesson as done: its questions were answered and its promise was given."""
        ...

    def ask_exception(self, form: Mapping[str, str]) -> bool:
        """Ask for an exception: `control`, `until` (wall seconds), `reason`, `instead`.

        False where the policy does not allow it, or words are missing.
        """
        ...

    def mark_read(self, notice: str) -> None:
        """Mark an entry of the inbox as read; an empty id means all."""
        ...

    def deeds(self) -> frozenset[Deed]:
        """Return what can be done about findings on this computer when a person asks for it."""
        ...

    def pages(self) -> Mapping[str, str]:
        """Return, by check, the address of the system's own page where it is mended, if any."""
        ...

    def do(self, deed: Deed, check: str, subjects: tuple[str, ...]) -> None:
        """Have a deed done about findings of a check, one after the other."""
        ...

    def stop_deeds(self, batch: str) -> None:
        """Do no more of what was asked for at once."""
        ...

    def todo_opened(self) -> None:
        """Tell that the person looked at what there is to do: nothing of it needs a card."""
        ...

    def pointing(self, *, on: bool) -> None:
        """Tell that the pointer came onto a card in the corner, or left it."""
        ...

    def lock_now(self) -> None:
        """Lock the screen."""
        ...

    def lift_shield(self, code: str) -> None:
        """Hand in a code for the privacy shield; it goes away, or gets a `reply`."""
        ...

    def check_now(self) -> None:
        """Look at everything again."""
        ...

    def vault_items(self) -> tuple[VaultItem, ...]:
        """List the vault. Slow."""
        ...

    def vault_behind(self) -> int:
        """Count the files that wait to be sealed for new recovery keys. Slow."""
        ...

    def vault_asks(self) -> bool:
        """Check whether a file leaves the vault only for a code. Slow."""
        ...

    def restore(self, item: str, taking: Taking) -> Message:
        """Put a file of the vault back where it was; say how it went. Slow."""
        ...

    def remove(self, item: str, taking: Taking) -> Message:
        """Remove a file from the vault for good; say how it went. Slow."""
        ...

    def held(self) -> HeldThere:
        """Return all that the endpoint holds on this computer. May raise AgentGuardError. Slow."""
        ...

    def last_report(self) -> str:
        """Return the last report that left this computer, as indented JSON; empty when none did.

        One that tells of the person before a handover is not given to the next one.
        """
        ...
