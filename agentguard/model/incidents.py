"""What an agent can report as an incident."""

from __future__ import annotations

from enum import StrEnum


class IncidentCategory(StrEnum):
    """The kinds that the tray offers; the ids never change meaning."""

    DATA_SEEN = "data-seen"
    DATA_SENT = "data-sent"
    SUSPICIOUS_MESSAGE = "suspicious-message"
    LOST_DEVICE = "lost-device"
    STRANGER = "stranger"
    OTHER = "other"
