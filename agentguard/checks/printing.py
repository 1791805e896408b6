"""What is printed while a listed program runs is told: how many jobs and pages, and where.

Neither Windows nor CUPS knows which program printed, so the sentence does not say so: it names the
listed programs that ran. No document is named and none is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from agentguard.checks.base import MINUTE, Check, belong, few, named, not_read
from agentguard.model.events import Facts
from agentguard.model.machine import PrintJob, PrintJobsSeen
from agentguard.model.verdicts import (
    Owner,
    Severity,
    Verdict,
    not_applicable,
    passed,
    unknown,
    wrong,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """With which programs printing is told, and for how long."""

    programs: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Programs, without .exe (* and ? as in a shell): what is printed while one of "
            "them runs is told. None: printing is not judged."
        },
    )
    told_minutes: int = field(
        default=60,
        metadata={"doc": "Minutes until a job is told no longer.", "min": 5, "max": 1440},
    )


def judge(event: PrintJobsSeen, _facts: Facts, settings: Settings) -> Verdict:
    """Tell each job of the last while beside which a listed program ran."""
    if not settings.programs:
        return not_applicable("printing.not-judged")
    if event.unread:
        return not_read(event)
    longest = settings.told_minutes * MINUTE
    recent = [job for job in event.jobs if 0 <= event.at.wall - job.done < longest]
    listed = [job for job in recent if any(_listed(job, settings))]
    if listed:
        return _told(listed, settings)
    if any(not job.beside for job in recent):
        return unknown("printing.too-late", count=len(recent))
    if recent:
        return passed("printing.others", count=len(recent))
    return passed("printing.none", minutes=settings.told_minutes)


def _listed(job: PrintJob, settings: Settings) -> Iterator[str]:
    return (image for image in job.beside or () if named(image, settings.programs))


def _told(jobs: Sequence[PrintJob], settings: Settings) -> Verdict:
    programs = few(image for job in jobs for image in _listed(job, settings))
    where = few(job.printer for job in jobs)
    pages = [job.pages for job in jobs if job.pages is not None]
    if len(pages) < len(jobs):
        return wrong("printing.jobs", count=len(jobs), programs=programs, printers=where)
    return wrong(
        "printing.pages", count=len(jobs), pages=sum(pages), programs=programs, printers=where
    )


CHECK = Check(
    id="printing",
    measure=4,
    severity=Severity.LOW,
    on=(PrintJobsSeen,),
    settings=Settings,
    judge=judge,
    fresh=5 * MINUTE,
    owners=belong(Owner.PERSON, "printing.jobs", "printing.pages"),
)
