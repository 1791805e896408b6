"""What `agentguard diagnose` gathers: each part for itself, so that one that fails hides no other.

Whatever is told goes through `Nameless`: no part hands on a text or a number as it was read.
"""

from __future__ import annotations

import json
import os
import platform
import re
import ssl
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from agentguard import __version__
from agentguard.base import environment, logs, paths, settings
from agentguard.base.errors import AgentGuardError
from agentguard.base.settings import DESCRIBED, Kind, SetHere
from agentguard.base.translations import Texts
from agentguard.commands import _nameless, doctor
from agentguard.commands._nameless import Nameless
from agentguard.model.messages import Message
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms import load, machine_layers, user_name
from agentguard.policy.last_good import Keeper
from agentguard.ports.clock import Clock
from agentguard.ports.desktop import Backend, Probe
from agentguard.runtime.known_checks import shapes
from agentguard.service import keeper_status

_ID = re.compile(r"[a-z]+(-[a-z]+)*")  # what the code calls a capability
_NAMING = frozenset({"endpoint", "proxy", "team", "label"})
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|\+00:00)?")
_RELEASE = re.compile(r"\d{1,4}(\.\d{1,4}){0,2}")
LOOK = 60.0
"""Seconds that a look at all controls may take."""

Part = Callable[[], str]
"""Gives the text of one file."""
Posture = Callable[[float], tuple[Any, ...]]
"""Looks at all controls, for at most so many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where a diagnosis looks: this computer's own by default, others in tests.

    `recording` gives the lines of the recorder, which has an allow-list of fields of its own.
    """

    backend: Backend
    clock: Clock
    words: Texts
    posture: Posture
    seconds: float = LOOK
    recording: Part | None = None


def parts(sources: Sources) -> Iterator[tuple[str, Part]]:
    """Yield the parts by the names of their files; asking for one gathers it."""
    nameless = Nameless(sources.words, names_here())
    every: Mapping[str, Callable[[], Any]] = {
        "versions.json": lambda: _versions(nameless),
        "settings.json": lambda: [_setting(one) for one in _told()],
        "keeper.json": lambda: _keeper(nameless),
        "doctor.json": lambda: _doctor(sources, nameless),
        "probes.json": lambda: _probes(sources, nameless),
        "posture.json": lambda: _posture(sources, nameless),
    }
    for name, made in every.items():
        yield name, _json(made)
    if sources.recording is not None:
        yield "recording.jsonl", _text(sources.recording)
    for name, folder in _logs():
        yield name, _text(partial(_nameless.told, folder, nameless))


def _json(made: Callable[[], Any]) -> Part:
    def whole() -> str:
        return json.dumps(_kept(made), indent=2, ensure_ascii=True) + "\n"

    return whole


def _text(made: Part) -> Part:
    def whole() -> str:
        told = _kept(made)
        return told if isinstance(told, str) else json.dumps(told) + "\n"

    return whole


def _kept(made: Callable[[], Any]) -> Any:
    """Return a part, or the type of what kept it from being made and where."""
    try:
        return made()
    except Exception as error:  # noqa: BLE001 - this runs where something is wrong
        return {"failed": logs.places(error)[:1]}


def names_here() -> Iterator[str]:
    """Yield what names this computer, its person, its endpoint, its proxy and its team."""
    yield from (user_name(), platform.node(), Path.home().name)
    yield from (
        os.environ.get(name, "") for name in ("COMPUTERNAME", "USERDOMAIN", "USERDNSDOMAIN")
    )
    for one in _told():
        if one.name in _NAMING:
            yield _host(str(one.value))
    with suppress(AgentGuardError):
        from agentguard.uplink import enrolment  # noqa: PLC0415 - signatures cost the others time

        if (known := enrolment.load(paths.wanted_folder())) is not None:
            yield from (_host(known.url), known.team, known.label, known.device)


def _host(text: str) -> str:
    """Return the host of an address; of another text, all of it."""
    try:
        return urlsplit(text).hostname or text
    except ValueError:
        return text


def _told() -> tuple[SetHere, ...]:
    return settings.told(paths.wanted_folder(), machine_layers())


def _versions(nameless: Nameless) -> Any:
    return {
        "agentguard": __version__,
        "shipped": environment.shipped(),
        "frozen": bool(getattr(sys, "frozen", False)),
        "python": ".".join(map(str, sys.version_info[:3])),
        "openssl": ssl.OPENSSL_VERSION_NUMBER,
        "system": platform.system(),
        "machine": platform.machine(),
        "release": _numbers(platform.release()),
        "windows": _windows(),
        "desktop": nameless.text(os.environ.get("XDG_CURRENT_DESKTOP", "")),
        "session": nameless.text(os.environ.get("XDG_SESSION_TYPE", "")),
        "processors": os.cpu_count(),
    }


