"""What Windows' answers mean for whether a person may be disturbed, by Microsoft's numbers."""

from __future__ import annotations

import pytest

from agentguard.platforms._win32.busy_answers import do_not_disturb, presenting


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        *((state, True) for state in (1, 2, 3, 4)),
        *((state, False) for state in (5, 6, 7)),
        *((state, None) for state in (0, 8, -1, None)),
    ],
)
def test_a_full_screen_is_busy_and_what_is_not_told_is_not(
    state: int | None, wanted: bool | None
) -> None:
    assert presenting(state) is wanted


@pytest.mark.parametrize(
    ("profile", "wanted"), [(0, False), (1, True), (2, True), (3, None), (None, None)]
)
def test_an_undocumented_answer_is_believed_only_where_it_is_one_of_three(
    profile: int | None, wanted: bool | None
) -> None:
    assert do_not_disturb(profile) is wanted
