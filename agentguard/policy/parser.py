"""Bytes to a Policy, or every problem at once.

Beside the form, what a form cannot say is judged here: that recovery keys are keys, so that a slip
of the pen seals no files to nobody's key (an age recipient is written in Bech32, BIP 173, whose
checksum finds every slip of up to four letters); that a site's own kinds have patterns that compile
and examples that hold, and name kinds that there are; that patterns of window titles are RE2's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from itertools import islice
from types import MappingProxyType

import re2

from agentguard.detect.recognition.custom_kinds import (
    LONGEST,
    LONGEST_PATTERN,
    Refusal,
    known_kinds,
    refusals,
)
from agentguard.model.detection import Detection, OwnKind
from agentguard.model.policy import Control, Policy
from agentguard.policy import meaning
from agentguard.policy.document import Draft, Shape, document
from agentguard.policy.problems import Problems, did_you_mean, quote
from agentguard.policy.spec import record
from agentguard.policy.tree import Items, Node, Scalar, Table, read
from agentguard.policy.validation import WRONG, Judge

PREFIX = "age"
LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
DETECTION = "detection"
RECOGNISERS = "recognisers"
MOST = 20
PATH = ("controls", "reauth", "settings", "groups")
MEMORY = 1 << 20


def parse(data: bytes, source: str, shapes: tuple[Shape, ...]) -> Policy:
    """Read a policy; `source` names the file in problems.

    Raises:
        PolicyError: with every problem as `file:line: what is wrong; what is allowed`.

    """
    problems = Problems(source)
    node = read(data, problems)
    draft = None if node is None else Judge(problems).value(node, document(shapes), "")
    if node is not None:
        examine_recognisers(node, problems)
        examine_recipients(node, problems)
        examine_titles(node, problems)
        meaning.examine(node, problems)
    if problems.found or not isinstance(draft, Draft):
        problems.refuse()
    return _policy(draft, hashlib.sha256(data).hexdigest())


def _policy(draft: Draft, digest: str) -> Policy:
    said = draft.document
    controls: Mapping[str, Control] = MappingProxyType(dict(draft.controls))
    return Policy(
        name=said.policy,
        version=said.version,
        description=said.description,
        watch=said.watch,
        detection=said.detection,
        payment=said.payment,
        retention=said.retention,
        backup_markers=said.backup_markers,
        calls=said.calls,
        shift=said.shift,
        attention=said.attention,
        vault=said.vault,
        legal_hold=said.legal_hold,
        reports=said.reports,
        lessons=said.lessons,
        exceptions=said.exceptions,
        contact=said.contact,
        release=said.release,
        controls=controls,
        digest=digest,
    )


def examine_recipients(root: Node, problems: Problems) -> None:
    """Note the recovery keys that look like keys and are none; the judge has told of the others."""
    listed = _row(_row(root, "vault"), "recovery")
    for place, node in enumerate(listed.items if isinstance(listed, Items) else (), 1):
        text = node.value if isinstance(node, Scalar) else None
        if isinstance(text, str) and text.startswith(f"{PREFIX}1") and not is_key(text):
            path = f"vault.recovery[{place}]"
            problems.add(node.line, "recovery-key", path=path, key=quote(text))


def is_key(text: str) -> bool:
    """Check whether the checksum of an age recipient is right."""
    prefix, _, data = text.rpartition("1")
    if prefix != PREFIX or not data or set(data) - set(LETTERS):
        return False
    values = [*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix)]
    return _checksum([*values, *(LETTERS.index(c) for c in data)]) == 1


def _checksum(values: list[int]) -> int:
    sum_ = 1
    for value in values:
        top = sum_ >> 25
        sum_ = (sum_ & 0x1FFFFFF) << 5 ^ value
        for bit, part in enumerate(_GENERATOR):
            sum_ ^= part if top >> bit & 1 else 0
    return sum_


def examine_recognisers(root: Node, problems: Problems) -> None:
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


def examine_titles(root: Node, problems: Problems) -> None:
    """Note the patterns that cannot be used."""
    node: Node | None = root
    for key in PATH:
        node = _row(node, key)
    for place, group in enumerate(_items(node), 1):
        for index, title in enumerate(_items(_row(group, "titles")), 1):
            if isinstance(title, Scalar) and isinstance(title.value, str):
                _judge_titles(
                    title, title.value, f"{'.'.join(PATH)}[{place}].titles[{index}]", problems
                )


def _judge_titles(node: Scalar, pattern: str, path: str, problems: Problems) -> None:
    options = re2.Options()
    options.max_mem, options.log_errors = MEMORY, False
    try:
        re2.compile(pattern, options)
    except re2.error:
        problems.add(node.line, "title-pattern", path=path, value=quote(pattern))


def _items(node: Node | None) -> tuple[Node, ...]:
    return tuple(node.items) if isinstance(node, Items) else ()


def _row(node: Node | None, key: str) -> Node | None:
    rows = node.rows if isinstance(node, Table) else ()
    return next((row.node for row in rows if row.key == key), None)
