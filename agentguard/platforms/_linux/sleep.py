"""Tells that the computer goes to sleep and wakes: logind's signal, held up by a delay lock.

Source: the inhibitor locks of systemd (https://systemd.io/INHIBITOR_LOCKS).
"""

from __future__ import annotations

import logging
import select
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from typing import Any

from jeepney import (  # type: ignore[import-untyped] # it ships no types
    DBusAddress,
    HeaderFields,
    MessageType,
    new_method_call,
)

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux import bus
from agentguard.ports.clock import Alarm, Stop, alarm

LOG = logging.getLogger(__name__)

SECONDS = 1.0  # the time limit of a call
AGAIN = 300.0  # seconds until logind is looked for again
_LOGIN = "org.freedesktop.login1"
_MANAGER = DBusAddress("/org/freedesktop/login1", _LOGIN, f"{_LOGIN}.Manager")
_DRIVER = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
_SIGNAL = "PrepareForSleep"
_RULE = f"type='signal',sender='{_LOGIN}',interface='{_LOGIN}.Manager',member='{_SIGNAL}'"
_LOCK = ("sleep", "AgentGuard", "Tells the endpoint that this desk sleeps", "delay")
_BROKEN = (OSError, RuntimeError, ValueError, KeyError, AssertionError)


class LogindSleep:
    """Watches logind on the machine's bus."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = bus.system_address(environment)

    def watch(self, tell: Callable[[bool], None], stop: Stop) -> None:
        """Call `tell(True)` before the computer sleeps, `tell(False)` when it woke, until `stop`.

        Where there is no logind, it is looked for again now and then.
        """
        while not stop.is_set():
            try:
                self._watch(tell, stop)
            except PlatformError as problem:
                LOG.info("nobody tells when this computer sleeps: %s", problem.title)
                stop.wait(AGAIN)

    def _watch(self, tell: Callable[[bool], None], stop: Stop) -> None:
        with alarm(stop) as bell, _connected(self._address) as connection:
            _asked(connection, _DRIVER, "AddMatch", "s", _RULE)
            held = _lock(connection)
            try:
                for sleeps in _signals(connection, bell, stop):
                    tell(sleeps)
                    if held is not None:
                        held.close()
                    held = None if sleeps else _lock(connection)
            finally:
                if held is not None:
                    held.close()


@contextmanager
def _connected(address: str) -> Iterator[bus.Connection]:
    try:
        with closing(bus.connect(address, enable_fds=True)) as connection:
            yield connection
    except _BROKEN as problem:
        raise PlatformError("logind does not answer.") from problem


def _asked(connection: bus.Connection, to: DBusAddress, method: str, *rest: object) -> Any:
    signature, *body = rest
    message = new_method_call(to, method, signature, tuple(body))
    reply = connection.send_and_get_reply(message, timeout=SECONDS)
    if reply.header.message_type is MessageType.error:
        raise PlatformError("logind refused.")
    return reply.body


def _lock(connection: bus.Connection) -> Any:
    """Take the lock that makes the system wait for us; None where it is not given."""
    with suppress(PlatformError):
        return _asked(connection, _MANAGER, "Inhibit", "ssss", *_LOCK)[0]
    return None


def _signals(connection: bus.Connection, bell: Alarm, stop: Stop) -> Iterator[bool]:
    while not stop.is_set():
        ready, _, _ = select.select([connection.sock, bell], [], [], bell.look)
        if connection.sock not in ready:
            continue
        with suppress(TimeoutError):
            while not stop.is_set():
                message = connection.receive(timeout=0)
                if message.header.fields.get(HeaderFields.member) == _SIGNAL:
                    yield bool(message.body[0])
