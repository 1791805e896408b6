"""Proof by a security key or Windows Hello: asked here, verified here, offline.

The private key never leaves the authenticator; the public one comes with the signed policy. No
answer is taken twice: each question draws 32 random bytes, which live in one call.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from agentguard.mfa import assertion
from agentguard.mfa.assertion import Expected, WrongError
from agentguard.mfa.credential_counters import Counters
from agentguard.model.gate import BY_KEY
from agentguard.model.messages import Message, say
from agentguard.ports.authenticators import (
    Asking,
    Authenticator,
    AuthenticatorError,
    Fault,
    Registering,
)
from agentguard.ports.people import ListedKey, Proof

CHALLENGE = 32  # bytes


class Key(Protocol):
    """A public key of the policy, in base64url."""

    @property
    def person(self) -> str:
        """Whose it is, as `pseudonym` gives it."""
        ...

    @property
    def credential(self) -> str:
        """The credential's id."""
        ...

    @property
    def public_key(self) -> str:
        """The COSE key."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """The keys that are in force, and to which name they are bound."""

    rp_id: str
    keys: tuple[Key, ...]


class BrokenError(Exception):
    """The authenticator could not be asked, by no fault of the person."""


def pseudonym(rp_id: str, user: str) -> str:
    """Return the name under which a person's keys are listed: it says who it is to nobody else.

    The same person has the same pseudonym at every desk of an organisation. It is no secret: who
    knows the names of all can try them.
    """
    text = f"agentguard person\0{rp_id}\0{user.casefold()}"
    return f"p-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"


class Passkeys:
    """Asks one person's authenticator; one thread at a time."""

    factor = BY_KEY

    def __init__(
        self,
        authenticator: Authenticator,
        ring: Callable[[], KeyRing],
        user: str,
        counters: Counters,
    ) -> None:
        self._authenticator, self._ring = authenticator, ring
        self._user, self._counters = user, counters
        self._stop = threading.Event()

    @property
    def person(self) -> str:
        """The pseudonym of who sits here."""
        return pseudonym(self._ring().rp_id, self._user)

    @property
    def own_dialog(self) -> bool:
        """Whether the system asks for the PIN itself."""
        return self._authenticator.own_dialog

    def usable(self) -> bool:
        """Check whether this person has a registered key."""
        return bool(self._mine())

    def cancel(self) -> None:
        """End a question that is open: the person does something else."""
        self._stop.set()

    def verify(self, pin: str, window: int) -> Proof:
        """Have the person verified.

        Raises:
            BrokenError: the authenticator could not be asked at all.

        """
        mine = self._mine()
        if not mine:
            return _closed(say("mfa.key.none-registered"))
        self._stop = threading.Event()
        expected = self._expected()
        asking = Asking(
            rp_id=expected.rp_id,
            client_data=assertion.client_data(assertion.GET, expected),
            allow=tuple(mine),
            pin=pin,
            window=window,
        )
        try:
            answer = self._authenticator.ask(asking, self._stop)
        except AuthenticatorError as error:
            return _closed(_said(error))
        public_key = mine.get(answer.credential)
        if public_key is None:
            return _closed(say("mfa.key.foreign"))
        try:
            known = self._counters.last(answer.credential)
            counter = assertion.verify(answer, public_key, expected, known)
            self._counters.keep(answer.credential, counter)
        except WrongError as error:
            return _closed(say("mfa.key.refused", why=error.wrong.value))
        except OSError:
            return _closed(say("mfa.key.not-kept"))
        return Proof(accepted=True, factor=self.factor)

    def register(self, pin: str, window: int) -> ListedKey | Message:
        """Make a credential; its public half is put into the policy by those who sign it.

        Raises:
            BrokenError: the authenticator could not be asked at all.

        """
        self._stop = threading.Event()
        expected = self._expected()
        wanted = Registering(
            rp_id=expected.rp_id,
            person=self.person,
            client_data=assertion.client_data(assertion.CREATE, expected),
            known=tuple(self._mine()),
            pin=pin,
            window=window,
        )
        try:
            answer = self._authenticator.register(wanted, self._stop)
            credential, public_key = assertion.registered(answer, expected)
        except AuthenticatorError as error:
            return _said(error)
        except WrongError as error:
            return say("mfa.key.refused", why=error.wrong.value)
        return ListedKey(
            person=self.person, credential=_text(credential), public_key=_text(public_key)
        )

    def _expected(self) -> Expected:
        return Expected(rp_id=self._ring().rp_id, challenge=secrets.token_bytes(CHALLENGE))

    def _mine(self) -> dict[bytes, bytes]:
        person = self.person
        pairs = (
            (key.credential, key.public_key) for key in self._ring().keys if key.person == person
        )
        read = ((_bytes(credential), _bytes(public)) for credential, public in pairs)
        return {credential: public for credential, public in read if credential and public}


def _said(error: AuthenticatorError) -> Message:
    if error.fault is Fault.BROKEN:
        raise BrokenError from error
    return say(f"mfa.key.{error.fault.value}")


def _closed(message: Message) -> Proof:
    return Proof(accepted=False, factor=BY_KEY, message=message)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
