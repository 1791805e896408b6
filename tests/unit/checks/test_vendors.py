"""The vendor register: approved, in date, and nobody unknown."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from agentguard.base import translations
from agentguard.checks.vendors import CHECK, ROWS, Settings
from agentguard.model.facts import Kind, LifecyclesKnown, ProgramsSeen, Software, SoftwareSeen
from agentguard.model.moments import Moment
from agentguard.model.vendors import ProgramClass, Vendor
from agentguard.model.verdicts import State
from agentguard.software import classes, shipped

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
        ({"contract_until": "2026-11-24"}, "The contract has ended with: Slack"),
        ({"review_by": "2026-11-24"}, "The review is overdue for: Slack"),
        ({"review_by": "2026-02-31"}, "The review is overdue for: Slack"),
    ],
)
def test_a_vendor_that_is_refused_or_out_of_date_is_named(desk, fields, words) -> None:
    slack = Vendor(name="Slack", publishers=("Slack*",), **fields)
    told = judge(desk, ("slack", "Slack Inc"), register=(slack,))
    assert told.state is State.FAIL
    assert told.words.startswith(words)


@pytest.mark.parametrize("day", ["", "2026-11-25", "2027-01-31", "2026-11-26"])
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


def known(*, programs: bool = True) -> dict[str, Any]:
    """Give what the desk knows of programs and what they are for, as it ships."""
    return {
        "compiled": date(2026, 11, 1),
        "programs": shipped.matcher() if programs else None,
        "classes": classes.shipped(),
    }


def rows(desk, settings: Settings) -> list[str]:
    """Give the table behind the sentence about what was seen last."""
    at = Moment(boot=desk.boot, wall=desk.wall)
    seen = desk.facts.get(SoftwareSeen)
    assert seen is not None
    verdict = CHECK.judge(SoftwareSeen(at=at, items=seen.items), desk.facts, settings)
    assert verdict is not None
    return [translations.load().render(one) for one in verdict.rows]


SIX = (
    Vendor(name="Remote Ltd", publishers=("AnyDesk*",), approved=False),
    Vendor(name="Slack", publishers=("Slack*",), contract_until="2026-11-24"),
    Vendor(name="Zoom", publishers=("Zoom*",), review_by="2026-11-24"),
    DEBIAN,
)
MIXED = (
    ("AnyDesk", "AnyDesk Software GmbH"),
    ("Slack", "Slack Inc"),
    ("Zoom Workplace (X64)", "Zoom"),
    ("odd-tool", "stranger"),
    BASH,
)


def test_all_that_is_wrong_is_told_and_not_the_worst_alone(desk) -> None:
    told = judge(desk, *MIXED, register=SIX)
    assert told.words == (
        "Programs of these vendors need attention. Not approved: Remote Ltd. Contract over: Slack. "
        "Review overdue: Zoom. Not in the register: odd-tool."
    )
    assert judge(desk, *MIXED, register=SIX, allow_unknown=True).words.endswith(
        "register: \N{EN DASH}."
    )


def test_row_179_each_program_is_told_with_all_its_classes(desk) -> None:
    desk.see(LifecyclesKnown, **known())
    told = judge(desk, *MIXED, register=SIX)
    assert "Zoom (messaging, recording, AI assistant, remote control)" in told.words
    assert "Remote Ltd (remote control)" in told.words
    many = "messaging, recording, AI assistant, remote control"
    assert rows(desk, Settings(register=SIX)) == [
        "Not approved: AnyDesk, of Remote Ltd. What it is for: remote control.",
        "Lapsed: Slack, of Slack. What it is for: messaging.",
        f"Lapsed: Zoom Workplace (X64), of Zoom. What it is for: {many}.",
        "Not in the register: odd-tool. What it is for: \N{EN DASH}.",
    ]


def test_an_approval_covers_the_classes_that_it_names(desk) -> None:
    desk.see(LifecyclesKnown, **known())
    narrow = Vendor(name="Zoom", publishers=("Zoom*",), classes=(ProgramClass.MESSAGING,))
    wide = Vendor(name="Zoom", publishers=("Zoom*",), classes=tuple(ProgramClass))
    zoom = ("Zoom Workplace (X64)", "Zoom")
    assert judge(desk, zoom, register=(narrow,)).state is State.FAIL
    assert judge(desk, zoom, register=(wide,)).state is State.PASS
    assert judge(desk, ("Zoom Helper", "Zoom"), register=(narrow,)).state is State.PASS


def test_a_class_is_known_by_name_where_the_catalogue_knows_no_product(desk) -> None:
    desk.see(LifecyclesKnown, **known(programs=False))
    told = judge(desk, ("腾讯QQ", ""), ("MEGAsync", ""), register=(DEBIAN,))
    assert told.words.endswith("(2): MEGAsync (file sync), 腾讯QQ (messaging).")


def test_a_part_of_the_system_has_no_class(desk) -> None:
    desk.see(LifecyclesKnown, **known())
    part = Software(name="x11vnc", version="1", vendor="", source="dpkg", kind=Kind.PART)
    told = desk.judge(CHECK, SoftwareSeen, Settings(register=(DEBIAN,)), items=(part,))
    assert told.words.endswith(": x11vnc.")


def test_a_signer_tells_whose_a_renamed_program_is(desk) -> None:
    vendor = Vendor(name="Remote Ltd", signers=("AnyDesk Software*",), approved=False)
    item = Software(
        name="helper", version="1", vendor="", source="msi", signer="AnyDesk Software GmbH"
    )
    told = desk.judge(CHECK, SoftwareSeen, Settings(register=(vendor,)), items=(item,))
    assert told.words.endswith(": Remote Ltd.")


@pytest.mark.parametrize(
    ("field", "day", "told"),
    [
        ("review_by", "2026-11-25", True),
        ("review_by", "2027-01-24", True),
        ("review_by", "2027-01-25", False),
        ("contract_until", "2027-01-24", True),
        ("contract_until", "2027-01-25", False),
    ],
)
def test_row_180_what_is_due_is_told_before_and_does_not_fail(desk, field, day, told) -> None:
    vendor = Vendor(name="Slack", publishers=("Slack*",), **{field: day})
    seen = judge(desk, ("Slack", "Slack Inc"), BASH, register=(vendor, DEBIAN))
    assert seen.state is State.PASS
    assert (f"Slack ({day})" in seen.words) is told


def test_no_warning_where_none_is_wanted(desk) -> None:
    vendor = Vendor(name="Slack", publishers=("Slack*",), review_by="2026-11-26")
    assert "due soon" not in judge(desk, DESKTOP_OF, register=(vendor,), warn_days=0).words


DESKTOP_OF = ("Slack", "Slack Inc")


def test_the_table_is_short(desk) -> None:
    desk.see(LifecyclesKnown, **known())
    many = tuple((f"tool-{n:03}", "stranger") for n in range(ROWS + 7))
    judge(desk, *many, register=(DEBIAN,))
    shown = rows(desk, Settings(register=(DEBIAN,)))
    assert (len(shown), shown[-1]) == (ROWS + 1, "And 7 more.")


def running(desk, register: tuple[Vendor, ...], **fields: Any) -> Any:
    """Judge what runs."""
    return desk.judge(CHECK, ProgramsSeen, Settings(register=register), **fields)


def test_row_181_what_runs_without_being_installed_is_known_by_image_or_signer(desk) -> None:
    remote = Vendor(
        name="Remote Ltd", processes=("anydesk*",), signers=("AnyDesk*",), approved=False
    )
    sync = Vendor(name="Sync Ltd", processes=("megasync",), contract_until="2026-11-24")
    fine = Vendor(name="Slack", processes=("slack",))
    told = running(
        desk,
        (remote, sync, fine),
        images=frozenset({"anydesk-portable", "megasync", "slack", "bash"}),
        signed=frozenset({("helper", "AnyDesk Software GmbH")}),
    )
    assert (told.state, told.subject) == (State.FAIL, "running")
    assert told.words.endswith(
        "(3): anydesk-portable (Remote Ltd), helper (Remote Ltd), megasync (Sync Ltd)."
    )
    calm = running(desk, (remote, sync, fine), images=frozenset({"slack", "bash"}))
    assert (calm.state, calm.words) == (State.PASS, "")


def test_what_runs_is_not_known_where_it_was_not_read(desk) -> None:
    assert running(desk, (DEBIAN,), unread="no-tool").state is State.UNKNOWN
    assert running(desk, (DEBIAN,), images=frozenset()).state is State.UNKNOWN
    assert running(desk, ()).state is State.NOT_APPLICABLE


def test_an_approval_by_class_does_not_pass_where_no_class_is_known(desk) -> None:
    narrow = Vendor(name="Slack", publishers=("Slack*",), classes=(ProgramClass.MESSAGING,))
    assert judge(desk, DESKTOP_OF, register=(narrow,)).state is State.PARTIAL
    desk.see(LifecyclesKnown, **known(programs=False))
    assert judge(desk, DESKTOP_OF, register=(narrow,)).state is State.PARTIAL
    desk.see(LifecyclesKnown, **known())
    assert judge(desk, DESKTOP_OF, register=(narrow,)).state is State.PASS


def test_an_event_of_another_kind_says_nothing(desk) -> None:
    at = Moment(boot=desk.boot, wall=desk.wall)
    assert CHECK.judge(LifecyclesKnown(at=at), desk.facts, Settings(register=(DEBIAN,))) is None


def test_row_169_an_extension_counts_where_the_register_names_its_vendor_alone(desk) -> None:
    def told(maker: str, *, approved: bool) -> Any:
        extension = Software(
            name="Helper", version="1", vendor=maker, source="chrome-web-store",
            kind=Kind.EXTENSION,
        )  # fmt: skip
        bash = Software(name="bash", version="1", vendor="Debian", source="dpkg")
        register = (DEBIAN, Vendor(name="Acme", publishers=("Acme*",), approved=approved))
        settings = Settings(register=register)
        return desk.judge(CHECK, SoftwareSeen, settings, items=(bash, extension))

    assert told("Nobody", approved=True).state is State.PASS
    assert told("Acme Inc.", approved=True).state is State.PASS
    assert told("Acme Inc.", approved=False).state is State.FAIL


def test_an_extension_that_is_for_something_counts_and_one_called_as_a_program_does_not(
    desk: Any,
) -> None:
    desk.see(LifecyclesKnown, **known())

    def installed(name: str, ident: str) -> Any:
        extension = Software(
            name=name, version="1", vendor="", source="store", kind=Kind.EXTENSION, ident=ident
        )
        bash = Software(name="bash", version="1", vendor="Debian", source="dpkg")
        settings = Settings(register=(DEBIAN,))
        return desk.judge(CHECK, SoftwareSeen, settings, items=(bash, extension))

    assert installed("Zoom", "a" * 32).state is State.PASS
    told = installed("Sider: Chat with all AI", "difoiogjjojoaoomphldepapgpbgkhkb")
    assert told.state is State.FAIL
    assert told.words.endswith("(1): Sider: Chat with all AI (AI assistant).")
