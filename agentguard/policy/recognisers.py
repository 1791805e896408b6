"""Judges a site's own kinds: patterns that compile, examples that hold, kinds that there are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from agentguard.detect.recognition.custom_kinds import (
    LONGEST,
    LONGEST_PATTERN,
    Refusal,
    known_kinds,
    refusals,
)
from agentguard.model.detection import Detection, OwnKind
from agentguard.policy.problems import Problems, did_you_mean, quote
from agentguard.policy.spec import record
from agentguard.policy.tree import Items, Node, Table
from agentguard.policy.validation import WRONG, Judge

DETECTION = "detection"
RECOGNISERS = "recognisers"
MOST = 20


def examine(root: Node, problems: Problems) -> None:
    """Note what is wrong with the kinds of a policy, as far as they can be read."""
    detection = _row(root, DETECTION)
    own = [] if detection is None else list(_own_kinds(detection))
    for place, (node, kind) in enumerate(own, 1):
        path = f"{DETECTION}.{RECOGNISERS}[{place}]"
        if kind.kind in {other.kind for _, other in own[: place - 1]}:
            line = (_row(node, "kind") or node).line
            problems.add(line, "kind-twice", path=f"{path}.kind", kind=kind.kind)
        for refusal in refusals(kind):
            _note(problems, node, path, refusal)
    if detection is not None:
        _off(detection, frozenset(kind.kind for _, kind in own), problems)


def _own_kinds(detection: Node) -> Iterator[tuple[Node, OwnKind]]:
    """Yield the kinds whose form is right; the judge has told of the others."""
    listed = _row(detection, RECOGNISERS)
    spec = record(OwnKind)
    for node in islice(listed.items if isinstance(listed, Items) else (), MOST):
        value = Judge(Problems("")).value(node, spec, "")
        if value is not WRONG and isinstance(value, OwnKind):
            yield node, value


def _note(problems: Problems, node: Node, path: str, refusal: Refusal) -> None:
    at = _row(node, refusal.field) or node
    if isinstance(at, Items):
        at = at.items[refusal.index]
        path = f"{path}.{refusal.field}[{refusal.index + 1}]"
    else:
        path = f"{path}.{refusal.field}"
    problems.add(
        at.line,
        refusal.why,
        path=path,
        at=refusal.at,
        sign=quote(refusal.sign),
        most=LONGEST,
        longest=LONGEST_PATTERN,
    )


def _off(detection: Node, own: frozenset[str], problems: Problems) -> None:
    switched = Judge(Problems("")).value(detection, record(Detection), "")
    if not isinstance(switched, Detection):
        return
    listed = _row(detection, "off")
    known = tuple(sorted(known_kinds() | own))
    for index, kind in enumerate(switched.off):
        if kind not in known and isinstance(listed, Items):
            problems.add(
                listed.items[index].line,
                "kind-unknown",
                path=f"{DETECTION}.off[{index + 1}]",
                kind=kind,
                hint=did_you_mean(kind, known),
                allowed=", ".join(known),
            )


def _row(node: Node, key: str) -> Node | None:
    rows = node.rows if isinstance(node, Table) else ()
    return next((row.node for row in rows if row.key == key), None)
