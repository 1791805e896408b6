"""How a code of the person at a desk is judged by the endpoint."""

from __future__ import annotations

from agentguard.wire.v1 import Struct, Text, Word


class ProofAsked(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`POST /v1/proofs`: a code of the person at the desk, for an application group.

    `factor` is `totp`, or `break-glass` for a supervisor's code.
    """

    device: Word
    user: Word
    group: Word
    factor: Word
    answer: Text


class ProofAnswer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer: `problem` is empty, or `wrong`, `used`, `expired`, `locked`, `not-enrolled`.

    `wait` are the seconds in which no answer is judged, also after a `wrong` one.
    """

    accepted: bool
    problem: str = ""
    wait: int = 0
