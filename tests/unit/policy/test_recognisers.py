"""A site's own kinds in a policy: refused with their line, proved by examples, shown plainly."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from agentguard.base.errors import PolicyError
from agentguard.detect.recognition.custom_kinds import scanner_of
from agentguard.model.detection import ALL, CheckDigits, Detection, OwnKind
from agentguard.platforms.simulated import FakeClock
from agentguard.policy.explanation import explain
from agentguard.policy.last_good import Keeper
from agentguard.policy.parser import parse
from agentguard.policy.schema import policy_yaml
from agentguard.policy.spec import record

GOOD = """\
policy: site
version: 1
detection:
  off: [EMAIL, CASE_NO]
  recognisers:
    - kind: CUSTOMER_NO
      name: "Customer number"
      pattern: 'NM[0-9]{8}'
      labels: ["customer no", "kundennummer"]
      check: luhn
      finds: ["customer no NM00123455"]
      ignores: ["NM00123455", "customer no NM00123456"]
    - kind: CASE_NO
      name: "Case"
      pattern: 'CASE-[0-9]{6}'
      finds: ["CASE-123456"]
      alone: false
"""


def problems(text: str) -> list[str]:
    with pytest.raises(PolicyError) as refused:
        parse(text.encode(), "p.yaml", ())
    return list(refused.value.problems)


def test_a_sites_own_kinds_are_read() -> None:
    detection = parse(GOOD.encode(), "p.yaml", ()).detection
    assert detection.off == ("EMAIL", "CASE_NO")
    first, second = detection.recognisers
    assert (first.kind, first.labels, first.alone) == (
        "CUSTOMER_NO",
        ("customer no", "kundennummer"),
        True,
    )
    assert (second.check, second.alone) == ("none", False)


def test_a_policy_without_them_looks_for_everything() -> None:
    assert parse(b"policy: p\nversion: 1\n", "p.yaml", ()).detection == ALL


def test_what_show_prints_is_the_same_policy() -> None:
    policy = parse(GOOD.encode(), "p.yaml", ())
    again = parse(policy_yaml(policy).encode(), "p.yaml", ())
    assert again.detection == policy.detection


def test_explain_tells_of_samples_only_where_a_policy_bounds_a_size() -> None:
    unbounded, bounded = (
        explain(parse(f"policy: p\nversion: 1\n{watch}".encode(), "p.yaml", ()), {})
        for watch in ("", "watch: {max_mib: 64}\n")
    )
    assert "SQL are read whole, of any size." in unbounded
    assert "samples" not in unbounded
    assert "SQL over 64 MiB only samples are." in bounded


def test_explain_tells_them_plainly() -> None:
    told = explain(parse(GOOD.encode(), "p.yaml", ()), {})
    assert "Not looked for: EMAIL, CASE_NO." in told
    assert "Customer number [CUSTOMER_NO]" in told
    assert "Only behind one of these words: customer no, kundennummer." in told
    assert "Its check digits must be right (luhn)." in told
    assert "Only many of them are a finding." in told
    assert "Proved by 1 example(s) that are found and 2 that are not." in told
    assert "looked for" not in explain(parse(b"policy: p\nversion: 1\n", "p.yaml", ()), {})


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("kind: CUSTOMER_NO", "kind: PAN", 6, "AgentGuard knows by itself"),
        ("kind: CUSTOMER_NO", "kind: customer", 6, "capital letters"),
        ("kind: CASE_NO", "kind: CUSTOMER_NO", 13, "is CUSTOMER_NO a second time"),
        ("[EMAIL, CASE_NO]", "[EMAIL, CASE_N]", 4, "cannot be CASE_N (did you mean CASE_NO?)"),
        ("NM[0-9]{8}", "NM[0-9]+", 8, "a repeat without an end at character 8 (+)"),
        ("NM[0-9]{8}", "(NM)?", 8, "matches an empty text"),
        ("NM[0-9]{8}", "NM.{64}", 8, "more than 64 characters"),
        ("NM[0-9]{8}", "NM[9-0]{8}", 8, "ranges"),
        ("CASE-[0-9]{6}", "[0-9]{6}", 15, "finds what stands in any text"),
        ("kundennummer", "kundennummer:", 9, "labels[2] is no label"),
        ("check: luhn", "check: lunh", 10, "did you mean luhn?"),
        ('finds: ["CASE-123456"]', "finds: []", 16, "allowed: 1 to 20"),
        ('["customer no NM00123455"]', '["NM00123455"]', 11, "finds[1] is not found"),
        ('"customer no NM00123456"]', '"customer no NM00123455"]', 12, "ignores[2] is found"),
        ('      finds: ["CASE-123456"]\n', "", 13, "finds is missing"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    before: str, after: str, line: int, words: str
) -> None:
    assert before in GOOD
    told = problems(GOOD.replace(before, after))
    assert any(one.startswith(f"p.yaml:{line}: ") and words in one for one in told), told


def test_every_problem_is_told_at_once() -> None:
    text = GOOD.replace("NM[0-9]{8}", "a*").replace("CASE-[0-9]{6}", "b*") + "nonsense: 1\n"
    assert [one.split(":")[1] for one in problems(text)] == ["8", "15", "18"]


def test_too_many_kinds_are_refused_in_time() -> None:
    one = "    - {kind: K_%d, name: k, pattern: 'K[0-9]{6}', finds: [K123456]}\n"
    text = "policy: p\nversion: 1\ndetection:\n  recognisers:\n"
    assert parse((text + "".join(one % n for n in range(20))).encode(), "p", ()).detection
    assert "allowed: 0 to 20" in problems(text + "".join(one % n for n in range(900)))[0]


@pytest.mark.parametrize(
    "text",
    [
        "detection: 1\n",
        "detection: {recognisers: {a: 1}}\n",
        "detection: {recognisers: [1, [2], {kind: 3}]}\n",
        "detection: {off: EMAIL}\n",
        "detection: {off: [1]}\n",
        "detection: {recognisers: [{kind: A_1, pattern: a, name: b, finds: [[c]]}]}\n",
    ],
)
def test_any_other_form_is_refused_as_such(text: str) -> None:
    assert all(one.startswith("p.yaml:3: ") for one in problems(f"policy: p\nversion: 1\n{text}"))


def test_a_wrong_recogniser_leaves_the_last_good_policy(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path, (), FakeClock())
    keeper.offer(GOOD.encode(), "good")
    with pytest.raises(PolicyError):
        keeper.offer(GOOD.replace("[0-9]{8}", "[0-9]*").encode(), "bad")
    assert keeper.start().policy.detection.recognisers[0].pattern == "NM[0-9]{8}"


DOCS = (Path(__file__).parents[3] / "docs" / "recognisers.md").read_text(encoding="utf-8")


def test_the_example_of_the_guide_is_a_policy() -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)
    detection = parse(example.encode(), "recognisers.md", ()).detection
    assert [kind.kind for kind in detection.recognisers] == ["CUSTOMER_NO", "CASE_NO"]


def test_the_guide_tells_every_key_and_every_check() -> None:
    for key in record(OwnKind).entries:
        assert f"| `{key}` |" in DOCS
    for check in get_args(CheckDigits):
        assert f"`{check}`" in DOCS


def test_what_the_guide_says_of_labels_is_so() -> None:
    kind = parse(GOOD.encode(), "p", ()).detection.recognisers[0]
    scanner = scanner_of(Detection(recognisers=(kind,)))
    for label in ("customer no", "CUSTOMER_NO", "customerNo", "Customer-No:", "customer no\n"):
        assert scanner.scan(f"{label} NM00123455"), label
