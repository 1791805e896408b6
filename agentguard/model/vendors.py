"""The vendor register: who a program is of, what it is for, and how the company stands with both.

The desk judges with it, the endpoint keeps it, and both find a program's vendor by the same rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from agentguard.model.patterns import named

DATE = r"(?:20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))?"
LINK = r"https://[^\s/]+(?:/\S*)?"
COUNTRY = r"(?:[A-Z]{2})?"
LEI = r"(?:[0-9A-Z]{18}[0-9]{2})?"
WARN_DAYS = 60


class ProgramClass(StrEnum):
    """What a program is for, where that decides who must approve it."""

    REMOTE_CONTROL = "remote-control"
    FILE_SYNC = "file-sync"
    AI_ASSISTANT = "AI-assistant"
    RECORDING = "recording"
    MESSAGING = "messaging"
    VPN = "VPN"


class Clause(StrEnum):
    """A security clause that a contract holds (DORA article 30, PCI DSS 12.8.2 and 12.8.5)."""

    CONFIDENTIALITY = "confidentiality"
    DATA_LOCATION = "data-location"
    INCIDENT_NOTICE = "incident-notice"
    AUDIT_RIGHT = "audit-right"
    SUBCONTRACTING = "subcontracting"
    RETURN_OF_DATA = "return-of-data"
    TERMINATION = "termination"
    PCI_RESPONSIBILITIES = "pci-responsibilities"


class Standing(StrEnum):
    """How the company stands with the vendor of a program, the worst first."""

    UNAPPROVED = "unapproved"
    LAPSED = "lapsed"
    UNKNOWN = "unknown"
    APPROVED = "approved"


class Deadline(StrEnum):
    """A day by which something is to be done about a vendor."""

    CONTRACT = "contract"
    REVIEW = "review"


def _told(doc: str, **more: object) -> dict[str, Any]:
    return {"doc": doc, **more}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """An entry of the vendor register."""

    name: str = field(metadata=_told("The vendor, as the contract names it.", pattern=".+"))
    publishers: tuple[str, ...] = field(
        default=(),
        metadata=_told("The vendor as installed programs name it (* and ? as in a shell)."),
    )
    products: tuple[str, ...] = field(
        default=(),
        metadata=_told("Names of its programs, where they name no vendor (* and ?)."),
    )
    sources: tuple[str, ...] = field(
        default=(),
        metadata=_told(
            "Package managers (dpkg, rpm, flatpak, snap, msi) whose programs are its own "
            "when no other entry names them, as a distribution's are."
        ),
    )
    signers: tuple[str, ...] = field(
        default=(), metadata=_told("Who signs its programs, as the signature says (* and ?).")
    )
    processes: tuple[str, ...] = field(
        default=(),
        metadata=_told("What its programs run as, in lower case without .exe (* and ?)."),
    )
    network: tuple[str, ...] = field(
        default=(), metadata=_told("Network names that its programs speak to, as *.example.com.")
    )
    classes: tuple[ProgramClass, ...] = field(
        default=(),
        metadata=_told(
            "The classes of programs that the approval covers; without any, all of them."
        ),
    )
    data: tuple[str, ...] = field(
        default=(), metadata=_told("The data that is shared with it, such as names or recordings.")
    )
    clauses: tuple[Clause, ...] = field(
        default=(), metadata=_told("The security clauses that its contract holds.")
    )
    approved: bool = field(
        default=True, metadata=_told("Whether programs of this vendor may be installed.")
    )
    contract: str = field(default="", metadata=_told("The reference number of the contract."))
    contract_from: str = field(
        default="",
        metadata=_told("The first day of the contract, as 2027-01-31.", pattern=DATE),
    )
    review_by: str = field(
        default="",
        metadata=_told("The day of the next review, as 2027-01-31.", pattern=DATE),
    )
    contract_until: str = field(
        default="",
        metadata=_told("The last day of the contract, as 2027-01-31.", pattern=DATE),
    )
    assessed: str = field(
        default="",
        metadata=_told(
            "The day of its last assessment or attestation, as 2026-06-30.", pattern=DATE
        ),
    )
    lei: str = field(
        default="", metadata=_told("Its legal entity identifier, of 20 signs.", pattern=LEI)
    )
    country: str = field(
        default="", metadata=_told("The country of its head office, as DE.", pattern=COUNTRY)
    )
    owner: str = field(
        default="", metadata=_told("The team of the company that answers for the vendor.")
    )
    contact: str = field(
        default="",
        metadata=_told("How the vendor is reached; a mailbox of a team, not a person's."),
    )
    documents: tuple[str, ...] = field(
        default=(),
        metadata=_told(
            "Links to contract, assessment and attestation, that begin with https://.",
            pattern=LINK,
        ),
    )


class NamedProgram(Protocol):
    """What a program says of itself: all that a vendor is known by."""

    @property
    def name(self) -> str:
        """The name, as the system shows it."""
        ...

    @property
    def vendor(self) -> str:
        """The publisher that it names."""
        ...

    @property
    def signer(self) -> str:
        """Who signed it, empty where that is not told."""
        ...

    @property
    def source(self) -> str:
        """The package manager that it came by."""
        ...


class ClassTeller(Protocol):
    """What knows the classes of programs."""

    def of(self, name: str, publisher: str, product: str) -> tuple[ProgramClass, ...]:
        """Return all classes of a program; `product` is the catalogue's name of it, or empty."""
        ...

    def of_extension(self, ident: str) -> tuple[ProgramClass, ...]:
        """Return all classes of a browser's extension, which is known by its id alone."""
        ...


