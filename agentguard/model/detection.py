"""What a policy says of personal data: which kinds are looked for, and a site's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

CheckDigits = Literal["none", "luhn", "verhoeff", "damm", "mod97", "mod11", "mod11-10"]
"""The check digits that a site's own kind may have; docs/recognisers.md tells the standards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKind:
    """A site's own kind of data, such as its customer numbers."""

    kind: str = field(
        metadata={
            "doc": "Its id: 2 to 32 capital letters, digits and _, a letter first; "
            "not one of the kinds that AgentGuard knows.",
            "pattern": "[A-Z][A-Z0-9_]{1,31}",
        }
    )
    name: str = field(
        metadata={
            "doc": "What people call it, in the singular: 1 to 60 characters.",
            "pattern": r"\S(?:.{0,58}\S)?",
        }
    )
    pattern: str = field(
        metadata={
            "doc": "What a value looks like, as a regular expression with an end to its length; "
            "see docs/recognisers.md.",
        }
    )
    labels: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Words that stand before it; given some, it counts only behind one of them.",
            "max": 20,
        },
    )
    check: CheckDigits = field(
        default="none", metadata={"doc": "How its check digits are reckoned; none if it has none."}
    )
    finds: tuple[str, ...] = field(
        metadata={
            "doc": "Made-up examples of text in which it must be found, at least one.",
            "min": 1,
            "max": 20,
        }
    )
    ignores: tuple[str, ...] = field(
        default=(),
        metadata={"doc": "Look-alikes in which it must not be found.", "max": 20},
    )
    alone: bool = field(
        default=True,
        metadata={"doc": "true: one value is a finding; false: only many of them, as of e-mails."},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """Which kinds of personal data are looked for."""

    recognisers: tuple[OwnKind, ...] = field(
        default=(),
        metadata={"doc": "Kinds of this site's own, at most 20.", "max": 20},
    )
    off: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Kinds that are not looked for at all, such as EMAIL.",
            "pattern": "[A-Z][A-Z0-9_]{1,31}",
        },
    )
    ocr: bool = field(
        default=False,
        metadata={
            "doc": "true: the text in pictures is read too, which is slow; it needs the extra "
            "ocr and the program tesseract."
        },
    )


ALL = Detection()
"""Every kind that AgentGuard knows, and none of a site's own."""