def _windows() -> list[int] | None:
    if sys.platform != "win32":
        return None
    return list(sys.getwindowsversion()[:3])


def _numbers(release: str) -> str:
    """Return the numbers that a release begins with; an administrator may have put more behind."""
    found = _RELEASE.match(release)
    return found[0] if found else ""


def _setting(one: SetHere) -> Any:
    """Tell that a setting is set, and by whom; of a text only its form."""
    (known,) = (each for each in DESCRIBED if each.name == one.name)
    told: dict[str, Any] = {"name": one.name, "set_by": one.origin.value}
    if known.kind is not Kind.TEXT:
        return {**told, "value": one.value}
    text = str(one.value)
    told["length"] = len(text)
    if "://" in text:
        scheme, _, rest = text.partition("://")
        told |= {"https": scheme.lower() == "https", "password": "@" in rest.partition("/")[0]}
    return told


def _keeper(nameless: Nameless) -> Any:
    known = keeper_status.read(paths.machine_folder())
    if known is None:
        return None
    told = {name: getattr(known, name) for name in known.__struct_fields__}
    when = {name: _time(told.pop(name, "")) for name in ("at", "reported")}
    own = {name: {"length": len(told.pop(name, ""))} for name in ("device", "lost", "proxy")}
    return {**{k: nameless.value(v) for k, v in told.items()}, **when, **own}


def _time(text: str) -> str:
    return text if _TIME.fullmatch(text) else ""


def _doctor(sources: Sources, nameless: Nameless) -> Any:
    found = doctor.every(sources.backend, sources.words, sources.clock)
    return [
        {
            "name": one.name if _ID.fullmatch(one.name) else nameless.value(one.name),
            "standing": one.standing.value,
            "id": nameless.value(one.reason.id) if isinstance(one.reason, Message) else "",
            "reason": nameless.text(doctor.row(one, sources.words)["reason"]),
        }
        for one in found
    ]


def _probes(sources: Sources, nameless: Nameless) -> Any:
    """Ask each probe, and tell its answer with the milliseconds that it took."""
    policy = Keeper(paths.data_folder(), shapes(), sources.clock).start().policy
    clock, told = sources.clock, {}
    for probe in sources.backend.probes:
        began = clock.now()
        answer = _kept(partial(_answer, probe, began, policy, nameless))
        told[probe.name] = {"ms": round(clock.now().since(began) * 1000), "answer": answer}
    return told


def _answer(probe: Probe, at: Moment, policy: Policy, nameless: Nameless) -> Any:
    return nameless.value(probe.read(at, policy))


def _posture(sources: Sources, nameless: Nameless) -> Any:
    return [
        {
            "check": nameless.value(one.check),
            "measure": one.measure,
            "state": one.state.value,
            "severity": one.severity.value,
            "detail": nameless.value(one.detail),
            "looked": one.coverage.looked,
            "missed": one.coverage.missed,
            "why": [nameless.value(why) for why in one.coverage.why],
            "rows": len(one.rows),
        }
        for one in sources.posture(sources.seconds)
    ]


def _logs() -> Iterator[tuple[str, Path]]:
    """Yield the logs that this user may read: the agent's, and the keeper's."""
    yield "agent.log", paths.wanted_folder() / "logs"
    keeper = paths.machine_folder() / paths.PRIVATE / "logs"
    if os.access(keeper, os.R_OK):
        yield "keeper.log", keeper


def here(words: Texts, clock: Clock) -> Sources:
    """Return this computer's own sources."""
    from agentguard.commands._one_look import taken  # noqa: PLC0415 - loads all that judges

    recording = _recorded if sys.platform == "win32" else None
    return Sources(backend=load(), clock=clock, words=words, posture=taken, recording=recording)


def _recorded() -> str:
    """Return what Windows answers to each question of the recorder, as `doctor --record` does."""
    from agentguard.platforms.recorder import door, lines  # noqa: PLC0415 - of Windows alone
    from agentguard.platforms.recorder.catalogue import questions  # noqa: PLC0415 - as above
    from agentguard.platforms.recorder.lines import encoded  # noqa: PLC0415 - as above
    from agentguard.platforms.recorder.recording import Recording  # noqa: PLC0415 - as above

    recording = Recording(door.system(), lines.folder().glob("*.jsonl"))
    every = (recording.head(), *(one.line for one in recording.ask(questions())))
    return b"".join(map(encoded, every)).decode()