def vendor_of(item: NamedProgram, register: Iterable[Vendor]) -> Vendor | None:
    """Find whom a program is of: by what it says of itself first, then by where it came from."""
    by_source = None
    for vendor in register:
        if _says(item, vendor):
            return vendor
        if by_source is None and named(item.source, vendor.sources):
            by_source = vendor
    return by_source


def _says(item: NamedProgram, vendor: Vendor) -> bool:
    return (
        named(item.vendor, vendor.publishers)
        or named(item.name, vendor.products)
        or bool(item.signer and named(item.signer, vendor.signers))
    )


def standing(vendor: Vendor | None, classes: Iterable[ProgramClass], day: date) -> Standing:
    """Say how the company stands with a program of a vendor on a day.

    An approval covers the classes that it names: who may bring messaging may not therefore bring
    remote control. The last day of a contract or a review still counts.
    """
    if vendor is None:
        return Standing.UNKNOWN
    if not vendor.approved or beyond(vendor, classes):
        return Standing.UNAPPROVED
    return Standing.LAPSED if lapsed(vendor, day) else Standing.APPROVED


def beyond(vendor: Vendor, classes: Iterable[ProgramClass]) -> tuple[ProgramClass, ...]:
    """Return the classes that the vendor's approval does not cover."""
    return tuple(one for one in classes if vendor.classes and one not in vendor.classes)


def lapsed(vendor: Vendor, day: date) -> tuple[Deadline, ...]:
    """Return what is over: a day that is none of the calendar counts as passed."""
    return tuple(one for one, last in deadlines(vendor) if _days(last, day) < 0)


def due(vendor: Vendor, day: date, warn: int) -> tuple[Deadline, ...]:
    """Return what comes to its end within `warn` days, the day itself included."""
    return tuple(one for one, last in deadlines(vendor) if 0 <= _days(last, day) <= warn)


def deadlines(vendor: Vendor) -> tuple[tuple[Deadline, str], ...]:
    """Return the days that the entry names, as they stand there."""
    both = ((Deadline.CONTRACT, vendor.contract_until), (Deadline.REVIEW, vendor.review_by))
    return tuple((one, last) for one, last in both if last)


def _days(last: str, day: date) -> int:
    try:
        return (date.fromisoformat(last) - day).days
    except ValueError:
        return -1
