"""What a playbook says: how grave it is, by when what is due, and the steps with their sources."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Phase(StrEnum):
    """What a step is for, in the order in which most incidents go (NIST SP 800-61r3)."""

    ANALYSE = "analyse"
    CONTAIN = "contain"
    REMOVE = "remove"
    RECOVER = "recover"
    TELL = "tell"
    LEARN = "learn"


class Grade(StrEnum):
    """How grave an incident is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Who(StrEnum):
    """Whose step it is."""

    SUPERVISOR = "supervisor"
    OFFICER = "officer"
    ADMIN = "admin"


class Ask(StrEnum):
    """What is answered with a step; empty is nothing but that it was done."""

    DONE = ""
    YES_NO = "yes-no"
    TEXT = "text"


class Told(StrEnum):
    """What a desk tells of a guided response; ids of the wire."""

    HELD = "held"
    LOOKED = "looked"
    ENDED = "ended"
    CAUSE = "cause"


class Act(StrEnum):
    """What AgentGuard does at a desk; the ids never change meaning."""

    LOCK = "lock"
    """The screen locks, once."""
    HOLD_VAULT = "hold-vault"
    """Nothing is brought back out of the vault, and nothing in it goes for good."""
    GATE_ALL = "gate-all"
    """Every application group asks for a new proof, each time it comes to the front."""
    TURN_AWAY = "turn-away"
    """No proof opens an application group, and the endpoint vouches for the desk to nobody."""
    ENROL_AGAIN = "enrol-again"
    """The desk's key is worth nothing any more: it has to be enrolled anew."""


BITES = frozenset({Act.GATE_ALL, Act.TURN_AWAY, Act.ENROL_AGAIN})
"""Acts that keep somebody from working: a second person grants them."""


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds after the beginning by which it is taken up, contained and closed."""

    take: int
    contain: int
    close: int


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step: `words` tell it to a person, `source` says why it is there.

    `after` are steps that come first, `do` what AgentGuard can do for it, `told` what of a guided
    response ticks it. With `must` the incident closes only once it was done, or somebody wrote down
    why it was not needed.
    """

    id: str
    phase: Phase
    who: Who
    words: str
    source: str
    ask: Ask = Ask.DONE
    after: tuple[str, ...] = ()
    do: Act | None = None
    told: Told | None = None
    must: bool = False


class Playbook(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A playbook. A `restricted` one is for officers alone: names are hidden.

    `reports` are kinds of reports of persons, `checks` controls whose findings begin with it.
    """

    id: str
    title: str
    severity: Grade
    due: Due
    steps: tuple[Step, ...]
    restricted: bool = False
    reports: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()

    def step(self, id_: str) -> Step | None:
        """Return a step by its id; None when there is none."""
        return next((one for one in self.steps if one.id == id_), None)
