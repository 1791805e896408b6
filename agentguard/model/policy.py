"""A policy in force: what is watched, what is required, and what to do about a finding.

What it says of calls, reports, attention and shifts is here too. None of what it says of attention
weakens protection: files are held, clipboards are emptied and screens are locked without waiting
for a prompt, and everything stands in To do at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from agentguard.model.actions import ActionKind
from agentguard.model.custody import NO_RECOVERY, VaultRules
from agentguard.model.detection import ALL, Detection
from agentguard.model.exceptions import ExceptionRule
from agentguard.model.release import UNSAID, Release
from agentguard.model.retention_rules import RetentionRule
from agentguard.model.verdicts import Owner, Severity

ANY_SIZE = 1 << 20
"""MiB that no file of a desk has: without a bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRules:
    """What happens when a shift ends; customer data leaves the clipboard in any case."""

    ends: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "When shifts end, as HH:MM of this computer's own time; without one they end "
            "when it is said (agentguard lock --shift-end).",
            "pattern": "(?:[01][0-9]|2[0-3]):[0-5][0-9]",
            "max": 24,
        },
    )
    breaks: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Planned breaks, as HH:MM-HH:MM of this computer's own time; a notice that is "
            "put off may come back after one.",
            "pattern": "(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:[01][0-9]|2[0-3]):[0-5][0-9]",
            "max": 24,
        },
    )
    lock: bool = field(
        default=True,
        metadata={"doc": "true: the screen is locked as well; a call that is live ends first."},
    )
    handover: bool = field(
        default=False,
        metadata={
            "doc": "true: a desk is handed over at the end of a shift by the checklist of the page "
            "Shift; a shift that ends without is a finding of the supervisor's."
        },
    )
    clean_desk_percent: int = field(
        default=0,
        metadata={
            "doc": "On so many of a hundred days a person is asked to look at the desk for paper "
            "and telephones, after a break and never in a call; the days are drawn by a keyed hash "
            "of day and person.",
            "min": 0,
            "max": 100,
        },
    )
    counts: bool = field(
        default=True,
        metadata={
            "doc": "true: at the end of a shift it is written down how often the desk was left for "
            "how many minutes, what was copied by kind, and how often gated applications were "
            "opened; as counts, without times. Drafts of policies are tried on them."
        },
    )
    shared: bool = field(
        default=True,
        metadata={
            "doc": "true: others may work under the same account of the computer, so a handover "
            "empties the inbox and shows incidents only by their number; false: everybody has an "
            "account, and finds the inbox again."
        },
    )


UNPLANNED = ShiftRules()
"""Shifts end when it is said, and then the screen is locked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionRules:
    """The budget of a shift, and the times in which nothing is shown."""

    prompts: int = field(
        default=4,
        metadata={
            "doc": "How many notices, lessons and coaching cards a person is shown in 16 hours. "
            "The last of them is kept for what is urgent, until two hours before a planned end of "
            "the shift. Questions for a second factor are not counted. 0 shows none: all of it "
            "stands in To do.",
            "min": 0,
            "max": 20,
        },
    )
    every_minutes: int = field(
        default=60,
        metadata={
            "doc": "The least minutes between two of them, unless the second is urgent.",
            "min": 0,
            "max": 480,
        },
    )
    wrap_up_seconds: int = field(
        default=60,
        metadata={
            "doc": "Seconds after a call in which nothing is shown, while notes are written. What "
            "is urgent and has waited for 15 minutes comes after half of them.",
            "min": 0,
            "max": 900,
        },
    )
    quiet: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Hours of this computer's own time in which nothing is shown, as HH:MM-HH:MM; "
            "they may pass midnight.",
            "pattern": "(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:[01][0-9]|2[0-3]):[0-5][0-9]",
            "max": 24,
        },
    )


CALM = AttentionRules()
"""Four in a shift and one an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRules:
    """What each report says of the person at the desk."""

    person: bool = field(
        default=True,
        metadata={
            "doc": "true: a report names whose session it is, and the endpoint keeps a pseudonym "
            "and the name sealed; false: no report names anybody."
        },
    )


NAMED = ReportRules()
"""Reports say whose session it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRules:
    """What is taken for a call."""

    softphones: tuple[str, ...] = field(
        default=("*",),
        metadata={
            "doc": "Programs that are in a call while they use a microphone (* and ? as in a "
            "shell); * for any program, an empty list for none."
        },
    )
    not_calls: tuple[str, ...] = field(
        default=(),
        metadata={"doc": "Programs that use a microphone without a call, such as dictation."},
    )


ANY_MICROPHONE = CallRules()
"""Whoever uses a microphone is in a call."""


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
