"""This machine's settings: what an administrator or an enrolment wrote, as one TOML file."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from agentguard import durable
from agentguard.errors import CannotError, UsageError

FILE = "settings.toml"
_HEAD = "# Settings of AgentGuard on this computer. Start the agent again after a change.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineSettings:
    """What is set on this machine; everything may be empty.

    `endpoint` is the endpoint's URL, `ca_file` a PEM file that is trusted instead of the system's
    certificates, `label` the team or desk that the console shows, `policy` a policy file,
    `policy_root` a file of root documents that signed policies are checked by.
    """

    endpoint: str = ""
    ca_file: str = ""
    label: str = ""
    policy: str = ""
    policy_root: str = ""
    language: str = "en"


def load(folder: Path) -> MachineSettings:
    """Read the settings in `folder`; without a file everything has its default.

    Raises:
        UsageError: the file is damaged, or holds what is no setting.
        CannotError: the file could not be read.

    """
    file = folder / FILE
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return MachineSettings()
    except OSError as error:
        raise CannotError(f"{file} could not be read.", "Give the user read access.") from error
    except ValueError as error:
        raise UsageError(f"{file} is not TOML: {error}.", "Mend this line or remove it.") from error
    return _checked(file, table)


def _checked(file: Path, table: Mapping[str, object]) -> MachineSettings:
    names = {field.name for field in fields(MachineSettings)}
    values: dict[str, str] = {}
    for name, value in table.items():
        if name not in names:
            raise UsageError(f"{file}: there is no setting {name}.", f"Known: {_list(names)}.")
        if not isinstance(value, str):
            raise UsageError(f"{file}: {name} must be text in quotes.")
        values[name] = value
    return MachineSettings(**values)


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names))


def save(folder: Path, settings: MachineSettings) -> None:
    """Write the settings; at any instant the file is the old or the new one.

    Raises:
        UsageError: a value holds a control character.
        CannotError: the file could not be written; it is as before.

    """
    file = folder / FILE
    lines = []
    for name, value in asdict(settings).items():
        if not value.isprintable():
            raise UsageError(f"{file}: {name} holds characters that cannot be printed.")
        lines.append(f"{name} = {json.dumps(value, ensure_ascii=False)}\n")
    try:
        durable.write(file, (_HEAD + "".join(lines)).encode())
    except OSError as error:
        raise CannotError(
            f"{file} could not be written.", "Free some space and give the user write access."
        ) from error
