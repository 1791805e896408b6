"""A retention rule has a name, by which a file that is past it finds it again."""

from __future__ import annotations

from agentguard.model.retention_rules import RetentionRule, rule_name, rule_of


def test_a_listed_file_finds_its_rule_again() -> None:
    csv = RetentionRule(folder="~/Exports/", days=30, pattern="*.csv")
    rest = RetentionRule(folder="~/Exports", days=90)
    assert rule_of(rule_name(csv), (rest, csv)) is csv
    assert rule_of(rule_name(csv), (rest,)) is None
    assert rule_name(rest) == "~/Exports/*"


def test_a_rule_is_named_with_its_kinds() -> None:
    rules = (
        RetentionRule(folder="~/A", days=1, pattern="*.csv"),
        RetentionRule(folder="~/A", days=9, pattern="*.csv", kinds=("PAN", "IBAN")),
    )
    assert [rule_name(rule) for rule in rules] == ["~/A/*.csv", "~/A/*.csv (PAN, IBAN)"]
    assert rule_of("~/A/*.csv (PAN, IBAN)", rules) == rules[1]
