"""A policy in force: what is watched, what is required, and what to do about a finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agentguard.model.actions import ActionKind
from agentguard.model.verdicts import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Which files are looked at."""

    folders: tuple[str, ...] = field(
        default=("~/Documents", "~/Desktop", "~/Downloads"),
        metadata={"doc": "Folders whose files are looked at; ~ is the user's home."},
    )
    exclude: tuple[str, ...] = field(
        default=("*/node_modules/*", "*/.git/*", "*/.cache/*"),
        metadata={"doc": "Patterns of paths that are left out (* and ? as in a shell)."},
    )
    max_mib: int = field(
        default=64,
        metadata={"doc": "Files larger than this are read in part.", "min": 1, "max": 4096},
    )
    sweep_minutes: int = field(
        default=60,
        metadata={"doc": "Minutes between two sweeps of all the folders.", "min": 1, "max": 10080},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """Files of a folder that are older than `days` are findings."""

    folder: str = field(
        metadata={
            "doc": "A full path, or one below the home such as ~/Exports; never a whole home or "
            "disk, and without `..`.",
            "pattern": r"(?!.*(?:^|[/\\])\.\.(?:[/\\]|$))(?:~[/\\]|/|[A-Za-z]:[/\\]|\\\\)[^/\\].*",
        }
    )
    days: int = field(metadata={"doc": "The greatest age in days.", "min": 1, "max": 3650})
    pattern: str = field(default="*", metadata={"doc": "Which file names it is about."})


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who is called in an incident."""

    name: str = field(default="", metadata={"doc": "The name of the desk or person to call."})
    phone: str = field(default="", metadata={"doc": "The telephone number, as it is dialled."})


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What a policy says of one check."""

    check: str
    paused: bool
    severity: Severity
    respond: tuple[ActionKind, ...]
    settings: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A validated policy. `digest` is the SHA-256 of the bytes it was read from, in hex."""

    name: str
    version: int
    description: str
    watch: Watch
    retention: tuple[RetentionRule, ...]
    backup_markers: tuple[str, ...]
    contact: Contact
    controls: Mapping[str, Control]
    digest: str
