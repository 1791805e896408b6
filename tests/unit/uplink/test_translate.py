from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.model.moments import Moment
from agentguard.model.records import Json, Record
from agentguard.store.memory import InMemoryJournal
from agentguard.uplink import translation
from agentguard.uplink.identity import DeviceKey
from agentguard.wire import v1

KEY = DeviceKey(b"k" * 32)
AT = Moment(boot=5.0, wall=1_790_000_000.0)
PATH = "/home/anna.smith/Documents/customers of Smith.xlsx"


def event(kind: str, **payload: Json) -> v1.Event:
    journal = InMemoryJournal()
    journal.commit([Record(kind=kind, at=AT, payload=payload)], {})
    return translation.event(journal.read(0, 1)[0], KEY)


def test_a_finding_travels_as_kind_count_mask_and_general_place() -> None:
    sent = event(
        "finding.opened", check="pii-files", subject=PATH, severity="high",
        message="pii-files.found", params={"count": 3, "path": PATH},
        hits=[{"kind": "PAN", "count": 3, "masked": ["...1111"]}],
    )  # fmt: skip
    assert (sent.seq, sent.kind, sent.check) == (1, "finding.opened", "pii-files")
    assert (sent.severity, sent.message) == ("high", "pii-files.found")
    assert sent.at == "2026-09-21T14:13:20.000+00:00"
    assert sent.place == "documents .xlsx"
    assert sent.hits == (v1.Masked(kind="PAN", count=3, masked=("...1111",)),)
    assert sent.params == {"count": 3, "path": "documents .xlsx"}
    assert len(sent.subject) == 32


@pytest.mark.parametrize(
    "kind",
    ["finding.opened", "finding.closed", "action.intended", "action.finished", "prompt.asked",
     "incident.reported", "sensor.state", "vault.put", "never.heard.of", "policy.refused"],
)  # fmt: skip
def test_no_kind_of_record_carries_a_path_or_a_name(kind: str) -> None:
    sent = event(
        kind, check="x", subject=PATH, message="m", item="abc", step="done", sensor="s", state="f",
        note=f"I saw {PATH}, she said",
        params={"path": PATH, "file": "Smith.xlsx", "why": f"at {PATH}"},
    )  # fmt: skip
    raw = msgspec.json.encode(sent).decode()
    assert "anna" not in raw
    assert "Smith" not in raw


def test_the_same_subject_is_the_same_for_a_device_and_another_for_the_next() -> None:
    opened = event("finding.opened", check="x", subject=PATH)
    closed = event("finding.closed", check="x", subject=PATH)
    other = event("finding.closed", check="x", subject=f"{PATH}2")
    assert opened.subject == closed.subject != other.subject
    assert DeviceKey(b"j" * 32).pseudonym(PATH) != KEY.pseudonym(PATH)


def test_a_subject_that_is_no_text_can_be_told_apart_too() -> None:
    assert event("finding.closed", subject="/home/\udce9.csv").place == "other .csv"


def test_of_an_unknown_kind_only_its_kind_and_time_travel() -> None:
    sent = event("later.invented", secret="x", check="y", subject="z", message="m")
    assert sent == v1.Event(seq=1, kind="later.invented", at=AT.iso)


