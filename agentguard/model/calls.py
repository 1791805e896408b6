"""What a policy takes for a call."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRules:
    """What is taken for a call."""

    softphones: tuple[str, ...] = field(
        default=("*",),
        metadata={
            "doc": "Programs that are in a call while they use a microphone (* and ? as in a "
            "shell); * for any program, an empty list for none."
        },
    )
    not_calls: tuple[str, ...] = field(
        default=(),
        metadata={"doc": "Programs that use a microphone without a call, such as dictation."},
    )


ANY_MICROPHONE = CallRules()
"""Whoever uses a microphone is in a call."""
