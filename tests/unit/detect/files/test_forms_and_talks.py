"""Forms, talks and exports in layouts that nobody here wrote: whose number each is."""

from __future__ import annotations

import json

import pytest

from tests.unit.detect.files.extracted import counts

CARD = "4539 1488 0343 6467"


def test_row_408_a_form_in_yaml_names_its_values_beside_them() -> None:
    fields = {"Fecha de nacimiento": "1969-02-17", "Pasaporte": "XDD273195", "CVV": "561"}
    listed = "".join(f'  - label: "{k}"\n    value: "{v}"\n' for k, v in fields.items())
    form = f'at: 2026-11-18\nfields:\n  - label: "Card"\n    value: "{CARD}"\n{listed}'
    other = '  - label: "Policy"\n    value: "05/07/1980"\n  - name: x\n  - value: "06/07/1981"\n'
    found = counts((form + other).encode())
    assert found == {"PAN": 1, "CVV": 1, "DOB": 1, "PASSPORT": 1}


def test_row_408_accounts_stand_behind_their_sort_codes_in_a_crowded_table() -> None:
    rows = [("52724", "30 52 33", "95570775"), ("42981", "60-81-96", "85531416")]
    head = "payroll_no,surname,ni_no,sort_code,acc_no,net_pay,tax_code\n"
    text = head + "".join(f"{no},Hart,,{s},{a},1637.42,7606L\n" for no, s, a in rows)
    assert counts(text.encode()).get("SORT_ACCT") == 2


TURNS = (
    ("Agent", "Good morning, how can I help?"),
    ("Customer", "Hello, it is about my booking."),
    ("Agent", "Could I take your card number?"),
    ("Customer", CARD),
    ("Agent", "And the CVV?"),
    ("Customer", "562"),
    ("Agent", "Your passport number as it appears on the booking?"),
    ("Customer", "It is 502998510"),
    ("Agent", "And your date of birth?"),
    ("Customer", "1968-06-08"),
)


def _srt() -> str:
    cues = (
        f"00:00:{n:02},000 --> 00:00:{n + 1:02},000\n[{w}] {t}" for n, (w, t) in enumerate(TURNS)
    )
    return "".join(f"{n}\n{cue}\n\n" for n, cue in enumerate(cues, 1))


def _pasted() -> str:
    who = {"Agent": "Rafael Moura", "Customer": "Ana Dias (External)"}
    return "".join(f"[10/21 6:{n:02} AM] {who[w]}\n    {t}\n" for n, (w, t) in enumerate(TURNS, 10))


def _page() -> str:
    said = (
        f"<div><b>{w} Holt</b> <time>Sep 22, 11:{n}</time><p>{t}</p></div>"
        for n, (w, t) in enumerate(TURNS, 10)
    )
    return f"<html><body>{''.join(said)}</body></html>"


def _xml() -> str:
    said = (
        f'<utterance party="{w}" offset="08:38:{n}">{t}</utterance>'
        for n, (w, t) in enumerate(TURNS, 10)
    )
    return f'<?xml version="1.0"?><talk><utterances>{"".join(said)}</utterances></talk>'


def _sentences() -> str:
    said = [
        {
            "media_channel": 1 + (w == "Agent"),
            "start_time": str(n),
            "transcript": t,
            "sid": f"GX{n}",
        }
        for n, (w, t) in enumerate(TURNS)
    ]
    return json.dumps({"sentences": said})


@pytest.mark.parametrize(
    "written", [_srt, _pasted, _page, _xml, _sentences], ids=lambda f: f.__name__
)
def test_row_408_each_answer_stands_behind_its_question(written) -> None:
    assert counts(written().encode()) == {"PAN": 1, "CVV": 1, "PASSPORT": 1, "DOB": 1}


def test_row_408_notes_with_a_time_are_no_talk_that_swallows_numbers() -> None:
    notes = (
        "09/09/2026 04:14 parcel blocked since 02/08\n"
        "09/09/2026 04:16 NINO JX 26 60 89 B matched\n"
        "09/09/2026 04:17 left a message\n"
        f"09/09/2026 04:23 card no {CARD}, csc 186\n"
        "09/09/2026 04:27 refund to IBAN GB33BUKB20201555555555\n"
        "09/09/2026 04:30 meter read 25815\n"
    )
    assert counts(notes.encode()) == {"NINO": 1, "PAN": 1, "CVV": 1, "IBAN": 1}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("you can reach me at 1-303-825-4084 today", {"PHONE": 1}),
        ("Telefone:\n(21) 99093-8247\n\nAssunto:", {"PHONE": 1}),
        ("/api/callback?phone=491512864597&slot=10", {"PHONE": 1}),
        ("callid=491512864597&slot=10", {}),
        ("DNIS: 6128532048", {"PHONE": 1}),
        ("NI numbers take the form AA 00 00 00 A.", {}),
        (f"Card number: {CARD}\nlast 4 digits of your order: 2871", {"PAN": 1}),
        (f"Card number: {CARD}\nExp.:          04/29\nCVV2:             510", {"PAN": 1, "CVV": 1}),
        (f"card: {CARD}\nauth code: 4369", {"PAN": 1}),
        ("bacs details 40 30 12 / 05603794 checked", {"SORT_ACCT": 1}),
        ("ref 40 30 12 / 05603794", {}),
        ("Which passport number for the visa file?\nAna: P6670613", {"PASSPORT": 1}),
        ("What is the best number in case we get cut off?\nAna: 212-226-0607", {"PHONE": 1}),
    ],
)
def test_row_409_what_a_number_is_said_to_be(text: str, found: dict[str, int]) -> None:
    assert counts(text.encode()) == found
