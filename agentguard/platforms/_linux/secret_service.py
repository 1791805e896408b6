"""The desktop's keyring, by the Secret Service (GNOME Keyring, KWallet, KeePassXC).

It is never asked to prompt: a keyring that would have to ask its person is locked, and what is
locked may be open later. A service that sleeps is woken only for a secret that lies there.
Source: freedesktop.org, "Secret Storage Specification", 0.2.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TypeVar

from agentguard.base.errors import PlatformError, SecretError
from agentguard.platforms._linux.bus import Bus, BusRefused, DBusAddress, session_address
from agentguard.platforms._secret_time_limit import SECONDS, Limit
from agentguard.ports.secrets import Slot

T = TypeVar("T")

NAME = "secret-service"
_BUS_NAME = "org.freedesktop.secrets"
_ROOT = "org.freedesktop.Secret"
_NOTHING = "/"
_TEXT = "text/plain"  # a store of passwords keeps no other bytes
_LOCKED = f"{_ROOT}.Error.IsLocked"
_ABSENT = frozenset(
    f"org.freedesktop.DBus.Error.{name}"
    for name in ("ServiceUnknown", "NameHasNoOwner", "Spawn.ChildExited", "Spawn.ExecFailed")
)


class SecretService:
    """The keyring of the session of an environment."""

    name = NAME

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = session_address(environment)
        self._limit = Limit(NAME)

    def load(self, slot: Slot, *, sure: bool = False) -> bytes | None:
        """Return the secret; None only when the keyring is open and does not hold it.

        Raises:
            SecretError: it is locked, mute, or not there.

        """
        return self._asked(lambda keyring: keyring.load(slot), wake=sure)

    def save(self, slot: Slot, secret: bytes) -> None:
        """Keep the secret in the default keyring. Raises SecretError."""
        self._asked(lambda keyring: keyring.save(slot, secret), wake=False)

    def forget(self, slot: Slot) -> None:
        """Remove the secret, if it is there. Raises SecretError."""
        self._asked(lambda keyring: keyring.forget(slot), wake=False)

    def _asked(self, question: Callable[[_Keyring], T], *, wake: bool) -> T | None:
        address = self._address
        if address is None:
            raise SecretError("absent", NAME)
        return self._limit.ask(lambda: _once(address, question, wake=wake))


def _once(address: str, question: Callable[[_Keyring], T], *, wake: bool) -> T:
    """Ask over a connection of its own; with it the keyring forgets us."""
    bus = Bus(address, seconds=SECONDS)
    try:
        there = _BUS_NAME in bus.names() or (wake and _BUS_NAME in bus.names(startable=True))
        if not there:
            raise SecretError("absent", NAME)
        return question(_Keyring(bus))
    except BusRefused as refused:
        if refused.name == _LOCKED:
            raise SecretError("locked", NAME) from refused
        reason = "absent" if refused.name in _ABSENT else "denied"
        raise SecretError(reason, NAME) from refused
    except PlatformError as error:
        raise SecretError("silent", NAME) from error
    finally:
        bus.close()


class _Keyring:
    """What is asked of a service that is there."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._service = _at("/org/freedesktop/secrets", "Service")

    def load(self, slot: Slot) -> bytes | None:
        unlocked, locked = self._items(slot)
        for item in unlocked:
            secret = self._bus.call(_at(item, "Item"), "GetSecret", "o", self._session())[0]
            try:
                return base64.b64decode(bytes(secret[2]), validate=True)
            except ValueError as error:
                raise SecretError("damaged", NAME) from error
        if locked:
            raise SecretError("locked", NAME)
        self._collection()
        return None

    def save(self, slot: Slot, secret: bytes) -> None:
        properties = {
            f"{_ROOT}.Item.Label": ("s", f"AgentGuard: {slot.file.name}"),
            f"{_ROOT}.Item.Attributes": ("a{ss}", _attributes(slot)),
        }
        kept = (self._session(), b"", base64.b64encode(secret), _TEXT)
        body = (properties, kept, True)
        self._unprompted(self._collection(), "CreateItem", "a{sv}(oayays)b", *body)

    def forget(self, slot: Slot) -> None:
        unlocked, locked = self._items(slot)
        if locked:
            raise SecretError("locked", NAME)
        for item in unlocked:
            self._unprompted(_at(item, "Item"), "Delete")

    def _items(self, slot: Slot) -> tuple[list[str], list[str]]:
        found = self._bus.call(self._service, "SearchItems", "a{ss}", _attributes(slot))
        unlocked, locked = found
        return list(unlocked), list(locked)

    def _collection(self) -> DBusAddress:
        """Return the keyring that is the person's default, if it is open."""
        (path,) = self._bus.call(self._service, "ReadAlias", "s", "default")
        if path == _NOTHING:
            raise SecretError("absent", NAME)
        collection = _at(path, "Collection")
        if self._bus.get(collection, "Locked"):
            raise SecretError("locked", NAME)
        return collection

    def _session(self) -> str:
        """Return a session whose secrets are as safe as the person's own bus is."""
        _, path = self._bus.call(self._service, "OpenSession", "sv", "plain", ("s", ""))
        return str(path)

    def _unprompted(
        self, target: DBusAddress, method: str, signature: str = "", *body: object
    ) -> None:
        """Call a method whose last result is a prompt; where it wants one, it is not done."""
        prompt = str(self._bus.call(target, method, signature, *body)[-1])
        if prompt != _NOTHING:
            with suppress(PlatformError):
                self._bus.call(_at(prompt, "Prompt"), "Dismiss")
            raise SecretError("locked", NAME)


def _at(path: str, interface: str) -> DBusAddress:
    return DBusAddress(path, _BUS_NAME, f"{_ROOT}.{interface}")


def _attributes(slot: Slot) -> dict[str, str]:
    return {"application": "agentguard", "secret": slot.file.name, "id": slot.id}
