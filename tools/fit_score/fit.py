"""Logistic regression over distinct evidence, in plain Python; the weights are in halves."""

from __future__ import annotations

import math
from collections.abc import Mapping

from agentguard.detect.score.judgement import RULES
from tools.fit_score.samples import Sample

L2, ROUNDS, STEP = 0.01, 3000, 0.05
_FAST, _SLOW = 0.9, 0.999
_FAR, _MOST, _LEAST = 30.0, 12.0, 0.5
_FOR = ("own.", "label.", "behind.own", "paid-", "expiry", "weak.")
_AGAINST = ("thing.", "other.", "gap.", "unknown.", "behind.thing", "behind.other")
_DOUBTS = frozenset(("own.apart", "thing.clause"))

Row = tuple[list[int], float, float]
"""Places of the evidence, one for a value, and a weight."""


def fitted(samples: Mapping[Sample, float]) -> dict[str, float]:
    """Return the weight of each name of evidence, and of each kind as `@KIND`.

    Adam (D. P. Kingma, J. Ba, 2015) on the log loss with a quadratic penalty, within the bounds of
    each weight. What is met often weighs by its root, so that rare evidence is learned as well.
    """
    named = [
        ((f"@{kind}", *(name for name in names if name not in RULES)), float(truth), math.sqrt(n))
        for (kind, names, truth), n in samples.items()
    ]
    every = sorted({name for names, _, _ in named for name in names})
    place = {name: at for at, name in enumerate(every)}
    rows = [([place[name] for name in names], truth, n) for names, truth, n in named]
    weights, mean, spread = ([0.0] * len(every) for _ in range(3))
    bounds = [_bounds(name) for name in every]
    for turn in range(1, ROUNDS + 1):
        for i, slope in enumerate(_slopes(rows, weights)):
            mean[i] = _FAST * mean[i] + (1 - _FAST) * slope
            spread[i] = _SLOW * spread[i] + (1 - _SLOW) * slope * slope
            far = math.sqrt(spread[i] / (1 - _SLOW**turn)) + 1e-8
            moved = weights[i] - STEP * mean[i] / (1 - _FAST**turn) / far
            weights[i] = min(max(moved, bounds[i][0]), bounds[i][1])
    return dict(zip(every, weights, strict=True))


def _slopes(rows: list[Row], weights: list[float]) -> list[float]:
    slopes = [L2 * weight for weight in weights]
    for at, truth, n in rows:
        summed = sum(weights[i] for i in at)
        error = (1 / (1 + math.exp(-max(-_FAR, min(_FAR, summed)))) - truth) * n
        for i in at:
            slopes[i] += error
    return slopes


def _bounds(name: str) -> tuple[float, float]:
    """Return between what a weight may lie: a word of its own never speaks against a value."""
    if name in _DOUBTS:
        return -_MOST, 0.0
    if name.startswith(_FOR):
        return _LEAST, _MOST
    return (-_MOST, -_LEAST) if name.startswith(_AGAINST) else (-_MOST, _MOST)


def written(weights: Mapping[str, float], limits: Mapping[str, float]) -> str:
    """Return the weights as TOML, in halves."""
    shared = {name: weight for name, weight in weights.items() if not name.startswith("@")}
    kinds = {name[1:]: weight for name, weight in weights.items() if name.startswith("@")}
    lines = ["# Made by `python -m tools.fit_score`: log odds in steps of a half.", "", "[limits]"]
    lines += [f"{name} = {weight}" for name, weight in limits.items()]
    lines += ["", "[shared]", *(f'"{name}" = {_half(w)}' for name, w in sorted(shared.items()))]
    lines += ["", "[kinds]", *(f"{name} = {_half(w)}" for name, w in sorted(kinds.items()))]
    return "\n".join(lines) + "\n"


def _half(weight: float) -> float:
    return round(2 * weight) / 2 + 0.0
