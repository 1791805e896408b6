"""What a policy changes, as a person reads it: the setting, what it was, and what it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass

from agentguard.model.policy import Control, Policy

_APART = frozenset({"controls", "digest"})
_CALLED = {"name": "policy"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A setting as a path of the policy file, with its values; empty for none."""

    path: str
    before: str
    after: str
    loosened: bool = False


def changes(before: Policy | None, after: Policy, loosened: tuple[str, ...] = ()) -> list[Change]:
    """Return what differs, in the order of the file; `loosened` are paths that ask for less.

    A control that only one of the two has is one change.
    """
    was = _flat(before, after) if before else {}
    is_ = _flat(after, before)
    every = dict.fromkeys((*was, *is_))
    return [
        Change(
            path=path,
            before=was.get(path, ""),
            after=is_.get(path, ""),
            loosened=path in loosened,
        )
        for path in every
        if was.get(path, "") != is_.get(path, "")
    ]


def _flat(policy: Policy, other: Policy | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for field in fields(policy):
        if field.name not in _APART:
            path = _CALLED.get(field.name, field.name)
            found.update(_values(path, getattr(policy, field.name)))
    for id_, control in policy.controls.items():
        path = f"controls.{id_}"
        values = dict(_control(path, control))
        if other is not None and id_ in other.controls:
            found.update(values)
        else:
            found[path] = "\n".join(f"{k[len(path) + 1 :]}: {v}" for k, v in values.items())
    return found


def _control(path: str, control: Control) -> Iterator[tuple[str, str]]:
    for field in fields(control):
        if field.name != "check":
            yield from _values(f"{path}.{field.name}", getattr(control, field.name))


def _values(path: str, value: object) -> Iterator[tuple[str, str]]:
    if not is_dataclass(value):
        yield path, _text(value)
        return
    for field in fields(value):
        yield from _values(f"{path}.{field.name}", getattr(value, field.name))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list | frozenset):
        every = list(value) if isinstance(value, tuple | list) else sorted(value, key=str)
        several = any(is_dataclass(one) for one in every)
        return ("\n" if several else ", ").join(map(_text, every))
    if is_dataclass(value):
        each = ((f.name, _text(getattr(value, f.name))) for f in fields(value))
        return "; ".join(f"{name}: {said}" for name, said in each if said)
    return str(value)
