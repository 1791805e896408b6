"""Reads the fitted weights: `resources/detect/weights.toml`, made by `tools.fit_score`."""

from __future__ import annotations

import tomllib
from functools import cache

from agentguard.base import paths


@cache
def weights() -> dict[str, dict[str, float]]:
    """Return the weights: `shared` by evidence, `kinds` by kind, and the `limits` of the sum."""
    file = paths.resources() / "detect" / "weights.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
