"""The desktop's own notifications (org.freedesktop.Notifications)."""

from __future__ import annotations

from agentguard.platforms._linux.bus import Bus, DBusAddress

_SERVICE = DBusAddress(
    "/org/freedesktop/Notifications",
    "org.freedesktop.Notifications",
    "org.freedesktop.Notifications",
)
_NAME = "AgentGuard"
_ICON = "security-high"
_SERVER_DECIDES = -1  # how long it stays


class LinuxNotifier:
    """Sends notifications over the session bus; nobody answering is a PlatformError."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    def notify(self, title: str, body: str) -> None:
        """Show a notification; the body is sent as plain text, so its markup is escaped."""
        self._bus.call(
            _SERVICE,
            "Notify",
            "susssasa{sv}i",
            _NAME,
            0,
            _ICON,
            title,
            _escaped(body),
            [],
            {"category": ("s", "device")},
            _SERVER_DECIDES,
        )


def _escaped(text: str) -> str:
    """Escape what the specification reads as markup in a body."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
