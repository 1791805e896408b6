"""What is well written and cannot be meant is refused, with its line and what is allowed."""

from __future__ import annotations

import pytest

from agentguard.base.errors import PolicyError
from agentguard.model.actions import ActionKind
from agentguard.policy.meaning import ONLY
from agentguard.policy.parser import parse
from agentguard.runtime.known_checks import shapes

HEAD = "policy: p\nversion: 1\n"
WRONG = {
    "release: {expires: 2027-02-30}": "release.expires is 2027-02-30, and there is no such day",
    "release: {expires: 2027-04-31}": "there is no such day",
    "controls: {vendors: {settings: {register: [{name: A, review_by: 2027-02-29}]}}}": (
        "register[1].review_by is 2027-02-29"
    ),
    "controls: {training: {settings: {lessons: [clipbord]}}}": "did you mean clipboard?",
    "controls: {training: {settings: {lessons: ['nothing-*']}}}": "allowed: black-box",
    "controls: {screen-lock: {respond: [vault]}}": "vault, which does nothing about this control",
    "controls: {screen-lock: {respond: [purge]}}": "it belongs to retention",
    "controls: {pii-files: {respond: [clear-clipboard]}}": "it belongs to clipboard",
    "watch: {folders: [Documents]}": "watch.folders[1] cannot be Documents",
    "watch: {folders: [~/*/x]}": "a whole folder without * and ?",
    "watch: {folders: ['%USERPROFILE%/Documents']}": "a whole folder",
    "watch: {folders: ['C:calls']}": "a whole folder",
    "retention: [{folder: calls, days: 3}]": "retention[1].folder cannot be calls",
    "controls: {software: {settings: {programs: [{name: A, names: [a*], examples: [b]}]}}}": (
        "programs[1].examples[1] is b, which none of its names fits"
    ),
    "controls: {software: {settings: {programs: [{name: A, names: [a*], refused: [AB]}]}}}": (
        "programs[1].refused[1] is AB, which one of its names fits"
    ),
    (
        "controls: {reauth: {settings: {groups: [{name: CRM, images: [a]},\n"
        "  {name: crm, images: [b]}]}}}"
    ): "groups[2].name is crm, as in line 3",
}
ATTACKED = "owner: A, until: '2027-01-31', reason: b, covers_attacked: true"
for name in ("'*'", "oracle-*", "j?k", "'[a-z]dk'"):
    text = f"controls: {{software: {{settings: {{plans: [{{product: {name}, {ATTACKED}}}]}}}}}}"
    WRONG[text] = "plans[1].product is " + name.strip("'")
PLANNED = ATTACKED.replace("true", "false")
RIGHT = (
    f"controls: {{software: {{settings: {{plans: [{{product: oracle-jdk, {ATTACKED}}}]}}}}}}",
    f"controls: {{software: {{settings: {{plans: [{{product: 'oracle-*', {PLANNED}}}]}}}}}}",
    "controls: {software: {settings: {programs: [{name: A, names: ['a*'], examples: [ABC]}]}}}",
    "release: {expires: 2028-02-29}",
    "controls: {training: {settings: {lessons: ['card-*', clipboard]}}}",
    "controls: {retention: {respond: [purge]}, clipboard: {respond: [mask-clipboard]}}",
    "watch: {folders: [/srv/calls, ~/Documents, '~', 'D:/Calls', 'D:\\Calls', '\\\\srv\\calls']}",
    "controls: {reauth: {settings: {groups: [{name: CRM, images: [a]}, {name: X, images: [b]}]}}}",
)


def said(text: str) -> str:
    with pytest.raises(PolicyError) as refused:
        parse((HEAD + text).encode(), "site.yaml", shapes())
    return str(refused.value)


@pytest.mark.parametrize("text", WRONG)
def test_what_cannot_be_meant_is_refused_with_its_place(text: str) -> None:
    told = said(text)
    assert WRONG[text] in told
    assert f"site.yaml:{HEAD.count(chr(10)) + 1 + text.count(chr(10))}:" in told


@pytest.mark.parametrize("text", RIGHT)
def test_what_can_be_meant_comes_into_force(text: str) -> None:
    assert parse((HEAD + text).encode(), "site.yaml", shapes()).version == 1


@pytest.mark.parametrize("kind", ActionKind)
@pytest.mark.parametrize("check", [shape.id for shape in shapes() if shape.id != "reauth"])
def test_each_response_is_taken_for_its_controls_alone(kind: ActionKind, check: str) -> None:
    text = f"controls: {{{check}: {{respond: [{kind.value}]}}}}"
    if check in ONLY.get(kind, (check,)):
        parse((HEAD + text).encode(), "site.yaml", shapes())
    else:
        assert f"controls.{check}.respond lists {kind.value}" in said(text)
