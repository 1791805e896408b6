"""Mails parsed by the standard library, which is loaded with the first mail that is read."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message
from email.policy import Compat32

_LONGEST_TELLING = 8 << 10


class _Brief(Compat32):
    """Cuts what tells about a part: the parser takes the square of its length."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Return a header's name and value."""
        name, value = super().header_source_parse(sourcelines)
        is_long = len(value) > _LONGEST_TELLING and name.lower().startswith("content-")
        return name, value[:_LONGEST_TELLING] if is_long else value


_POLICY = _Brief()


def parsed(data: bytes) -> Message:
    """Return a mail with its parts. Raises RecursionError: parts within parts without end."""
    return message_from_bytes(data, policy=_POLICY)
