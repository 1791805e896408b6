"""The verb `simulate` of `agentguard policy`: a draft, tried on the whole journal of this desk."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from agentguard.base import paths
from agentguard.base.translations import Texts
from agentguard.commands._words import spoken
from agentguard.commands.base import FINDINGS, FINE
from agentguard.engine.core import begin, decide
from agentguard.engine.plan import make_plan
from agentguard.model.events import FileScanned, PolicyInForce
from agentguard.model.hits import Hit
from agentguard.model.outcomes import FileOutcome
from agentguard.model.policy import Policy
from agentguard.model.records import Json, Record
from agentguard.model.shift_counts import KINDS, Rows, added, read_rows
from agentguard.model.simulation import Figure, Recorded, simulated
from agentguard.model.simulation_reach import Sure
from agentguard.platforms import secret_places
from agentguard.ports.storage import Journal
from agentguard.runtime import known_checks, stores
from agentguard.store.agent_store import open_for_reading

OPENED, FILES = "finding.opened", "pii-files"
BATCH = 1000
DAY = 86400.0


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the options."""
    parser.add_argument("file", metavar="FILE", help=words.say("cli.policy.simulate-file"))
    help_ = words.say("cli.policy.simulate-days")
    parser.add_argument("--days", type=int, default=0, metavar="DAYS", help=help_)
    parser.add_argument("--json", action="store_true", help=words.say("cli.policy.simulate-json"))


def simulate(present: Policy, draft: Policy, days: int, *, as_json: bool) -> int:
    """Print what the draft would have done at this desk; 1 where it differs from what happened.

    Raises:
        StoreError: there is no journal here, or it cannot be read.

    """
    opened = open_for_reading(paths.data_folder(), stores.box(paths.data_folder(), secret_places()))
    try:
        records = tuple(_records(opened.journal))
    finally:
        opened.close()
    last = max((one.at.wall for one in records), default=0.0)
    lately = [one for one in records if not days or one.at.wall >= last - days * DAY]
    found = tried(present, draft, lately)
    sys.stdout.write(_as_json(found) if as_json else _told(found, spoken()))
    return FINDINGS if any(one.draft is None or one.more for one in found) else FINE


def tried(present: Policy, draft: Policy, records: Iterable[Record]) -> tuple[Figure, ...]:
    """Return the figures of a draft: by the counts, and files judged anew by the pure core."""
    every = tuple(records)
    rows: dict[str, Rows] = {kind: {} for kind in KINDS}
    findings: Counter[str] = Counter()
    for one in every:
        if one.kind in rows:
            rows[one.kind] = added(rows[one.kind], read_rows(one.payload))
        elif one.kind == OPENED:
            findings[str(one.payload.get("check", ""))] += 1
    figures = simulated(present, draft, Recorded(rows=rows, findings=findings))
    again = sum(_is_found(draft, one) for one in every if _is_of_file(one))
    return tuple(_judged_anew(one, again) for one in figures)


def _judged_anew(figure: Figure, again: int) -> Figure:
    if figure.check != FILES or figure.why != "simulate.why.settings":
        return figure
    return replace(figure, draft=again, sure=Sure.LEAST, why="simulate.why.replayed")


def _is_of_file(record: Record) -> bool:
    return record.kind == OPENED and record.payload.get("check") == FILES


def _is_found(draft: Policy, record: Record) -> bool:
    """Judge what was found in a file once more, by the draft."""
    every = known_checks.catalogue()
    plan, at = make_plan(every, draft), record.at
    state = begin(plan, PolicyInForce(at=at, policy=draft), (), ())
    event = FileScanned(
        at=at,
        path=str(record.payload.get("subject", "")),
        outcome=FileOutcome.READ,
        hits=tuple(_hits(record.payload.get("hits"))),
    )
    decision = decide(state, event, lambda _event: plan)
    return any(_is_of_file(one) for one in decision.records)


def _hits(value: Json) -> Iterator[Hit]:
    for one in value if isinstance(value, list) else ():
        match one:
            case {"kind": str(kind), "count": int(count)}:
                yield Hit(kind=kind, count=count)


def _records(journal: Journal) -> Iterator[Record]:
    after = 0
    while batch := journal.read(after, BATCH):
        for entry in batch:
            if not entry.erased:
                yield entry.record
        after = batch[-1].seq


def _as_json(found: Iterable[Figure]) -> str:
    rows = [
        {
            "check": one.check,
            "what": one.what.value,
            "happened": one.real,
            "draft": one.draft,
            "sure": one.sure.value,
            "why": one.why,
        }
        for one in found
    ]
    return json.dumps({"figures": rows}, indent=2) + "\n"


def _told(found: tuple[Figure, ...], words: Texts) -> str:
    if not found:
        return words.say("cli.policy.simulate-nothing") + "\n"
    lines = []
    for one in found:
        draft = "?" if one.draft is None else str(one.draft)
        what, sure = (
            words.say(f"simulate.{one.what.value}"),
            words.say(f"simulate.{one.sure.value}"),
        )
        name = words.title(one.check, "")
        lines.append(
            words.say(
                "cli.policy.simulate-line", name=name, what=what, real=one.real, draft=draft,
                sure=sure,
            )
        )  # fmt: skip
        if one.why:
            lines.append(f"  {words.say(one.why)}")
    lines += ["", words.say("cli.policy.simulate-alike")]
    return "\n".join(lines) + "\n"
