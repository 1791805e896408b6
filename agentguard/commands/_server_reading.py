"""How policies are read, for the endpoint: with every check of the program."""

from __future__ import annotations

from agentguard import app
from agentguard.model.policy import Policy
from agentguard.policy.parse import parse
from agentguard.policy.weaker import weaker
from agentguard.server.reading import Reading


def _parse(text: bytes, source: str) -> Policy:
    return parse(text, source, app.shapes())


READING = Reading(parse=_parse, weaker=weaker)
