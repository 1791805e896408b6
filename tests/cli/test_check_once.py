"""What a single look says promises nothing that only an agent does which runs on."""

from __future__ import annotations

import json
import re
import string
from pathlib import Path

from agentguard.base import translations
from agentguard.commands import check, doctor
from agentguard.commands._capabilities import Capability, Standing
from agentguard.commands.base import COULD_NOT
from agentguard.model.messages import say
from tests.cli.typed import Type

PROMISE = re.compile(
    r"asked again|from now on|after the start|again by itself|waits for it|read by itself"
    r"|looked at again|judged again|tests again|tested again|sent later"
)
OF_AN_AGENT = {
    "agent-health.control",  # the daily test of itself
    "agent-health.uplink",  # reports
    "engine.actor-failed",  # an entry of the journal
    "engine.forgotten",  # a finding of an older version
    "engine.stale",  # what was seen long ago
    "engine.test-failed",  # the daily test of itself
}
"""What a single look cannot come to say, each with what it needs."""


def test_row_428_each_promise_of_an_agent_has_other_words_for_one_look() -> None:
    words = translations.load()
    mine = {id_: said for id_, said in words.sentences.items() if not id_.startswith("cli.")}
    promising = {id_ for id_, said in mine.items() if PROMISE.search(said) and judged(id_)}
    assert promising - OF_AN_AGENT, "the sentences are looked at"
    assert sorted(id_ for id_ in promising - OF_AN_AGENT if not words.has(f"cli.once.{id_}")) == []
    assert promising >= OF_AN_AGENT, "an exception that is none any more"


def judged(id_: str) -> bool:
    """Check whether a sentence is of a check, of the engine or of what could not be read."""
    room = id_.partition(".")[0]
    return room in {"engine", "unread"} or translations.load().has(f"{room}.not")


def test_row_428_the_other_words_are_given_what_the_first_were() -> None:
    words = translations.load()
    for id_, said in words.sentences.items():
        if id_.startswith("cli.once."):
            before = words.sentences[id_.removeprefix("cli.once.")]
            assert names(said) <= names(before), id_
            assert not PROMISE.search(said), id_


def names(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_row_428_doctor_promises_nothing() -> None:
    late = Capability(name="vpn", standing=Standing.FAILED, reason=say("unread.no-answer"))
    assert doctor.row(late, translations.load())["reason"] == "The system did not answer in time."


def test_row_428_a_check_promises_nothing(type_: Type, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "policy: once\nversion: 1\ncontrols: {watched-files: {}, journal: {}, drills: {}}\n"
    )
    said = type_("check", "--policy", policy)
    assert "a single look does not note how they are" in said.out
    assert "A single look does not tell this." in said.out
    assert not PROMISE.search(said.out)


def test_row_525_a_check_does_not_say_that_an_agent_works_where_none_runs(type_: Type) -> None:
    """A look that went well proves nothing of an agent."""
    told = json.loads(type_("check", "--json").out)
    (health,) = (one for one in told if one["id"] == "agent-health")
    assert health["state"] == "unknown"
    said = type_("check").out
    assert "AgentGuard is working" not in said
    assert "Everything that can be watched here is watched" not in said
    assert "agentguard status does" in said


def test_row_601_a_look_at_named_controls_can_end_as_fine(type_: Type) -> None:
    """Of all controls some can never be known by one look; a script names those it needs."""
    whole = {one["id"]: one["state"] for one in json.loads(type_("check", "--json").out)}
    assert type_("check").code != 0
    fine = [id_ for id_, state in whole.items() if state in {"pass", "not_applicable"}]
    one, other = fine[:2]
    said = type_("check", one, other, "--json")
    assert said.code == 0
    assert {row["id"] for row in json.loads(said.out)} == {one, other}
    assert type_("check", one, "agent-health").code == 3


def test_row_601_a_control_that_is_not_there_is_wrong_use(type_: Type) -> None:
    said = type_("check", "screen-lok")
    assert (said.code, said.out) == (2, "")
    assert "There is no control screen-lok." in said.err
    assert "screen-lock" in said.err
    assert "agent-health, " in type_("check", "qqqq").err


def test_row_601_a_control_of_which_nothing_was_told_is_not_fine() -> None:
    """Nothing is no proof, whatever else was looked at."""
    assert check.verdict(()) == COULD_NOT
