"""Bytes to a Policy, or every problem at once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType

from agentguard.model.policy import Control, Policy
from agentguard.policy import meaning, recipients, recognisers
from agentguard.policy.document import Draft, Shape, document
from agentguard.policy.problems import Problems
from agentguard.policy.titles import examine_titles
from agentguard.policy.tree import read
from agentguard.policy.validation import Judge


def parse(data: bytes, source: str, shapes: tuple[Shape, ...]) -> Policy:
    """Read a policy; `source` names the file in problems.

    Raises:
        PolicyError: with every problem as `file:line: what is wrong; what is allowed`.

    """
    problems = Problems(source)
    node = read(data, problems)
    draft = None if node is None else Judge(problems).value(node, document(shapes), "")
    if node is not None:
        recognisers.examine(node, problems)
        recipients.examine(node, problems)
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
