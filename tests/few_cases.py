"""Of a test with many cases, a few: what differs between two Pythons differs for the test itself.

A case is a name in the brackets behind a test. Those that are kept lie evenly between the first and
the last; of one, it is the first that the run does not leave out otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import pytest


def addoption(group: pytest.OptionGroup) -> None:
    """Let a run say how many."""
    group.addoption(
        "--few-cases", type=int, default=0, metavar="N", help="run at most N cases of each test"
    )


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take the others from what is run."""
    most = config.getoption("--few-cases")
    if most <= 0:
        return
    known = set(few([one.nodeid for one in items], most))
    config.hook.pytest_deselected(items=[one for one in items if one.nodeid not in known])
    items[:] = [one for one in items if one.nodeid in known]


def few(names: Sequence[str], most: int) -> list[str]:
    """Return at most `most` names of each test, the first and the last among them."""
    kept: list[str] = []
    for _, those in groupby(sorted(names, key=_test), key=_test):
        cases = list(those)
        gap = (len(cases) - 1) / max(most - 1, 1)
        apart = [round(gap * place) for place in range(most)]
        kept += [cases[place] for place in apart] if len(cases) > most else cases
    return kept


def _test(name: str) -> str:
    return name.partition("[")[0]
