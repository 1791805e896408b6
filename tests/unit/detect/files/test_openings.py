"""A line or two before any text lose nothing: what was found without them is found with them.

Searched over every accepted text of the vectors and over the corpus' files of text in each format,
behind what people, mail clients and programs put before a text, also several times.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.model.outcomes import FileOutcome
from tests.corpus.dice import Dice
from tests.corpus.plans import plain
from tests.corpus.plans.item import Planner
from tests.corpus.wording import load
from tests.unit.detect.files.extracted import counts, format_of, read

VECTORS = Path(__file__).parents[3] / "vectors" / "pii"
ABOVE = "Lunch\n\n"
"""A line that says nothing: a value that only counts where it stands first is not asked for."""

WHO = "From: Ann Lee\nSent: Monday, 3 March 2025 10:14\nTo: Desk\nSubject: Lunch\n"
MIME = "MIME-Version: 1.0\nFrom: a\nTo: b\nSubject: Lunch\nDate: d\nContent-Type: text/plain\n"
OPENINGS = {
    "Outlook": f"{WHO}\n",
    "Outlook, with a line": f"-----Original Message-----\n{WHO}\n",
    "Outlook, no blank line": WHO,
    "Gmail": "---------- Forwarded message ---------\nFrom: Ann Lee\n"
    "Date: Mon, 3 Mar 2025 at 10:14\nSubject: Lunch\nTo: Desk\n\n\n",
    "Thunderbird": "-------- Forwarded Message --------\nSubject: Lunch\n"
    "Date: Mon, 3 Mar 2025 10:14:00 +0000\nFrom: Ann Lee\nTo: Desk\n\n",
    "Apple Mail": "Begin forwarded message:\n\nFrom: Ann Lee\nSubject: Lunch\n"
    "Date: 3 March 2025 at 10:14:00 GMT\nTo: Desk\n\n",
    "reply": "On Mon, 3 Mar 2025 at 10:14, Ann Lee wrote:\n",
    "quoted": "> earlier\n> said\n",
    "mail": f"{MIME}\n",
    "mail behind a mark": f"\ufeff{MIME}\n",
    "mailbox": f"From ann@x Mon Mar  3 10:14:00 2025\n{MIME}\n",
    "line": "Hello,\n",
    "lines": "Notes of the day\n\n",
    "mark": "\ufeff",
    "rich text": "{\\rtf1\\ansi\\deff0\n",
    "rich text, closed": "{\\rtf1\\ansi\\deff0 Hello}\n",
    "section": "[notes]\n",
    "page": "<html><body>\n",
    "declared page": "<!DOCTYPE html>\n",
    "declared elements": '<?xml version="1.0"?>\n',
    "comment": "<!-- x -->\n",
    "object": '{"a": 1}\n',
    "statement": "INSERT INTO notes VALUES (1);\n",
    "PDF": "%PDF-1.4 as it was\n",
    "encrypted": "age-encryption.org/v1\n",
    "heading": "# Notes\n",
    "front matter": "---\ntitle: x\n",
    "log": "2025-03-03 10:14:00 INFO start\n",
    "separator": "sep=;\n",
}
ONCE = {"mail", "mail behind a mark", "mailbox", "mark", "separator"}
"""Not stacked: a mail in a mail is a level of its own, and the others stand only once."""

ARMOURS = (
    "-----BEGIN PGP MESSAGE-----\n\n",
    "-----BEGIN AGE ENCRYPTED FILE-----\n",
    "$ANSIBLE_VAULT;1.1;AES256\n",
)

NOT_TEXT = re.compile(r"<[^<>\s]+@[^<>\s]+>")
"""A mail address in angle brackets is an element where a page begins above it."""


@cache
def notes() -> tuple[str, ...]:
    """Give every accepted text of the vectors."""
    found = [tomllib.loads(p.read_text(encoding="utf-8")) for p in sorted(VECTORS.glob("*.toml"))]
    texts = (case["text"] for vectors in found for case in vectors.get("accept", ()))
    return tuple(text for text in texts if not NOT_TEXT.search(text))


@cache
def documents() -> tuple[str, ...]:
    """Give files of text of each format that a corpus has."""
    made: dict[str, str] = {}
    for item in plain.plan(Planner(Dice(7), load("first"))):
        try:
            text = item.make(item.page).decode()
        except UnicodeDecodeError:
            continue
        if item.page.truth:
            made.setdefault(re.sub(r"_?[0-9]+", "", item.path), text)
    return tuple(made.values())


@cache
def base(text: str) -> dict[str, int]:
    alone, below = counts(text.encode()), counts((ABOVE + text).encode())
    return {kind: min(n, below.get(kind, 0)) for kind, n in alone.items()}


def lost(opening: str, text: str) -> dict[str, int]:
    """Give what is found less often behind an opening than behind a line or alone."""
    found = counts((opening + text).encode())
    return {kind: n for kind, n in base(text).items() if found.get(kind, 0) < n}


@pytest.mark.parametrize("name", OPENINGS)
def test_a_note_is_read_behind_any_opening(name: str) -> None:
    some = notes()[len(name) % 3 :: 3]
    assert len(some) > 300
    assert [text for text in some if lost(OPENINGS[name], text)] == []


@pytest.mark.parametrize("name", OPENINGS)
def test_a_document_of_any_format_is_read_behind_any_opening(name: str) -> None:
    assert len(documents()) > 30
    assert [text[:80] for text in documents() if lost(OPENINGS[name], text)] == []


@pytest.mark.parametrize("name", [name for name in OPENINGS if name not in ONCE])
def test_openings_may_stand_on_each_other_six_deep(name: str) -> None:
    some = notes()[len(name) % 20 :: 20]
    assert [text for text in some if lost(OPENINGS[name] * 6, text)] == []


FORWARDS = [OPENINGS[name] for name in ("Outlook", "Outlook, with a line", "Gmail", "Thunderbird")]


@given(openings=st.lists(st.sampled_from(FORWARDS), max_size=6), note=st.sampled_from(notes()))
def test_what_was_forwarded_to_and_fro_is_read(openings: list[str], note: str) -> None:
    reading = read(("".join(openings) + ABOVE + note).encode())
    found = {hit.kind: hit.count for hit in reading.hits}
    assert reading.outcome is FileOutcome.READ
    least = counts((ABOVE + note).encode())
    assert all(found.get(kind, 0) >= n for kind, n in least.items())


def test_a_forwarded_mail_is_no_depth() -> None:
    forwarded = OPENINGS["Outlook"] * 20 + "Card number: 4539 1488 0343 6467"
    assert read(forwarded.encode()).reason == ""
    assert counts(forwarded.encode()) == {"PAN": 1}


def test_a_line_of_text_is_no_header() -> None:
    text = f"Customer called.\n{WHO}card 4539 1488 0343 6467, code 123\n"
    assert counts(text.encode()).keys() >= {"PAN"}


def test_what_people_name_in_the_head_of_a_mail_is_read() -> None:
    text = f"{WHO}Card: 4539 1488 0343 6467\n\nHello\n"
    assert counts(text.encode()) == {"PAN": 1}
    assert counts((MIME + "Card: 4539 1488 0343 6467\n\nHello\n").encode()) == {"PAN": 1}


@pytest.mark.parametrize("armour", ARMOURS)
def test_a_mark_of_encryption_hides_no_text(armour: str) -> None:
    some = [text for text in notes()[::5] if " " in text and "\n" not in text]
    assert len(some) > 100
    assert [text for text in some if lost(armour + "Hello Ann,\n", text)] == []


def test_what_is_armoured_stays_sealed() -> None:
    armour = "-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24ub3JnL3Yx\n"
    assert read(f"{armour}-----END AGE ENCRYPTED FILE-----\n".encode()).reason == "reason.sealed"
    noted = f"{armour}-----END AGE ENCRYPTED FILE-----\nCard number: 4539 1488 0343 6467\n"
    assert counts(noted.encode()) == {"PAN": 1}


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
def test_the_last_row_of_a_dump_needs_no_line_end(end: str) -> None:
    rows = ",\n".join(f"('{n}', '15/03/19{n}')" for n in range(40, 48))
    dump = f"INSERT INTO people (id, birthday) VALUES\n{rows};{end}"
    assert counts(dump.encode()) == {"DOB": 8}


SECTIONS = "[notes]\n[mail]\n[bank]\n[post]\n[desk]\n[till]\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{SECTIONS}Sort code:\n20-45-53\nAccount number:\n31926819\n",
        f"{SECTIONS}Sort code:\n  20-45-53\nAccount number:\n  31926819\n",
        f"{SECTIONS}sort code: 20-45-53\naccount number:\n31926819\n",
    ],
)
def test_row_368_a_value_in_the_line_below_its_key_is_read_with_it(text: str) -> None:
    assert format_of(text.encode()) == "keyed"
    assert counts(text.encode()) == {"SORT_ACCT": 1}


def test_row_368_only_the_line_below_a_key_is_its_value() -> None:
    text = f"{SECTIONS}[room]\n[file]\nPassport number:\nsee below\n533104482\n"
    assert format_of(text.encode()) == "keyed"
    assert counts(text.encode()) == {}


def test_row_368_an_element_of_a_page_names_its_value_by_a_key() -> None:
    page = '<html><body><p>Notes</p><add key="Password" value="Kirsch7Baum!" /></body></html>'
    assert format_of(page.encode()) == "html"
    assert counts(page.encode()) == {"SECRET": 1}
