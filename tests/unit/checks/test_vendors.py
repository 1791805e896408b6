"""The vendor register: approved, in date, and nobody unknown."""

from __future__ import annotations

from typing import Any

import pytest

from agentguard.checks.vendors import CHECK, Settings, Vendor
from agentguard.model.facts import Software, SoftwareSeen
from agentguard.model.verdicts import State

DEBIAN = Vendor(name="Debian", publishers=("debian*",))
SLACK = Vendor(name="Slack Technologies", publishers=("Slack*",), products=("slack-desktop",))
BASH = ("bash", "Debian <team@lists.debian.org>")
DESKTOP = ("slack-desktop", "")


def judge(desk, *items: tuple[str, str], register: tuple[Vendor, ...], **settings: Any) -> Any:
    """Judge an inventory of (name, vendor)."""
    software = tuple(Software(name=n, version="1", vendor=v, source="dpkg") for n, v in items)
    return desk.judge(CHECK, SoftwareSeen, Settings(register=register, **settings), items=software)


def test_everything_of_a_known_vendor_passes(desk) -> None:
    told = judge(desk, BASH, DESKTOP, register=(DEBIAN, SLACK))
    assert (told.state, told.words) == (
        State.PASS,
        "Every program comes from a vendor in the register (2).",
    )


def test_a_vendor_is_known_by_publisher_or_by_product(desk) -> None:
    assert judge(desk, ("x", "SLACK INC"), register=(SLACK,)).state is State.PASS
    assert judge(desk, ("SLACK-desktop", "?"), register=(SLACK,)).state is State.PASS


def test_an_unknown_vendor_is_named(desk) -> None:
    told = judge(desk, BASH, ("anydesk", "AnyDesk Software GmbH"), register=(DEBIAN,))
    assert told.state is State.FAIL
    assert told.words.endswith("(1): anydesk.")


def test_many_unknown_ones_are_counted_and_five_are_named(desk) -> None:
    many = tuple((f"tool-{n}", f"Maker {n}") for n in range(9))
    told = judge(desk, *many, register=(DEBIAN,))
    assert "(9)" in told.words
    assert told.words.count("tool-") == 5
    assert "(+4)" in told.words


def test_nobody_who_packed_a_program_is_named(desk) -> None:
    told = judge(desk, ("e2fsprogs", "Kim Packer"), register=(SLACK,))
    assert "Kim" not in told.words


def test_a_distribution_stands_for_all_that_its_package_manager_brought(desk) -> None:
    distribution = Vendor(name="Debian", sources=("dpkg",))
    assert judge(desk, ("e2fsprogs", "Kim Packer"), register=(distribution,)).state is State.PASS


def test_but_not_for_a_program_that_another_entry_names(desk) -> None:
    distribution = Vendor(name="Debian", sources=("dpkg",))
    refused = Vendor(name="AnyDesk", products=("anydesk",), approved=False)
    told = judge(desk, ("anydesk", "x"), BASH, register=(distribution, refused))
    assert told.words == "Programs of vendors that are not approved are installed: AnyDesk."


def test_the_policy_may_only_count_the_unknown_ones(desk) -> None:
    told = judge(desk, DESKTOP, register=(DEBIAN,), allow_unknown=True)
    assert told.state is State.PARTIAL, "counted is not matched"
    assert "slack-desktop" in told.words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"approved": False}, "Programs of vendors that are not approved are installed: Slack"),
        ({"contract_until": "2026-11-24"}, "The contract with these vendors is over: Slack"),
        ({"review_by": "2026-11-24"}, "The review of these vendors is overdue: Slack"),
        ({"review_by": "2026-02-31"}, "The review of these vendors is overdue: Slack"),
    ],
)
def test_a_vendor_that_is_refused_or_out_of_date_is_named(desk, fields, words) -> None:
    slack = Vendor(name="Slack", publishers=("Slack*",), **fields)
    told = judge(desk, ("slack", "Slack Inc"), ("x", "stranger"), register=(slack,))
    assert told.state is State.FAIL
    assert told.words.startswith(words)


@pytest.mark.parametrize("day", ["", "2026-11-25", "2027-01-31"])
def test_the_last_day_still_counts(desk, day) -> None:
    slack = Vendor(name="Slack", publishers=("*",), review_by=day, contract_until=day)
    assert judge(desk, DESKTOP, BASH, register=(slack,)).state is State.PASS


def test_a_vendor_that_is_not_installed_does_not_matter(desk) -> None:
    gone = Vendor(name="Gone", publishers=("gone*",), approved=False, contract_until="2020-01-01")
    assert judge(desk, BASH, register=(gone, DEBIAN)).state is State.PASS


def test_without_a_register_it_does_not_apply(desk) -> None:
    assert judge(desk, BASH, register=()).state is State.NOT_APPLICABLE


def test_an_empty_inventory_proves_nothing(desk) -> None:
    assert judge(desk, register=(DEBIAN,)).state is State.UNKNOWN
    settings = Settings(register=(DEBIAN,))
    told = desk.judge(CHECK, SoftwareSeen, settings, unread="no-tool")
    assert told.words == "The program that tells this is not installed."


@pytest.mark.parametrize("allow", [False, True])
def test_a_source_that_did_not_answer_lets_nothing_pass(desk, allow) -> None:
    settings = Settings(register=(DEBIAN,), allow_unknown=allow)
    maker = "AnyDesk" if allow else "Debian"
    items = (Software(name="tool", version="1", vendor=maker, source="dpkg"),)
    whole = desk.judge(CHECK, SoftwareSeen, settings, items=items)
    part = desk.judge(CHECK, SoftwareSeen, settings, items=items, unread="software-part")
    assert whole.state is (State.PARTIAL if allow else State.PASS)
    assert part.state is State.PARTIAL


def test_a_source_that_did_not_answer_excuses_no_stranger(desk) -> None:
    items = (Software(name="tool", version="1", vendor="AnyDesk", source="dpkg"),)
    settings = Settings(register=(DEBIAN,))
    told = desk.judge(CHECK, SoftwareSeen, settings, items=items, unread="software-part")
    assert told.state is State.FAIL
