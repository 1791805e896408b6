"""Every broken fixture is refused, in its line, with what is wrong and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.base.errors import PolicyError
from agentguard.policy.document import Shape
from agentguard.policy.parser import parse

BROKEN = Path(__file__).parents[2] / "vectors" / "policy" / "broken"

EXPECTED = {
    "a-complex-key": (3, "a key is not a plain word"),
    "a-control-character": (3, "a control character"),
    "a-directive": (2, "a YAML directive"),
    "a-flag-as-word": (4, "controls.firewall.paused must be true or false"),
    "a-fraction": (2, "1.5 is a number with a fraction; allowed: whole numbers"),
    "a-key-twice": (3, "version stands twice, first in line 2"),
    "a-list-as-text": (4, "watch.folders must be a list"),
    "a-list-at-the-top": (1, "the policy must be a table of keys; allowed: policy, version"),
    "a-number-as-text": (2, "version must be a whole number; allowed: 1 to 1000000"),
    "a-number-out-of-range": (6, "limit_minutes cannot be 61; allowed: 1 to 60"),
    "a-response-twice": (5, "controls.screen-lock.respond lists lock twice"),
    "a-retention-rule-for-the-whole-home": (4, "never a whole home or disk"),
    "a-retention-rule-that-climbs-out": (4, "without `..`"),
    "a-retention-rule-without-days": (4, "retention[1].days is missing"),
    "a-setting-of-a-check-without-any": (5, "this check has no settings"),
    "a-tab-for-indentation": (4, "the text is not YAML"),
    "a-table-as-list": (3, "watch must be a table of keys; allowed: folders"),
    "a-tag": (3, "a tag (!) stands here"),
    "a-text-as-number": (4, "contact.phone must be a text; put numbers"),
    "a-title-pattern": (9, "groups[1].titles[2] cannot be (?<=a)b; allowed: a regular"),
    "a-wrong-name": (1, "policy cannot be My Policy; allowed: The policy's name: small letters"),
    "an-alias": (3, "an anchor (&) or alias (*)"),
    "an-anchor": (3, "an anchor (&) or alias (*)"),
    "an-empty-group": (7, "groups[1].images has the wrong number of items; allowed: 1 to"),
    "an-empty-value": (3, "nothing is written here"),
    "an-escaped-control-character": (3, "a control character"),
    "an-open-quote": (3, "the text is not YAML"),
    "an-unknown-check": (4, "(did you mean screen-lock?)"),
    "an-unknown-key": (3, "wacth is not known (did you mean watch?); allowed: policy, version"),
    "an-unknown-response": (5, "cannot be lok (did you mean lock?); allowed: notify, coach"),
    "an-unknown-setting": (5, "(did you mean limit_minutes?)"),
    "no-version": (1, "version is missing; needed: Raised by one"),
    "not-nfc": (3, "composed letters (Unicode NFC)"),
    "not-utf8": (3, "not UTF-8"),
    "nothing": (1, "the file says nothing"),
    "only-a-comment": (1, "the file says nothing"),
    "too-deep": (3, "the levels are too deep; allowed: at most 16"),
    "two-documents": (3, "a second document begins"),
}


def test_every_fixture_is_expected() -> None:
    assert {file.stem for file in BROKEN.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_broken_policy_is_refused_in_its_line(name: str, shapes: tuple[Shape, ...]) -> None:
    line, words = EXPECTED[name]
    with pytest.raises(PolicyError) as caught:
        parse((BROKEN / f"{name}.yaml").read_bytes(), "site.yaml", shapes)
    assert [p for p in caught.value.problems if p.startswith(f"site.yaml:{line}: ")]
    assert words in caught.value.problems[0]
    assert len(caught.value.problems) == 1
    assert caught.value.exit_code == 2


def test_every_problem_is_told_at_once_in_the_order_of_the_lines(
    shapes: tuple[Shape, ...],
) -> None:
    data = b"""\
policy: X
version: 0
wacth: 1
watch: {max_mib: 0}
retention: [{folder: 1}]
controls:
  screen-lock: {respond: [lok], paused: 1, severity: urgent}
  firewall: {settings: {a: 1}}
"""
    with pytest.raises(PolicyError) as caught:
        parse(data, "f", shapes)
    lines = [int(problem.split(":")[1]) for problem in caught.value.problems]
    assert lines == [1, 2, 3, 4, 5, 5, 7, 7, 7, 8]
    assert "10 problem(s)" in str(caught.value)
    assert str(caught.value).endswith("The policy in force stays as it is.")


def test_a_flood_of_problems_is_counted_and_told_in_time(shapes: tuple[Shape, ...]) -> None:
    data = b"policy: x\nversion: 1\n" + b"".join(b"scren%d: 1\n" % n for n in range(5000))
    with pytest.raises(PolicyError) as caught:
        parse(data, "f", shapes)
    assert len(caught.value.problems) == 201
    assert caught.value.problems[-1] == "... and 4800 more problems."
    assert "5000 problem(s)" in caught.value.title


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"#" * (256 * 1024 + 1), "257 KiB; allowed: at most 256 KiB"),
        (b"[" * 200_000, "too deep"),
        (b"{" * 200_000, "not a plain word"),
        (b"- " * 100_000, "too deep"),
        (b"? " * 100_000, "not a plain word"),
        (b"x_a: [" + b"1," * 30_000 + b"1]", "too many values"),
        (b"\x00", "control character"),
        (b"\xff\xfep\x00o\x00", "not UTF-8"),
        (b"a: !<", "not YAML"),
        (b"a: &", "not YAML"),
    ],
)
def test_limits_hold_for_hostile_text(data: bytes, words: str, shapes: tuple[Shape, ...]) -> None:
    with pytest.raises(PolicyError) as caught:
        parse(data, "f", shapes)
    assert words in caught.value.problems[0]


def test_what_a_file_says_cannot_write_to_a_terminal(shapes: tuple[Shape, ...]) -> None:
    with pytest.raises(PolicyError) as caught:
        parse(b'policy: x\nversion: 1\n"\\e[2J\\u202e": 1\n', "f", shapes)
    assert str(caught.value).isascii()
    assert "\x1b" not in str(caught.value)
