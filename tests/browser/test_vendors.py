"""The vendor register in a real browser: read, filtered, changed by keyboard, taken from a file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agentguard.model.vendors import Clause, ProgramClass, Vendor
from agentguard.server.jobs import vendors as job
from agentguard.server.store.software import vendors
from agentguard.software import vendor_sheet
from tests.browser import driving
from tests.browser.driving import PASSWORD
from tests.browser.test_pages import WAYS, violations
from tests.server.conftest import START
from tests.server.test_vendors import install

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.timeout(600)]

TODAY = datetime.fromtimestamp(START, UTC).date()
SEEN = {
    **WAYS,
    "twice": {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2},
}
"""The ways of every page, and a window of 1,280 by 800 at 200 %."""
PROGRAMS = (
    ("Zoom Workplace (X64)", "Zoom", "", "zoom"),
    ("Slack", "Slack Technologies Inc.", "", "slack"),
    ("Otter", "Otter.ai, Inc.", "", ""),
    ("腾讯QQ", "深圳市腾讯计算机系统有限公司", "", ""),
)


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


@pytest.fixture
def register(centre: Any) -> Any:
    """Give the centre with a register and programs that are matched with it."""
    run = centre.admin._database.run
    if not run(vendors.register):
        run(lambda c: vendors.take(c, REGISTER, "sam", START, whole=True))
        install(centre, centre.shown, *PROGRAMS)
        run(lambda c: job.look(c, START, 0.0, told=False))
    centre.admin.add_user("sam", PASSWORD, "admin")
    return centre


@pytest.mark.parametrize("way", SEEN)
def test_no_page_of_vendors_has_a_barrier(register: Any, chrome: Any, way: str) -> None:
    with driving.visit(chrome, register, "sam", **SEEN[way]) as context:
        page = context.new_page()
        complaints, found = driving.complaints(page), []
        for path in ("", "?kind=due&sort=name", "?text=nobody", "/1", "/1/edit", "/new", "/import"):
            assert page.goto(f"/vendors{path}").status == 200
            found += violations(page)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{path} is wider than the window")
        assert found == []
        assert complaints == []


@pytest.mark.parametrize("way", ["wide", "phone"])
def test_a_vendor_is_kept_by_keyboard_and_mistakes_are_told_where_they_are(
    register: Any, chrome: Any, way: str
) -> None:
    with driving.visit(chrome, register, "sam", **SEEN[way]) as context:
        page = context.new_page()
        page.goto("/vendors/new")
        page.get_by_label("Name", exact=True).fill(f"Acme of {way}")
        page.get_by_label("Documents").fill("http://dms.example/1")
        page.get_by_label("VPN").press("Space")
        page.get_by_role("button", name="Save").press("Enter")
        field = page.get_by_label("Documents")
        assert field.get_attribute("aria-invalid") == "true"
        assert violations(page) == []
        field.fill("https://dms.example/1")
        page.get_by_role("button", name="Save").press("Enter")
        page.get_by_role("heading", name=f"Acme of {way}").wait_for()
        assert page.get_by_role("link", name="https://dms.example/1").is_visible()
        page.get_by_role("button", name="Remove from the register").press("Enter")
        page.get_by_role("heading", name="Vendors", exact=True).wait_for()
        assert f"Acme of {way}" not in page.content()


def test_a_file_is_taken_over_or_told_line_by_line(
    register: Any, chrome: Any, tmp_path: Path
) -> None:
    wrong, right = tmp_path / "wrong.csv", tmp_path / "right.csv"
    wrong.write_text("provider_name,next_review\nAcme,soon\n", encoding="utf-8")
    right.write_text(vendor_sheet.write((Vendor(name="From a file"),)), encoding="utf-8")
    with driving.visit(chrome, register, "sam", **WAYS["wide"]) as context:
        page = context.new_page()
        page.goto("/vendors/import")
        page.get_by_label("CSV file").set_input_files(wrong)
        page.get_by_role("button", name="Take it over").press("Enter")
        page.get_by_text("Mistakes in the file: 1.").wait_for()
        assert violations(page) == []
        page.get_by_label("CSV file").set_input_files(right)
        page.get_by_role("button", name="Take it over").press("Enter")
        page.get_by_role("link", name="From a file").wait_for()