@pytest.mark.parametrize(
    ("kind", "payload", "params"),
    [
        ("lesson.answered", {"lesson": "a", "correct": True}, {"lesson": "a", "correct": 1}),
        ("proof.given", {"group": "crm", "factor": "totp"}, {"group": "crm", "factor": "totp"}),
        ("session.locked", {"source": "logind"}, {"source": "logind"}),
        ("events.lost", {"count": 12}, {"count": 12}),
        ("clock.changed", {"how": "step", "seconds": -315360000},
         {"how": "step", "seconds": -315360000}),
        ("journal.checked", {"entries": 1234567, "whole": False}, {"entries": 1234567, "whole": 0}),
        ("policy.in-force", {"name": "baseline", "version": 2, "digest": "123456790ab"},
         {"name": "baseline", "version": 2, "digest": "123456790ab"}),
        ("vault.put", {"item": "a1", "step": "sealed"}, {"item": "a1", "step": "sealed"}),
        ("vault.purged",
         {"item": "a1", "reason": "card-data", "factor": "", "salt": "00", "hash": "11", "size": 9},
         {"item": "a1", "reason": "card-data", "factor": ""}),
        ("retention.ended", {"count": 3, "left": 1}, {"count": 3, "left": 1}),
        ("clipboard.history", {"removal": "kept"}, {"removal": "kept"}),
        ("clipboard.contested", {"selection": "CLIPBOARD", "app": "syncer", "rounds": 5},
         {"rounds": 5}),
        ("agent.started", {}, {}),
    ],
)  # fmt: skip
def test_what_each_kind_says(kind: str, payload: dict[str, Json], params: dict[str, Json]) -> None:
    assert event(kind, **payload).params == params


@pytest.mark.parametrize("kind", ["away.counts", "copies.counts", "gate.counts"])
def test_row_330_counts_travel_as_rows_of_counts_alone(kind: str) -> None:
    sent = event(kind, free=[0, 2], crm=[1], who="anna", at=[1.5], bad=[-1], **{PATH: [3]})
    assert sent == v1.Event(
        seq=1, kind=kind, at=AT.iso, counts={"free": (0, 2), "crm": (1,), "documents .xlsx": (3,)}
    )


def test_no_other_kind_carries_counts() -> None:
    assert not event("later.invented", free=[0, 2]).counts


def test_an_incident_travels_with_its_note_masked() -> None:
    sent = event(
        "incident.reported",
        id="i-1",
        category="data-sent",
        note="sent 4111 1111 1111 1111 to x@y.example",
    )
    assert sent.text == "sent [masked] to [masked]"
    assert sent.params == {"id": "i-1", "category": "data-sent"}


@pytest.mark.parametrize(
    ("subject", "place"),
    [
        (PATH, "documents .xlsx"),
        ("/home/a/Downloads/x", "downloads"),
        ("C:\\Users\\Anna\\Desktop\\list.CSV", "desktop .csv"),
        ("C:\\Users\\Anna\\OneDrive\\Documents\\a.pdf", "documents .pdf"),
        ("\\\\server\\share\\Anna\\a.txt", "network .txt"),
        ("/srv/export.verylongextension", "other"),
        ("~/Dropbox/a.docx", "cloud .docx"),
        ("crm", ""),
        ("", ""),
        ("CLIPBOARD", ""),
    ],
)
def test_a_place_says_where_in_general(subject: str, place: str) -> None:
    assert translation.place(subject) == place


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("/, /home", "/, /home"),
        ("5432/tcp (postgres)", "5432/tcp (postgres)"),
        ("PCI DSS 8.2.8", "PCI DSS 8.2.8"),
        ("7-Zip 24.08, Firefox", "7-Zip 24.08, Firefox"),
        (f"see {PATH}, please", "see documents .xlsx, please"),
        ("call 01632 960983", "call [masked]"),
    ],
)
def test_general_words_stay_and_paths_and_values_go(said: str, sent: str) -> None:
    assert translation.text(said) == sent


@given(st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.lists(st.text())))
def test_any_parameters_can_travel(params: dict[str, Json]) -> None:
    raw = msgspec.json.encode(
        translation.params({k.encode("utf-8", "replace").decode(): v for k, v in params.items()})
    )
    assert len(raw) < 100_000


def test_a_batch_keeps_both_limits_and_always_moves_on() -> None:
    journal = InMemoryJournal()
    journal.commit(
        [Record(kind="finding.opened", at=AT, payload={"check": "x", "n": n}) for n in range(300)],
        {},
    )
    entries = journal.read(0, 1000)
    assert len(translation.batch(entries, KEY, most=256, largest=10**6)) == 256
    assert len(translation.batch(entries, KEY, most=256, largest=1)) == 1
    some = translation.batch(entries, KEY, most=256, largest=5000)
    assert 10 < len(some) < 256
    assert len(msgspec.json.encode(some)) <= 5001
