"""How policies are read, for the endpoint: with every check of the program."""

from __future__ import annotations

from agentguard.model.policy import Policy
from agentguard.policy.parser import parse
from agentguard.policy.weakening import weaker
from agentguard.runtime import known_checks
from agentguard.server.policy_reader import Reading


def _parse(text: bytes, source: str) -> Policy:
    return parse(text, source, known_checks.shapes())


READING = Reading(parse=_parse, weaker=weaker)
