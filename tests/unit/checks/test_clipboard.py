"""The clipboard: what counts, for which selection, and what mends it."""

from __future__ import annotations

from typing import Any

import pytest

from agentguard.checks.clipboard import CHECK, Rule, Settings
from agentguard.model.detection import OwnKind
from agentguard.model.events import ClipboardScanned, SensorState, Tick, Watching
from agentguard.model.hits import Hit
from agentguard.model.messages import say
from agentguard.model.verdicts import State


def copied(desk, *hits: Hit, settings=None, **fields: Any) -> Any:
    """Judge a change of the clipboard."""
    said = {"app": "crm", "selection": "CLIPBOARD", **fields}
    return desk.judge(CHECK, ClipboardScanned, settings, hits=hits, **said)


def test_a_copied_card_number_is_a_finding_about_the_selection(desk) -> None:
    told = copied(desk, Hit(kind="PAN", count=1, masked=("...1111",)), selection="PRIMARY")
    assert (told.state, told.subject) == (State.FAIL, "PRIMARY")
    assert told.words == "Card numbers were copied (1)."


def test_the_next_clean_change_mends_it(desk) -> None:
    copied(desk, Hit(kind="PAN", count=1))
    told = copied(desk)
    assert (told.state, told.subject) == (State.PASS, "CLIPBOARD")


def test_what_was_not_judged_is_unknown(desk) -> None:
    assert copied(desk, judged=False).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("hits", "words"),
    [
        (
            (Hit(kind="CVV", count=1),),
            "Card security codes or magnetic-stripe data were copied (1).",
        ),
        ((Hit(kind="IBAN", count=2),), "Personal data was copied (2: IBAN)."),
        ((Hit(kind="EMAIL", count=10),), "Personal data was copied (10: EMAIL)."),
    ],
)
def test_it_says_what_was_copied(desk, hits, words) -> None:
    assert copied(desk, *hits).words.startswith(words)


def test_one_mail_address_may_be_copied(desk) -> None:
    assert copied(desk, Hit(kind="EMAIL", count=1)).state is State.PASS


def test_an_allowed_program_may_copy_anything(desk) -> None:
    settings = Settings(allowed_apps=("CRM",))
    assert copied(desk, Hit(kind="PAN", count=1), settings=settings).state is State.PASS
    told = copied(desk, Hit(kind="PAN", count=1), settings=settings, app="")
    assert told.state is State.FAIL


def test_the_control_passes_while_the_clipboard_is_watched(desk) -> None:
    told = desk.judge(CHECK, SensorState, sensor="clipboard", state=Watching.WATCHING)
    assert (told.state, told.words, told.subject) == (
        State.PASS,
        "The clipboard is being watched. What you copy is never kept.",
        "",
    )


@pytest.mark.parametrize("state", [Watching.ABSENT, Watching.FAILED])
def test_it_is_unknown_while_nobody_watches(desk, state) -> None:
    reason = say("unread.unsupported")
    told = desk.judge(CHECK, SensorState, sensor="clipboard", state=state, message=reason)
    assert told.state is State.UNKNOWN


def test_other_sensors_say_nothing_about_it(desk) -> None:
    assert desk.judge(CHECK, SensorState, sensor="call", state=Watching.FAILED).state is None


def test_a_copied_value_of_a_sites_own_kind_is_a_finding_under_its_policy_alone(desk) -> None:
    hit = Hit(kind="CASE_NO", count=1)
    assert copied(desk, hit).state is State.PASS
    own = OwnKind(kind="CASE_NO", name="Case", pattern="C[0-9]{6}", finds=("C123456",))
    desk.policy_in_force(own=(own,))
    assert copied(desk, hit).state is State.FAIL


@pytest.mark.parametrize(
    ("app", "state"),
    [("rdpclip", State.PASS), ("xrdp-chansrv", State.PASS), ("crm", State.FAIL), ("", State.FAIL)],
)
def test_a_rule_may_mean_what_comes_into_a_remote_session(desk, app, state) -> None:
    settings = Settings(rules=(Rule(sources=("remote",), then="allow"),))
    assert copied(desk, Hit(kind="PAN", count=1), settings=settings, app=app).state is state


def test_an_event_of_another_sort_says_nothing_about_it(desk) -> None:
    assert CHECK.judge(desk.see(Tick), desk.facts, Settings()) is None
