"""A screen reader of the tests: what an assistive technology is told over AT-SPI, and by what way.

It speaks to the accessibility bus itself (at-spi2-core), as Orca does: it says to the session that
a reader is there, finds the program by its process, and reads roles, names, states and order. Roles
are those of AT-SPI by their name, such as `push button`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    MessageType,
    Properties,
    message_bus,
    new_method_call,
)
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from tests.desktop.harness import Programs, eventually

ROOT = "/org/a11y/atspi/accessible/root"
REGISTRY = "org.a11y.atspi.Registry"
ACCESSIBLE = "org.a11y.atspi.Accessible"
COMPONENT = "org.a11y.atspi.Component"
NOT_THERE = ("UnknownObject", "UnknownInterface", "UnknownMethod", "ServiceUnknown", "InvalidArgs")
EVENTS = ("object:state-changed:focused", "object:announcement", "object:alert")
STATES = {
    1: "active", 4: "checked", 7: "editable", 8: "enabled", 11: "focusable", 12: "focused",
    19: "pressed", 22: "selectable", 23: "selected", 24: "sensitive", 25: "showing", 30: "visible",
    41: "checkable",
}  # fmt: skip
"""The states that matter here, by their number (AtspiStateType)."""


class Gone(Exception):
    """What was asked about is not there any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One thing as a reader is told of it; `depth` is how far down in the window it stands."""

    path: str
    role: str
    name: str
    description: str
    states: frozenset[str]
    depth: int
    within: tuple[str, ...]

    @property
    def reached(self) -> bool:
        """Whether it wants to be reached by the keyboard."""
        return {"focusable", "visible", "sensitive"} <= self.states


class ScreenReader:
    """Listens to one program of a desktop: `with ScreenReader(desktop) as reader`."""

    def __init__(self, inside: Programs) -> None:
        self._inside = inside

    def __enter__(self) -> Self:
        session = open_dbus_connection(bus=self._inside.env["DBUS_SESSION_BUS_ADDRESS"])
        status = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Status")
        for name in ("IsEnabled", "ScreenReaderEnabled"):
            session.send_and_get_reply(Properties(status).set(name, "b", True))
        door = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
        (address,) = session.send_and_get_reply(new_method_call(door, "GetAddress")).body
        session.close()
        self._bus: DBusConnection = open_dbus_connection(bus=address.split(",guid")[0])
        return self

    def __exit__(self, *_: object) -> None:
        self._bus.close()

    def listen(self) -> None:
        """Have every program tell what gets the focus, what alerts and what is announced."""
        registry = DBusAddress("/org/a11y/atspi/registry", REGISTRY, REGISTRY)
        for event in EVENTS:
            self._bus.send_and_get_reply(new_method_call(registry, "RegisterEvent", "s", (event,)))
        rule = MatchRule(type="signal", interface="org.a11y.atspi.Event.Object")
        self._bus.send_and_get_reply(message_bus.AddMatch(rule))
        self._heard = self._bus.filter(rule, bufsize=1000)

    def forget(self) -> None:
        """Hear no more of what was told until now."""
        with suppress(TimeoutError):
            while True:
                self._bus.recv_until_filtered(self._heard.queue, timeout=0.01)

    def again(self, one: Heard) -> Heard | None:
        """Read something anew; None when it is not there any more."""
        with suppress(Gone):
            return self._read(one.path, one.depth, one.within)
        return None

    def told(self, kind: str, within: float = 5.0) -> tuple[Heard | None, str]:
        """Wait for the next event of a kind; give what it is about, and its words."""
        end = time.monotonic() + within
        while True:
            try:
                left = max(0.01, end - time.monotonic())
                signal = self._bus.recv_until_filtered(self._heard.queue, timeout=left)
            except TimeoutError:
                raise AssertionError(f"no {kind} within {within} s") from None
            fields = signal.header.fields
            detail, one, _two, (_, words), *_ = signal.body
            member = fields[HeaderFields.member]
            if member == kind or (member == "StateChanged" and detail == kind and one):
                try:
                    path = f"{fields[HeaderFields.sender]}\n{fields[HeaderFields.path]}"
                    return self._read(path, 0, ()), str(words)
                except Gone:
                    return None, str(words)

    def windows(self, pid: int) -> list[Heard]:
        """Give the windows of a process that are seen; an empty list when it is not there yet."""
        return [one for one in self._tops(pid) if "showing" in one.states]

    def window(self, pid: int, name: str) -> Heard:
        """Wait for a window by the start of its name."""
        return eventually(lambda: next((w for w in self.windows(pid) if name in w.name), None))

    def walk(self, window: Heard) -> list[Heard]:
        """Read a window in a reader's order, with what is only seen once it is scrolled to."""
        return list(self._below(window))

    def focused(self, pid: int) -> Heard | None:
        """Give what has the keyboard's focus.

        Qt calls the chosen line of a list focused even when the list is not.
        """
        there = [one for window in self.windows(pid) for one in self.walk(window)]
        found = [one for one in there if "focused" in one.states]
        other = [one for one in found if one.role != "list item"]
        return next(iter(other or found), None)

    def extents(self, one: Heard) -> tuple[int, int, int, int]:
        """Give where it stands on the screen: left, top, width, height (pixels)."""
        ((x, y, width, height),) = self._call(one.path, COMPONENT, "GetExtents", "u", (0,))
        return x, y, width, height

    def actions(self, one: Heard) -> list[str]:
        """Give the names of what can be done with it."""
        try:
            (found,) = self._call(one.path, "org.a11y.atspi.Action", "GetActions")
        except Gone:
            return []
        return [name for name, *_ in found]

    def do(self, one: Heard, action: str) -> None:
        """Do what a reader's user asks for, such as `Press`."""
        number = self.actions(one).index(action)
        self._call(one.path, "org.a11y.atspi.Action", "DoAction", "i", (number,))

    def _tops(self, pid: int) -> Iterator[Heard]:
        for name, path in self._children(REGISTRY + "\n" + ROOT):
            if self._pid(name) == pid:
                try:
                    for bus, child in self._children(f"{name}\n{path}"):
                        yield self._read(f"{bus}\n{child}", 0, ())
                except Gone:
                    continue

    def _below(self, one: Heard) -> Iterator[Heard]:
        for bus, child in self._children(one.path):
            try:
                read = self._read(f"{bus}\n{child}", one.depth + 1, (*one.within, one.role))
            except Gone:
                continue
            if "visible" in read.states:
                yield read
                yield from self._below(read)

    def _read(self, path: str, depth: int, within: tuple[str, ...]) -> Heard:
        (role,) = self._call(path, ACCESSIBLE, "GetRoleName")
        ((low, high),) = self._call(path, ACCESSIBLE, "GetState")
        bits = low | high << 32
        return Heard(
            path=path,
            role=role,
            name=self._property(path, "Name"),
            description=self._property(path, "Description"),
            states=frozenset(word for bit, word in STATES.items() if bits >> bit & 1),
            depth=depth,
            within=within,
        )

    def _children(self, path: str) -> list[tuple[str, str]]:
        try:
            (found,) = self._call(path, ACCESSIBLE, "GetChildren")
        except Gone:
            return []
        return [(name, child) for name, child in found if not child.endswith("/null")]

    def _property(self, path: str, name: str) -> str:
        ((_, value),) = self._call(
            path, "org.freedesktop.DBus.Properties", "Get", "ss", (ACCESSIBLE, name)
        )
        return str(value)

    def _pid(self, name: str) -> int:
        bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
        reply = self._bus.send_and_get_reply(
            new_method_call(bus, "GetConnectionUnixProcessID", "s", (name,))
        )
        return int(reply.body[0]) if reply.header.message_type is MessageType.method_return else 0

    def _call(
        self, path: str, interface: str, method: str, signature: str = "", body: Any = ()
    ) -> Any:
        name, at = path.split("\n")
        where = DBusAddress(at, name, interface)
        reply = self._bus.send_and_get_reply(
            new_method_call(where, method, signature or None, body), timeout=10
        )
        if reply.header.message_type is MessageType.error:
            raise Gone(reply.body)
        return reply.body
