"""This machine's settings, layer by layer: policy of the computer, the user's file, the installer.

What an administrator manages for the computer (group policy) wins over the user's own file, and the
file over what the installer wrote. `DESCRIBED` says of each setting what it is called and holds;
the templates for group policy are made from it, and all layers are read by it.
"""

from __future__ import annotations

import errno
import json
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from enum import Enum, StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from agentguard.base import atomic_files
from agentguard.base.errors import CannotError, UsageError
from agentguard.base.languages import SPOKEN, SYSTEM
from agentguard.model.messages import Message, say

FILE = "settings.toml"
LAST_GOOD = "settings.last-good.toml"
"""What the file was when it was last read whole; what is wrong in the file is taken from here."""
MOST = 1 << 20
"""Bytes of a file that are read; settings take a few hundred."""
LONGEST = 1023  # characters of a text in a template of group policy
LONGEST_NAME = 40  # characters of a name that is told, which may be none of a setting
HEAD = "# Settings of AgentGuard on this computer. Start the agent again after a change.\n"


class Kind(Enum):
    """What a setting holds."""

    TEXT = "text"
    SWITCH = "switch"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One setting: its name in files, its value's name in the registry, and what it holds."""

    name: str
    registry: str
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()

    def read(self, value: object) -> str | bool | None:
        """Return a value as it is used; None when it is none of this setting."""
        if self.kind is Kind.SWITCH:
            return {0: False, 1: True, "0": False, "1": True}.get(value) if _plain(value) else None
        if not isinstance(value, str) or not value.isprintable() or len(value) > LONGEST:
            return None
        return value if self.kind is Kind.TEXT or value in self.choices else None


def _plain(value: object) -> bool:
    return isinstance(value, str | int)


DESCRIBED = (
    Described(name="endpoint", registry="Endpoint"),
    Described(name="ca_file", registry="CertificateFile"),
    Described(name="proxy", registry="Proxy"),
    Described(name="team", registry="Team"),
    Described(name="label", registry="Label"),
    Described(name="policy", registry="PolicyFile"),
    Described(name="policy_root", registry="PolicyKey"),
    Described(name="enrolment_file", registry="EnrolmentFile"),
    Described(name="auto_start", registry="AutoStart", kind=Kind.SWITCH),
    Described(name="language", registry="Language", kind=Kind.CHOICE, choices=(SYSTEM, *SPOKEN)),
)
_BY_NAME = {one.name: one for one in DESCRIBED}

Values = Mapping[str, object]
_NONE: Values = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """What is set for the whole computer, by the names of `DESCRIBED`, and the places of both."""

    managed: Values = field(default_factory=lambda: _NONE)
    installed: Values = field(default_factory=lambda: _NONE)
    managed_in: str = ""
    installed_in: str = ""


NOTHING = Layers()


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineSettings:
    """What is set on this machine; every text may be empty.

    `endpoint` is the endpoint's URL, `ca_file` a PEM file that is trusted instead of the system's
    certificates, `proxy` is the proxy on the way to the endpoint (`direct` for none) instead of the
    one that the system names, `team` and `label` say whose desk this is (the console shows the
    label, made of the computer's name and the team where there is none), `policy` is a policy file,
    `policy_root` a file of root documents that signed policies are checked by, `enrolment_file`
    holds the code that the computer's keeper enrols with, `auto_start` has an agent started in
    every session, `language` is what its windows speak, or `system` for what the system does.
    """

    endpoint: str = ""
    ca_file: str = ""
    proxy: str = ""
    team: str = ""
    label: str = ""
    policy: str = ""
    policy_root: str = ""
    enrolment_file: str = ""
    auto_start: bool = True
    language: str = SYSTEM

    def shown(self, computer: str) -> str:
        """Return the label that the console shows of a computer."""
        return self.label or ", ".join(part for part in (computer, self.team) if part)


