"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("busy machine", deadline=None)  # a slow example is no wrong one
settings.load_profile("busy machine")
