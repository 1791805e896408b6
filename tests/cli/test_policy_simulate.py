"""agentguard policy simulate: a draft tried on the journal of this desk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agentguard.base import paths
from agentguard.cli import main
from agentguard.commands import _policy_simulate
from agentguard.model.moments import Moment
from agentguard.model.records import Record
from agentguard.model.simulation import What
from agentguard.model.simulation_reach import Sure
from agentguard.policy.parser import parse
from agentguard.runtime.known_checks import shapes
from agentguard.store.agent_store import open_store

AT = Moment(boot=10.0, wall=1_790_000_000.0)
DAY = 86400.0
FILES = "controls:\n  pii-files: {settings: {kinds: %s, bulk_count: %s}}\n"


def policy(rules: str = "") -> Any:
    return parse(f"policy: tried\nversion: 1\n{rules}".encode(), "tried.yaml", shapes())


def found(*kinds: tuple[str, int], check: str = "pii-files") -> Record:
    hits: list[Any] = [{"kind": kind, "count": count, "masked": []} for kind, count in kinds]
    payload: dict[str, Any] = {
        "check": check,
        "subject": f"/home/{kinds}.csv",
        "severity": "high",
        "hits": hits,
    }
    return Record(kind="finding.opened", at=AT, payload=payload)


def counts(*, days_ago: float = 0, free: tuple[int, ...] = (0,) * 20 + (3,)) -> Record:
    at = Moment(boot=AT.boot, wall=AT.wall - days_ago * DAY)
    payload: dict[str, Any] = {"free": list(free), "locked": [3, 0, 0]}
    return Record(kind="away.counts", at=at, payload=payload)


@pytest.fixture
def journal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A desk that locked three times under 15 minutes, and a draft of 30."""
    folder = paths.data_folder()
    store = open_store(folder)
    store.journal.commit([counts(), counts(days_ago=20), found(("PAN", 2))], {})
    store.close()
    draft = tmp_path / "draft.yaml"
    lock = "controls:\n  screen-lock: {settings: {limit_minutes: 30}}\n"
    draft.write_text(f"policy: tried\nversion: 2\n{lock}")
    return draft


def test_a_desk_tells_what_a_draft_would_have_done(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["policy", "simulate", str(journal), "--json"]) == 1
    figures = json.loads(capsys.readouterr().out)["figures"]
    (locks,) = [one for one in figures if one["what"] == "locks"]
    assert (locks["happened"], locks["draft"], locks["sure"]) == (6, 0, "exact")
    assert main(["policy", "simulate", str(journal), "--days", "7"]) == 1
    told = capsys.readouterr().out
    assert "Screens locked: 3 happened, 0 with the draft (exact)" in told
    assert "The figures hold if people behave alike" in told


def test_the_policy_in_force_changes_nothing(
    journal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["policy", "show"])
    same = tmp_path / "same.yaml"
    same.write_text(capsys.readouterr().out)
    assert main(["policy", "simulate", str(same)]) == 0
    assert "(exact)" in capsys.readouterr().out


def test_row_338_files_that_were_found_are_judged_anew_by_the_draft() -> None:
    """What was no finding is not recorded, so more could have been found: at least so many."""
    present = policy(FILES % ("[PAN, IBAN]", 10))
    records = [found(("PAN", 1)), found(("IBAN", 3)), found(("PAN", 1), ("EMAIL", 4))]
    for kinds, many, wanted in (("[PAN]", 10, 2), ("[IBAN]", 10, 1), ("[IBAN]", 3, 2)):
        draft = policy(FILES % (kinds, many))
        (one,) = [
            f for f in _policy_simulate.tried(present, draft, records) if f.check == "pii-files"
        ]
        assert (one.what, one.real) == (What.FINDINGS, 3)
        assert (one.draft, one.sure) == (wanted, Sure.LEAST), (kinds, many)


def test_what_was_found_elsewhere_is_not_judged_as_a_file() -> None:
    draft = policy("controls:\n  firewall: {paused: true}\n")
    records = [found(check="firewall")]
    (one,) = _policy_simulate.tried(policy(), draft, records)
    assert (one.check, one.real, one.draft) == ("firewall", 1, 0)
