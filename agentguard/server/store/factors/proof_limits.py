"""Every kind of proof whose tries are limited, with its rule: a new one is added here, or nowhere.

What somebody can guess is refused while it waits. Whose key a stranger can reach is never the key
that keeps the person out: tries of a browser, of a step, of a session, of a desk that is known are
counted apart from those of anybody else. Decided in ADR 39.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from agentguard.server.settings import Limits
from agentguard.server.store.factors.tries import Count, Rule

LONGEST = 250  # characters of a key, as the table has them
DELAYS = (0, 0, 5, 30, 60, 300)  # seconds after a wrong answer at a desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """A kind of proof; `rule` gives how often it may be tried in a row.

    With `slows` a wait refuses nothing: who comes meanwhile is served after the others.
    """

    id: str
    rule: Callable[[Limits], Rule]
    slows: bool = False

    def of(self, limits: Limits, whose: str) -> Count:
        """Return the count of the tries of somebody, or from somewhere."""
        return Count(key=key(self.id, whose), rule=self.rule(limits))


def key(id_: str, whose: str) -> str:
    """Return the key of a count; one that is too long for the table is known by its hash."""
    plain = f"{id_}:{whose}"
    if len(plain) <= LONGEST:
        return plain
    return f"{id_}#{hashlib.sha256(whose.encode()).hexdigest()}"


def _few(limits: Limits) -> Rule:
    return Rule(tries=limits.sign_in_tries, wait=limits.sign_in_wait, most=limits.sign_in_wait_most)


def _many(times: int) -> Callable[[Limits], Rule]:
    def rule(limits: Limits) -> Rule:
        wait, most = limits.sign_in_wait, limits.sign_in_wait_most
        return Rule(tries=limits.sign_in_tries * times, wait=wait, most=most)

    return rule


def _lock(limits: Limits) -> Rule:
    lock = limits.proof_lock
    return Rule(tries=limits.proof_tries, wait=lock, most=lock)


def _desk(limits: Limits) -> Rule:
    lock = limits.proof_lock
    return Rule(tries=limits.proof_tries, wait=lock, most=lock, delays=DELAYS)


def _enrol(limits: Limits) -> Rule:
    return Rule(tries=limits.enrol_tries, wait=600, most=3600, forget=600)


def _begun(_limits: Limits) -> Rule:
    return Rule(tries=100, wait=60, most=600, forget=600)


# At the console.
PASSWORD = Limited(id="password", rule=_few)
"""By name and browser, or by name and place of the network."""
ACCOUNT = Limited(id="sign-in", rule=_many(20))
"""All passwords of a name from browsers that are not known; NIST SP 800-63B-4 allows a hundred."""
PLACE = Limited(id="address", rule=_many(4), slows=True)
"""Wrong passwords from a place of the network: many people may sit behind it."""
CODE = Limited(id="code", rule=_few)
"""One-time codes at a sign-in, after the right password: by name and browser, or by name."""
PASSKEY = Limited(id="passkey", rule=_few)
"""By the sign-in or the session in which it is asked."""
RECOVERY = Limited(id="recovery", rule=_few)
"""By the sign-in or the session in which it is asked."""
STEP_UP = Limited(id="step-up", rule=_few)
"""One-time codes before a dangerous act, by session."""
FORE = Limited(id="fore", rule=_few, slows=True)
"""Recovery codes before the password, by place: 50 random bits that nobody guesses."""
FIRST = Limited(id="first", rule=_few)
"""The code of the first administrator, by place."""
COMPANY = Limited(id="company", rule=_begun, slows=True)
"""Sign-ins that went to the company's provider while nobody finished one, by place."""
RETURN = Limited(id="company-return", rule=_many(4))
"""What came back from there and was refused, by place: how often it is written down."""
PHONE = Limited(id="phone", rule=_lock)
"""Letters that no desk shows, by the supervisor who types them."""

# From desks.
ENROL = Limited(id="enrol", rule=_enrol)
"""Enrolment codes, by place."""
USER = Limited(id="user", rule=_desk)
"""One-time codes of a person at desks where that person never proved."""
SEATED = Limited(id="seated", rule=_desk)
"""One-time codes of a person at a desk where that person has proved before."""
DEVICE = Limited(id="device", rule=_desk)
"""One-time codes of anybody at a desk."""
GLASS = Limited(id="glass", rule=_desk)
"""A supervisor's code for a desk, by desk."""
APP = Limited(id="app", rule=_lock)
"""A supervisor's code to set up an app, by desk."""

ALL = (
    *(PASSWORD, ACCOUNT, PLACE, CODE, PASSKEY, RECOVERY, STEP_UP, FORE, FIRST, COMPANY, RETURN),
    *(PHONE, ENROL, USER, SEATED, DEVICE, GLASS, APP),
)


def of_password(limits: Limits, name: str, *, browser: str, place: str) -> list[Count]:
    """Return the counts of a password.

    By a browser that is known for the name, or by all others.
    """
    if browser:
        return [PASSWORD.of(limits, f"{name} {browser}")]
    return [PASSWORD.of(limits, f"{name} at {place}"), ACCOUNT.of(limits, name)]


def of_code(limits: Limits, name: str, *, browser: str) -> Count:
    """Return the count of a one-time code after the right password."""
    return CODE.of(limits, f"{name} {browser}" if browser else name)


def of_desk(limits: Limits, name: str, desk: str, *, seated: bool) -> list[Count]:
    """Return the counts of a one-time code at a desk; `seated` says that it is the person's own."""
    own = SEATED.of(limits, f"{desk} {name}") if seated else USER.of(limits, name)
    return [own, DEVICE.of(limits, desk)]
