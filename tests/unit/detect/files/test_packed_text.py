"""Text in base64 within a text, folded lines of cards and directories, and addresses as said."""

from __future__ import annotations

import base64

import pytest

from tests.unit.detect.files.extracted import counts

NOTE = "born 3 April 1981, NHS 943 476 5919\ncard 4539 1488 0343 6467, ring 07911 234567\n"
IN_NOTE = {"DOB": 1, "NHS": 1, "PAN": 1, "PHONE": 1}
PACKED = base64.b64encode(NOTE.encode()).decode()
BY_LINES = base64.encodebytes(NOTE.encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"pasted from a ticket:\n\n{BY_LINES}\n-- end --\n",
        f"pasted from a ticket:\n{BY_LINES}thanks\n",
        f"08:30 INFO payload={PACKED} sent\n",
        f"it says {PACKED}.\n",
        f"see {PACKED.rstrip('=').replace('+', '-').replace('/', '_')} there\n",
        "> " + BY_LINES.rstrip().replace("\n", "\n> ") + "\n> Ann wrote this\n",
    ],
    ids=["block", "before a word", "in a log", "in a sentence", "of an address", "quoted"],
)
def test_text_in_base64_is_read_where_it_stands(text: str) -> None:
    assert counts(text.encode()) == IN_NOTE


def test_a_token_keeps_its_parts_and_chance_is_no_text() -> None:
    token = ".".join(
        base64.urlsafe_b64encode(part).decode().rstrip("=")
        for part in (
            b'{"alg":"HS256","typ":"JWT"}',
            b'{"sub":"9121512","iat":1764544041,"scope":"all"}',
            bytes(range(7, 39)),
        )
    )
    assert counts(f"Authorization: Bearer {token}\n".encode()) == {"SECRET": 1}
    noise = base64.b64encode(bytes(range(128, 176))).decode()
    assert counts(f"sum {noise} of card 4539 1488 0343 6467\n".encode()) == {"PAN": 1}


def test_lines_of_cards_and_directories_may_be_folded() -> None:
    card = "BEGIN:VCARD\r\nFN:Ann Lee\r\nNOTE:passport number 5331\r\n 04482\r\nEND:VCARD\r\n"
    assert counts(card.encode()) == {"PASSPORT": 1}
    mobile = base64.b64encode(b"+44 7911 234567").decode()
    entry = f"dn: uid=lee\ncn: Ann Lee\nmobile:: {mobile}\ndescription: NHS 943 476\n  5919\n"
    assert counts(entry.encode()) == {"NHS": 1, "PHONE": 1}
    assert counts(b"a list\n passport number 5331\n 04482\n") == {}
