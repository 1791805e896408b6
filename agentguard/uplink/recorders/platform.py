"""What every platform's adapter is given, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from agentguard.model.policy import RecorderPlatform
from agentguard.uplink.recorders.paused import Paused
from agentguard.uplink.recorders.web import Web


class Ended(StrEnum):
    """How it ended, by the platform's own words."""

    DONE = "done"
    """It says that it did it, in a second answer where its interface has one."""
    NOT_TOLD = "not-told"
    """It answered, and its answer does not tell what it did."""
    BY_HAND = "by-hand"
    """Its interface cannot do this at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who asks the platform, and for whom: `agent` is this person's id there."""

    user: str
    secret: str = field(repr=False)
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request to a platform's recorder: `pause`, or go on."""

    pause: bool
    rules: RecorderPlatform
    login: Login
    web: Web
    paused: Paused = field(default_factory=Paused)


class Adapter(Protocol):
    """Does what is asked by one platform's interface."""

    def __call__(self, asked: Asked) -> Ended:
        """Do it once.

        Raises:
            UplinkError: the platform was not reached, or refused.

        """
        ...
