"""Whatever reaches the endpoint is masked there, whoever wrote it: nothing of a value is held."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentguard.server import masking
from agentguard.server.console import site
from agentguard.wire import v1
from tests.flow.canary import Corpus, drawn

CONSOLE = Path(site.__file__).parent
WRITTEN = ("reason", "note", "outcome")
"""What people write in forms, to be kept and shown."""


def kept(running: Any, corpus: Corpus) -> set[str]:
    """Give the values that stand anywhere in the data folder of the endpoint."""
    found = corpus.found_in_files([Path(running.settings.data)])
    return {value for values in found.values() for value in values} & set(corpus.recognised)


@pytest.fixture
def corpus() -> Corpus:
    return drawn(20)


def report(corpus: Corpus, **fields: Any) -> v1.Report:
    """Give a report whose every text holds a value."""
    value = corpus.cards[0]
    rows = (v1.Said(id="x", params={"name": value, "n": 3}),)
    control = v1.Control(
        check="c", measure=1, state="fail", since="s", severity="high",
        detail="d", params={"name": corpus.mails[0]}, rows=rows,
    )  # fmt: skip
    event = v1.Event(
        seq=1, kind="incident.reported", at="t", subject="f" * 64, place=value,
        params={"name": corpus.ibans[0], "n": int(value.replace(" ", "")), "id": "1" * 20},
        hits=(v1.Masked(kind="PAN", count=1, masked=(value, "...6467")),), text=corpus.letter(),
    )  # fmt: skip
    return v1.Report(
        device="d", epoch=1, seq=1, sent_at="t", boot=1.0, hash="h", agent="a", policy="p",
        policy_digest="", overall="act", locked=False, in_call=False, waiting=0,
        controls=(control,), events=(event,),
    )  # fmt: skip


def masked_param(name: str, said: str) -> str:
    """Give what the endpoint holds of one parameter of a control."""
    control = v1.Control(
        check="c", measure=1, state="fail", since="s", severity="high", detail="d",
        params={name: said}, rows=(),
    )  # fmt: skip
    whole = msgspec.structs.replace(report(drawn(20)), controls=(control,))
    return str(masking.report(whole).controls[0].params[name])  # type: ignore[index]


def test_no_text_of_a_report_keeps_a_value(corpus: Corpus) -> None:
    given, told = report(corpus), masking.report(report(corpus))
    assert not corpus.found_in(msgspec.json.encode(told)) & set(corpus.recognised)
    assert corpus.found_in(msgspec.json.encode(given)) >= {corpus.cards[0], corpus.mails[0]}


def test_ids_counts_and_masks_stay_as_they_are(corpus: Corpus) -> None:
    event = masking.report(report(corpus)).events[0]
    assert (event.subject, event.params["id"], event.hits[0].masked[1]) == (
        "f" * 64, "1" * 20, "...6467",
    )  # fmt: skip
    assert masking.report(report(corpus)).controls[0].rows[0].params["n"] == 3  # type: ignore[index]


def test_row_330_rows_of_counts_hold_no_value(corpus: Corpus) -> None:
    rows = {corpus.cards[0]: (1, 10**13, -2), "PAN": (0, 3)}
    given = v1.Event(seq=1, kind="copies.counts", at="t", counts=rows)
    told = masking.report(msgspec.structs.replace(report(corpus), events=(given,))).events[0]
    assert told.counts["PAN"] == (0, 3)
    assert corpus.cards[0] not in told.counts
    assert sorted(told.counts.values()) == [(0, 3), (1, 0, 0)]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("date", "2023-06-12"),
        ("date", "2023-06-12 and 2026-12-01"),
        ("products", "LibreOffice 7.5 (2023-06-12), Zoom 6.1.0.41824"),
        ("build", "26100.2314"),
        ("version", "128.0.6613.120"),
        ("systems", "Windows 10.0.19045.4894."),
    ],
)
def test_days_and_versions_of_our_own_lists_are_shown_as_they_are(name: str, said: str) -> None:
    assert masked_param(name, said) == said


@pytest.mark.parametrize("name", ["products", "version", "date", "folder"])
@pytest.mark.parametrize(
    "said",
    [
        "4539 1488 0343 6467",
        "4539.1488.0343.6467",
        "4539-1488-0343-6467 (2023-06-12)",
        "1985-03-12",
        "020 7946 0958",
        "ann.lee@example.com 2023-06-12",
        "2023-06-12-4539148",
        "1.2.3.4.5.6.7.8",
    ],
)
def test_what_looks_like_a_value_is_masked_in_them_too(name: str, said: str) -> None:
    told = masked_param(name, said)
    assert "ann.lee" not in told
    assert not re.search(r"\d{4}.?\d{4}|1985|7946|5.6.7", told)


def test_a_day_in_what_others_name_is_masked() -> None:
    assert masked_param("folder", "Ann Lee 2004-05-06") == "Ann Lee [masked]"


@given(seed=st.integers(1, 10**6))
@settings(max_examples=30, deadline=None)
def test_no_list_of_ours_keeps_a_value(seed: int) -> None:
    drawn_now = drawn(seed)
    told = masked_param("products", drawn_now.letter())
    assert not drawn_now.found_in(told.encode()) & set(drawn_now.recognised)


@given(seed=st.integers(1, 10**6))
@settings(max_examples=30, deadline=None)
def test_what_a_person_writes_keeps_no_value(seed: int) -> None:
    drawn_now = drawn(seed)
    told = masking.text(drawn_now.letter())
    assert not drawn_now.found_in(told.encode()) & set(drawn_now.recognised)


def test_a_short_word_and_plain_words_stay() -> None:
    assert masking.text("Ann") == "Ann"
    assert masking.text("Badge blocked, new one on Monday") == "Badge blocked, new one on Monday"
    assert masking.name("desk-17 (asset 20251130)") == "desk-17 (asset 20251130)"


def test_an_incident_of_a_desk_that_does_not_mask_is_held_masked(
    running: Any, desk: Any, browser: Any, event: Any, corpus: Corpus
) -> None:
    words = f"the customer's card {corpus.cards[0]} was read aloud"
    desk.send(event(1, "incident.reported", params={"category": "other"}, text=words))
    page = browser.get("/incidents").text
    assert "was read aloud" in page
    assert corpus.cards[0] not in page
    assert kept(running, corpus) == set()


def test_a_note_at_the_console_is_held_masked(
    running: Any, desk: Any, browser: Any, event: Any, corpus: Corpus
) -> None:
    desk.send(event(1, "incident.reported", params={"category": "other", "id": "i1"}, text="x"))
    browser.get("/incidents")
    token, one = browser.token(), running.admin.incidents()[0].id
    note = f"asked about {corpus.cards[1]} and {corpus.ibans[1]}"
    browser.submit(f"/incidents/{one}/note", token=token, text=note)
    browser.submit(f"/incidents/{one}/close", token=token, outcome=f"done, {corpus.mails[1]}")
    page = browser.get(f"/incidents/{one}").text
    assert "asked about" in page
    assert not corpus.found_in(page.encode())
    assert kept(running, corpus) == set()


def test_no_form_takes_what_people_write_without_a_mask() -> None:
    taken = {
        (file.name, name)
        for file in CONSOLE.glob("*.py")
        for name in re.findall(r"\bfield\(request, \"(\w+)\"", file.read_text(encoding="utf-8"))
    }
    assert not [one for one in taken if one[1] in WRITTEN]
    assert ("people.py", "reason") not in taken
    assert len(taken) > 20
