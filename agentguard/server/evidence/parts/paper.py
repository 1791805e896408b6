"""The pack as a person reads it: what held, what did not, and in which file all of it is."""

from __future__ import annotations

import io

from agentguard.server.evidence import paper
from agentguard.server.evidence.base import Part, Work

FILE = "summary.pdf"


def write(work: Work) -> None:
    """Write the paper; it comes after what it tells of."""
    out = io.BytesIO()
    paper.draw(work, out)
    work.pack.put(FILE, out.getvalue())


PART = Part(name="paper", place=98, write=write)
