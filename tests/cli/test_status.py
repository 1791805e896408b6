"""agentguard status, as it is typed: what the agent of this session says, and that none runs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from agentguard.base import paths, translations
from agentguard.base.languages import SPOKEN
from agentguard.commands import status
from agentguard.model.posture import Overall
from agentguard.model.release import Standing
from agentguard.platforms import only_one
from agentguard.platforms._instance import BEAT
from agentguard.runtime.status import table
from agentguard.sensors.local_door import FILE
from tests.cli.test_bad_state import agent, eventually, guards
from tests.cli.typed import Type, assert_one_sentence
from tools.gallery import data

TOLD = {
    "overall": "attention",
    "findings": 2,
    "locked": True,
    "call": True,
    "payment": True,
    "policy": {"name": "pci", "version": 7, "expires": "2027-01-31"},
    "endpoint": {"state": "receipted", "at": "8:00", "waiting": 3, "problem": ""},
    "unwatched": ["clipboard", "journal"],
    "controls": [
        {
            "id": "usb-storage",
            "state": "fail",
            "title": "A stick",
            "detail": "One.",
            "advice": "Out.",
            "owner": "person",
        },
        {
            "id": "disk-encryption",
            "state": "fail",
            "title": "A disk",
            "detail": "Two.",
            "advice": "Ask.",
            "owner": "team",
        },
        {"id": "vpn", "state": "unknown", "title": "No VPN", "detail": "Why.", "advice": "Wait."},
        {"id": "vault", "state": "pass", "title": "Vault", "detail": "", "advice": "None."},
    ],
}  # fmt: skip

DENIAL = {
    "en": "for you to do",
    "ar": "عليك شيء تفعله",
    "de": "nichts zu tun",
    "es": "que hacer nada",
    "fil": "kailangang gawin",
    "fr": "rien à faire",
    "hi": "कुछ नहीं करना",
    "pt-BR": "precisa fazer nada",
}
"""How each language would say that nothing is left to do."""


def test_where_no_agent_runs_that_is_said_and_is_not_fine(type_: Type) -> None:
    said = type_("status")
    assert said.code == 3
    assert said.out.startswith("No agent guards this session.")
    again = type_("status", "--json")
    assert (again.code, json.loads(again.out)) == (3, {"running": False})


@pytest.mark.parametrize("left", ["", "4194304"], ids=["nothing", "an older agent"])
@pytest.mark.parametrize("words", ["status", "status --json", "lock", "call start", "drill --all"])
def test_row_517_an_agent_that_can_write_nothing_is_not_told_as_none(
    words: str, left: str, home: Path, type_: Type
) -> None:
    """Its folder is full or read-only, so that nothing there tells of it but its lock."""
    with only_one(home) as first:
        assert first
        (home / BEAT).unlink()
        if left:
            (home / BEAT).write_text(left)
        said = type_(*words.split())
    if "--json" in words:
        assert (said.code, said.out, json.loads(said.err)["code"]) == (3, "", "cannot")
    else:
        assert_one_sentence(said, 3)
    assert "An agent guards this session, but cannot be asked" in said.err
    assert str(home) in said.err
    assert "No agent" not in said.out + said.err
    assert type_("status").out.startswith("No agent guards this session.")


def test_a_running_agent_tells_every_control(home: Path, type_: Type) -> None:
    with agent(home) as process:
        assert guards(process)
        eventually((home / FILE).exists)
        said = type_("status", "--json")
        told = json.loads(said.out)
        assert told["running"] is True
        assert told["policy"]["name"] == "baseline"
        assert (
            told["endpoint"] == {"state": "not-enrolled"}
            or told["endpoint"]["state"] == "not-tried"
        )
        assert {one["id"] for one in told["controls"]} >= {"usb-storage", "software", "clipboard"}
        wanted = {"good": 0, "act": 1, "attention": 1}.get(told["overall"], 3)
        assert said.code == wanted
        shown = type_("status").out
        (home / FILE).rename(home / "away.json")
        if (beside := paths.runtime_folder(home)) is not None:
            (beside / FILE).unlink(missing_ok=True)
        assert_one_sentence(type_("status"), 3)
        (home / "away.json").rename(home / FILE)
    assert "baseline, version" in shown
    assert "Traceback" not in shown


def test_modes_policy_report_and_what_to_do_are_told() -> None:
    shown = "\n".join(status.lines(TOLD, translations.load()))
    assert "Needs attention; 2 findings are open" in shown
    assert "in a call, payment mode, the screen is locked" in shown
    assert "pci, version 7, until 2027-01-31" in shown
    assert "entries that wait: 3" in shown
    assert "Clipboard, AgentGuard's journal" in shown
    assert shown.index("A stick") < shown.index("Out.") < shown.index("No VPN")
    assert "Wait." not in shown  # what is not known is not hers to do
    assert "Vault" not in shown
    assert "A disk\n      Two.\n      For your desktop team. There is" in shown
    assert "Meanwhile: Ask." in shown


def test_row_569_a_policy_that_is_over_is_not_told_as_one_that_lasts() -> None:
    policy = {**TOLD["policy"], "expires": "2026-11-01"}
    over = {**TOLD, "policy": {**policy, "expired": True}}
    shown = "\n".join(status.lines(over, translations.load()))
    assert "pci, version 7, was valid until 2026-11-01 and is still in force" in shown
    for known in (False, None):
        lasts = {**TOLD, "policy": {**policy, "expired": known}}
        assert "pci, version 7, until 2026-11-01" in "\n".join(
            status.lines(lasts, translations.load())
        )


@pytest.mark.parametrize(
    ("standing", "expired"),
    [
        (Standing(signed=True, expires="2026-11-01", expired=True), True),
        (Standing(signed=True, expires="2027-11-01"), False),
        (None, None),
    ],
)
def test_row_569_whether_a_policy_is_over_is_told_or_not_known(
    standing: Standing | None, expired: bool | None
) -> None:
    seen = replace(data.good(), standing=standing)
    assert table(seen, translations.load())["policy"]["expired"] is expired


@pytest.mark.parametrize("language", SPOKEN)
def test_row_458_what_others_mend_does_not_deny_what_she_can_do(language: str) -> None:
    words = translations.load(language)
    control = {**TOLD["controls"][1], "advice": words.say("incident-response.advice")}
    for owner in ("team", "supervisor"):
        shown = "\n".join(status.lines({**TOLD, "controls": [{**control, "owner": owner}]}, words))
        assert words.say("theirs.meanwhile", advice=control["advice"]) in shown
        said = (shown, words.say(f"ui.headline.{owner}", count=1))
        for one in said:
            assert DENIAL[language] not in one, one


@pytest.mark.parametrize("state", ["receipted", "failed", "not-enrolled", "not-tried"])
@pytest.mark.parametrize("overall", [*Overall, "paused"])
def test_every_state_has_its_words(state: str, overall: str) -> None:
    endpoint = {"state": state, "at": "8:00", "waiting": 0, "problem": "The proxy is away."}
    told = {**TOLD, "overall": str(overall), "endpoint": endpoint, "findings": 1}
    shown = "\n".join(status.lines(told, translations.load()))
    assert "cli.status" not in shown
    assert "overall." not in shown
    assert "1 finding is open" in shown
