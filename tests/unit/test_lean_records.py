"""Records with shared methods are like those of `dataclasses` in everything that can be seen."""

from __future__ import annotations

import dataclasses
import itertools
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from agentguard.base.lean_records import lean

MAKERS = (dataclasses.dataclass, lean)
WAYS = [
    dict(zip(("frozen", "slots", "eq", "repr", "kw_only"), chosen, strict=True))
    for chosen in itertools.product((True, False), repeat=5)
]


def records(make: Callable[..., Any], **how: bool) -> list[Any]:
    """Make some records by `make`: of no, one and several fields, inherited, and with own words."""

    @make(**how)
    class Nothing:
        pass

    @make(**how)
    class One:
        """A record of one field."""

        one: int

    @make(**how)
    class Some:
        one: int
        hidden: str = dataclasses.field(default="h", repr=False, compare=False)
        unhashed: tuple[int, ...] = dataclasses.field(default=(), hash=False)

    @make(**how)
    class More(Some):
        more: object = None

    class Plain(More):
        pass

    @make(**how)
    class Own:
        one: int

        def __repr__(self) -> str:
            return "own"

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

    made = [Nothing(), One(one=1), One(one=2), Own(one=1), Own(one=2)]
    for cls in (Some, More, Plain):
        made += [cls(one=1), cls(one=1, hidden="x"), cls(one=1, unhashed=(2,)), cls(one=2)]
    return [*made, More(one=1, more=3), More(one=1, more=More(one=4))]


def told(act: Callable[[], object]) -> object:
    """Return what an act gives, or how it fails."""
    try:
        return act()
    except Exception as error:  # noqa: BLE001 - whatever it is, both must do the same
        return type(error), str(error) if isinstance(error, AttributeError) else ""


def looks(one: Any) -> list[object]:
    """Return all that can be seen of a record itself; not what is every object's."""
    cls = type(one)
    seen: list[object] = [
        cls.__hash__ is None,
        cls.__hash__ is object.__hash__,
        cls.__match_args__,
        [(f.name, f.kw_only) for f in dataclasses.fields(one)],
    ]
    if cls.__repr__ is not object.__repr__:
        seen.append(repr(one))
    return seen


def change(one: Any, name: str) -> object:
    """Try to set and to delete a field; told without the words of Python's own refusals."""
    return (told(lambda: setattr(one, name, 5)), told(lambda: delattr(one, name)))


@pytest.mark.parametrize("how", WAYS, ids=str)
def test_row_360_nothing_that_can_be_seen_differs(how: dict[str, bool]) -> None:
    theirs, ours = (records(make, **how) for make in MAKERS)
    assert [looks(one) for one in theirs] == [looks(one) for one in ours]
    pairs = list(itertools.product(range(len(ours)), repeat=2))
    assert [theirs[a] == theirs[b] for a, b in pairs] == [ours[a] == ours[b] for a, b in pairs]
    assert [hashable(one) for one in theirs] == [hashable(one) for one in ours]
    by_value = [n for n, one in enumerate(ours) if hashable(one)]
    for a, b in itertools.product(by_value, repeat=2):
        same = hash(theirs[a]) == hash(theirs[b])
        assert same == (hash(ours[a]) == hash(ours[b])), (ours[a], ours[b])


def hashable(one: Any) -> bool:
    """Check whether a record has a hash by its values."""
    return type(one).__hash__ not in {None, object.__hash__}


@pytest.mark.parametrize("frozen", [True, False])
def test_what_is_frozen_stays_so(*, frozen: bool) -> None:
    for name in ("one", "more", "unknown"):
        theirs, ours = (records(make, frozen=frozen) for make in MAKERS)
        told_of = [[change(one, name) for one in made] for made in (theirs, ours)]
        assert told_of[0] == told_of[1]
    slotted = records(lean, frozen=True, slots=True)[1]
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'one'"):
        slotted.one = 2
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'one'"):
        del slotted.one


def test_a_record_within_itself_is_shown() -> None:
    @lean()
    class Loop:
        """A record that may hold itself."""

        inner: object = None

    one = Loop()
    one.inner = [one]
    assert repr(one).endswith("Loop(inner=[...])")


SHARING = """
import sys
from agentguard.base.lean_records import SHARED, share
share()
from agentguard.runtime import bootstrap
import agentguard.model.snapshot as snapshot
of = {name: 0 for name in SHARED}
kinds = 0
for module in [one for name, one in sys.modules.items() if name.startswith("agentguard.")]:
    for kind in vars(module).values():
        if isinstance(kind, type) and hasattr(kind, "__dataclass_fields__"):
            kinds += 1
            for name, shared in SHARED.items():
                of[name] += vars(kind).get(name) is shared
print(kinds, *(of[name] * 10 // kinds for name in ("__repr__", "__eq__")))
"""


def test_row_360_what_an_agent_is_made_of_shares_its_methods() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SHARING], capture_output=True, text=True, check=True, timeout=60
    )
    kinds, shown, compared = map(int, ended.stdout.split())
    assert kinds > 300
    assert min(shown, compared) >= 9
