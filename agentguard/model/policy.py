"""A policy in force: what is watched, what is required, and what to do about a finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from agentguard.model.actions import ActionKind
from agentguard.model.attention_rules import CALM, AttentionRules
from agentguard.model.calls import ANY_MICROPHONE, CallRules
from agentguard.model.custody import NO_RECOVERY, VaultRules
from agentguard.model.detection import ALL, Detection
from agentguard.model.exceptions import ExceptionRule
from agentguard.model.release import UNSAID, Release
from agentguard.model.reporting import NAMED, ReportRules
from agentguard.model.retention_rules import RetentionRule
from agentguard.model.shift import UNPLANNED, ShiftRules
from agentguard.model.verdicts import Owner, Severity

ANY_SIZE = 1 << 20
"""MiB that no file of a desk has: without a bound."""


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
        default=ANY_SIZE,
        metadata={
            "doc": "Of JSON, XML, SQL dumps and the like of more MiB than this only the beginning, "
            "the end and samples between are read, and the file is told as read in part. If "
            "nothing is said, files of any size are read whole.",
            "min": 1,
            "max": ANY_SIZE,
        },
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
    caller: str = field(
        default="",
        metadata={"doc": "Who calls back after a report of an incident; the reporter is told."},
    )
    within_minutes: int = field(
        default=0,
        metadata={
            "doc": "Minutes within which that call comes; 0: the reporter is told that this is not "
            "set.",
            "min": 0,
            "max": 10080,
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentWindow:
    """A window in which payments are taken."""

    images: tuple[str, ...] = field(
        default=("*",), metadata={"doc": "Its programs, without .exe (* and ? as in a shell)."}
    )
    window_classes: tuple[str, ...] = field(
        default=("*",), metadata={"doc": "The classes of its windows (* and ? as in a shell)."}
    )


HTTPS = r"(?:https://[^\s/@?#]+(?:/[^\s?#]*)?)?"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderPlatform:
    """The platform whose call recorder is paused by its own interface."""

    vendor: Literal["none", "genesys-cloud", "amazon-connect", "five9", "nice-cxone", "twilio"] = (
        field(default="none", metadata={"doc": "Whose platform it is; none for no named platform."})
    )
    address: str = field(
        default="",
        metadata={"doc": "The https address of its interface.", "pattern": HTTPS},
    )
    login: str = field(
        default="",
        metadata={
            "doc": "The https address that gives tokens (genesys-cloud and nice-cxone).",
            "pattern": HTTPS,
        },
    )
    account: str = field(
        default="",
        metadata={
            "doc": "The instance's id (amazon-connect) or the account's SID (twilio).",
            "pattern": r"[A-Za-z0-9-]{0,100}",
        },
    )
    region: str = field(
        default="",
        metadata={
            "doc": "The region of the instance, such as eu-west-2 (amazon-connect).",
            "pattern": r"[a-z0-9-]{0,32}",
        },
    )


NO_PLATFORM = RecorderPlatform()
"""No named platform."""


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
    platform: RecorderPlatform = field(
        default=NO_PLATFORM,
        metadata={"doc": "A platform whose recorder is paused by its own interface instead."},
    )

    @property
    def records(self) -> bool:
        """Whether there is a call recorder to pause."""
        return bool(self.recorder) or self.platform.vendor != "none"

    @property
    def pauses(self) -> bool:
        """Whether something can pause it; Five9 publishes no interface that could."""
        return bool(self.recorder) or self.platform.vendor not in {"none", "five9"}


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
    """A validated policy. `digest` is the SHA-256 of the bytes it was read from, in hex.

    `lessons` are the site's own, each as its file has it.
    """

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
    attention: AttentionRules = CALM
    lessons: tuple[str, ...] = ()
    exceptions: tuple[ExceptionRule, ...] = ()
