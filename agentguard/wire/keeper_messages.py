"""What the keeper of a computer and the endpoint say to each other, beside version 1's Report."""

from __future__ import annotations

from agentguard.wire.v1 import Struct

KEEPER = "/v1/keeper"
"""Takes a Report of the service that keeps a computer's agents running."""

CODE = "/v1/keeper/code"


class CodeGiven(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to `POST /v1/keeper/code`: a short-lived code for an agent of the computer."""

    code: str
