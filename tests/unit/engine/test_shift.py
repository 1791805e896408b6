"""The end of a shift in the engine: written down, the clipboard emptied, locked by the policy."""

from __future__ import annotations

import pytest

from agentguard.engine import lock_requests
from agentguard.model.actions import ActionKind
from agentguard.model.hits import Hit
from agentguard.model.locking import DeskLeft, ShiftEnded, ShiftEnder
from tests.unit.engine.test_clipboard import Copies

CARD = Hit(kind="PAN", count=1)
CLEAR, LOCK = ActionKind.CLEAR_CLIPBOARD, ActionKind.LOCK
POLICY = """
policy: shifts
version: 1
shift: {lock: %s}
controls:
  clipboard: {respond: [], paused: %s, settings: {leaving: %s}}
"""


def desk(*, lock: str = "true", paused: str = "false", leaving: str = "personal-data") -> Copies:
    """Give a desk at which nothing is done about a copy before the shift ends."""
    made = Copies(policy=POLICY % (lock, paused, leaving))
    made.session(locked=False)
    return made


def end(at: Copies, by: ShiftEnder = ShiftEnder.PERSON) -> None:
    at.see(ShiftEnded(at=at.clock.now(), by=by))


@pytest.mark.parametrize("by", list(ShiftEnder))
def test_it_is_an_event_of_its_own_and_locks(by) -> None:
    at = desk()
    end(at, by)
    assert at.kinds == [LOCK]
    (record,) = (r for r in at.journal.records if r.kind == "shift.ended")
    assert record.payload == {"by": by.value}


def test_what_was_judged_leaves_every_selection_and_the_rest_stays() -> None:
    at = desk(lock="false")
    at.copy(CARD)
    at.copy(CARD, selection="PRIMARY")
    end(at)
    assert [(action.kind, action.subject) for action in at.done] == [
        (CLEAR, "CLIPBOARD"),
        (CLEAR, "PRIMARY"),
    ]
    at.copy()
    at.copy(selection="PRIMARY")
    at.copy(CARD, judged=False)
    del at.done[:]
    end(at)
    assert at.kinds == [], "what could not be judged stays"


def test_a_read_that_fails_leaves_what_was_judged_before_it_to_be_cleared() -> None:
    at = desk(lock="false")
    at.copy(CARD)
    at.copy(CARD, judged=False)
    end(at)
    assert at.kinds == [CLEAR]


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ({"leaving": "nothing"}, []),
        ({"paused": "true"}, []),
        ({"leaving": "everything"}, [CLEAR]),
    ],
    ids=["nothing", "paused", "everything"],
)
def test_the_policy_says_what_leaves(said, kinds) -> None:
    at = desk(lock="false", **said)
    at.copy(*(() if kinds else (CARD,)))
    end(at)
    assert at.kinds == kinds


def test_a_locked_desk_is_not_locked_again() -> None:
    at = desk()
    at.session(locked=True)
    end(at)
    assert at.kinds == []
    assert at.records("shift.ended") == 1


def test_a_lock_that_does_not_come_is_tried_again() -> None:
    at = desk()
    end(at)
    at.pass_time(lock_requests.CONFIRM)
    assert at.kinds == [LOCK, LOCK]


def test_the_end_of_the_agent_says_what_became_of_the_clipboard() -> None:
    at = desk()
    at.see(DeskLeft(at=at.clock.now(), cleared=("CLIPBOARD",), kept=("PRIMARY",)))
    (record,) = (r for r in at.journal.records if r.kind == "desk.left")
    assert record.payload == {"cleared": ["CLIPBOARD"], "kept": ["PRIMARY"]}
