"""Which kinds of personal data count, and the sentence for what was found."""

from __future__ import annotations

from collections.abc import Iterable

from agentguard.model.custody import FORBIDDEN
from agentguard.model.events import Facts, PolicyInForce
from agentguard.model.hits import Hit
from agentguard.model.messages import Message, say
from agentguard.model.verdicts import Severity

NATIONAL = (
    "AT_SVNR",
    "AU_MEDICARE",
    "AU_TFN",
    "BE_NN",
    "BR_CPF",
    "CA_SIN",
    "CZ_RC",
    "DE_RVNR",
    "DE_TIN",
    "DK_CPR",
    "ES_ID",
    "FI_HETU",
    "FR_NIR",
    "GR_AFM",
    "GR_AMKA",
    "HU_TAJ",
    "HU_TAX",
    "IE_PPSN",
    "IT_CF",
    "NL_BSN",
    "PH_PSN",
    "PH_SSS",
    "PH_TIN",
    "PL_PESEL",
    "PT_NIF",
    "RO_CNP",
    "SE_PN",
    "ZA_ID",
)
"""Numbers that a state gives a person; an agent of one country may meet customers of all."""

KINDS = (
    "PAN",
    "CVV",
    "TRACK",
    "SSN",
    "NINO",
    "NHS",
    "IBAN",
    "SORT_ACCT",
    "PASSPORT",
    "AADHAAR",
    "IN_PAN",
    "SECRET",
    *NATIONAL,
)
"""One of these is personal data by itself."""

BULK_KINDS = ("EMAIL", "PHONE", "DOB")
"""One of these is everyday text; many of them are a list of customers."""

CARD = "PAN"


def with_own(kinds: tuple[str, ...], facts: Facts, *, alone: bool) -> tuple[str, ...]:
    """Add the kinds that the policy in force names as the site's own.

    `alone` chooses those of which one is a finding; the others count when there are many.
    """
    known = facts.get(PolicyInForce)
    own = () if known is None else known.policy.detection.recognisers
    return (*kinds, *(one.kind for one in own if one.alone is alone))


def listed(hits: Iterable[Hit], kinds: tuple[str, ...]) -> tuple[Hit, ...]:
    """Return the hits of the kinds that count."""
    return tuple(h for h in hits if h.kind in kinds and h.count > 0)


def bulk(hits: Iterable[Hit], kinds: tuple[str, ...], least: int) -> tuple[Hit, ...]:
    """Return the hits of everyday kinds when there are at least `least` of them in all."""
    found = listed(hits, kinds)
    return found if sum(h.count for h in found) >= least else ()


def describe(check: str, hits: tuple[Hit, ...]) -> Message:
    """Say what was found, worst first: card security codes, card numbers, anything else."""
    count = _count(hits, FORBIDDEN)
    if count:
        return say(f"{check}.forbidden", count=count)
    count = _count(hits, {CARD})
    if count:
        return say(f"{check}.card", count=count)
    kinds = ", ".join(sorted({h.kind for h in hits}))
    return say(f"{check}.found", count=sum(h.count for h in hits), kinds=kinds)


def severity(hits: tuple[Hit, ...]) -> Severity | None:
    """Return the highest for what may never be kept (PCI DSS 3.3.1); None for the policy's."""
    return Severity.CRITICAL if _count(hits, FORBIDDEN) else None


def _count(hits: tuple[Hit, ...], kinds: Iterable[str]) -> int:
    return sum(h.count for h in hits if h.kind in kinds)
