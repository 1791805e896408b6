"""The reports: a page that stands alone, says no value, and can be read by anyone; and a sheet."""

from __future__ import annotations

import csv
import os
import re
import stat
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base import paths
from agentguard.cli import main
from agentguard.commands._scan_page import Hidden
from agentguard.commands._scan_report import _cells
from agentguard.commands._scan_summary import Summary
from agentguard.detect.sandbox.client import Scanned
from agentguard.model.hits import Hit
from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files.hostile import CARD, marked_encrypted, zipped

pytestmark = pytest.mark.posix  # of a pipe, and of names that Windows does not know
OTHER = "4929 1594 0107 5613"
EMPTY = {"meta", "br", "wbr", "path", "hr", "img", "link", "input"}


class Checked(HTMLParser):
    """Reads a page, and fails where a tag is not closed or closed twice."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.text.append("" if tag == "wbr" else " ")
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join("".join(self.text).split())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "desk"
    (home / "exports" / "old & <b>new").mkdir(parents=True)
    (home / "exports" / "a.csv").write_text(f"card\n{CARD}\n{OTHER}\n")
    (home / "exports" / "old & <b>new" / "x'\"<script>.txt").write_text(f"card {CARD}")
    (home / "clean.txt").write_text("nothing")
    (home / "safe.zip").write_bytes(marked_encrypted(zipped({"a": b"x"})))
    (home / "broken.zip").write_bytes(zipped({"a": b"x" * 100})[:40])
    os.mkfifo(home / "pipe")
    return home


def without_style(page: str) -> str:
    return re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)


def report(folder: Path, *options: str, code: int = 1) -> str:
    """Have a report written beside the folder."""
    file = folder.parent / "report"
    assert main(["scan", str(folder), "--output", str(file), *options]) == code
    return file.read_text(encoding="utf-8")


def test_the_page_tells_what_was_found_where(folder: Path) -> None:
    words = Checked(report(folder, "--report", "html")).words
    assert f"Looked into {folder}" in words
    assert re.search(r"Begun \d{4}-\d\d-\d\d \d\d:\d\d", words)
    assert "Rules" in words
    assert "3 values of personal data" in words
    assert "card number PAN 3 2" in words
    assert "exports 3 values in 2 of 2 files read" in words
    assert "old & <b>new 1 values in 1 of 1 files read" in words
    assert "...6467" in words
    assert "safe.zip" in words
    assert "It is a pipe" in words


def test_the_page_stands_alone_and_runs_nothing(folder: Path) -> None:
    page = Checked(report(folder, "--report", "html"))
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "form", "a"}
    for _, attributes in page.tags:
        assert not {"src", "href", "action"} & set(attributes)
        assert not any(name.startswith("on") for name in attributes)
    policy = next(a["content"] for t, a in page.tags if a.get("http-equiv"))
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    assert "url(" not in (paths.resources() / "report" / "page.css").read_text("utf-8")


@pytest.mark.parametrize("options", [("html",), ("html", "--no-paths"), ("csv",)])
def test_no_value_stands_in_a_report(folder: Path, options: tuple[str, ...]) -> None:
    text = re.sub(r"[^0-9]", "", without_style(report(folder, "--report", *options)))
    for number in (CARD, OTHER):
        assert number.replace(" ", "")[:-4] not in text


def test_without_paths_no_name_stands_in_the_page(folder: Path) -> None:
    page = report(folder, "--report", "html", "--no-paths")
    for name in ("desk", "exports", "old &", "safe.zip", "broken.zip", str(folder.parent)):
        assert name not in without_style(page), name
    assert re.search(r"folder-[0-9a-f]{6}/<wbr>file-[0-9a-f]{6}\.csv", page)
    Checked(page)


def test_made_up_names_are_the_same_within_a_report_alone() -> None:
    one, other = Hidden(), Hidden()
    assert one.path("/a/b.csv") == one.path("/a/b.csv")
    assert one.path("/a/b.csv").startswith(one.folder("/a") + "/")
    assert one.path("/a/b.csv") != one.path("/a/c.csv")
    assert one.path("/a/b.csv") != other.path("/a/b.csv")


def test_a_page_about_nothing_says_so(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("nothing")
    words = Checked(report(tmp_path / "in", "--report", "html", code=0)).words
    assert words.count("No personal data was found.") == 3
    assert "Every file was read in full." in words
    assert "No file was encrypted." in words


def test_the_page_goes_to_standard_output_without_a_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scan", str(folder), "--report", "html"]) == 1
    told = capsys.readouterr()
    assert told.out.startswith("<!doctype html>")
    assert told.out.endswith("</html>\n")
    assert told.err == ""


def test_a_report_is_for_its_owner_and_replaced_whole(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder.parent / "report"
    file.write_text("old")
    report(folder, "--report", "html")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert capsys.readouterr().err == f"The report is in {file}.\n"
    assert list(folder.parent.glob(".*")) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--output", "x"), "belong to --report"),
        (("--no-paths",), "belong to --report"),
        (("--report", "csv", "--no-paths"), "--report html"),
        (("--report", "html", "--explain"), "different things"),
    ],
)
def test_options_that_contradict_each_other_are_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], words: str
) -> None:
    assert main(["scan", str(tmp_path), *options]) == 2
    assert words in capsys.readouterr().err


def test_a_report_that_cannot_be_written_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder / "absent" / "r.html"
    assert main(["scan", str(folder), "--report", "html", "--output", str(file)]) == 3
    assert f"could not be written to {file}: No such file" in capsys.readouterr().err


def test_the_sheet_has_a_row_for_each_file_and_kind(folder: Path) -> None:
    rows = list(csv.DictReader(report(folder, "--report", "csv").splitlines()))
    by_file = {(Path(row["path"]).name, row["kind"]): row for row in rows}
    cards = by_file["a.csv", "PAN"]
    assert (cards["count"], cards["name"], cards["outcome"]) == ("2", "card number", "read")
    assert set(cards["masked"].split()) == {"...6467", "...5613"}
    assert by_file["safe.zip", ""]["outcome"] == "sealed"
    assert "It is a pipe" in by_file["pipe", ""]["reason"]


def test_row_406_both_reports_tell_test_numbers_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "tests.txt"
    file.write_text("try 4111 1111 1111 1111 and 5555 5555 5555 4444")
    assert main(["scan", "--report", "csv", str(file)]) == 0
    _head, row = csv.reader(capsys.readouterr().out.splitlines())
    assert row == [str(file), "", "published test card numbers", "2", "", "read", ""]
    assert main(["scan", "--report", "html", str(file)]) == 0
    words = Checked(capsys.readouterr().out).words
    assert "No personal data was found." in words
    assert "counted apart since they are nobody's: 2 (files: 1)." in words


def test_an_empty_sheet_has_its_head(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    told = report(tmp_path / "in", "--report", "csv", code=0)
    assert told == "path,kind,name,count,masked,outcome,reason\n"


@given(st.text(st.characters(exclude_characters="\r\n\0"), max_size=30))
def test_no_cell_is_a_formula(cell: str) -> None:
    (row,) = csv.reader([_cells(cell, "x")], strict=True)
    formula = cell.startswith(("=", "+", "-", "@", "\t"))
    assert row == [f"'{cell}" if formula else cell, "x"]


def test_folders_add_up(tmp_path: Path) -> None:
    home, below = tmp_path / "a", tmp_path / "a" / "b"
    below.mkdir(parents=True)
    summary = Summary([str(home), str(below)])
    cards = (Hit(kind="PAN", count=2, masked=()),)
    for path in (home / "1", below / "2", home / "c" / "d" / "3", tmp_path / "e" / "4"):
        summary.add(Scanned(path=str(path), outcome=FileOutcome.READ, hits=cards))
    summary.add(Scanned(path=str(home / "c" / "5"), outcome=FileOutcome.READ))
    values = {folder.path: folder.values for folder in summary.folders.values()}
    assert values == {str(home): 4, str(below): 2, str(tmp_path / "e"): 2}
    inner = summary.folders[str(home)].parts["c"]
    assert (inner.values, inner.read, inner.files) == (2, 2, 1)
    assert summary.totals()[0].values == 8
    assert summary.read == 5


STYLE = (paths.resources() / "report" / "page.css").read_text("utf-8")


def palette(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", block))


def luminance(colour: str) -> float:
    """Give the relative luminance (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("look", ["light", "dark", "print"])
def test_every_text_has_contrast_enough(look: str) -> None:
    """WCAG 2.2, 1.4.3 (AA): 4.5 to 1 for text; 1.4.11: 3 to 1 for what is drawn."""
    light, dark, printed = (
        palette(block) for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    )
    colours = {"light": light, "dark": light | dark, "print": light | printed}[look]
    for text in ("ink", "soft", "bad", "care", "good"):
        for ground in ("paper", "card"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert contrast(colours["ink"], colours["tint"]) >= 4.5
    assert contrast(colours["care"], colours["care-tint"]) >= 4.5 or look == "print"
    assert contrast(colours["bar"], colours["card"]) >= 3
    assert contrast(colours["brand"], colours["paper"]) >= 3
