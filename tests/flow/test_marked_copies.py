"""A running agent and copies that are marked as not to be kept: by the policy in force."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentguard.platforms.simulated import PRIMARY
from tests.flow.conftest import POLICY

CARD = "4556 7375 8689 9855"
LETTER = f"Dear customer, your card number {CARD} was charged.\n"


def managers(*names: str) -> str:
    """Give the policy with these password managers."""
    before = "coach]}}"
    assert before in POLICY
    said = f"coach], settings: {{{{password_managers: {list(names)}}}}}}}}}"
    return POLICY.replace(before, said)


def test_row_140_what_a_private_window_copied_is_cleared_and_no_value_is_written(
    start: Callable,
) -> None:
    floor = start()
    floor.until(lambda: floor.desktop.watchers >= 1)
    floor.desktop.copy(LETTER, app="chrome", marked=True)
    floor.until(lambda: not floor.desktop.paste())
    every = [r for r in floor.records() if r.kind == "finding.opened"]
    (opened,) = [r for r in every if r.payload["check"] == "clipboard"]
    assert opened.payload["hits"] == [{"kind": "PAN", "count": 1, "masked": []}]


@pytest.mark.parametrize(
    ("names", "app", "spared"),
    [
        (None, "keepassxc", True),
        (None, "chrome", False),
        ((), "keepassxc", False),
        (("vault*",), "vault-desktop", True),
    ],
    ids=["known", "browser", "nobody", "of the policy"],
)
def test_row_140_the_policy_says_which_programs_are_spared(
    start: Callable, names, app, spared
) -> None:
    floor = start(words=POLICY if names is None else managers(*names))
    floor.until(lambda: floor.desktop.watchers >= 1)
    floor.desktop.copy(LETTER, app=app, marked=True)
    if not spared:
        floor.until(lambda: not floor.desktop.paste())
        return
    floor.desktop.copy(LETTER, app="crm", selection=PRIMARY)  # is seen after the first
    floor.until(lambda: not floor.desktop.paste(PRIMARY))
    assert floor.desktop.paste() == LETTER
