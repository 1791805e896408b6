"""The vendor register in a real browser: read, filtered, changed by keyboard, taken from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agentguard.model.vendors import Vendor
from agentguard.software import vendor_sheet
from tests.browser import driving, vendor_scene
from tests.browser.barriers import WAYS, violations
from tests.browser.driving import PASSWORD

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.timeout(600)]

SEEN = {
    **WAYS,
    "twice": {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2},
}
"""The ways of every page, and a window of 1,280 by 800 at 200 %."""


@pytest.fixture
def register(centre: Any) -> Any:
    """Give the centre with a register and programs that are matched with it."""
    vendor_scene.fill(centre)
    centre.admin.add_user("sam", PASSWORD, "admin")
    return centre


@pytest.mark.parametrize("way", SEEN)
def test_no_page_of_vendors_has_a_barrier(register: Any, chrome: Any, way: str) -> None:
    with driving.visit(chrome, register, "sam", **SEEN[way]) as context:
        page = context.new_page()
        complaints, found = driving.complaints(page), []
        for path in ("", "?kind=due&sort=name", "?text=nobody", "/1", "/1/edit", "/new", "/import"):
            assert page.goto(f"/vendors{path}").status == 200
            found += violations(page, way)
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
        page.get_by_role("link", name="https://dms.example/1").wait_for()
        page.get_by_role("button", name="Remove from the register").press("Enter")
        page.get_by_role("heading", name="Vendors", exact=True).wait_for()
        page.wait_for_load_state("load")
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
        page.get_by_role("button", name="Import it").press("Enter")
        page.get_by_text("Mistakes in the file: 1.").wait_for()
        assert violations(page) == []
        page.get_by_label("CSV file").set_input_files(right)
        page.get_by_role("button", name="Import it").press("Enter")
        page.get_by_role("link", name="From a file").wait_for()
