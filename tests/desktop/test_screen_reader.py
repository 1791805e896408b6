"""What a screen reader is told of the windows, on a real desktop over a real accessibility bus."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.ui.views import Page
from tests.desktop.harness import Desktop, Logind, eventually
from tests.desktop.screen_reader import Heard, ScreenReader
from tests.desktop.test_whole_agent import LETTER, Seat, seat
from tests.flow.centre import Centre

__all__ = ["seat"]

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(240)]

SHOW = str(Path(__file__).with_name("shown.py"))
ENV = {"QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(Path(__file__).parents[2])}
TOLD = {
    "push button", "list", "list item", "check box", "radio button", "text", "label", "combo box",
}  # fmt: skip
"""The roles of what the keyboard reaches: a reader says each of them."""
SHAPELESS = {"filler", "unknown", "invalid", "panel"}
AN_ID = re.compile(
    r"\b(ui|todo|mode|check|attention|prompt|incident|call|control)\.[a-z][a-z.-]+\b"
    r"|\b[0-9a-f]{8}-[0-9a-f]{4}-|\bPage\.|<[a-z]+ |\{[a-z_]*\}"
)
LAST = 60  # presses of Tab after which nothing new comes


@pytest.fixture
def reader(fresh_session: Desktop) -> Iterator[ScreenReader]:
    with ScreenReader(fresh_session) as made:
        made.listen()
        yield made


def shown(desktop: Desktop, name: str) -> subprocess.Popen[str]:
    """Show one thing of made-up data, and wait until it is there."""
    child = desktop.start(sys.executable, SHOW, name, "light", env=ENV, stdout=subprocess.PIPE)
    assert child.stdout.readline() == "shown\n"
    return child


def faults(heard: list[Heard]) -> list[str]:
    """Give what a reader could not tell, or would tell badly."""
    found = []
    for one in heard:
        where = f"{one.role} {one.name!r} in {' > '.join(one.within)}"
        if one.reached and (not one.name or one.role not in TOLD):
            found.append(f"reached by keys, and not told: {where}")
        if one.name and one.role in SHAPELESS - {"panel"}:
            found.append(f"has a name and is nothing: {where}")
        if AN_ID.search(f"{one.name} {one.description}"):
            found.append(f"an id, which means nothing to a person: {where}")
        if one.role == "graphic" and not one.name:
            found.append(f"a picture that nothing is told of: {where}")
        if one.role == "check box" and one.within[-1] == "list":
            found.append(f"a door that is told as a box to tick: {where}")
        if one.role == "list item" and "list" not in one.within:
            found.append(f"a line of no list: {where}")
    return found


def doors(heard: list[Heard]) -> list[Heard]:
    return [one for one in heard if one.role == "list item" and "selectable" in one.states][
        : len(Page)
    ]


def turn(reader: ScreenReader, window: Heard, number: int) -> list[Heard]:
    """Open a page as a reader's user does, and read the window once it is there."""
    door = doors(reader.walk(window))[number]
    reader.do(door, "Press")

    def there() -> list[Heard]:
        heard = reader.walk(window)
        chosen = [n for n, one in enumerate(doors(heard)) if "selected" in one.states]
        return heard if chosen == [number] else []

    return eventually(there)


def read_every_page(reader: ScreenReader, window: Heard) -> None:
    names = []
    for number, page in enumerate(Page):
        heard = turn(reader, window, number)
        assert faults(heard) == [], page
        pages = next(one for one in heard if one.role == "list")
        assert pages.name, "the list of pages says what it is"
        door = doors(heard)[number]
        headings = [one.name for one in heard if one.role == "heading"]
        assert headings[0] == door.name.split(" (")[0], "a page begins with its own heading"
        assert len(headings) == len(set(headings)), headings
        names.append(headings[0])
    assert len(set(names)) == len(Page)


