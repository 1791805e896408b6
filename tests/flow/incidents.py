"""An incident as a person reports it at a desk."""

from __future__ import annotations

from agentguard.model.incidents import Answers, IncidentCategory, Ongoing, Where
from agentguard.ports.people import Desk


def report(desk: Desk, category: IncidentCategory, note: str) -> str:
    """Report an incident as it was shown before; give its number."""
    answers = Answers(category=category, note=note, where=Where.PC, ongoing=Ongoing.NO)
    draft = desk.incidents.draft(answers)
    desk.incidents.report(draft)
    return draft.number
