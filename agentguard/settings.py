"""This machine's settings, layer by layer: policy of the computer, the user's file, the installer.

What an administrator manages for the computer (group policy) wins over the user's own file, and the
file over what the installer wrote. `DESCRIBED` says of each setting what it is called and holds;
the templates for group policy are made from it, and all layers are read by it.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum, StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from agentguard import durable
from agentguard.errors import CannotError, UsageError

FILE = "settings.toml"
LONGEST = 1023  # characters of a text in a template of group policy
_HEAD = "# Settings of AgentGuard on this computer. Start the agent again after a change.\n"


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
        """Give a value as it is used; None when it is none of this setting."""
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
    Described(name="team", registry="Team"),
    Described(name="label", registry="Label"),
    Described(name="policy", registry="PolicyFile"),
    Described(name="policy_root", registry="PolicyKey"),
    Described(name="enrolment_file", registry="EnrolmentFile"),
    Described(name="auto_start", registry="AutoStart", kind=Kind.SWITCH),
    Described(name="language", registry="Language", kind=Kind.CHOICE, choices=("en",)),
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
    certificates, `team` and `label` say whose desk this is (the console shows the label, made of
    the computer's name and the team where there is none), `policy` is a policy file, `policy_root`
    a file of root documents that signed policies are checked by, `enrolment_file` holds the code
    that the computer's keeper enrols with, `auto_start` has an agent started in every session.
    """

    endpoint: str = ""
    ca_file: str = ""
    team: str = ""
    label: str = ""
    policy: str = ""
    policy_root: str = ""
    enrolment_file: str = ""
    auto_start: bool = True
    language: str = "en"

    def shown(self, computer: str) -> str:
        """Give the label that the console shows of a computer."""
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
    """Give what is set, each by the strongest layer that sets it, in the order of `DESCRIBED`.

    Raises:
        UsageError: the file in `folder` is damaged, or holds what is no setting.
        CannotError: the file could not be read.

    """
    weakest_first = (
        (_usable(layers.installed), Origin.INSTALLED, layers.installed_in),
        (_own(folder / FILE), Origin.OWN, str(folder / FILE)),
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


def _own(file: Path) -> dict[str, str | bool]:
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
        wanted = bool if known.kind is Kind.SWITCH else str
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
        durable.write(file, (_HEAD + "".join(_lines(file, settings))).encode())
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
