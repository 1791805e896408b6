"""Pictures are told as what they are, and read where somebody switched that on."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from agentguard.base import translations
from agentguard.detect.extractor import Source
from agentguard.detect.formats import _ocr
from agentguard.detect.limits import Limits
from agentguard.detect.reading.source_reader import Reader, Reading, default_extractors
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.detect.sandbox.client import ScanClient
from agentguard.model.outcomes import FileOutcome
from agentguard.platforms.simulated import FakeClock
from tests.unit.detect.files.hostile import CARD, zipped

NOTE = f"Card number {CARD}"
KINDS = ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP")
TOLD = Reading(outcome=FileOutcome.READ, reason="reason.image")


def read(data: bytes, *, ocr: bool = False) -> Reading:
    limits = Limits(seconds=60.0, ocr=ocr)
    return Reader(default_scanner(), default_extractors(), limits).read(Source.of_bytes(data))


def drawn() -> Image.Image:
    picture = Image.new("RGB", (900, 160), "white")
    font = ImageFont.load_default(40)
    ImageDraw.Draw(picture).text((20, 60), NOTE, fill="black", font=font)
    return picture


def saved(picture: Image.Image, kind: str, **how: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **how)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_told_as_one(kind: str) -> None:
    assert read(saved(drawn(), kind)) == TOLD
    assert translations.load().has("reason.image")


def test_what_is_told_beside_a_picture_is_read() -> None:
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", NOTE)
    assert [hit.kind for hit in read(saved(drawn(), "PNG", pnginfo=about)).hits] == ["PAN"]
    behind = saved(drawn(), "JPEG") + b"\n" + NOTE.encode()
    assert [hit.kind for hit in read(behind).hits] == ["PAN"]


def test_a_logo_in_a_mail_is_not_worth_telling_and_a_photo_is() -> None:
    assert read(zipped({"logo.png": saved(drawn(), "PNG")})).reason == ""
    noise = Image.effect_noise((400, 400), 90)
    assert read(zipped({"photo.png": saved(noise, "PNG")})).reason == "reason.image"


@pytest.mark.posix
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_text_in_a_picture_is_read_where_it_is_switched_on(kind: str) -> None:
    reading = read(saved(drawn(), kind), ocr=True)
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "")
    assert [hit.kind for hit in reading.hits] == ["PAN"]


@pytest.mark.posix
def test_a_page_that_is_a_picture_is_read_where_it_is_switched_on() -> None:
    reading = read(saved(drawn(), "PDF"), ocr=True)
    assert [hit.kind for hit in reading.hits] == ["PAN"]


@pytest.mark.posix
def test_the_bounded_child_reads_a_picture(tmp_path: Path) -> None:
    file = tmp_path / "card.png"
    file.write_bytes(saved(drawn(), "PNG"))
    with ScanClient(Limits(seconds=60.0, ocr=True), FakeClock()) as client:
        assert [hit.kind for hit in client.scan(str(file)).hits] == ["PAN"]


def test_without_the_program_it_is_told_as_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_ocr, "_TESSERACT", ("/nowhere/tesseract",))
    assert read(saved(drawn(), "PNG"), ocr=True) == TOLD


def test_a_damaged_picture_and_a_bomb_are_told() -> None:
    whole = saved(drawn(), "PNG")
    assert read(whole[: len(whole) // 2], ocr=True).reason == "reason.corrupt-part"
    wide = bytearray(whole)
    wide[16:24] = (60_000).to_bytes(4, "big") * 2
    assert read(bytes(wide), ocr=True).reason in {"reason.too-large-part", "reason.corrupt-part"}


def test_an_icon_holds_no_text() -> None:
    assert read(saved(Image.new("L", (16, 16)), "PNG"), ocr=True) == Reading(
        outcome=FileOutcome.READ
    )


def test_a_text_that_begins_as_a_bitmap_does_is_a_text() -> None:
    assert [hit.kind for hit in read(f"BM {NOTE}, and so on".encode()).hits] == ["PAN"]
    assert read(f"BM {NOTE}".encode()).reason == ""
