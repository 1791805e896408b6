"""The vendor register as a piece of a policy, ready to be put under `controls`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields

from agentguard.model.vendors import Vendor

HEAD = """controls:
  vendors:
    settings:
      register:"""


def piece(vendors: Sequence[Vendor]) -> str:
    """Return the register as YAML, a field a line, without what is as it is by default."""
    lines = [line for one in vendors for line in _entry(one)]
    return "\n".join([HEAD, *lines] if lines else [f"{HEAD} []"]) + "\n"


def _entry(vendor: Vendor) -> Iterator[str]:
    begin = "        - "
    for one in fields(Vendor):
        value = getattr(vendor, one.name)
        if value != one.default:
            plain = list(value) if isinstance(value, tuple) else value
            yield f"{begin}{one.name}: {json.dumps(plain, ensure_ascii=False)}"
            begin = "          "


def differences(ours: Sequence[Vendor], theirs: Sequence[Vendor]) -> Mapping[str, tuple[str, ...]]:
    """Return what differs between two registers: each vendor's name with the fields that do.

    A vendor that only one of them has stands with `missing` or `added`, as `theirs` has it.
    """
    mine = {one.name.casefold(): one for one in ours}
    other = {one.name.casefold(): one for one in theirs}
    found: dict[str, tuple[str, ...]] = {}
    for key in sorted({*mine, *other}):
        if key not in other:
            found[mine[key].name] = ("missing",)
        elif key not in mine:
            found[other[key].name] = ("added",)
        elif changed := _changed(mine[key], other[key]):
            found[mine[key].name] = changed
    return found


def _changed(mine: Vendor, other: Vendor) -> tuple[str, ...]:
    names = (one.name for one in fields(Vendor))
    return tuple(name for name in names if getattr(mine, name) != getattr(other, name))
