"""The document that a policy file is: its keys, with the controls of the catalogue among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field
from functools import cache

from agentguard.base.lesson_file import MOST_BYTES
from agentguard.model.actions import ActionKind
from agentguard.model.custody import NO_RECOVERY, VaultRules
from agentguard.model.detection import ALL, Detection
from agentguard.model.exceptions import ExceptionRule
from agentguard.model.policy import (
    ANY_MICROPHONE,
    CALM,
    NAMED,
    NO_PAYMENT,
    UNPLANNED,
    AttentionRules,
    CallRules,
    Contact,
    Control,
    Payment,
    ReportRules,
    ShiftRules,
    Watch,
)
from agentguard.model.release import Release
from agentguard.model.retention_rules import RetentionRule
from agentguard.model.verdicts import Owner, Severity
from agentguard.policy.spec import Entry, Record, record

MOST_LESSONS = 40
NAME = "[a-z0-9][a-z0-9-]{0,63}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the policy room is told of a check: its id, its settings' type and its severity."""

    id: str
    settings_type: type
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A policy as it is written; `controls` is added for the checks there are."""

    policy: str = field(
        metadata={
            "doc": "The policy's name: small letters, digits and hyphens, at most 64.",
            "pattern": NAME,
        }
    )
    version: int = field(
        metadata={"doc": "Raised by one at every change, from 1.", "min": 1, "max": 1_000_000}
    )
    description: str = field(
        default="", metadata={"doc": "What the policy is for, as the agents may read it."}
    )
    watch: Watch = field(default=Watch(), metadata={"doc": "Which files are looked at."})
    detection: Detection = field(
        default=ALL, metadata={"doc": "Which kinds of personal data are looked for."}
    )
    payment: Payment = field(
        default=NO_PAYMENT, metadata={"doc": "What happens while a payment is taken."}
    )
    retention: tuple[RetentionRule, ...] = field(
        default=(), metadata={"doc": "How old files of a folder may become."}
    )
    legal_hold: bool = field(
        default=False,
        metadata={"doc": "true: nothing is removed for its age or from the vault, until it ends."},
    )
    vault: VaultRules = field(
        default=NO_RECOVERY, metadata={"doc": "Who else can open the vault, and for how long."}
    )
    backup_markers: tuple[str, ...] = field(
        default=(),
        metadata={"doc": "Files that the backup program touches when a backup has ended."},
    )
    calls: CallRules = field(default=ANY_MICROPHONE, metadata={"doc": "What is taken for a call."})
    shift: ShiftRules = field(
        default=UNPLANNED, metadata={"doc": "When shifts end, and what is done then."}
    )
    attention: AttentionRules = field(
        default=CALM, metadata={"doc": "How often a person may be asked for attention, and when."}
    )
    reports: ReportRules = field(
        default=NAMED, metadata={"doc": "What a desk's reports say of the person there."}
    )
    lessons: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "The site's own lessons, each as its file has it (agentguard lesson check). One "
            "with the id of a lesson that ships takes its place.",
            "max": MOST_LESSONS,
            "longest": MOST_BYTES,
        },
    )
    exceptions: tuple[ExceptionRule, ...] = field(
        default=(),
        metadata={
            "doc": "From which controls exceptions may be made at the endpoint, and for how long; "
            "from none that is not named here.",
            "max": 100,
        },
    )
    contact: Contact = field(default=Contact(), metadata={"doc": "Who is called in an incident."})
    release: Release = field(
        default=Release(), metadata={"doc": "For whom it is and until when, once it is signed."}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """What may be said of any check."""

    paused: bool = field(
        default=False, metadata={"doc": "true: not judged; shown as paused, never as good."}
    )
    severity: Severity = field(
        default=Severity.MEDIUM, metadata={"doc": "How bad a finding of this check is."}
    )
    respond: tuple[ActionKind, ...] = field(
        default=(), metadata={"doc": "What is done when a finding opens, in this order."}
    )
    owner: Owner = field(
        default=Owner.EITHER,
        metadata={
            "doc": "Who can mend what is found: person (at the desk), team (who looks after the "
            "desks), supervisor (who leads; with these two the person is asked for nothing), or "
            "either, as each finding tells."
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A judged document with its controls."""

    document: Document
    controls: Mapping[str, Control]


@cache
def document(shapes: tuple[Shape, ...]) -> Record:
    """Return the spec of a whole policy for these checks."""
    plain = record(Document)
    controls = {shape.id: _control(shape) for shape in shapes}
    defaults = {id_: entry.default for id_, entry in controls.items()}
    entry = Entry(
        spec=Record(make=_table, entries=controls),
        doc="What is required and what is done, check by check.",
        default=defaults,
    )
    return Record(make=_draft, entries={**plain.entries, "controls": entry})


def _control(shape: Shape) -> Entry:
    head = record(_Head).entries
    settings = record(shape.settings_type)
    needs = [name for name, entry in settings.entries.items() if entry.default is MISSING]
    default = MISSING if needs else shape.settings_type()
    severity = head["severity"]
    entries = {
        **head,
        "severity": Entry(spec=severity.spec, doc=severity.doc, default=shape.severity),
        "settings": Entry(spec=settings, doc="What this check is set to.", default=default),
    }

    def make(**values: object) -> Control:
        return Control(check=shape.id, **values)  # type: ignore[arg-type] # judged by the spec

    values = {name: entry.default for name, entry in entries.items()}
    filled = MISSING if MISSING in values.values() else make(**values)
    return Entry(spec=Record(make=make, entries=entries), doc="", default=filled)


def _table(**controls: object) -> dict[str, object]:
    return controls


def _draft(**values: object) -> Draft:
    controls = values.pop("controls")
    return Draft(
        document=Document(**values),  # type: ignore[arg-type] # judged by the spec
        controls=controls,  # type: ignore[arg-type] # judged by the spec
    )
