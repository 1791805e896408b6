"""Rows 47 and 51: text and names that deceive, and windows that never rest."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from agentguard.detect.recognition.scanner import default_scanner
from tests.desktop.harness import eventually
from tests.faults.seated import CARD, seated
from tests.faults.sleeper import Sleeper, sleeper

__all__ = ["sleeper"]

DIGITS = CARD.replace(" ", "")
FULL_WIDTH = DIGITS.translate({ord("0") + n: ord("\uff10") + n for n in range(10)})
ARABIC = DIGITS.translate({ord("0") + n: ord("\u0660") + n for n in range(10)})
MIXED = "".join(
    chr(ord(d) - ord("0") + (0xFF10 if n % 2 else 0x0966)) for n, d in enumerate(DIGITS)
)
DECEPTIONS = {
    "full-width": FULL_WIDTH,
    "arabic": ARABIC,
    "mixed-scripts": MIXED,
    "joiners": "\u200d".join((DIGITS[:4], DIGITS[4:8], DIGITS[8:12], DIGITS[12:])),
    "zero-width-spaces": "\u200b".join((DIGITS[:4], DIGITS[4:8], DIGITS[8:12], DIGITS[12:])),
    "right-to-left-marks": f"\u202e{CARD}\u202c",
    "isolates": f"\u2067{CARD}\u2069",
    "no-break-spaces": CARD.replace(" ", "\u00a0"),
    "homoglyph-label": f"\u0441ard {CARD}",
    "lone-surrogates": f"\ud800 card {CARD} \udfff",
    "combining-marks": f"c\u0327ard\u0301: {CARD}\u0301",
    "byte-order-mark": f"\ufeff{CARD}",
}


@pytest.mark.parametrize("text", DECEPTIONS.values(), ids=DECEPTIONS)
def test_row_47_a_card_number_in_disguise_is_found_and_masked(text: str) -> None:
    scanner = default_scanner()
    assert [hit.kind for hit in scanner.scan(text)] == ["PAN"]
    masked = unicodedata.normalize("NFKC", scanner.mask(text))
    assert "".join(filter(str.isdecimal, masked)) in {"6467", ""}


@pytest.mark.heavy
def test_row_47_names_that_look_alike_are_files_of_their_own(tmp_path: Path) -> None:
    names = [
        unicodedata.normalize(form, "r\u00e9sum\u00e9.txt").encode() for form in ("NFC", "NFD")
    ]
    names += ["r\u0435sume.txt".encode(), "\u202etxt.eman".encode(), b"r\xe9sum\xe9.txt"]
    with seated(tmp_path) as desk:
        paths = [os.fsencode(desk.folder) + b"/" + name for name in names]
        for path in paths:
            Path(os.fsdecode(path)).write_text(f"card {CARD}")
        expected = {f"pii-files: {os.fsdecode(path)}" for path in paths}
        eventually(lambda: expected <= set(desk.ask("state")["findings"]), within=60)
        for path in paths:
            Path(os.fsdecode(path)).unlink()
        eventually(lambda: not expected & set(desk.ask("state")["findings"]), within=60)
        desk.end()


def asked(sleeper: Sleeper) -> bool:
    """Let half a second pass while a window is heard of; tell whether a proof is asked for.

    A thread that waits on this clock hears a bell a moment of real time later.
    """
    sleeper.sleep(0.5)
    return [p.kind for p in sleeper.agent.engine.snapshot().prompts] == ["proof"]


def test_row_51_windows_that_flap_bring_one_question_at_most(sleeper: Sleeper) -> None:
    for turn in range(100):
        sleeper.desktop.focus("crm" if turn % 2 else "mail", window=turn)
        sleeper.clock.advance(0.02)
    sleeper.sleep(2)
    assert sleeper.kinds("prompt.asked") <= 1
    sleeper.desktop.focus("crm", window=200)
    eventually(lambda: asked(sleeper))
    for turn in range(100):
        sleeper.desktop.focus("crm", window_class=f"title {turn}", window=300 + turn)
        sleeper.clock.advance(0.02)
    sleeper.sleep(2)
    assert sleeper.kinds("prompt.asked") == 1
