"""How policies are read, for the endpoint: with every check of the program."""

from __future__ import annotations

from agentguard.model.policy import Policy
from agentguard.policy.parser import parse
from agentguard.policy.weakening import weaker
from agentguard.runtime import compose
from agentguard.server.policy_reader import Reading


def _parse(text: bytes, source: str) -> Policy:
    return parse(text, source, compose.shapes())


READING = Reading(parse=_parse, weaker=weaker)
