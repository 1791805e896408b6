"""Calls over D-Bus with a time limit; every failure becomes PlatformError."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from jeepney import (  # type: ignore[import-untyped] # it ships no types
    DBusAddress,
    HeaderFields,
    MessageType,
    new_method_call,
)
from jeepney.bus import get_bus  # type: ignore[import-untyped] # it ships no types
from jeepney.io.blocking import (  # type: ignore[import-untyped] # it ships no types
    DBusConnection,
    prep_socket,
)

from agentguard.base.errors import PlatformError

SECONDS = 1.0
"""The time limit of a call: a desktop service answers in milliseconds or not at all."""

SYSTEM_SOCKET = "unix:path=/run/dbus/system_bus_socket"

_PROPERTIES = "org.freedesktop.DBus.Properties"
_DRIVER = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
_BROKEN = (OSError, RuntimeError, ValueError, KeyError, AssertionError)

__all__ = [
    "Bus",
    "BusRefused",
    "Connection",
    "DBusAddress",
    "connect",
    "session_address",
    "system_address",
]


class Connection(DBusConnection):  # type: ignore[misc] # it ships no types
    """A connection that waits for nothing without a limit, not even for the bus's first word."""

    def receive(self, *, timeout: float | None = None) -> Any:
        """Return the next message; raise TimeoutError where none comes."""
        return super().receive(timeout=SECONDS if timeout is None else timeout)


def connect(address: str, *, enable_fds: bool = False) -> Connection:
    """Return a connection to a bus, within two seconds; raise OSError and the like without one."""
    sock = prep_socket(get_bus(address), enable_fds, timeout=SECONDS)
    try:
        return Connection(sock, enable_fds)
    except BaseException:
        sock.close()
        raise


class BusRefused(PlatformError):
    """The service answered with an error; `name` is the error's D-Bus name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The desktop refused ({name}).")
        self.name = name


class Bus:
    """One message bus; the connection is kept, and made again after a failure.

    `seconds` is the time limit of a call.
    """

    def __init__(self, address: str, *, seconds: float = SECONDS) -> None:
        self._address = address
        self._seconds = seconds
        self._guard = threading.Lock()
        self._connection: DBusConnection | None = None

    def call(
        self, target: DBusAddress, method: str, signature: str = "", *body: object
    ) -> tuple[Any, ...]:
        """Call a method and give its results.

        Raises:
            BusRefused: the service answered with an error.
            PlatformError: nobody answered in time.

        """
        message = new_method_call(target, method, signature or None, body)
        with self._guard:
            try:
                reply = self._connected().send_and_get_reply(message, timeout=self._seconds)
            except _BROKEN as problem:
                self._forget()
                raise PlatformError("The desktop's message bus does not answer.") from problem
        if reply.header.message_type is MessageType.error:
            raise BusRefused(reply.header.fields[HeaderFields.error_name])
        return tuple(reply.body)

    def get(self, target: DBusAddress, name: str) -> Any:
        """Read a property."""
        properties = DBusAddress(target.object_path, target.bus_name, _PROPERTIES)
        (variant,) = self.call(properties, "Get", "ss", target.interface, name)
        return variant[1]

    def names(self, *, startable: bool = False) -> frozenset[str]:
        """Return the services that are there, or those that would be started when called."""
        method = "ListActivatableNames" if startable else "ListNames"
        (names,) = self.call(_DRIVER, method)
        return frozenset(names)

    def close(self) -> None:
        """Put the connection away; the next call makes another."""
        with self._guard:
            self._forget()

    def _connected(self) -> DBusConnection:
        if self._connection is None:
            self._connection = connect(self._address)
            weakref.finalize(self._connection, self._connection.sock.close)
        return self._connection

    def _forget(self) -> None:
        if self._connection is not None:
            with suppress(OSError):
                self._connection.close()
        self._connection = None


def session_address(environment: Mapping[str, str]) -> str | None:
    """Return the address of the user's bus; None when this session has none."""
    given = environment.get("DBUS_SESSION_BUS_ADDRESS")
    if given:
        return given
    runtime = environment.get("XDG_RUNTIME_DIR")
    return f"unix:path={runtime}/bus" if runtime else None


def system_address(environment: Mapping[str, str]) -> str:
    """Return the address of the machine's bus."""
    return environment.get("DBUS_SYSTEM_BUS_ADDRESS") or SYSTEM_SOCKET
