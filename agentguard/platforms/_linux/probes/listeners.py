"""TCP sockets that other machines can reach."""

from __future__ import annotations

from agentguard.platforms._sockets import read
from agentguard.ports.desktop import Probe

PROBE = Probe(name="listeners", every=60, read=read)
