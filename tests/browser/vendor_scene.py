"""A vendor register for pictures and browsers: every standing, long names, several scripts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from agentguard.model.vendors import Clause, ProgramClass, Vendor
from agentguard.server.jobs import software
from agentguard.server.store.software import vendors
from tests.server.conftest import START

TODAY = datetime.fromtimestamp(START, UTC).date()


def ahead(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


REGISTER = (
    Vendor(
        name="Zoom Communications, Inc.",
        publishers=("Zoom*",),
        classes=(ProgramClass.MESSAGING, ProgramClass.RECORDING),
        clauses=(Clause.AUDIT_RIGHT, Clause.INCIDENT_NOTICE, Clause.CONFIDENTIALITY),
        contract="C-2026/114",
        contract_from=ahead(-200),
        contract_until=ahead(23),
        review_by=ahead(120),
        owner="Telephony team",
        contact="security@zoom.example",
        country="US",
        data=("names of callers", "recordings of calls"),
        documents=("https://dms.example/contracts/zoom?year=2026",),
        network=("*.zoom.us",),
    ),
    Vendor(name="Slack Technologies", publishers=("Slack*",), contract_until=ahead(-12)),
    Vendor(name="AnyDesk Software GmbH", publishers=("AnyDesk*",), approved=False),
    Vendor(name="شركة الاتصالات المتحدة", contract_until=ahead(500), owner="المشتريات"),
    Vendor(name="Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunternehmen " * 3),
    Vendor(name="株式会社トーク・コミュニケーションズ", review_by=ahead(0)),
)


def fill(running: Any) -> None:
    """Give the centre the register, with which the desks' programs are matched."""
    run = running.admin._database.run
    if not run(vendors.register):
        run(lambda c: vendors.take(c, REGISTER, "sam", START, whole=True))
        run(lambda c: software.look_at_vendors(c, START, 0.0, told=False))
