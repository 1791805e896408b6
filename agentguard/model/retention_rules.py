"""A retention rule: how old files of a folder may become, and what is done with them then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """Files of a folder that are older than `days` are findings."""

    folder: str = field(
        metadata={
            "doc": "A full path, or one below the home such as ~/Exports; never a whole home or "
            "disk, and without `..`.",
            "pattern": r"(?!.*(?:^|[/\\])\.\.(?:[/\\]|$))(?:~[/\\]|/|[A-Za-z]:[/\\]|\\\\)[^/\\].*",
        }
    )
    days: int = field(metadata={"doc": "The greatest age in days.", "min": 1, "max": 3650})
    pattern: str = field(default="*", metadata={"doc": "Which file names it is about."})
    kinds: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Only files in which one of these kinds of data was found, such as PAN; "
            "without one, all files.",
            "pattern": "[A-Z][A-Z0-9_]{1,31}",
            "max": 50,
        },
    )
    warn_days: int = field(
        default=0,
        metadata={
            "doc": "So many days before, the files are told as soon too old.",
            "min": 0,
            "max": 365,
        },
    )
    then: Literal["remove", "vault"] = field(
        default="remove",
        metadata={
            "doc": "What the response purge does with them: remove them for good, or move them "
            "to the vault."
        },
    )


def rule_name(rule: RetentionRule) -> str:
    """Name a rule as `OldFile.rule` does."""
    kinds = f" ({', '.join(rule.kinds)})" if rule.kinds else ""
    return f"{rule.folder.rstrip('/')}/{rule.pattern}{kinds}"


def rule_of(name: str, rules: Iterable[RetentionRule]) -> RetentionRule | None:
    """Find the rule of this name; None when the policy has it no more."""
    return next((rule for rule in rules if rule_name(rule) == name), None)
