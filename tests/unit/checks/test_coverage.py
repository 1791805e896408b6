"""A verdict carries its coverage: with a gap there is no pass, and none can be made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentguard.base import translations
from agentguard.model.messages import say
from agentguard.model.verdicts import (
    WHOLE,
    Coverage,
    State,
    Verdict,
    gap,
    in_part,
    not_applicable,
    passed,
    unknown,
    with_gaps,
    wrong,
)

DENIED = gap("unread.denied")


def test_a_pass_with_a_gap_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="has not passed"):
        Verdict(state=State.PASS, coverage=DENIED)
    with pytest.raises(ValueError, match="has not passed"):
        replace(passed("firewall.on-unnamed"), coverage=DENIED)


def test_a_partial_verdict_says_what_is_lacking() -> None:
    with pytest.raises(ValueError, match="tells what"):
        Verdict(state=State.PARTIAL)
    told = in_part(DENIED, "pii-files.in-part", files=3, missed=1)
    assert (told.state, told.message) == (
        State.PARTIAL,
        say("pii-files.in-part", files=3, missed=1),
    )


def test_what_was_missed_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="needs its reason"):
        Coverage(looked=3, missed=1)


def test_a_gap_turns_a_pass_into_partial_and_takes_back_its_claim() -> None:
    told = with_gaps(passed("pii-files.swept", files=3), DENIED)
    assert told.state is State.PARTIAL
    assert told.message == say("coverage.part")
    assert translations.load().has("coverage.part")
    assert told.coverage == DENIED


def test_a_gap_may_be_told_in_the_checks_own_words() -> None:
    told = with_gaps(passed(), DENIED, say("pii-files.in-part", files=3, missed=1))
    assert told.message == say("pii-files.in-part", files=3, missed=1)


def test_what_has_no_meaning_here_is_unknown_when_not_all_was_read() -> None:
    told = with_gaps(not_applicable("folder-access.none"), DENIED)
    assert (told.state, told.message) == (State.UNKNOWN, say("unread.denied"))


def test_what_is_wrong_or_unknown_stays_so_and_carries_the_gap() -> None:
    for verdict in (wrong("firewall.off"), unknown("firewall.unread")):
        told = with_gaps(verdict, DENIED)
        assert (told.state, told.message) == (verdict.state, verdict.message)
        assert "unread.denied" in told.coverage.gaps


def test_without_a_gap_only_the_count_is_added() -> None:
    told = with_gaps(passed("pii-files.swept", files=3), Coverage(looked=3))
    assert (told.state, told.message) == (State.PASS, say("pii-files.swept", files=3))
    assert told.coverage == Coverage(looked=3)
    assert with_gaps(passed(), WHOLE) == passed()


def test_an_unknown_verdict_tells_why_as_its_gap() -> None:
    assert unknown("firewall.unread").coverage.why == (say("firewall.unread"),)


def test_two_gaps_are_told_once_each() -> None:
    one, two = Coverage(looked=4, missed=1, why=DENIED.why), gap("unread.denied")
    assert one.joined(two) == one
    both = one.joined(gap("firewall.unread"))
    assert both.gaps == ("firewall.unread", "unread.denied")
    assert not both.whole
    assert WHOLE.whole
