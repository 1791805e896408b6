"""Two verifiers, one of them written from the documentation alone, agree on every forgery."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import pytest

from agentguard.base.errors import JournalBroken
from agentguard.trust.chain.auditor_demands import Demands
from agentguard.trust.chain.verify import Verifier
from tests.unit.store.exported import ENDPOINT, NEWEST, ORIGIN, aged, full
from tests.unit.store.forging import FORGER, Forger
from tests.unit.store.second_verifier import Asked, judged

FORGERIES = 10_000
NOW = datetime.fromisoformat(f"{NEWEST}T20:00:00+00:00").timestamp()
DAY = 86_400.0
STRICT = Asked(key=ORIGIN.receipt_key, now=NOW, since=NOW - DAY)
OTHERS = (
    Asked(),
    Asked(key=ORIGIN.receipt_key),
    Asked(key=ORIGIN.receipt_key, now=NOW - 90 * DAY, since=NOW - 7 * DAY),
    Asked(key=ORIGIN.receipt_key, now=NOW, since=NOW, least=9),
    Asked(key=ORIGIN.receipt_key, now=NOW, until=NOW - 100 * DAY),
    Asked(key=ORIGIN.receipt_key, now=NOW, until=NOW, least=500),
    Asked(key=ORIGIN.device_key, now=NOW),
)


def found(raw: bytes, asked: Asked) -> Counter[str] | None:
    """Give what the product says is open; None when it refuses the file."""
    verifier = Verifier(Demands(**asdict(asked)))
    lines = raw.split(b"\n")
    try:
        for line in lines[:-1]:
            verifier.take(line + b"\n")
        if lines[-1]:
            verifier.take(lines[-1])
        review = verifier.finish().review
    except JournalBroken:
        return None
    return Counter(note.id.removeprefix("journal-review.") for note in review)


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return aged(tmp_path_factory.mktemp("aged")).raw


def told(raw: bytes) -> list[bytes]:
    """Give what a file tells: its first line and its entries, without what vouches for them."""
    first, *rest = raw.splitlines()
    return [first, *(line for line in rest if b'"kind":' in line)]


def test_the_true_one_is_proved(raw: bytes) -> None:
    assert found(raw, STRICT) == judged(raw, STRICT) == Counter({"epoch": 1})
    assert raw.count(b'"payload":null') == 6, "the oldest are erased, and that is in order"
    assert found(raw, OTHERS[0]) == judged(raw, OTHERS[0]) == Counter({"epoch": 1, "no-key": 1})


def test_both_verifiers_agree_on_ten_thousand_forgeries_and_none_is_proved(raw: bytes) -> None:
    forger = Forger(raw, seed=21, endpoint=ENDPOINT)
    verdicts: Counter[str] = Counter()
    ids: set[str] = set()
    for number in range(FORGERIES):
        way = forger.ways[number % len(forger.ways)]
        forged = way()
        asked = STRICT if number % 3 else forger.dice.choice(OTHERS)
        first, second = found(forged, asked), judged(forged, asked)
        assert first == second, (number, way.__name__, asked, forged)
        if asked is STRICT and first is not None and not first.keys() - {"epoch"}:
            resigned = way.__name__ in {"words", "headers", "receipt"}
            assert resigned or told(forged) == told(raw), (number, way.__name__)
        verdicts["refused" if first is None else "open" if first else "proved"] += 1
        ids |= set(first or ())
    assert min(verdicts["refused"], verdicts["open"]) > FORGERIES // 10
    assert ids >= {
        "no-key", "empty", "epoch", "gaps", "clock", "receipts", "unsealed",
        "old-format", "header-late", "header-closed", "header-before", "erased", "retention",
        "epoch-unconfirmed", "unconfirmed", "least", "until", "older", "ahead",
    }, ids  # fmt: skip


@pytest.mark.parametrize("way", ["erased", "cut", "invented", "reasons", "downgraded", "emptied"])
def test_row_86_what_a_thief_of_the_disk_can_do_is_never_proved(way: str, raw: bytes) -> None:
    """Without the endpoint's key: erased early, cut back, invented, renamed epochs, emptied."""
    forger = Forger(raw, seed=22, endpoint=FORGER)
    for _ in range(200):
        forged = getattr(forger, way)()
        if told(forged) != told(raw):
            verdict = found(forged, STRICT)
            assert verdict is None or verdict.keys() - {"epoch"}, forged


def test_the_old_format_is_verified_by_its_old_rules_and_said_to_be_old(tmp_path: Path) -> None:
    raw = full(tmp_path, 40).raw
    asked = Asked(key=ORIGIN.receipt_key)
    verdict = found(raw, asked)
    assert verdict == judged(raw, asked)
    assert verdict is not None
    assert {"old-format", "erased", "unconfirmed"} <= set(verdict)
    forger = Forger(raw, seed=23, endpoint=ENDPOINT)
    for way in (forger.bit, forger.bytes_, forger.field, forger.begin_field, forger.rows) * 100:
        forged = way()
        assert found(forged, asked) == judged(forged, asked), (way.__name__, forged)
