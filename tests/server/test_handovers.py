"""Handovers and clean-desk checks on the page of teams: counts, and who did not hand over."""

from __future__ import annotations

from typing import Any

from tests.server.test_incident import text_of
from tests.server.test_roles import signed_in

__all__ = ["signed_in"]


def test_counts_and_desks_without_a_handover_stand_on_the_page_of_teams(
    desk: Any, signed_in: Any, event: Any
) -> None:
    desk.send(
        event(1, "shift.handed-over", params={"findings": 0, "paper": 1}),
        event(2, "shift.missed"),
        event(3, "desk.clean", params={"paper": 1}),
        event(4, "desk.clean-missed"),
        event(5, "finding.opened", check="handover", message="handover.missed", severity="low"),
    )
    bob = signed_in("bob", "officer")
    for kind in ("", "shift", "site"):
        page = text_of(bob.get(f"/teams?kind={kind}").text)
        assert "Not handed over" in page
        assert "1 1 1 of 2" in page
        assert "Who did not hand over" in page
        assert "Desks whose last shift ended without a handover." in page
    desk.send(event(6, "finding.closed", check="handover"))
    assert "Nobody, as far as desks have told." in text_of(bob.get("/teams").text)


def test_nobody_sees_the_handovers_of_other_teams(desk: Any, signed_in: Any, event: Any) -> None:
    desk.send(
        event(1, "shift.missed"),
        event(2, "finding.opened", check="handover", message="handover.missed", severity="low"),
    )
    page = text_of(signed_in("eve", teams=("Sales",)).get("/teams").text)
    assert "1 0 of 0" not in page
    assert "Desks whose last shift ended without a handover." not in page