def load(folder: Path | None, layers: Layers = NOTHING) -> MachineSettings:
    """Read the settings in `folder` between the layers; what stands nowhere has its default.

    A value of a layer that is none is left out (`unusable` names it): an agent that does not start
    for a slip in a group policy would protect nobody.

    Raises:
        UsageError: the file is damaged, or holds what is no setting.
        CannotError: the file could not be read.

    """
    own = _own(folder / FILE) if folder is not None else {}
    every: dict[str, Any] = {**_usable(layers.installed), **own, **_usable(layers.managed)}
    return MachineSettings(**every)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtStart:
    """What an agent begins with; `faults` say what in the file is not as it should be."""

    settings: MachineSettings
    faults: tuple[Message, ...] = ()


def at_start(folder: Path, layers: Layers = NOTHING) -> AtStart:
    """Read the settings for an agent, which starts whatever the file holds. Never raises.

    What is wrong in the file, or stands nowhere in one that is, is as it was when the file was last
    whole: a slip takes neither endpoint nor root of the policies away.
    """
    own, faults = _lenient(folder)
    every: dict[str, Any] = {**_usable(layers.installed), **own, **_usable(layers.managed)}
    return AtStart(settings=MachineSettings(**every), faults=faults)


def managed(layers: Layers) -> tuple[str, ...]:
    """Name the settings that an administrator manages, which no file changes."""
    return tuple(sorted(_usable(layers.managed)))


class Origin(StrEnum):
    """Who has set a setting."""

    MANAGED = "managed"
    OWN = "own"
    INSTALLED = "installed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetHere:
    """A setting that is set: to what, by whom, and in which place."""

    name: str
    value: str | bool
    origin: Origin
    place: str


def told(folder: Path, layers: Layers) -> tuple[SetHere, ...]:
    """Return what is set, each by the strongest layer that sets it, in the order of `DESCRIBED`.

    Of a file that is wrong it is what an agent takes.
    """
    weakest_first = (
        (_usable(layers.installed), Origin.INSTALLED, layers.installed_in),
        (_lenient(folder)[0], Origin.OWN, str(folder / FILE)),
        (_usable(layers.managed), Origin.MANAGED, layers.managed_in),
    )
    found = {
        name: SetHere(name=name, value=value, origin=origin, place=place)
        for values, origin, place in weakest_first
        for name, value in values.items()
    }
    return tuple(found[one.name] for one in DESCRIBED if one.name in found)


def unusable(layers: Layers) -> tuple[str, ...]:
    """Name the values of the layers that are left out, because they are none of their setting."""
    return tuple(
        name
        for values in (layers.managed, layers.installed)
        for name in sorted(values)
        if name in _BY_NAME and _BY_NAME[name].read(values[name]) is None
    )


def _usable(values: Values) -> dict[str, str | bool]:
    read = (
        (name, _BY_NAME[name].read(value)) for name, value in values.items() if name in _BY_NAME
    )
    return {name: value for name, value in read if value is not None}


Own = dict[str, str | bool]


def _lenient(folder: Path) -> tuple[Own, tuple[Message, ...]]:
    file = folder / FILE
    try:
        text = _text(file)
        table = tomllib.loads(text)
    except FileNotFoundError:
        return {}, ()
    except OSError as error:
        why = error.strerror or type(error).__name__
        fault = say("starting.settings-unread", file=str(file), why=why)
    except UnicodeDecodeError:
        fault = say("starting.settings-encoding", file=str(file))
    except (ValueError, RecursionError) as error:
        line = int(found[1]) if (found := _LINE.search(str(error))) else text.count("\n") + 1
        fault = say("starting.settings-broken", file=str(file), line=line)
    else:
        values, faults = _sorted_out(file, text, table)
        if faults:
            return {**_last_good(folder), **values}, faults
        _keep(folder, text)
        return values, ()
    return _last_good(folder), (fault,)


_LINE = re.compile(r"at line (\d+)")