def test_row_362_every_page_of_an_enrolled_desk_with_findings_is_told(
    seat: Seat, lockable: Logind, tmp_path: Path
) -> None:
    """The real program: without a tray its window opens by itself, as on a desk without one."""
    centre = Centre(tmp_path / "centre")
    centre.start()
    code = centre.admin.enrol_code("Floor")
    lockable.run(
        *seat.program("enroll"), "--endpoint", centre.url, "--ca", str(centre.ca),
        "--code-file", "-", given=code, env=seat.env,
    )  # fmt: skip
    with ScreenReader(lockable) as reader:
        reader.listen()
        agent = lockable.start(*seat.program("tray"), env=seat.env)
        window = reader.window(agent.pid, "AgentGuard")
        (seat.folder / "export.csv").write_text(LETTER)
        alert = eventually(
            lambda: next((w for w in reader.windows(agent.pid) if "alert" in w.role), None),
            within=60,
        )
        assert "export.csv" in alert.name
        assert faults(reader.walk(alert)) == []
        assert "export.csv" in reader.told("Announcement")[1], "it takes no focus, so it is said"
        todo = list(Page).index(Page.TODO)
        told = [one.name for one in turn(reader, window, todo)]
        assert any("export.csv" in name for name in told), told
        read_every_page(reader, window)
    centre.close()


def test_row_362_every_page_is_told_whatever_stands_on_it(
    fresh_session: Desktop, reader: ScreenReader
) -> None:
    child = shown(fresh_session, "notice")
    window = reader.window(child.pid, "AgentGuard")
    read_every_page(reader, window)


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("notice", "alert message"),
        ("lesson", "alert message"),
        ("proof", "dialog"),
        ("shield-call", "dialog"),
        ("shield-code", "dialog"),
    ],
)
def test_row_363_what_comes_by_itself_is_told_as_what_it_is(
    fresh_session: Desktop, reader: ScreenReader, name: str, role: str
) -> None:
    child = shown(fresh_session, name)
    others = [w for w in reader.windows(child.pid) if w.name != "AgentGuard"]
    assert len(others) == 1
    heard = [others[0], *reader.walk(others[0])]
    assert faults(heard) == []
    told = next(one for one in heard if one.role == role)
    assert len(told.name.split()) > 5, "it says by its name what it is about"
    assert any(one.role == "heading" for one in heard)
    if role == "dialog":
        assert any("focused" in one.states for one in heard)


def test_row_363_what_comes_of_a_code_is_said_at_once(
    fresh_session: Desktop, reader: ScreenReader
) -> None:
    child = shown(fresh_session, "proof")
    eventually(lambda: reader.focused(child.pid))
    fresh_session.run("xdotool", "key", "0", "0", "0", "0", "0", "0", "Return")
    assert reader.told("Announcement")[1]


@pytest.mark.parametrize("page", list(Page))
def test_row_364_tab_reaches_everything_in_the_order_in_which_it_is_seen(
    fresh_session: Desktop, reader: ScreenReader, page: Page
) -> None:
    child = shown(fresh_session, f"page-{page}")
    window = reader.window(child.pid, "AgentGuard")
    first = eventually(lambda: reader.focused(child.pid))
    assert first.name in {one.name for one in doors(reader.walk(window))}
    passed = [first]
    for _ in range(LAST):
        fresh_session.run("xdotool", "key", "Tab")
        one = next_of(reader, passed[-1])
        if one.path == first.path:
            break
        passed.append(one)
    wanted = [one for one in reader.walk(window) if one.reached]
    missed = {one.name for one in wanted if one.path not in {p.path for p in passed}}
    assert missed <= by_arrows(wanted), "Tab goes past it"
    order = [one.path for one in wanted if one.path in {p.path for p in passed}]
    start = order.index(first.path)
    went = [one.path for one in passed]
    assert went == order[start:] + order[:start], [one.name for one in passed]


def next_of(reader: ScreenReader, last: Heard) -> Heard:
    """Give what has the focus once it has left what had it."""
    return eventually(
        lambda: (one := reader.told("focused")[0]) and (one if one.path != last.path else None)
    )


def by_arrows(wanted: list[Heard]) -> set[str]:
    """Give the names of what is one of a group, through which the arrow keys go."""
    return {one.name for one in wanted if one.role in ("list item", "radio button")}
