"""Tries every capability of a desktop once, and tells how each stands and why.

Nothing that is read is kept or shown: only whether it could be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from agentguard.base.errors import AgentGuardError, PlatformError
from agentguard.model.facts import Fact
from agentguard.model.messages import Message, say
from agentguard.model.policy import Policy
from agentguard.ports.clock import Clock
from agentguard.ports.desktop import (
    Absent,
    Backend,
    Capture,
    Clipboard,
    Pictured,
    Probe,
    Session,
    SystemLog,
)
from agentguard.ports.foreground import Foreground
from agentguard.sensors.host import asked

PATIENCE = 2.0  # seconds for the desktop to name the window in front


class Standing(StrEnum):
    """How a capability stands on this computer."""

    WORKS = "works"
    PARTLY = "partly"
    ABSENT = "absent"
    DENIED = "denied"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """One capability: `reason` tells why it does not work, or by what it does."""

    name: str
    standing: Standing
    reason: Message | str = ""


UNREAD: dict[str, Standing] = {
    "": Standing.WORKS,
    "denied": Standing.DENIED,
    "no-tool": Standing.ABSENT,
    "unsupported": Standing.ABSENT,
    "rules-unseen": Standing.PARTLY,
    "software-part": Standing.PARTLY,
    "software-extensions": Standing.PARTLY,
    "software-others": Standing.PARTLY,
    "too-many-programs": Standing.PARTLY,
    "still-asking": Standing.PARTLY,
    "asked-since": Standing.PARTLY,
    "firewall-disagrees": Standing.PARTLY,
    "capture-unnoted": Standing.ABSENT,
    "x11-capture": Standing.PARTLY,
    "no-display": Standing.ABSENT,
    "replaced": Standing.DENIED,
    "print-log-off": Standing.ABSENT,
    "print-elsewhere": Standing.ABSENT,
    "no-answer": Standing.FAILED,
}
"""How a probe stands that could not read, by its reason."""


class _Until:
    """A Stop that comes by itself when `told` does, or after some seconds."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._since = clock.now()
        self.told = False

    def is_set(self) -> bool:
        return self.told or self._clock.now().since(self._since) > self._seconds

    def wait(self, timeout: float | None = None) -> bool:
        del timeout
        return self.is_set()


def capabilities(backend: Backend, policy: Policy, clock: Clock) -> Iterator[Capability]:
    """Try each capability, and then each probe."""
    yield from _of_session(backend.session)
    yield _of_clipboard(backend.clipboard)
    yield _of_foreground(backend.foreground, clock)
    calls = backend.calls
    yield (
        _absent("calls", calls)
        if isinstance(calls, Absent)
        else _tried("calls", lambda: calls.recording() and "")
    )
    yield (
        _absent("notifications", backend.notifier)
        if isinstance(backend.notifier, Absent)
        else Capability(name="notifications", standing=Standing.WORKS)
    )
    yield _of_capture(backend.capture)
    yield _of_log(backend.system_log)
    for probe in backend.probes:
        yield _of_probe(probe, policy, clock)


def _absent(name: str, absent: Absent) -> Capability:
    return Capability(name=name, standing=Standing.ABSENT, reason=absent.reason)


def _tried(name: str, trial: Callable[[], object]) -> Capability:
    """Call it; what it gives as text or Message is the reason."""
    try:
        told = trial()
    except (AgentGuardError, OSError, ValueError, LookupError) as error:
        denied = isinstance(error, PermissionError)
        standing = Standing.DENIED if denied else Standing.FAILED
        reason = str(error) if isinstance(error, AgentGuardError) else type(error).__name__
        return Capability(name=name, standing=standing, reason=reason)
    by = told if isinstance(told, str | Message) else ""
    return Capability(name=name, standing=Standing.WORKS, reason=by)


def _of_session(session: Session | Absent) -> Iterator[Capability]:
    if isinstance(session, Absent):
        yield _absent("idle-time", session)
        yield _absent("lock-state", session)
        return
    try:
        reading = session.read()
    except AgentGuardError as error:
        for name in ("idle-time", "lock-state"):
            yield Capability(name=name, standing=Standing.FAILED, reason=str(error))
        return
    for name, value in (("idle-time", reading.idle), ("lock-state", reading.locked)):
        works = value is not None
        yield Capability(
            name=name,
            standing=Standing.WORKS if works else Standing.ABSENT,
            reason=reading.source if works else say("cli.doctor.not-told"),
        )


def _of_clipboard(clipboard: Clipboard | Absent) -> Capability:
    if isinstance(clipboard, Absent):
        return _absent("clipboard", clipboard)

    def trial() -> str:
        for selection in clipboard.selections:
            clipboard.read(selection, limit=1, seconds=0.5)
        return ", ".join(clipboard.selections)

    return _tried("clipboard", trial)


def _of_foreground(foreground: Foreground | Absent, clock: Clock) -> Capability:
    if isinstance(foreground, Absent):
        return _absent("window-in-front", foreground)
    until = _Until(clock, PATIENCE)

    def focused(_window: object) -> None:
        until.told = True

    tried = _tried("window-in-front", lambda: foreground.watch(focused, until))
    if until.told or tried.standing is not Standing.WORKS:
        return tried
    reason = say("cli.doctor.not-told")
    return Capability(name=tried.name, standing=Standing.FAILED, reason=reason)


def _of_capture(capture: Capture | Absent) -> Capability:
    """Try it; what the system refuses is not available, and nothing that anybody could mend."""
    name = "screen-capture"
    if isinstance(capture, Absent):
        return _absent(name, capture)
    try:
        pictured = capture.tried()
    except PlatformError as error:
        return Capability(name=name, standing=Standing.ABSENT, reason=str(error))
    standing = Standing.WORKS if pictured is Pictured.BENEATH else Standing.PARTLY
    return Capability(name=name, standing=standing, reason=say(f"cli.doctor.pictured-{pictured}"))


def _of_log(log: SystemLog | Absent) -> Capability:
    if isinstance(log, Absent):
        return _absent("system-log", log)
    whole: list[bool] = []
    tried = _tried("system-log", lambda: whole.append(log.tried()))
    if tried.standing is Standing.WORKS and not all(whole):
        reason = say("cli.doctor.log-source")
        return Capability(name=tried.name, standing=Standing.PARTLY, reason=reason)
    return tried


def _of_probe(probe: Probe, policy: Policy, clock: Clock) -> Capability:
    seen: list[object] = []

    def trial() -> None:
        fact = probe.read(clock.now(), policy)
        seen.append(asked(probe, fact, clock.now()))

    tried = _tried(probe.name, trial)
    fact = seen[0] if seen else None
    if not isinstance(fact, Fact) or not fact.unread:
        return tried
    standing = UNREAD.get(fact.why.id.removeprefix("unread."), Standing.FAILED)
    return Capability(name=probe.name, standing=standing, reason=fact.why)