def _text(file: Path) -> str:
    """Read a file of settings; what is no plain file could take for ever."""
    if not stat.S_ISREG(file.stat().st_mode):
        raise OSError(errno.EINVAL, "it is no file")
    with file.open("rb") as opened:
        raw = opened.read(MOST + 1)
    if len(raw) > MOST:
        raise OSError(errno.EFBIG, "it is too long")
    return raw.decode()


def _sorted_out(file: Path, text: str, table: Values) -> tuple[Own, tuple[Message, ...]]:
    """Return what can be used, and what cannot be, in the order of the file."""
    values: Own = {}
    faults: list[Message] = []
    for name, value in table.items():
        known = _BY_NAME.get(name)
        read = known.read(value) if known is not None else None
        if known is not None and read is not None and isinstance(value, _wanted(known)):
            values[name] = read
            continue
        id_ = "starting.settings-unknown" if known is None else "starting.settings-value"
        shown = name[:LONGEST_NAME] if name[:LONGEST_NAME].isidentifier() else "?"
        faults.append(say(id_, file=str(file), line=_line_of(name, text), name=shown))
    if len(faults) > 1:
        first = {k: v for k, v in faults[0].params.items() if k != "name"}
        faults = [say("starting.settings-several", **first, count=len(faults))]
    return values, tuple(faults)


def _line_of(name: str, text: str) -> int:
    """Return the line, from 1, in which a name first stands as one; 1 where that cannot be told."""
    found = re.search(rf"^[ \t\[]*[\"']?{re.escape(name)}\b", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _last_good(folder: Path) -> Own:
    try:
        text = _text(folder / LAST_GOOD)
        return _sorted_out(folder / LAST_GOOD, text, tomllib.loads(text))[0]
    except (OSError, ValueError, RecursionError):
        return {}


def _keep(folder: Path, text: str) -> None:
    """Keep what was whole; where that cannot be, the one before stays."""
    with suppress(OSError):
        file = folder / LAST_GOOD
        if not file.exists() or file.read_bytes() != text.encode():
            atomic_files.write(file, text.encode())


def _wanted(known: Described) -> type[str | bool]:
    return bool if known.kind is Kind.SWITCH else str


def _own(file: Path) -> Own:
    try:
        return _checked(file, tomllib.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise CannotError(f"{file} could not be read.", "Give the user read access.") from error
    except ValueError as error:
        raise UsageError(f"{file} is not TOML: {error}.", "Mend this line or remove it.") from error


def _checked(file: Path, table: Values) -> dict[str, str | bool]:
    values: dict[str, str | bool] = {}
    for name, value in table.items():
        known = _BY_NAME.get(name)
        if known is None:
            raise UsageError(
                f"{file}: there is no setting {name}.", f"Known: {', '.join(_BY_NAME)}."
            )
        wanted = _wanted(known)
        if not isinstance(value, wanted):
            raise UsageError(f"{file}: {name} must be {_WORDS[wanted]}.")
        values[name] = value
    return values


_WORDS = {bool: "true or false", str: "text in quotes"}


def save(folder: Path, settings: MachineSettings) -> None:
    """Write what differs from the defaults; at any instant the file is the old or the new one.

    Raises:
        UsageError: a value holds a control character.
        CannotError: the file could not be written; it is as before.

    """
    file = folder / FILE
    try:
        atomic_files.write(file, (HEAD + "".join(_lines(file, settings))).encode())
    except OSError as error:
        raise CannotError(
            f"{file} could not be written.", "Free some space and give the user write access."
        ) from error


def _lines(file: Path, settings: MachineSettings) -> Iterator[str]:
    usual = asdict(MachineSettings())
    for name, value in asdict(settings).items():
        if isinstance(value, str) and not value.isprintable():
            raise UsageError(f"{file}: {name} holds characters that cannot be printed.")
        if value != usual[name]:
            yield f"{name} = {json.dumps(value, ensure_ascii=False)}\n"
