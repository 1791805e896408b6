"""A policy in force: what is watched, what is required, and what to do about a finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from agentguard.model.actions import ActionKind
from agentguard.model.calls import ANY_MICROPHONE, CallRules
from agentguard.model.custody import NO_RECOVERY, VaultRules
from agentguard.model.detection import ALL, Detection
from agentguard.model.release import UNSAID, Release
from agentguard.model.reporting import NAMED, ReportRules
from agentguard.model.retention_rules import RetentionRule
from agentguard.model.shift import UNPLANNED, ShiftRules
from agentguard.model.verdicts import Owner, Severity


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
    cpu_percent: int = field(
        default=10,
        metadata={
            "doc": "Percent of the time for which a sweep works; for the rest it waits. One that "
            "makes up for lost events does not wait.",
            "min": 1,
            "max": 100,
        },
    )
    on_battery: Literal["pause", "slow", "full"] = field(
        default="slow",
        metadata={
            "doc": "What a sweep does on battery power: pause until there is mains power, slow "
            "down to a quarter, or go on in full."
        },
    )
    network: bool = field(
        default=False,
        metadata={
            "doc": "true: folders on other computers are looked at too. Files that are only in a "
            "cloud never are, for that would fetch them."
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who is called in an incident."""

    name: str = field(default="", metadata={"doc": "The name of the desk or person to call."})
    phone: str = field(default="", metadata={"doc": "The telephone number, as it is dialled."})


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentWindow:
    """A window in which payments are taken."""

    images: tuple[str, ...] = field(
        default=("*",), metadata={"doc": "Its programs, without .exe (* and ? as in a shell)."}
    )
    window_classes: tuple[str, ...] = field(
        default=("*",), metadata={"doc": "The classes of its windows (* and ? as in a shell)."}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What happens while a payment window is in front: payment mode."""

    windows: tuple[PaymentWindow, ...] = field(
        default=(), metadata={"doc": "The payment windows; none switches payment mode off."}
    )
    leave_seconds: int = field(
        default=2,
        metadata={
            "doc": "How long another window must be in front before it ends.",
            "min": 1,
            "max": 300,
        },
    )
    recorder: str = field(
        default="",
        metadata={
            "doc": "Where the call recorder is told to pause and to resume: an https address, or "
            "an http address of this computer (127.0.0.1, [::1] or localhost).",
            "pattern": r"(?:https://[^\s/@?#]+(?:/[^\s#]*)?"
            r"|http://(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?(?:/[^\s#]*)?)?",
        },
    )


NO_PAYMENT = Payment()
"""No payment mode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What a policy says of one check; with `owner` either, each finding tells who can mend it."""

    check: str
    paused: bool
    severity: Severity
    respond: tuple[ActionKind, ...]
    settings: object
    owner: Owner = Owner.EITHER


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
    detection: Detection = ALL
    calls: CallRules = ANY_MICROPHONE
    payment: Payment = NO_PAYMENT
    release: Release = UNSAID
    shift: ShiftRules = UNPLANNED
    vault: VaultRules = NO_RECOVERY
    legal_hold: bool = False
    reports: ReportRules = NAMED
